//! `udp_chat <port>`: one socket, bound to the port, for sending and for receiving, and a menu that
//! goes on whatever is typed.
//!
//! This is the starter. Replace the body of `main`, step by step. The task is in README.md beside this file.

use std::env;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();

    // 1. Look at the arguments: one port from 1 to 65535.
    //    If it is missing or wrong: `eprintln!` a message and exit with a code other than 0.

    // 2. Make the one socket and bind it to the port, on every address: `std::net::UdpSocket::bind(...)`.
    //    It may fail. What then?

    // 3. Write a function that asks a question and reads one line from standard input, without its newline.
    //    `std::io::stdin().read_line(...)` returns Ok(0) at the end of the input. How does your function
    //    tell its caller? You need it for the menu and for three questions.

    // 4. Show the menu and read a choice, in a `loop`. What ends the loop? What happens with any choice but
    //    `1` and `2`?

    // 5. Choice `1`: ask for text, ip and port, in this order. `parse::<std::net::Ipv4Addr>()` and `parse::<u16>()`
    //    return an error for what is no address and no port: show a message, and go back to the menu.
    //    Else send the text in one datagram: `send_to(...)`. Which socket must you use?

    // 6. Choice `2`: receive one message: `recv_from(...)` into a buffer. It returns how many bytes came, and from whom.
    //    Show the sender's ip and port, and the text. Only a part of the buffer was filled.

    println!("This is the starter. It was called with {arguments:?} and has no menu yet.");
}
