// style: it thinks for a second and a half before it answers, and the answer goes out in two pieces

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread::sleep;
use std::time::Duration;
use std::{env, error};

fn main() -> ExitCode {
    if let Err(error) = run() {
        eprintln!("{error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn run() -> Result<(), Box<dyn error::Error>> {
    let port: u16 = env::args().nth(1).ok_or("which port? none is given")?.parse()?;
    if port == 0 {
        return Err("port 0 is not one that a client could find".into());
    }
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port))?;
    let (mut client, address) = listener.accept()?;
    println!("from {} at port {}", address.ip(), address.port());
    match receive(&mut client) {
        Ok(None) => println!("nothing, it has left"),
        Ok(Some(text)) => {
            println!("{} bytes", text.len());
            println!("{}", String::from_utf8_lossy(&text));
            sleep(Duration::from_millis(1500));
            if let Err(error) = write!(client, "ok, ").and_then(|()| write!(client, "问题正在处理中...")) {
                eprintln!("it has not waited: {error}");
            }
        }
        Err(error) => eprintln!("it is gone: {error}"),
    }
    Ok(())
}

/// What came, or nothing if the client has closed.
fn receive(client: &mut TcpStream) -> io::Result<Option<Vec<u8>>> {
    let mut buffer = [0; 1024];
    let length = client.read(&mut buffer)?;
    Ok((length > 0).then(|| buffer[..length].to_vec()))
}
