// style: a BufReader whose buffer is looked at in place: what `fill_buf` returns is a piece, and empty is the end

use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::num::NonZeroU16;
use std::process::exit;

fn main() {
    let mut words = env::args().skip(1);
    let (Some(word), None) = (words.next(), words.next()) else {
        eprintln!("usage: zero_length_recv <port>");
        exit(2);
    };
    let Ok(port) = word.parse::<NonZeroU16>() else {
        eprintln!("{word}: not a port");
        exit(2);
    };
    if let Err(error) = serve_for_ever(port.get()) {
        eprintln!("port {port}: {error}");
        exit(1);
    }
}

fn serve_for_ever(port: u16) -> io::Result<()> {
    let listener = TcpListener::bind(("0.0.0.0", port))?;
    for client in listener.incoming() {
        let client = client?;
        // A client that is gone already has no address any more; that is its affair and not ours.
        let Ok(address) = client.peer_addr() else { continue };
        println!("ip:   {}\nport: {}", address.ip(), address.port());
        match pieces(BufReader::with_capacity(1024, client)) {
            Ok(0) => println!("gone again without a single word"),
            Ok(count) => println!("gone, after {count} piece(s)"),
            Err(error) => println!("lost: {error}"),
        }
    }
    Ok(())
}

/// Shows the pieces and counts them. The reader owns the connection, so it is closed at the end.
fn pieces(mut reader: BufReader<TcpStream>) -> io::Result<usize> {
    let mut out = io::stdout().lock();
    let mut count = 0;
    loop {
        let piece = reader.fill_buf()?;
        let length = piece.len();
        if length == 0 {
            return Ok(count);
        }
        writeln!(out, "size: {length}")?;
        out.write_all(b"text: ")?;
        out.write_all(piece)?;
        out.write_all(b"\n")?;
        reader.consume(length);
        count += 1;
    }
}
