// fault: the newline that ends the line is sent too
// cause: newline_sent
// fails: one_datagram, utf8_text, nobody_listens, ephemeral_port, empty_line, largest_datagram

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

    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    socket.send_to(line.as_bytes(), (ip, port))?;
    Ok(())
}
