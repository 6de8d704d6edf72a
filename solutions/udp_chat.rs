//! `udp_chat <port>`: one socket, bound to the port, for sending and for receiving, and a menu that
//! goes on whatever is typed.

use std::env;
use std::error::Error;
use std::io::{self, BufRead, Write};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, UdpSocket};
use std::num::NonZeroU16;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

/// A message as it arrived, and who sent it.
struct Message {
    sender: SocketAddr,
    bytes: Vec<u8>,
}

fn main() -> ExitCode {
    // Every failure ends here: a message on stderr, a non-zero exit. Nothing panics.
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("udp_chat: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let port = arguments()?;

    // The one socket of this program. What it sends carries this port as the source port, so that
    // the other side can answer to it. 0.0.0.0 is every IPv4 address of this machine.
    let socket =
        UdpSocket::bind((Ipv4Addr::UNSPECIFIED, port)).map_err(|error| format!("cannot have port {port}: {error}"))?;
    let socket = Arc::new(socket);

    // A thread of its own receives, and puts each message into a channel. There the messages wait, in
    // order, until somebody asks for them. The thread uses the same socket: `Arc` shares it.
    let (incoming, messages) = mpsc::channel();
    let receiving = Arc::clone(&socket);
    thread::spawn(move || receive(&receiving, &incoming));

    menu(&socket, &messages)?;
    // The receiving thread still waits, but the program ends when `main` does.
    Ok(())
}

/// Asks for a choice and does it, until the input ends.
fn menu(socket: &UdpSocket, messages: &Receiver<io::Result<Message>>) -> Result<(), Box<dyn Error>> {
    loop {
        println!("1: send a message");
        println!("2: receive a message");
        let Some(choice) = ask("Your choice: ")? else { return Ok(()) };
        match choice.trim() {
            "1" => {
                // The input may end inside a question as well. Then there is nothing to send.
                let Some(text) = ask("Text: ")? else { return Ok(()) };
                let Some(ip) = ask("To the ip: ")? else { return Ok(()) };
                let Some(port) = ask("At the port: ")? else { return Ok(()) };
                // Whatever is wrong with the answers is no reason to end: say so, and back to the menu.
                match send(socket, &text, &ip, &port) {
                    Ok(()) => println!("Sent."),
                    Err(problem) => println!("Not sent: {problem}."),
                }
            }
            "2" => {
                // Takes the message that has waited longest. If there is none, this waits for one.
                let Message { sender, bytes } = messages.recv()??;
                // Another program may send anything. Bytes that are no UTF-8 are shown as `�`.
                println!("From {}, port {}: {}", sender.ip(), sender.port(), String::from_utf8_lossy(&bytes));
            }
            other => println!("There is no choice `{other}`."),
        }
    }
}

/// Sends a text as one datagram. What keeps it from being sent is told in words for people.
fn send(socket: &UdpSocket, text: &str, ip: &str, port: &str) -> Result<(), String> {
    let ip: Ipv4Addr = ip.trim().parse().map_err(|_| format!("`{ip}` is no IPv4 address"))?;
    let port = parse_port(port.trim())?;
    let destination = SocketAddrV4::new(ip, port);
    match socket.send_to(text.as_bytes(), destination) {
        Ok(_) => Ok(()), // A datagram is sent whole or not at all.
        Err(error) => Err(format!("{} bytes cannot go to {destination}: {error}", text.len())),
    }
}

/// Receives for ever. Only the bytes that came go into the channel, not the whole buffer.
fn receive(socket: &UdpSocket, incoming: &Sender<io::Result<Message>>) {
    let mut buffer = [0; 1024];
    loop {
        let received = socket.recv_from(&mut buffer);
        let received = received.map(|(length, sender)| Message { sender, bytes: buffer[..length].to_vec() });
        let failed = received.is_err();
        // `send` fails when nobody holds the other end of the channel any more.
        if incoming.send(received).is_err() || failed {
            return;
        }
    }
}

/// Asks, and reads one line without its newline, or nothing at the end of the input.
fn ask(question: &str) -> io::Result<Option<String>> {
    print!("{question}");
    io::stdout().flush()?; // The question has no newline at its end.
    let mut line = Vec::new();
    if io::stdin().lock().read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.ends_with(b"\n") {
        line.pop();
    }
    Ok(Some(String::from_utf8_lossy(&line).into_owned()))
}

/// The port to bind to: the one argument.
fn arguments() -> Result<u16, String> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [port] = arguments.as_slice() else {
        return Err("usage: udp_chat <port>".to_owned());
    };
    parse_port(port)
}

fn parse_port(word: &str) -> Result<u16, String> {
    // NonZeroU16 accepts exactly the ports that there are: 1 to 65535.
    let port: NonZeroU16 = word.parse().map_err(|_| format!("`{word}` is no port"))?;
    Ok(port.get())
}
