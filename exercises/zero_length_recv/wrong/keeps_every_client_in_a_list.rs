// fault: every connection is shut down and then kept in a list, so its descriptor stays open
// cause: descriptors_leaked
// fails: fifty_clients

use std::env;
use std::error::Error;
use std::io::{self, Read};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::num::NonZeroU16;
use std::process::ExitCode;

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
    let mut clients = Vec::new();
    loop {
        let (mut client, address) = listener.accept()?;
        println!("client {}, port {}", address.ip(), address.port());
        match serve(&mut client) {
            Ok(()) => println!("client {address} has left"),
            Err(error) => eprintln!("zero_length_recv: lost {address}: {error}"),
        }
        clients.push(client);
        println!("{} clients so far", clients.len());
    }
}

fn serve(client: &mut TcpStream) -> io::Result<()> {
    let mut buffer = [0; 1024];
    loop {
        let length = client.read(&mut buffer)?;
        if length == 0 {
            return client.shutdown(Shutdown::Both);
        }
        let text = String::from_utf8_lossy(&buffer[..length]);
        println!("{length} bytes: {text}");
    }
}
