// style: a thread for each client, so that several are served at once

use std::error::Error;
use std::io::{self, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::num::NonZeroU16;
use std::process::ExitCode;
use std::{env, thread};

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
    println!("ready at port {port}, for any number of clients");
    loop {
        let (client, address) = listener.accept()?;
        // Nobody joins it: the thread ends with its client. If there are too many threads, this client has to go.
        if let Err(error) = thread::Builder::new().spawn(move || attend(client, address)) {
            eprintln!("no thread for {address}: {error}");
        }
    }
}

fn attend(client: TcpStream, address: SocketAddr) {
    println!("[{address}] is here");
    match serve(client, address) {
        Ok(total) => println!("[{address}] has hung up, {total} bytes in all"),
        Err(error) => eprintln!("[{address}] was cut off: {error}"),
    }
}

fn serve(mut client: TcpStream, address: SocketAddr) -> io::Result<usize> {
    let mut buffer = vec![0; 1024];
    let mut total = 0;
    loop {
        match client.read(&mut buffer)? {
            0 => return Ok(total),
            length => {
                total += length;
                println!("[{address}] {length} bytes: {}", String::from_utf8_lossy(&buffer[..length]));
            }
        }
    }
}
