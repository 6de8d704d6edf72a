// style: the end of input and a refusal are errors that end a question; waits a second before it sends; counts the messages

use std::fmt;
use std::io::{self, BufRead, Write};
use std::net::{AddrParseError, Ipv4Addr, SocketAddrV4, UdpSocket};
use std::num::{NonZeroU16, ParseIntError};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

/// Why a choice came to nothing.
enum Stop {
    EndOfInput,
    NotAnIp(AddrParseError),
    NotAPort(ParseIntError),
    NoSuchChoice,
    Trouble(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Trouble(error)
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EndOfInput => write!(out, "bye"),
            Self::NotAnIp(error) => write!(out, "that is no ip ({error})"),
            Self::NotAPort(error) => write!(out, "that is no port ({error})"),
            Self::NoSuchChoice => write!(out, "1 or 2, please"),
            Self::Trouble(error) => write!(out, "the system says: {error}"),
        }
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let port = match arguments.as_slice() {
        [port] => port.parse::<NonZeroU16>(),
        _ => {
            eprintln!("usage: udp_chat <port>");
            return ExitCode::from(64);
        }
    };
    let port = match port {
        Ok(port) => port.get(),
        Err(error) => {
            eprintln!("the port is wrong: {error}");
            return ExitCode::from(64);
        }
    };
    let socket = match UdpSocket::bind(SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, port)) {
        Ok(socket) => socket,
        Err(error) => {
            eprintln!("the port cannot be had: {error}");
            return ExitCode::from(69);
        }
    };

    let (mut sent, mut received) = (0, 0);
    loop {
        println!("--- {sent} sent, {received} received; 1 sends, 2 receives");
        match one_choice(&socket, &mut sent, &mut received) {
            Ok(()) => {}
            Err(stop @ Stop::EndOfInput) => {
                println!("{stop}");
                return ExitCode::SUCCESS;
            }
            Err(stop) => println!("!!! {stop}"),
        }
    }
}

fn one_choice(socket: &UdpSocket, sent: &mut u32, received: &mut u32) -> Result<(), Stop> {
    match ask("? ")?.as_str() {
        "1" => {
            let text = ask("text: ")?;
            let ip = ask("ip: ")?.parse().map_err(Stop::NotAnIp)?;
            let port: NonZeroU16 = ask("port: ")?.parse().map_err(Stop::NotAPort)?;
            println!("sending in a second, press Ctrl-C if you did not mean it");
            thread::sleep(Duration::from_secs(1));
            socket.send_to(text.as_bytes(), SocketAddrV4::new(ip, port.get()))?;
            *sent += 1;
        }
        "2" => {
            let mut buffer = vec![0; 4096];
            let (length, sender) = socket.recv_from(&mut buffer)?;
            buffer.truncate(length);
            println!("{sender} says: {}", String::from_utf8_lossy(&buffer));
            *received += 1;
        }
        _ => return Err(Stop::NoSuchChoice),
    }
    Ok(())
}

fn ask(question: &str) -> Result<String, Stop> {
    let mut out = io::stdout().lock();
    out.write_all(question.as_bytes())?;
    out.flush()?;
    let mut line = String::new();
    match io::stdin().lock().read_line(&mut line) {
        Ok(0) => Err(Stop::EndOfInput),
        Ok(_) => Ok(line.strip_suffix('\n').unwrap_or(&line).to_owned()),
        Err(error) => Err(error.into()),
    }
}
