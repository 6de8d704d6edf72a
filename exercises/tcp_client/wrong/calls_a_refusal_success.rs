// fault: a refused connection is reported, but the exit code is 0
// cause: exit_code_zero
// fails: refused

use std::env;
use std::error::Error;
use std::io::{self, Read, Write};
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

    let mut server = match TcpStream::connect((ip, port.get())) {
        Ok(server) => server,
        Err(error) => {
            eprintln!("tcp_client: {error}");
            return Ok(());
        }
    };
    server.write_all(text.as_bytes())?;
    let mut buffer = [0; 1024];
    let length = server.read(&mut buffer)?;
    if length == 0 {
        return Err("the server has left without an answer".into());
    }
    println!("The server says: {}", String::from_utf8_lossy(&buffer[..length]));
    Ok(())
}
