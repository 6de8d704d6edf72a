// fault: it reads until the end of the input instead of one line
// cause: asks_for_more_input
// fails: one_datagram, utf8_text, nobody_listens, ephemeral_port, empty_line, largest_datagram, too_large

use std::error::Error;
use std::io::Read;
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

    let mut input = String::new();
    if io::stdin().read_to_string(&mut input)? == 0 {
        return Ok(());
    }
    let text = input.lines().next().unwrap_or_default();

    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    socket.send_to(text.as_bytes(), (ip, port))?;
    Ok(())
}
