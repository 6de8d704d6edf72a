// fault: the argument is ignored: the port of the lecture notes is written into the program
// cause: argument_missing
// fails: bad_arguments

use std::error::Error;
use std::io::{self, Read};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::ExitCode;

const PORT: u16 = 8989;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("zero_length_recv: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, PORT))?;
    loop {
        let (client, address) = listener.accept()?;
        println!("client {}, port {}", address.ip(), address.port());
        match serve(client) {
            Ok(()) => println!("client {address} has left"),
            Err(error) => eprintln!("zero_length_recv: lost {address}: {error}"),
        }
    }
}

fn serve(mut client: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 1024];
    loop {
        let length = client.read(&mut buffer)?;
        if length == 0 {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&buffer[..length]);
        println!("{length} bytes: {text}");
    }
}
