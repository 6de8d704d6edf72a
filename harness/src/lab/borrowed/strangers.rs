//! What belongs to others in a borrowed network: sockets and packets that have nothing to do with the check.

use super::addresses::is_here;
use crate::check::{Check, Parameter, Parameters};
use crate::event::{Body, Packet, Protocol, Socket};
use std::collections::HashSet;
use std::net::SocketAddr;

/// What belongs to the check.
pub(in crate::lab) struct Ours {
    /// Ports that it is carried out with. They were free when it began.
    ports: HashSet<u16>,
}

impl Ours {
    pub(in crate::lab) fn new(params: &Parameters) -> Self {
        Self { ports: numbers(params).filter(|port| *port != 0).collect() }
    }

    /// Whether a packet does: one of its ends is of the lab.
    pub(in crate::lab) fn has_packet(&self, packet: &Packet) -> bool {
        let of_error = match &packet.body {
            Body::Unreachable { from, to, .. } => self.has(*from) || self.has(*to),
            _ => false,
        };
        of_error || self.has(packet.src) || self.has(packet.dst)
    }

    /// Whether a socket does.
    pub(in crate::lab) fn has_socket(&self, socket: &Socket) -> bool {
        self.has(socket.local) || self.has(socket.remote)
    }

    /// An address of the lab; or one of the check's ports at another that is the machine's own, as 127.0.0.1 is, to which a
    /// program may talk, too.
    fn has(&self, end: SocketAddr) -> bool {
        is_here(end.ip()) || end.ip().is_loopback() && self.ports.contains(&end.port())
    }
}

fn numbers(params: &Parameters) -> impl Iterator<Item = u16> {
    params.0.values().filter_map(|value| match value {
        Parameter::Number(number) => u16::try_from(*number).ok(),
        Parameter::Text(_) | Parameter::Encoded { .. } => None,
    })
}

/// Whether nobody has a port that the check speaks of; the first that somebody has, if so.
pub(in crate::lab) fn ports_are_free(
    check: &Check,
    params: &Parameters,
    table: &[Socket],
) -> Result<(), (Protocol, u16)> {
    let words = check.stimuli.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let words = words.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse().ok());
    let spoken_of: HashSet<u16> = numbers(params).chain(words).filter(|port| *port != 0).collect();
    let taken = table.iter().find(|socket| spoken_of.contains(&socket.local.port()));
    taken.map_or(Ok(()), |socket| Err((socket.protocol, socket.local.port())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_of_somebody_else_is_none_of_the_checks() {
        let ours = Ours::new(&Parameters([("port".to_owned(), Parameter::Number(8989))].into()));
        let packet = |src: &str, dst: &str| Packet {
            at_ns: 0,
            headers: Vec::new(),
            src: src.parse().unwrap(),
            dst: dst.parse().unwrap(),
            body: Body::Udp { payload: Vec::new() },
        };
        assert!(ours.has_packet(&packet("127.168.1.103:4", "127.0.0.1:5")));
        assert!(ours.has_packet(&packet("127.0.0.1:4", "127.0.0.1:8989")));
        assert!(ours.has_packet(&packet("[::1]:8989", "[::1]:5")));
        assert!(!ours.has_packet(&packet("127.0.0.1:4", "127.0.0.1:5")));
        assert!(!ours.has_packet(&packet("10.0.0.1:8989", "10.0.0.2:5")));
    }
}
