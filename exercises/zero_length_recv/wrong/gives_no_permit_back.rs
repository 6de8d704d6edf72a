// fault: each client takes one of eight permits and never gives it back, so the ninth client is sent away
// cause: runs_out
// fails: fifty_clients

use std::env;
use std::error::Error;
use std::io::{self, Read};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::num::NonZeroU16;
use std::process::ExitCode;
use std::thread;

/// How many clients are served at the same time.
const PERMITS: usize = 8;

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
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [port] = arguments.as_slice() else {
        return Err("usage: zero_length_recv <port>".into());
    };
    let port: NonZeroU16 = port.parse()?;

    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port.get()))?;
    let mut permits = PERMITS;
    loop {
        let (client, address) = listener.accept()?;
        if permits == 0 {
            eprintln!("zero_length_recv: too many clients, {address} is sent away");
            continue;
        }
        permits -= 1;
        println!("client {}, port {}", address.ip(), address.port());
        thread::spawn(move || match serve(client) {
            Ok(()) => println!("client {address} has left"),
            Err(error) => eprintln!("zero_length_recv: lost {address}: {error}"),
        });
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
