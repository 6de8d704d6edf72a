//! `tcp_client <ip> <port>`: connects, sends one line, shows the server's answer, closes first.
//!
//! Written with tokio: every `.await` is a place where the task may have to wait, and where others could run meanwhile.
//! One task does not need that. Many connections at once do, and each of them would look like this one.

use std::env;
use std::error::Error;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::num::NonZeroU16;
use std::process::ExitCode;
use tokio::io::{self, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

// One thread is enough for one task.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    // Every failure ends here: a message on stderr, a non-zero exit. Nothing panics.
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tcp_client: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let address = address()?;

    // The line is read before we connect: a server need not hold a connection open while somebody thinks.
    let Some(text) = read_line().await.map_err(|error| format!("cannot read a line: {error}"))? else {
        return Ok(()); // End of input: there is nothing to ask.
    };

    // This one call makes the socket, lets the system choose our port, and shakes hands: SYN out, SYN,ACK back, ACK
    // out. Where nobody listens, a RST comes back instead: "connection refused".
    let mut server =
        TcpStream::connect(address).await.map_err(|error| format!("cannot connect to {address}: {error}"))?;

    // A plain `write` may take only a part of the bytes; `write_all` goes on until all are taken.
    server.write_all(text.as_bytes()).await.map_err(|error| format!("cannot send: {error}"))?;

    // Once, and not until the end: the server closes only after we have closed, so the end would never come.
    let mut buffer = [0; 1024];
    let length = server.read(&mut buffer).await.map_err(|error| format!("no answer: {error}"))?;
    if length == 0 {
        // Zero bytes are no empty answer: the server has closed its side.
        return Err("the server has left without an answer".into());
    }

    // Only the first `length` bytes of the buffer were received.
    println!("The server says: {}", String::from_utf8_lossy(&buffer[..length]));
    Ok(())
} // Here `server` goes out of scope, which closes the connection: our FIN goes out first. Nothing is unread, so no RST.

/// Where to connect to: the two arguments.
fn address() -> Result<SocketAddrV4, String> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [ip, port] = arguments.as_slice() else {
        return Err("usage: tcp_client <ip> <port>".to_owned());
    };
    let ip: Ipv4Addr = ip.parse().map_err(|_| format!("`{ip}` is no IPv4 address"))?;
    // NonZeroU16 accepts exactly the ports one can connect to: 1 to 65535.
    let port: NonZeroU16 = port.parse().map_err(|_| format!("`{port}` is no port"))?;
    Ok(SocketAddrV4::new(ip, port.get()))
}

/// One line without its newline, or nothing at the end of the input.
async fn read_line() -> io::Result<Option<String>> {
    let mut stdout = io::stdout();
    stdout.write_all(b"Text to send: ").await?;
    stdout.flush().await?;
    let mut line = String::new();
    if BufReader::new(io::stdin()).read_line(&mut line).await? == 0 {
        return Ok(None);
    }
    if line.ends_with('\n') {
        line.pop();
    }
    Ok(Some(line))
}
