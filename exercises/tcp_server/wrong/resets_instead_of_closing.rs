// fault: SO_LINGER with zero seconds makes the close a reset
// cause: reset_by_linger
// fails: one_client, utf8_text, closes_first, restarts_at_once, restarts_after_kill, second_client_waits

use std::error::Error;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::process::ExitCode;
use std::{env, io};

#[repr(C)]
struct Linger {
    on: i32,
    seconds: i32,
}

unsafe extern "C" {
    fn setsockopt(socket: i32, level: i32, name: i32, value: *const Linger, length: u32) -> i32;
}

const SOL_SOCKET: i32 = 1;
const SO_LINGER: i32 = 13;

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
    println!("{length} bytes: {text}");
    client.write_all(ANSWER.as_bytes())?;
    let linger = Linger { on: 1, seconds: 0 };
    // SAFETY: the descriptor is open, and the value is a linger structure of the length given.
    match unsafe {
        setsockopt(
            client.as_raw_fd(),
            SOL_SOCKET,
            SO_LINGER,
            &linger,
            size_of::<Linger>() as u32,
        )
    } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
