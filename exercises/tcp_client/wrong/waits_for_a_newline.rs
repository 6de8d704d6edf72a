// fault: it reads the answer as a line, and waits for a newline that does not come
// cause: waits_for_more; closed_too_late in closes_first, ephemeral_port
// fails: handshake_and_exchange, utf8_text, closes_first, server_leaves_silently, ephemeral_port

use std::env;
use std::error::Error;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::num::NonZeroU16;
use std::process::ExitCode;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tcp_client: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [ip, port] = arguments.as_slice() else {
        return Err("usage: tcp_client <ip> <port>".into());
    };
    let ip: Ipv4Addr = ip.parse()?;
    let port: NonZeroU16 = port.parse()?;

    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    let text = line.strip_suffix('\n').unwrap_or(&line);

    let mut server = TcpStream::connect((ip, port.get()))?;
    server.write_all(text.as_bytes())?;
    let mut answer = String::new();
    if BufReader::new(server).read_line(&mut answer)? == 0 {
        return Err("the server has left without an answer".into());
    }
    println!("The server says: {}", answer.trim_end());
    Ok(())
}
