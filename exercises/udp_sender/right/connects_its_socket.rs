// style: it connects its socket, so that `send` needs no address, and takes the line as bytes, not as a `String`

use std::env;
use std::io::{self, BufRead};
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::process::exit;

fn main() {
    let mut arguments = env::args().skip(1);
    let (Some(ip), Some(port), None) = (arguments.next(), arguments.next(), arguments.next()) else {
        fail("two arguments, please: an address and a port");
    };
    let destination: SocketAddrV4 = match (ip.parse::<Ipv4Addr>(), port.parse::<u16>()) {
        (Ok(ip), Ok(port)) if port != 0 => SocketAddrV4::new(ip, port),
        (Ok(_), _) => fail(&format!("this is no port: {port}")),
        (Err(_), _) => fail(&format!("this is no address: {ip}")),
    };

    let mut line = Vec::new();
    match io::stdin().lock().read_until(b'\n', &mut line) {
        Ok(0) => return,
        Ok(_) => {}
        Err(error) => fail(&format!("reading failed: {error}")),
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    }

    if let Err(error) = send(&line, destination) {
        fail(&format!("sending failed: {error}"));
    }
}

fn send(text: &[u8], destination: SocketAddrV4) -> io::Result<()> {
    let socket = UdpSocket::bind("0.0.0.0:0")?;
    // With UDP this sends nothing. It only writes the address down in the socket.
    socket.connect(destination)?;
    socket.send(text)?;
    Ok(())
}

fn fail(message: &str) -> ! {
    eprintln!("{message}");
    exit(2)
}
