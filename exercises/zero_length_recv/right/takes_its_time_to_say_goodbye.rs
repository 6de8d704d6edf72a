// style: a second passes between the client's departure and the words about it; the connection is closed after them

use std::error::Error;
use std::io::Read;
use std::net::TcpListener;
use std::num::NonZeroU16;
use std::process::ExitCode;
use std::time::Duration;
use std::{env, thread};

fn main() -> ExitCode {
    let Err(error) = run() else { return ExitCode::SUCCESS };
    eprintln!("zero_length_recv: {error}");
    ExitCode::FAILURE
}

fn run() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [port] = arguments.as_slice() else { return Err("one argument, please: a port".into()) };
    let port: NonZeroU16 = port.parse()?;
    let listener = TcpListener::bind(("0.0.0.0", port.get()))?;
    loop {
        let (mut client, address) = listener.accept()?;
        println!("Welcome, {address:?}!");
        let mut buffer = [0; 1024];
        let end = loop {
            match client.read(&mut buffer) {
                Ok(0) => break "went home".to_owned(),
                Ok(length) => println!("({length}) {}", String::from_utf8_lossy(&buffer[..length])),
                Err(error) => break format!("vanished: {error}"),
            }
        };
        thread::sleep(Duration::from_secs(1));
        println!("{address:?} {end}.");
    }
}
