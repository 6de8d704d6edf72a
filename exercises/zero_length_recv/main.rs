//! `zero_length_recv <port>`: serves one client after another for ever, and notices by a receive of zero bytes that
//! each has left.
//!
//! This is the starter. Replace the body of `main`, step by step. The task is in README.md beside this file.

use std::env;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();

    // 1. Look at the arguments: one port from 1 to 65535.
    //    If it is missing or wrong: `eprintln!` a message and exit with a code other than 0.

    // 2. Listen at the port, on every address: `std::net::TcpListener::bind(...)`. It may fail. What then?

    // 3. For ever: accept a client, `accept()`. It returns a new socket and the client's address.
    //    Show the address now.

    // 4. Receive, `read(...)`, into a buffer of 1024 bytes. It returns how many bytes came.
    //    Show their number and the text. Only a part of the buffer is new. What is in the rest of it?

    // 5. Receive again, and again. What does it mean when 0 comes back? What would the next `read` return?
    //    Say in words that the client has left, and close. Which line of yours closes a socket?

    // 6. `read` may fail: the client has reset the connection. Who has to end then, and who has to go on?

    println!("This is the starter. It was called with {arguments:?} and serves nobody yet.");
}
