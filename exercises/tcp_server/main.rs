//! `tcp_server <port>`: accepts one client, receives once, shows what came and from whom, answers,
//! closes first.
//!
//! This is the starter. Replace the body of `main`, step by step. The task is in README.md beside this file.

use std::env;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();

    // 1. Look at the arguments: one port from 1 to 65535.
    //    If it is missing or wrong: `eprintln!` a message and exit with a code other than 0.

    // 2. Listen at the port, on every address: `std::net::TcpListener::bind(...)`. It may fail. What then?

    // 3. Accept one client: `accept()`. It returns a new socket and the client's address.
    //    Show the address now.

    // 4. Receive once: `read(...)` into a buffer of 1024 bytes. It returns how many bytes came.
    //    What does it mean when it returns 0? What when it returns an error?

    // 5. Show the number of bytes and the text. Only a part of the buffer was filled.

    // 6. Send the answer, close the connection, close the listener. Which line of yours closes a socket?

    println!("This is the starter. It was called with {arguments:?} and serves nobody yet.");
}
