//! `udp_sender <ip> <port>`: reads one line and sends it, without its newline, as one datagram.

use std::env;
use std::error::Error;
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::num::NonZeroU16;
use std::process::ExitCode;

fn main() -> ExitCode {
    // Every failure ends here: a message on stderr, a non-zero exit. Nothing panics.
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("udp_sender: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let destination = destination()?;
    let Some(text) = read_line().map_err(|error| format!("cannot read a line: {error}"))? else {
        return Ok(()); // End of input: there is nothing to send.
    };

    // Port 0 means "any free port": the system chooses. A sender needs no port of its own choice.
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;

    // One call, one datagram. The call succeeds whether or not somebody receives: UDP knows no
    // connection. A text that does not fit into one datagram is refused here, with EMSGSIZE.
    socket
        .send_to(text.as_bytes(), destination)
        .map_err(|error| format!("cannot send {} bytes to {destination}: {error}", text.len()))?;
    Ok(())
} // Here `socket` goes out of scope, which closes it.

/// Where to send to: the two arguments.
fn destination() -> Result<SocketAddrV4, String> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [ip, port] = arguments.as_slice() else {
        return Err("usage: udp_sender <ip> <port>".to_owned());
    };
    let ip: Ipv4Addr = ip.parse().map_err(|_| format!("`{ip}` is no IPv4 address"))?;
    // NonZeroU16 accepts exactly the ports one can send to: 1 to 65535.
    let port: NonZeroU16 = port.parse().map_err(|_| format!("`{port}` is no port"))?;
    Ok(SocketAddrV4::new(ip, port.get()))
}

/// One line without its newline, or nothing at the end of the input. An empty line is a line.
fn read_line() -> io::Result<Option<String>> {
    print!("Text to send: ");
    io::stdout().flush()?;
    let mut line = String::new();
    if io::stdin().read_line(&mut line)? == 0 {
        return Ok(None);
    }
    if line.ends_with('\n') {
        line.pop();
    }
    Ok(Some(line))
}
