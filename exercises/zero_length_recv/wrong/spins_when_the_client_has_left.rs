// fault: zero bytes received are taken for nothing yet: it receives again and again
// cause: spinning
// fails: notices_the_close, leaves_without_a_word, does_not_spin, next_client_is_served, half_close, reset_is_not_the_end, empty_send_is_no_close, fifty_clients, not_text

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
            continue;
        }
        let text = String::from_utf8_lossy(&buffer[..length]);
        println!("{length} bytes: {text}");
    }
}
