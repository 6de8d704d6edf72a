// style: the client is served in a thread, and a second thread prints what it is told over a channel

use std::env;
use std::fmt::Display;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::mpsc::{Sender, channel};
use std::thread;

fn main() -> ExitCode {
    let port = match env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [port] => port.parse().map_err(|_| format!("{port} is no port")),
        _ => Err("one argument is needed, the port".to_owned()),
    };
    match port {
        Ok(0) => fail("0 is no port to listen at"),
        Ok(port) => match serve_one(port) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(error),
        },
        Err(message) => fail(message),
    }
}

fn fail(message: impl Display) -> ExitCode {
    eprintln!("tcp_server: {message}");
    ExitCode::FAILURE
}

fn serve_one(port: u16) -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port))?;
    let (lines, printed) = channel::<String>();
    let printer = thread::spawn(move || printed.iter().for_each(|line| println!("{line}")));

    let (client, address) = listener.accept()?;
    let worker = thread::spawn(move || {
        if let Err(error) = serve(client, address, &lines) {
            let _ = lines.send(format!("{address} is lost: {error}"));
        }
        // Here `lines` is dropped, and the printer ends.
    });
    for thread in [worker, printer] {
        thread.join().map_err(|_| io::Error::other("a thread has panicked"))?;
    }
    Ok(())
}

fn serve(mut client: TcpStream, address: SocketAddr, lines: &Sender<String>) -> io::Result<()> {
    // The printer lives as long as there is somebody who can send to it.
    let say = |line| drop(lines.send(line));
    say(format!("{address} is connected"));
    let mut buffer = [0; 1024];
    match client.read(&mut buffer)? {
        0 => say(format!("{address} has left")),
        length => {
            let text = String::from_utf8_lossy(&buffer[..length]);
            say(format!("{address} sends {length} bytes"));
            say(format!("{address} says: {text}"));
            client.write_all("ok, 问题正在处理中...".as_bytes())?;
        }
    }
    Ok(())
}
