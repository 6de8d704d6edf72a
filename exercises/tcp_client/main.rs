//! `tcp_client <ip> <port>`: connects, sends one line, shows the server's answer, closes first.
//!
//! This is the starter. Replace the body of `main`, step by step. The task is in README.md beside this file.

use std::env;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();

    // 1. Look at the arguments: an IPv4 address and a port from 1 to 65535.
    //    `parse::<std::net::Ipv4Addr>()` and `parse::<std::num::NonZeroU16>()` do it.
    //    If something is wrong: `eprintln!` a message and exit with a code other than 0.

    // 2. Read one line from standard input: `std::io::stdin().read_line(...)`. It keeps the newline.

    // 3. Connect: `std::net::TcpStream::connect(...)`. It fails if nobody listens there. What then?

    // 4. Send the bytes of the text: `write_all(...)`.

    // 5. Receive once: `read(...)` into a buffer of 1024 bytes. It returns how many bytes came.
    //    What does it mean when it returns 0? What when it returns an error?

    // 6. Show the answer. Only a part of the buffer was filled.

    // 7. Close the connection, before the server does. Which line of yours closes a socket?

    println!("This is the starter. It was called with {arguments:?} and asks nobody yet.");
}
