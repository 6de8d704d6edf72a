// style: blocks for the first three bytes, then takes what is there, three bytes at a time, until nothing is left

use std::env;
use std::io::{self, ErrorKind, Read, Write, stdin, stdout};
use std::net::{Ipv4Addr, TcpStream};
use std::process::exit;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (ip, port) = match arguments.as_slice() {
        [ip, port] => match (ip.parse::<Ipv4Addr>(), port.parse::<u16>()) {
            (Ok(ip), Ok(port)) if port != 0 => (ip, port),
            _ => stop(format!("{ip} {port} is not the address of a server")),
        },
        _ => stop("usage: tcp_client <ip> <port>"),
    };

    let mut server = TcpStream::connect((ip, port)).unwrap_or_else(|error| stop(error));
    print!("> ");
    let _ = stdout().flush();
    let mut line = String::new();
    if let Err(error) = stdin().read_line(&mut line) {
        stop(error);
    }
    let answer = ask(&mut server, line.trim_end_matches('\n')).unwrap_or_else(|error| stop(error));
    if answer.is_empty() {
        stop("the server has nothing to say and is gone");
    }
    println!("< {}", String::from_utf8_lossy(&answer));
}

fn ask(server: &mut TcpStream, question: &str) -> io::Result<Vec<u8>> {
    server.write_all(question.as_bytes())?;
    let mut answer = Vec::new();
    let mut buffer = [0; 3];
    loop {
        match server.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => answer.extend_from_slice(&buffer[..length]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) => return Err(error),
        }
        // The answer comes in one piece: when its first bytes are here, so are the others.
        server.set_nonblocking(true)?;
    }
    Ok(answer)
}

fn stop(message: impl std::fmt::Display) -> ! {
    eprintln!("tcp_client: {message}");
    exit(1)
}
