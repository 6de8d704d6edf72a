// fault: all sockets are non-blocking, and are asked again and again without a pause
// cause: busy_waiting
// fails: notices_the_close, leaves_without_a_word, does_not_spin, next_client_is_served, half_close, reset_is_not_the_end, empty_send_is_no_close, fifty_clients, not_text

use std::io::{self, ErrorKind, Read};
use std::net::{TcpListener, TcpStream};

struct Client {
    stream: TcpStream,
    alive: bool,
}

fn serve(port: u16) -> io::Result<()> {
    let listener = TcpListener::bind(("0.0.0.0", port))?;
    listener.set_nonblocking(true)?;
    let mut clients: Vec<Client> = Vec::new();
    let mut buffer = [0u8; 1024];
    loop {
        match listener.accept() {
            Ok((stream, peer)) => {
                println!("Client {}, port {}", peer.ip(), peer.port());
                stream.set_nonblocking(true)?;
                clients.push(Client { stream, alive: true });
            }
            Err(e) if e.kind() == ErrorKind::WouldBlock => {}
            Err(e) => return Err(e),
        }
        for client in &mut clients {
            match client.stream.read(&mut buffer) {
                Ok(0) => {
                    println!("The client has left.");
                    client.alive = false;
                }
                Ok(n) => println!("Received {n} bytes: {}", String::from_utf8_lossy(&buffer[..n])),
                Err(e) if e.kind() == ErrorKind::WouldBlock => {}
                Err(e) => {
                    println!("A client is gone: {e}");
                    client.alive = false;
                }
            }
        }
        clients.retain(|c| c.alive);
    }
}

fn main() {
    let Some(port) = std::env::args().nth(1).and_then(|a| a.parse().ok()).filter(|p| *p != 0u16) else {
        eprintln!("usage: zero_length_recv <port>");
        std::process::exit(1);
    };
    if let Err(e) = serve(port) {
        eprintln!("{e}");
        std::process::exit(1);
    }
}
