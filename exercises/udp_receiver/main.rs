//! `udp_receiver <port>`: receives one datagram and shows what came and from whom.
//!
//! This is the starter. Replace the body of `main`, step by step. The task is in README.md beside this file.

use std::env;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();

    // 1. Look at the arguments: one port from 1 to 65535.
    //    If it is missing or wrong: `eprintln!` a message and exit with a code other than 0.

    // 2. Take the port, on every address: `std::net::UdpSocket::bind(...)`. It may fail. What then?

    // 3. Receive one datagram: `recv_from(...)` into a buffer of 1024 bytes.
    //    It waits until one comes, and returns how many bytes came and the sender's address.
    //    What does it mean here when 0 bytes came?

    // 4. Show the sender's ip and port, and the text. Only a part of the buffer was filled.
    //    What if the bytes are not UTF-8?

    println!("This is the starter. It was called with {arguments:?} and receives nothing yet.");
}
