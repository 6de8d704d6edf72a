//! `tcp_server <port>`: accepts one client, receives once, shows what came and from whom, answers,
//! closes first.

use std::env;
use std::error::Error;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::num::NonZeroU16;
use std::process::ExitCode;

const ANSWER: &str = "ok, 问题正在处理中...";

fn main() -> ExitCode {
    // Every failure ends here: a message on stderr, a non-zero exit. Nothing panics.
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tcp_server: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let port = port()?;

    // This one call is socket, setsockopt, bind and listen. On Unix the standard library sets
    // SO_REUSEADDR by itself, so a restart need not wait for TIME_WAIT to pass. In most other
    // languages you have to set the option, before bind. 0.0.0.0 is every IPv4 address here.
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port))
        .map_err(|error| format!("cannot listen at port {port}: {error}"))?;
    println!("Listening at port {port}.");

    // The listener only accepts. All talking happens on the new socket that accept returns.
    let (client, address) = listener.accept()?;
    println!("Client {}, port {}", address.ip(), address.port());

    // A client that resets the connection is gone, but that is no failure of ours.
    if let Err(error) = serve(client) {
        eprintln!("tcp_server: lost the client: {error}");
    }

    // The listener stayed open until here, so that other clients could connect and wait. Now they
    // are turned away.
    drop(listener);
    Ok(())
}

/// Receives once, shows it and answers. It owns the connection, so returning closes it.
fn serve(mut client: TcpStream) -> std::io::Result<()> {
    let mut buffer = [0; 1024];
    let length = client.read(&mut buffer)?;
    if length == 0 {
        // Zero bytes are no message: the client has closed its side.
        println!("The client left without a word.");
        return Ok(());
    }

    // Only the first `length` bytes of the buffer were received. A length on the wire counts bytes,
    // not characters.
    let text = String::from_utf8_lossy(&buffer[..length]);
    println!("Received {length} bytes: {text}");

    client.write_all(ANSWER.as_bytes())
} // Here `client` goes out of scope, which closes the connection: our FIN goes out first.

/// The port to listen at: the one argument.
fn port() -> Result<u16, String> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [port] = arguments.as_slice() else {
        return Err("usage: tcp_server <port>".to_owned());
    };
    // NonZeroU16 accepts exactly the ports one can listen at: 1 to 65535.
    let port: NonZeroU16 = port.parse().map_err(|_| format!("`{port}` is no port"))?;
    Ok(port.get())
}
