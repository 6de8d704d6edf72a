// fault: the length shown is that of the text in characters, and not in bytes
// cause: characters_counted
// fails: notices_the_close

use std::env;
use std::error::Error;
use std::io::{self, Read};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
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
        println!("{} bytes: {text}", text.chars().count());
    }
}
