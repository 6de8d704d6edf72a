// style: a thread receives and hands over by a channel; the output is collected and written at the end

use std::error::Error;
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::num::NonZeroU16;
use std::process::ExitCode;
use std::sync::mpsc;
use std::{env, thread};

struct Message {
    sender: SocketAddr,
    bytes: Vec<u8>,
}

fn main() -> ExitCode {
    if let Err(error) = run() {
        eprintln!("udp_receiver: {error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn run() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [port] = arguments.as_slice() else {
        return Err("usage: udp_receiver <port>".into());
    };
    let port: NonZeroU16 = port.parse()?;
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, port.get()))?;

    let (to_main, messages) = mpsc::channel();
    // It goes on receiving, as it would in a larger program; the end of the program ends it.
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok((length, sender)) = socket.recv_from(&mut buffer) {
            if to_main.send(Message { sender, bytes: buffer[..length].to_vec() }).is_err() {
                return;
            }
        }
    });

    let message = messages.recv()?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    writeln!(out, "{} bytes from {}:", message.bytes.len(), message.sender)?;
    // The bytes as they are: the terminal knows what to do with them.
    out.write_all(&message.bytes)?;
    out.write_all(b"\n")?;
    out.flush()?;
    Ok(())
}
