// fault: the length counts characters instead of bytes
// cause: characters_counted
// fails: utf8_text

use std::error::Error;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::{env, io};

const ANSWER: &str = "ok, 问题正在处理中...";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tcp_server: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [port] = arguments.as_slice() else {
        return Err("usage: tcp_server <port>".into());
    };
    let port: u16 = port.parse()?;

    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port))?;
    let (client, address) = listener.accept()?;
    println!("client {}, port {}", address.ip(), address.port());
    if let Err(error) = serve(client) {
        eprintln!("tcp_server: lost the client: {error}");
    }
    Ok(())
}

fn serve(mut client: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 1024];
    let length = client.read(&mut buffer)?;
    if length == 0 {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&buffer[..length]);
    println!("{} bytes: {text}", text.chars().count());
    client.write_all(ANSWER.as_bytes())
}
