// fault: the average length of a client's pieces is divided by their number, also when there was none
// cause: ends_with_client
// fails: leaves_without_a_word

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
            Ok(average) => println!("client {address} has left; its pieces had {average} bytes on average"),
            Err(error) => eprintln!("zero_length_recv: lost {address}: {error}"),
        }
    }
}

fn serve(mut client: TcpStream) -> io::Result<usize> {
    let mut buffer = [0; 1024];
    let (mut total, mut pieces) = (0, 0);
    loop {
        let length = client.read(&mut buffer)?;
        if length == 0 {
            return Ok(total / pieces);
        }
        let text = String::from_utf8_lossy(&buffer[..length]);
        println!("{length} bytes: {text}");
        total += length;
        pieces += 1;
    }
}
