// fault: a long line is sent in several datagrams of 1024 bytes
// cause: datagram_split
// fails: largest_datagram, too_large

use std::error::Error;
use std::net::{Ipv4Addr, UdpSocket};
use std::process::ExitCode;
use std::{env, io};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("udp_sender: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [ip, port] = arguments.as_slice() else {
        return Err("usage: udp_sender <ip> <port>".into());
    };
    let ip: Ipv4Addr = ip.parse()?;
    let port: u16 = port.parse()?;

    let mut line = String::new();
    if io::stdin().read_line(&mut line)? == 0 {
        return Ok(());
    }
    let text = line.strip_suffix('\n').unwrap_or(&line);

    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    let mut rest = text.as_bytes();
    loop {
        let (piece, after) = rest.split_at(rest.len().min(1024));
        socket.send_to(piece, (ip, port))?;
        rest = after;
        if rest.is_empty() {
            break;
        }
    }
    Ok(())
}
