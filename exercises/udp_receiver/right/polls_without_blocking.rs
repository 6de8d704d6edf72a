// style: a non-blocking socket that is looked at every 40 ms

use std::error::Error;
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::num::NonZeroU16;
use std::process::ExitCode;
use std::time::Duration;
use std::{env, thread};

const PAUSE: Duration = Duration::from_millis(40);

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
    let port = env::args().nth(1).ok_or("usage: udp_receiver <port>")?;
    let port: NonZeroU16 = port.parse()?;
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, port.get()))?;
    socket.set_nonblocking(true)?;

    let mut buffer = [0; 2048];
    let (length, sender) = loop {
        match look(&socket, &mut buffer)? {
            Some(found) => break found,
            None => thread::sleep(PAUSE),
        }
    };
    println!("ip:   {}", sender.ip());
    println!("port: {}", sender.port());
    println!("text: {}", String::from_utf8_lossy(&buffer[..length]));
    Ok(())
}

fn look(socket: &UdpSocket, buffer: &mut [u8]) -> io::Result<Option<(usize, SocketAddr)>> {
    match socket.recv_from(buffer) {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
        Err(error) => Err(error),
    }
}
