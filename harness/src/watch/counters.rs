//! What the kernel counts in a network namespace, and neither the wire nor the socket table shows.

use super::procfs;
use crate::event::Aborts;
use std::io;

/// Why connections were reset since this network namespace was made: the wire shows a RST and not its reason.
///
/// # Errors
/// When the kernel's file cannot be read.
pub fn aborts() -> io::Result<Aborts> {
    Ok(parse_aborts(&procfs::read_text("/proc/net/netstat")?))
}

/// How many packets had no way to go since then (`OutNoRoutes`, RFC 4293): they never reach the wire.
#[must_use]
pub fn unroutable() -> u64 {
    let read = |path| procfs::read_text(path).unwrap_or_default();
    let v4 = in_table(&read("/proc/net/snmp"), "Ip:", "OutNoRoutes");
    v4.unwrap_or(0) + in_list(&read("/proc/net/snmp6"), "Ip6OutNoRoutes").unwrap_or(0)
}

fn parse_aborts(text: &str) -> Aborts {
    let count = |name| in_table(text, "TcpExt:", name).unwrap_or(0);
    Aborts { unread: count("TCPAbortOnClose"), linger: count("TCPAbortOnData") }
}

/// Of pairs of lines, names above values, the value of `name` in the pair that begins with `table`.
fn in_table(text: &str, table: &str, name: &str) -> Option<u64> {
    let mut lines = text.lines().filter(|line| line.starts_with(table));
    let place = lines.next()?.split_whitespace().position(|other| other == name)?;
    lines.next()?.split_whitespace().nth(place)?.parse().ok()
}

/// Of lines with a name and its value, the value of `name`.
fn in_list(text: &str, name: &str) -> Option<u64> {
    let mut lines = text.lines().map(str::split_whitespace);
    let mut words = lines.find(|words| words.clone().next() == Some(name))?;
    words.nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_found_by_their_names() {
        let text = "IpExt: A\nIpExt: 9\nTcpExt: X TCPAbortOnData TCPAbortOnClose\nTcpExt: 1 2 3\n";
        assert_eq!(parse_aborts(text), Aborts { unread: 3, linger: 2 });
        assert_eq!(parse_aborts("nonsense"), Aborts::default());
        let text = "Ip: Forwarding OutDiscards OutNoRoutes\nIp: 1 0 7\nTcp: OutNoRoutes\n";
        assert_eq!(in_table(text, "Ip:", "OutNoRoutes"), Some(7));
        assert_eq!(in_table("Ip: Forwarding\nIp: 1\n", "Ip:", "OutNoRoutes"), None);
        assert_eq!(in_list("Ip6OutDiscards   \t1\nIp6OutNoRoutes        \t3\n", "Ip6OutNoRoutes"), Some(3));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "((Ip|TcpExt|Ip6OutNoRoutes):?( |[0-9]{1,22}|OutNoRoutes|\\PC){0,4}\n?){0,6}") {
            let _ = (parse_aborts(&text), in_table(&text, "Ip:", "OutNoRoutes"), in_list(&text, "Ip6OutNoRoutes"));
        }
    }

    #[test]
    fn a_close_with_bytes_unread_is_counted() {
        use std::io::Write;
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (server, _) = listener.accept().unwrap();
        client.write_all(b"hello").unwrap();
        server.peek(&mut [0; 5]).unwrap();
        let before = aborts().unwrap();
        drop(server);
        assert!(aborts().unwrap().unread > before.unread);
    }
}
