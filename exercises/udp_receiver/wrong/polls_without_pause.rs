// fault: a non-blocking socket is asked again and again without a pause
// cause: busy_waiting
// fails: binds_every_address, shows_text_and_sender, utf8_text, first_of_two, empty_datagram, not_text, kilobyte

use std::env;
use std::error::Error;
use std::io::ErrorKind;
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
    socket.set_nonblocking(true)?;
    let mut buffer = [0; 1024];
    let (length, sender) = loop {
        match socket.recv_from(&mut buffer) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            result => break result?,
        }
    };
    let text = String::from_utf8_lossy(&buffer[..length]);
    println!("{} port {}: {text}", sender.ip(), sender.port());
    Ok(())
}
