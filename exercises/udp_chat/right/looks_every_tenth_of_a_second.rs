// style: one thread; waits for a message with a time-out of 100 ms, again and again; logs what it does on stderr

use std::error::Error;
use std::io::{self, BufRead, ErrorKind, Write};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::process::ExitCode;
use std::time::Duration;

struct Chat<I> {
    socket: UdpSocket,
    input: I,
}

impl<I: BufRead> Chat<I> {
    fn run(&mut self) -> io::Result<()> {
        while let Some(choice) = self.ask("send (1) or receive (2)? ")? {
            match choice.trim_end() {
                "1" => {
                    let mut answers = Vec::new();
                    for question in ["what? ", "to which ip? ", "to which port? "] {
                        match self.ask(question)? {
                            Some(answer) => answers.push(answer),
                            None => return Ok(()),
                        }
                    }
                    if let Err(error) = self.send(&answers[0], &answers[1], &answers[2]) {
                        eprintln!("[error] this message was not sent: {error}");
                    }
                }
                "2" => {
                    let (text, from) = self.receive()?;
                    println!("{text}\n\t(from {} at port {})", from.ip(), from.port());
                }
                _ => eprintln!("[error] no such choice"),
            }
        }
        eprintln!("[info] end of input");
        Ok(())
    }

    fn send(&self, text: &str, ip: &str, port: &str) -> Result<(), Box<dyn Error>> {
        // Ip and port as one socket address: the parser of the library looks at both.
        let to: SocketAddr = format!("{ip}:{port}").parse()?;
        if to.port() == 0 {
            return Err("port 0 is nobody's".into());
        }
        let length = self.socket.send_to(text.as_bytes(), to)?;
        eprintln!("[info] {length} bytes sent");
        Ok(())
    }

    fn receive(&self) -> io::Result<(String, SocketAddr)> {
        let mut buffer = [0; 2048];
        loop {
            match self.socket.recv_from(&mut buffer) {
                Ok((length, from)) => return Ok((String::from_utf8_lossy(&buffer[..length]).into_owned(), from)),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn ask(&mut self, question: &str) -> io::Result<Option<String>> {
        print!("{question}");
        io::stdout().flush()?;
        let mut line = String::new();
        let length = self.input.read_line(&mut line)?;
        Ok((length > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned()))
    }
}

fn open() -> Result<UdpSocket, Box<dyn Error>> {
    let port: u16 = std::env::args().nth(1).ok_or("no port given")?.parse()?;
    if port == 0 {
        return Err("port 0 is nobody's".into());
    }
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, port))?;
    socket.set_read_timeout(Some(Duration::from_millis(100)))?;
    Ok(socket)
}

fn main() -> ExitCode {
    let done = open().and_then(|socket| Ok(Chat { socket, input: io::stdin().lock() }.run()?));
    if let Err(error) = done {
        eprintln!("[fatal] {error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
