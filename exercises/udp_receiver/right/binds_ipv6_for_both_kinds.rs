// style: one IPv6 socket for both kinds of addresses; a sender is shown as [::ffff:192.168.1.11]:53111

use std::net::{Ipv6Addr, UdpSocket};
use std::num::NonZeroU16;
use std::{env, process};

fn fail(message: &str) -> ! {
    eprintln!("udp_receiver: {message}");
    process::exit(2);
}

fn main() {
    let mut arguments = env::args().skip(1);
    let (Some(word), None) = (arguments.next(), arguments.next()) else { fail("give me one port") };
    let Ok(port) = word.parse::<NonZeroU16>() else { fail("a port is a number from 1 to 65535") };

    let socket = UdpSocket::bind((Ipv6Addr::UNSPECIFIED, port.get())).unwrap_or_else(|error| fail(&error.to_string()));
    // As large as a datagram can be at all.
    let mut buffer = vec![0; 65_535];
    match socket.recv_from(&mut buffer) {
        Ok((length, sender)) => {
            buffer.truncate(length);
            match String::from_utf8(buffer) {
                Ok(text) => println!("{sender} says {text:?}"),
                Err(error) => println!("{sender} sends bytes that are no text: {:02x?}", error.as_bytes()),
            }
        }
        Err(error) => fail(&error.to_string()),
    }
}
