//! Why the kernel reset connections (`/proc/net/netstat`): the wire shows a RST and not its reason.

use crate::event::Aborts;
use std::fs;
use std::io;

/// The counts of this network namespace since it was made.
///
/// # Errors
/// When the kernel's file cannot be read.
pub fn read() -> io::Result<Aborts> {
    Ok(parse(&fs::read_to_string("/proc/net/netstat")?))
}

/// Lines come in pairs: names, then values. What is not there counts as 0.
fn parse(text: &str) -> Aborts {
    let mut names = text.lines().step_by(2).zip(text.lines().skip(1).step_by(2));
    let pair = names.find(|(names, _)| names.starts_with("TcpExt:"));
    let count = |wanted: &str| {
        let (names, values) = pair?;
        let at = names.split_whitespace().position(|name| name == wanted)?;
        values.split_whitespace().nth(at)?.parse().ok()
    };
    Aborts { unread: count("TCPAbortOnClose").unwrap_or(0), linger: count("TCPAbortOnData").unwrap_or(0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_found_by_their_names() {
        let text = "IpExt: A\nIpExt: 9\nTcpExt: X TCPAbortOnData TCPAbortOnClose\nTcpExt: 1 2 3\n";
        assert_eq!(parse(text), Aborts { unread: 3, linger: 2 });
        assert_eq!(parse("nonsense"), Aborts::default());
    }

    #[test]
    fn a_close_with_bytes_unread_is_counted() {
        use std::io::Write;
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (server, _) = listener.accept().unwrap();
        client.write_all(b"hello").unwrap();
        server.peek(&mut [0; 5]).unwrap();
        let before = read().unwrap();
        drop(server);
        assert!(read().unwrap().unread > before.unread);
    }
}
