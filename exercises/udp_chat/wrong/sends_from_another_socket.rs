// fault: a second socket sends, from a port of its own
// cause: wrong_source
// fails: sends_from_its_port, answers_the_sender, two_programs_talk, wrong_choice, wrong_address, wrong_port, long_text

use std::env;
use std::error::Error;
use std::io::{self, Write};
use std::net::{Ipv4Addr, UdpSocket};
use std::num::NonZeroU16;
use std::process::ExitCode;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("udp_chat: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [port] = arguments.as_slice() else {
        return Err("usage: udp_chat <port>".into());
    };
    let port: NonZeroU16 = port.parse()?;
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, port.get()))?;

    loop {
        println!("1: send a message\n2: receive a message");
        let Some(choice) = ask("choice: ")? else { return Ok(()) };
        match choice.as_str() {
            "1" => {
                let Some(text) = ask("text: ")? else { return Ok(()) };
                let Some(ip) = ask("ip: ")? else { return Ok(()) };
                let Some(port) = ask("port: ")? else { return Ok(()) };
                let sending = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
                send(&sending, &text, &ip, &port);
            }
            "2" => receive(&socket)?,
            _ => println!("there is no such choice"),
        }
    }
}

fn send(socket: &UdpSocket, text: &str, ip: &str, port: &str) {
    let Ok(ip) = ip.parse::<Ipv4Addr>() else {
        println!("this is no address");
        return;
    };
    let Ok(port) = port.parse::<NonZeroU16>() else {
        println!("this is no port");
        return;
    };
    if let Err(error) = socket.send_to(text.as_bytes(), (ip, port.get())) {
        println!("not sent: {error}");
    }
}

fn receive(socket: &UdpSocket) -> io::Result<()> {
    let mut buffer = [0; 1024];
    let (length, sender) = socket.recv_from(&mut buffer)?;
    let text = String::from_utf8_lossy(&buffer[..length]);
    println!("{}, port {}: {text}", sender.ip(), sender.port());
    Ok(())
}

fn ask(question: &str) -> io::Result<Option<String>> {
    print!("{question}");
    io::stdout().flush()?;
    let mut line = String::new();
    if io::stdin().read_line(&mut line)? == 0 {
        return Ok(None);
    }
    Ok(Some(line.trim_end_matches('\n').to_owned()))
}
