// style: peeks with a growing buffer until the whole datagram fits, then takes it; wakes from time to time

use std::error::Error;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, UdpSocket};
use std::num::NonZeroU16;
use std::process::ExitCode;
use std::time::Duration;
use std::{env, io};

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
    let port: NonZeroU16 = port.parse()?;

    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, port.get()))?;
    socket.set_read_timeout(Some(Duration::from_millis(250)))?;
    eprintln!("waiting ...");
    let mut buffer = vec![0; length_of_the_next(&socket)?];
    let (length, sender) = socket.recv_from(&mut buffer)?;
    let text = String::from_utf8_lossy(&buffer[..length]);
    eprintln!("{text}\n    ({} at port {})", sender.ip(), sender.port());
    Ok(())
}

/// A peek leaves the datagram where it is. It tells at most the size of the buffer, so a full one may hide more.
fn length_of_the_next(socket: &UdpSocket) -> io::Result<usize> {
    let mut buffer = vec![0; 64];
    loop {
        match socket.peek_from(&mut buffer) {
            Ok((length, _)) if length < buffer.len() => return Ok(length),
            Ok(_) => buffer.resize(buffer.len() * 2, 0),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(error) => return Err(error),
        }
    }
}
