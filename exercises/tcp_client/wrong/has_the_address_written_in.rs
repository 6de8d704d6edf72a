// fault: the arguments are ignored: an address is written into the program
// cause: wrong_destination; argument_ignored in bad_arguments
// fails: refused, bad_arguments

use std::error::Error;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
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
    let address = (Ipv4Addr::new(192, 168, 1, 103), 8080);
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    let text = line.strip_suffix('\n').unwrap_or(&line);

    let mut server = TcpStream::connect(address)?;
    server.write_all(text.as_bytes())?;
    let mut buffer = [0; 1024];
    let length = server.read(&mut buffer)?;
    if length == 0 {
        return Err("the server has left without an answer".into());
    }
    println!("The server says: {}", String::from_utf8_lossy(&buffer[..length]));
    Ok(())
}
