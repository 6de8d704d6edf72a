//! `udp_sender <ip> <port>`: reads one line and sends it, without its newline, as one datagram.
//!
//! This is the starter. Replace the body of `main`, step by step. The task is in README.md beside this file.

use std::env;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();

    // 1. Look at the arguments: an IPv4 address and a port from 1 to 65535.
    //    `parse::<std::net::Ipv4Addr>()` and `parse::<u16>()` do most of it.
    //    If something is wrong: `eprintln!` a message and exit with a code other than 0.

    // 2. Read one line from standard input: `std::io::stdin().read_line(...)`.
    //    It keeps the newline, and it returns Ok(0) at the end of the input.

    // 3. Make a socket: `std::net::UdpSocket::bind(...)`. Which port may the system choose for you?

    // 4. Send the bytes of the text in one datagram: `send_to(...)`. It may fail. What then?

    println!("This is the starter. It was called with {arguments:?} and sends nothing yet.");
}
