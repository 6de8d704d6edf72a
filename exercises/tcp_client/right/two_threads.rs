// style: one thread receives and shows, another one reads the keyboard and sends

use std::io::{self, BufRead, Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};
use std::num::NonZeroU16;
use std::process::ExitCode;
use std::sync::{Arc, mpsc};
use std::{env, thread};

/// What the threads tell `main`, which alone decides when the program ends.
enum Event {
    Answer(Vec<u8>),
    ServerLeft,
    Failed(io::Error),
}

fn main() -> ExitCode {
    let Some(address) = address() else {
        eprintln!("usage: tcp_client <ip> <port>");
        return ExitCode::from(2);
    };
    let server = match TcpStream::connect(address) {
        Ok(server) => server,
        Err(error) => {
            eprintln!("{address}: {error}");
            return ExitCode::FAILURE;
        }
    };

    let (events, inbox) = mpsc::channel();
    let server = Arc::new(server);
    thread::spawn({
        let (server, events) = (Arc::clone(&server), events.clone());
        move || receive(&server, &events)
    });
    thread::spawn(move || send(&server, &events));

    // The first event decides. When `main` returns, a thread that still waits for the keyboard ends too.
    match inbox.recv() {
        Ok(Event::Answer(bytes)) => {
            println!("{}", String::from_utf8_lossy(&bytes));
            ExitCode::SUCCESS
        }
        Ok(Event::ServerLeft) => {
            println!("(nobody answered: end of the connection)");
            ExitCode::SUCCESS
        }
        Ok(Event::Failed(error)) => {
            eprintln!("{address}: {error}");
            ExitCode::FAILURE
        }
        Err(mpsc::RecvError) => ExitCode::FAILURE,
    }
}

fn receive(mut server: &TcpStream, events: &mpsc::Sender<Event>) {
    let mut buffer = [0; 1024];
    let event = match server.read(&mut buffer) {
        Ok(0) => Event::ServerLeft,
        Ok(length) => Event::Answer(buffer[..length].to_vec()),
        Err(error) => Event::Failed(error),
    };
    // It fails only if `main` no longer listens; then nobody needs the event.
    let _ = events.send(event);
}

fn send(mut server: &TcpStream, events: &mpsc::Sender<Event>) {
    let mut line = String::new();
    let sent =
        io::stdin().lock().read_line(&mut line).and_then(|_| server.write_all(line.trim_end_matches('\n').as_bytes()));
    if let Err(error) = sent {
        let _ = events.send(Event::Failed(error));
    }
}

fn address() -> Option<SocketAddrV4> {
    let mut arguments = env::args().skip(1);
    let ip: Ipv4Addr = arguments.next()?.parse().ok()?;
    let port: NonZeroU16 = arguments.next()?.parse().ok()?;
    Some(SocketAddrV4::new(ip, port.get()))
}
