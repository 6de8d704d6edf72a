// style: it binds `[::]` for IPv6 and IPv4 together, and shows the client's address the way that gives it

use std::env;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv6Addr, TcpListener};
use std::process::exit;

const ANSWER: &[u8] = "ok, 问题正在处理中...".as_bytes();

fn main() {
    let arguments: Vec<_> = env::args().collect();
    let port: u16 = match arguments.as_slice() {
        [_, port] => port.parse().unwrap_or(0),
        _ => 0,
    };
    if port == 0 {
        eprintln!("usage: tcp_server <port>");
        exit(1);
    }

    // Linux lets an IPv6 socket serve IPv4 too, unless the option IPV6_V6ONLY is set.
    let listener = TcpListener::bind((Ipv6Addr::UNSPECIFIED, port)).unwrap_or_else(|error| {
        match error.kind() {
            ErrorKind::AddrInUse => eprintln!("port {port} is taken"),
            _ => eprintln!("cannot listen at port {port}: {error}"),
        }
        exit(1);
    });
    let (mut client, address) = listener.accept().unwrap_or_else(|error| {
        eprintln!("cannot accept: {error}");
        exit(1);
    });
    // An IPv4 client reads as [::ffff:192.0.2.1]:50000 here.
    println!("Connected: {address}");

    let mut buffer = [0_u8; 1024];
    match client.read(&mut buffer) {
        Ok(0) => println!("Disconnected."),
        Ok(length) => {
            println!("{length} B: {}", String::from_utf8_lossy(&buffer[..length]));
            if let Err(error) = client.write_all(ANSWER) {
                eprintln!("cannot answer: {error}");
            }
        }
        Err(error) => eprintln!("cannot receive: {error}"),
    }
}
