// style: a non-blocking socket, looked at every 50 ms; logs on stderr

use std::error::Error;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::process::ExitCode;
use std::time::Duration;
use std::{env, thread};

fn main() -> ExitCode {
    if let Err(error) = run() {
        eprintln!("[error] {error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn run() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().collect();
    if arguments.len() != 3 {
        return Err(format!("usage: {} <ip> <port>", arguments[0]).into());
    }
    let ip: Ipv4Addr = arguments[1].parse()?;
    let port: u16 = arguments[2].parse()?;
    if port == 0 {
        return Err("port 0 is no port".into());
    }

    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    let text = line.strip_suffix('\n').unwrap_or(&line);

    eprintln!("[info] connecting to {ip}:{port}");
    let mut server = TcpStream::connect((ip, port))?;
    server.write_all(text.as_bytes())?;
    eprintln!("[info] {} bytes sent, waiting", text.len());

    server.set_nonblocking(true)?;
    let mut buffer = [0; 1024];
    let length = loop {
        match server.read(&mut buffer) {
            Ok(length) => break length,
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(Duration::from_millis(50)),
            Err(error) => return Err(error.into()),
        }
    };
    match &buffer[..length] {
        [] => eprintln!("[warn] end of stream before any answer"),
        answer => eprintln!("[info] answer: {}", String::from_utf8_lossy(answer)),
    }
    Ok(())
}
