// fault: what is printed stays in a buffer until the program ends
// cause: output_not_shown; says_nothing in wrong_choice, wrong_address, wrong_port, choice_no_number, empty_choice, port_no_number
// fails: shows_message, answers_the_sender, two_programs_talk, waiting_messages_in_order, wrong_choice, wrong_address, wrong_port, not_text, choice_no_number, empty_choice, port_no_number

use std::env;
use std::error::Error;
use std::io::{self, BufWriter, Stdout, Write};
use std::net::{Ipv4Addr, UdpSocket};
use std::num::NonZeroU16;
use std::process::ExitCode;

type Out = BufWriter<Stdout>;

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

    let out = &mut Out::with_capacity(1 << 16, io::stdout());
    loop {
        writeln!(out, "1: send a message\n2: receive a message")?;
        let Some(choice) = ask(out, "choice: ")? else { return Ok(()) };
        match choice.as_str() {
            "1" => {
                let Some(text) = ask(out, "text: ")? else { return Ok(()) };
                let Some(ip) = ask(out, "ip: ")? else { return Ok(()) };
                let Some(port) = ask(out, "port: ")? else { return Ok(()) };
                send(out, &socket, &text, &ip, &port)?;
            }
            "2" => receive(out, &socket)?,
            _ => writeln!(out, "there is no such choice")?,
        }
    }
}

fn send(out: &mut Out, socket: &UdpSocket, text: &str, ip: &str, port: &str) -> io::Result<()> {
    let Ok(ip) = ip.parse::<Ipv4Addr>() else {
        return writeln!(out, "this is no address");
    };
    let Ok(port) = port.parse::<NonZeroU16>() else {
        return writeln!(out, "this is no port");
    };
    if let Err(error) = socket.send_to(text.as_bytes(), (ip, port.get())) {
        writeln!(out, "not sent: {error}")?;
    }
    Ok(())
}

fn receive(out: &mut Out, socket: &UdpSocket) -> io::Result<()> {
    let mut buffer = [0; 1024];
    let (length, sender) = socket.recv_from(&mut buffer)?;
    let text = String::from_utf8_lossy(&buffer[..length]);
    writeln!(out, "{}, port {}: {text}", sender.ip(), sender.port())
}

fn ask(out: &mut Out, question: &str) -> io::Result<Option<String>> {
    write!(out, "{question}")?;
    let mut line = String::new();
    if io::stdin().read_line(&mut line)? == 0 {
        return Ok(None);
    }
    Ok(Some(line.trim_end_matches('\n').to_owned()))
}
