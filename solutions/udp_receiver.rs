//! `udp_receiver <port>`: receives one datagram and shows what came and from whom.

use std::env;
use std::error::Error;
use std::net::{Ipv4Addr, UdpSocket};
use std::num::NonZeroU16;
use std::process::ExitCode;

fn main() -> ExitCode {
    // Every failure ends here: a message on stderr, a non-zero exit. Nothing panics.
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("udp_receiver: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let port = port()?;

    // This one call is socket and bind. 0.0.0.0 is every IPv4 address of this machine. It fails when another program has
    // the port. A UDP port is free again as soon as its program has gone, so there is no SO_REUSEADDR to think of.
    let socket =
        UdpSocket::bind((Ipv4Addr::UNSPECIFIED, port)).map_err(|error| format!("cannot take port {port}: {error}"))?;
    println!("Waiting at port {port}.");

    // One call, one datagram, with its sender. What is larger than the buffer would be cut off. Zero bytes are a message
    // like any other: there is no connection that they could be the end of.
    let mut buffer = [0; 1024];
    let (length, sender) = socket.recv_from(&mut buffer)?;

    // Only the first `length` bytes of the buffer were received. Anybody can send anything, so bytes that are no
    // UTF-8 are no reason to fail: the replacement character stands for them.
    let text = String::from_utf8_lossy(&buffer[..length]);
    println!("From {}, port {}: {text}", sender.ip(), sender.port());
    Ok(())
} // Here `socket` goes out of scope, which closes it. What else is waiting there is thrown away.

/// The port to take: the one argument.
fn port() -> Result<u16, String> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [port] = arguments.as_slice() else {
        return Err("usage: udp_receiver <port>".to_owned());
    };
    // NonZeroU16 accepts exactly the ports one can ask for: 1 to 65535. Port 0 would mean "any free port".
    let port: NonZeroU16 = port.parse().map_err(|_| format!("`{port}` is no port"))?;
    Ok(port.get())
}
