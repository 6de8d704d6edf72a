// style: clients' threads send what happens through a channel; a single thread prints it, on stderr

use std::io::Read;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::num::NonZeroU16;
use std::process::ExitCode;
use std::sync::mpsc::{Sender, channel};
use std::{env, fmt, io, thread};

enum News {
    Came,
    Said(Vec<u8>),
    Left,
    Broke(io::Error),
}

type Mail = (SocketAddr, News);

fn main() -> ExitCode {
    let port = match env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [word] => word.parse::<NonZeroU16>().map_err(|error| format!("{word}: {error}")),
        _ => Err("usage: zero_length_recv <port>".to_owned()),
    };
    let listener = port.and_then(|port| {
        TcpListener::bind((Ipv4Addr::UNSPECIFIED, port.get())).map_err(|error| format!("port {port}: {error}"))
    });
    let listener = match listener {
        Ok(listener) => listener,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::FAILURE;
        }
    };

    let (sender, receiver) = channel::<Mail>();
    thread::spawn(move || {
        for client in listener.incoming() {
            let sender = sender.clone();
            match client {
                Ok(client) => drop(thread::spawn(move || listen_to(client, &sender))),
                Err(error) => eprintln!("accept: {error}"),
            }
        }
    });

    for (who, news) in receiver {
        match news {
            News::Came => eprintln!("+ {} {}", who.ip(), who.port()),
            News::Said(bytes) => eprintln!("  {who} -> {} {}", bytes.len(), Quoted(&bytes)),
            News::Left => eprintln!("- {who} left"),
            News::Broke(error) => eprintln!("! {who} {error}"),
        }
    }
    ExitCode::SUCCESS
}

fn listen_to(mut client: TcpStream, sender: &Sender<Mail>) {
    let Ok(who) = client.peer_addr() else { return };
    // Sending fails only when the printing thread has ended, and that ends with the program.
    let tell = |news| sender.send((who, news)).is_ok();
    let mut buffer = [0; 1024];
    let mut goes_on = tell(News::Came);
    while goes_on {
        let news = match client.read(&mut buffer) {
            Ok(0) => News::Left,
            Ok(length) => News::Said(buffer[..length].to_vec()),
            Err(error) => News::Broke(error),
        };
        goes_on = matches!(news, News::Said(_));
        goes_on &= tell(news);
    }
}

/// Bytes as a person wants to read them, between quotation marks of the typographic kind.
struct Quoted<'a>(&'a [u8]);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "“{}”", String::from_utf8_lossy(self.0))
    }
}
