//! `zero_length_recv <port>`: serves one client after another for ever, and notices by a receive of zero bytes that
//! each has left.

use std::convert::Infallible;
use std::env;
use std::error::Error;
use std::io::{self, ErrorKind, Read};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::num::NonZeroU16;
use std::process::ExitCode;

fn main() -> ExitCode {
    // Every failure ends here: a message on stderr, a non-zero exit. Nothing panics. A server has no success to come
    // back with: `Infallible` is a type without a value, so there is no `Ok` to look at.
    let Err(error) = run();
    eprintln!("zero_length_recv: {error}");
    ExitCode::FAILURE
}

fn run() -> Result<Infallible, Box<dyn Error>> {
    let port = port()?;

    // This one call is socket, setsockopt (SO_REUSEADDR, on Unix), bind and listen. 0.0.0.0 is every IPv4 address here.
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port))
        .map_err(|error| format!("cannot listen at port {port}: {error}"))?;
    println!("Listening at port {port}.");

    loop {
        let (client, address) = match listener.accept() {
            Ok(accepted) => accepted,
            // A client that was gone before we came to it. The next one may stay.
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => continue,
            Err(error) => return Err(format!("cannot accept: {error}").into()),
        };
        println!("Client {}, port {}", address.ip(), address.port());

        // A reset makes the receive fail. It ends this client, and not the program: no `?` here.
        match serve(client) {
            Ok(()) => println!("The client at {address} has left."),
            Err(error) => println!("The client at {address} is lost: {error}"),
        }
    }
}

/// Shows each piece, until the client has left. It owns the connection, so returning closes it, whatever the reason.
fn serve(mut client: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 1024];
    loop {
        // Waits until something has come, without burning CPU time.
        let length = client.read(&mut buffer)?;
        if length == 0 {
            // No message is empty: zero bytes mean that nothing more will ever come. A receive that is tried again
            // returns zero at once, again and again, so this is the place to leave the loop.
            return Ok(());
        }
        // Only the first `length` bytes are new. Behind them stands what an earlier, longer message has left.
        let text = String::from_utf8_lossy(&buffer[..length]);
        println!("Received {length} bytes: {text}");
    }
} // Here `client` goes out of scope, which closes the connection: our FIN goes out, and the descriptor is free again.

/// The port to listen at: the one argument.
fn port() -> Result<u16, String> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [port] = arguments.as_slice() else {
        return Err("usage: zero_length_recv <port>".to_owned());
    };
    // NonZeroU16 accepts exactly the ports one can listen at: 1 to 65535.
    let port: NonZeroU16 = port.parse().map_err(|_| format!("`{port}` is no port"))?;
    Ok(port.get())
}
