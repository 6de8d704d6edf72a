// style: one thread reads, a second one sends, and a channel lies between them

use std::env;
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().collect();
    let destination = match arguments.as_slice() {
        [_, ip, port] => parse(ip, port),
        _ => Err(format!("{} arguments instead of 2", arguments.len().saturating_sub(1))),
    };
    let destination = match destination {
        Ok(destination) => destination,
        Err(message) => {
            eprintln!("udp_sender: {message}");
            return ExitCode::FAILURE;
        }
    };

    let (texts, incoming) = channel();
    let reader = thread::spawn(move || read(&texts));
    let sender = thread::spawn(move || send(&incoming, destination));
    let mut code = ExitCode::SUCCESS;
    for thread in [reader, sender] {
        match thread.join() {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                eprintln!("udp_sender: {error}");
                code = ExitCode::FAILURE;
            }
            Err(_) => code = ExitCode::FAILURE,
        }
    }
    code
}

fn parse(ip: &str, port: &str) -> Result<SocketAddrV4, String> {
    let ip: Ipv4Addr = ip.parse().map_err(|error| format!("{ip}: {error}"))?;
    match port.parse() {
        Ok(0) => Err("port 0 cannot be sent to".to_owned()),
        Ok(port) => Ok(SocketAddrV4::new(ip, port)),
        Err(error) => Err(format!("{port}: {error}")),
    }
}

/// Sends one line to the other thread. At the end of the input it returns without one, which closes the channel.
fn read(texts: &Sender<String>) -> io::Result<()> {
    let mut line = String::new();
    if io::stdin().read_line(&mut line)? > 0 {
        let text = line.strip_suffix('\n').unwrap_or(&line).to_owned();
        // This fails only if the other thread has ended, and then it says why itself.
        let _ = texts.send(text);
    }
    Ok(())
}

fn send(incoming: &Receiver<String>, destination: SocketAddrV4) -> io::Result<()> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    if let Ok(text) = incoming.recv() {
        socket.send_to(text.as_bytes(), destination)?;
    }
    Ok(())
}
