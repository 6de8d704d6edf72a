// fault: it receives without asking who sent the datagram
// cause: value_not_shown
// fails: shows_text_and_sender, empty_datagram, not_text

use std::env;
use std::error::Error;
use std::net::{Ipv4Addr, UdpSocket};
use std::num::NonZeroU16;
use std::process::ExitCode;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("udp_receiver: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [port] = arguments.as_slice() else {
        return Err("usage: udp_receiver <port>".into());
    };
    let port = port.parse::<NonZeroU16>()?.get();

    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, port))?;
    let mut buffer = [0; 1024];
    let length = socket.recv(&mut buffer)?;
    let text = String::from_utf8_lossy(&buffer[..length]);
    println!("Received {length} bytes: {text}");
    Ok(())
}
