//! The wire lane: packets as lines, by peer, connection and direction, so that their order does not depend on
//! scheduling.

use super::data;
use super::names::Names;
use super::stream::Stream;
use crate::check::Stimulus;
use crate::event::{Body, Packet, Protocol, Segment, Socket};
use std::collections::HashMap;
use std::net::SocketAddr;

/// How much of one lane, and of one stream, is told of a step that never came to rest.
const BEGINNING_LINES: usize = 8;
const BEGINNING_BYTES: usize = 100;

/// What is known of the wire from the steps before.
#[derive(Default)]
pub(super) struct Wire {
    connections: Vec<Connection>,
    /// The newest connection between two ends, by its place, whoever has opened it.
    newest: HashMap<[SocketAddr; 2], usize>,
}

/// A TCP connection, or an attempt.
struct Connection {
    /// Who sent the SYN, and to whom.
    ends: [SocketAddr; 2],
    syn_seq: u32,
    /// New in this step: the SYN, its answer, the acknowledgement of that.
    handshake: [bool; 3],
    established: bool,
    /// From the first end, from the second.
    streams: [Stream; 2],
    seen_in_step: bool,
}

/// Lines with where they belong: peers in the order of the check, then what concerns no peer by its name.
struct Lane {
    rank: usize,
    key: String,
    lines: Vec<String>,
}

impl Wire {
    /// The lines of a step. Of a step that never came to rest (`restless`) only the beginnings are told: how far the
    /// program got before it was stopped means nothing.
    pub(super) fn lines(
        &mut self,
        names: &Names<'_>,
        stimulus: &Stimulus,
        packets: &[Packet],
        restless: bool,
    ) -> Vec<String> {
        let mut lanes = datagrams(names, stimulus, packets);
        for packet in packets {
            if let Body::Tcp(segment) = &packet.body {
                self.take(packet, segment);
            }
        }
        for connection in self.connections.iter_mut().filter(|connection| connection.seen_in_step) {
            let ends = connection.ends.map(|end| names.peer(Protocol::Tcp, end));
            let rank = ends.iter().flatten().map(|peer| rank(names, peer)).min().unwrap_or(usize::MAX);
            let lines = connection.lines(names, stimulus, restless);
            lanes.push(Lane { rank, key: lines.first().cloned().unwrap_or_default(), lines });
            connection.end_step();
        }
        // A stable sort: the connections of one peer stay in the order in which they were made.
        lanes.sort_by(|a, b| {
            (a.rank, if a.rank == usize::MAX { a.key.as_str() } else { "" })
                .cmp(&(b.rank, if b.rank == usize::MAX { b.key.as_str() } else { "" }))
        });
        let most = if restless { BEGINNING_LINES } else { usize::MAX };
        lanes.into_iter().flat_map(|lane| beginning(lane.lines, most)).collect()
    }

    fn take(&mut self, packet: &Packet, segment: &Segment) {
        let opens = segment.flags.syn && !segment.flags.ack;
        let ends = [packet.src, packet.dst];
        let between = [ends[0].min(ends[1]), ends[0].max(ends[1])];
        let index = match self.newest.get(&between) {
            Some(index) if !opens || self.connections[*index].syn_seq == segment.seq => *index,
            _ => {
                self.connections.push(Connection::new(ends, segment.seq));
                self.newest.insert(between, self.connections.len() - 1);
                self.connections.len() - 1
            }
        };
        let connection = &mut self.connections[index];
        connection.seen_in_step = true;
        let from = usize::from(connection.ends[0] != packet.src);
        match (from, segment.flags.syn, segment.flags.ack) {
            (0, true, false) => connection.handshake[0] = true,
            (1, true, true) => connection.handshake[1] = true,
            (0, false, true) if !connection.established && !segment.flags.rst => {
                connection.established = true;
                connection.handshake[2] = true;
            }
            _ => {}
        }
        connection.streams[from].take(segment);
    }
}

impl Connection {
    fn new(ends: [SocketAddr; 2], syn_seq: u32) -> Self {
        Self {
            ends,
            syn_seq,
            handshake: [false; 3],
            established: false,
            streams: Default::default(),
            seen_in_step: false,
        }
    }

    fn lines(&self, names: &Names<'_>, stimulus: &Stimulus, restless: bool) -> Vec<String> {
        let peers = self.ends.map(|end| names.peer(Protocol::Tcp, end));
        let label = |end: usize| match (peers[end], peers[1 - end], end) {
            (Some(peer), _, _) => peer.to_owned(),
            (None, None, 1) => names.elsewhere(Protocol::Tcp, self.ends[1]),
            // The port of who connects says something if it was chosen; that of who is connected to is in the check.
            (None, _, 0) => names.program_from(Protocol::Tcp, self.ends[0].port()),
            (None, _, _) => names.program(Protocol::Tcp, self.ends[end].port()).to_owned(),
        };
        let labels = [label(0), label(1)];
        let line = |from: usize, what: &str| format!("{} → {}  {what}", labels[from], labels[1 - from]);
        let mut out = Vec::new();
        for (index, what) in ["SYN", "SYN,ACK", "ACK"].into_iter().enumerate() {
            if self.handshake[index] {
                out.push(line(index % 2, what));
            }
        }
        // Who acts by the stimulus comes first; all others only answer.
        let peer_acts = matches!(stimulus, Stimulus::Peer { name, .. } if peers.contains(&Some(name.as_str())));
        let first = usize::from(peers[0].is_some() != peer_acts);
        let order = [first, 1 - first];
        for from in order {
            let stream = &self.streams[from];
            if !stream.fresh.is_empty() {
                let endless = restless && stream.fresh.len() > BEGINNING_BYTES;
                let told = if endless {
                    format!("{} and so on", data::describe(&stream.fresh[..BEGINNING_BYTES]))
                } else {
                    data::name(names, &stream.fresh)
                };
                out.push(line(from, &told));
            }
            if stream.fresh_fin {
                out.push(line(from, "FIN"));
            }
        }
        out.extend(order.into_iter().filter(|from| self.streams[*from].fresh_rst).map(|from| line(from, "RST")));
        out
    }

    fn end_step(&mut self) {
        self.handshake = [false; 3];
        self.seen_in_step = false;
        self.streams.iter_mut().for_each(Stream::end_step);
    }
}

fn beginning(mut lines: Vec<String>, most: usize) -> Vec<String> {
    if lines.len() > most {
        lines.truncate(most);
        lines.push("… and so on".to_owned());
    }
    lines
}

/// Datagrams and ICMP errors, a lane for each other end.
fn datagrams(names: &Names<'_>, stimulus: &Stimulus, packets: &[Packet]) -> Vec<Lane> {
    let mut lanes: Vec<(Lane, [Vec<String>; 3])> = Vec::new();
    let mut places: HashMap<(usize, String), usize> = HashMap::new();
    for packet in packets {
        let (other, place, line) = match &packet.body {
            Body::Udp { payload } => {
                let payload = data::name(names, payload);
                let src = names.peer(Protocol::Udp, packet.src);
                let dst = names.peer(Protocol::Udp, packet.dst);
                match (src, dst) {
                    (Some(peer), _) => {
                        let to = names.program(Protocol::Udp, packet.dst.port());
                        (Some(peer), 0, format!("{peer} → {to}  {payload}"))
                    }
                    (None, dst) => {
                        let from = names.program_from(Protocol::Udp, packet.src.port());
                        let to = dst.map_or_else(|| names.elsewhere(Protocol::Udp, packet.dst), str::to_owned);
                        (dst, 1, format!("{from} → {to}  {payload}"))
                    }
                }
            }
            Body::Unreachable { port, protocol, from, to } => {
                if had_the_port(names, *protocol, *to) {
                    continue;
                }
                let what = if *port { "ICMP port unreachable" } else { "ICMP unreachable" };
                let sender = || names.program(*protocol, from.port());
                match (names.peer(*protocol, *from), names.peer(*protocol, *to)) {
                    (Some(peer), _) => {
                        (Some(peer), 2, format!("{} → {peer}  {what}", names.program(*protocol, to.port())))
                    }
                    (None, Some(peer)) => (Some(peer), 2, format!("{peer} → {}  {what}", sender())),
                    (None, None) => (None, 2, format!("{} → {}  {what}", names.elsewhere(*protocol, *to), sender())),
                }
            }
            _ => continue,
        };
        let rank = other.map_or(usize::MAX, |peer| rank(names, peer));
        let key = if other.is_none() { place_of(&line) } else { String::new() };
        let index = *places.entry((rank, key)).or_insert_with_key(|(rank, key)| {
            lanes.push((Lane { rank: *rank, key: key.clone(), lines: Vec::new() }, Default::default()));
            lanes.len() - 1
        });
        lanes[index].1[place].push(line);
    }
    let peer_acts = matches!(stimulus, Stimulus::Peer { .. });
    lanes
        .into_iter()
        .map(|(lane, [from_peer, from_program, errors])| {
            let (first, second) = if peer_acts { (from_peer, from_program) } else { (from_program, from_peer) };
            Lane { lines: [first, second, errors].concat(), ..lane }
        })
        .collect()
}

/// Whether a program had a port when the step began. Whether a second datagram still met the socket that the first one
/// made it close, or came too late, is the scheduler's business.
fn had_the_port(names: &Names<'_>, protocol: Protocol, addr: SocketAddr) -> bool {
    let own = |socket: &&Socket| !socket.peers && socket.protocol == protocol && socket.inode != 0;
    names.before().iter().filter(own).any(|socket| socket.local.port() == addr.port())
}

/// The other end's name in a line that concerns no peer.
fn place_of(line: &str) -> String {
    let ends = line.split("  ").next().unwrap_or_default();
    let other = ends.split(" → ").find(|end| !end.starts_with("program"));
    other.unwrap_or_default().to_owned()
}

/// The place of a peer in the order in which the check mentions them.
fn rank(names: &Names<'_>, peer: &str) -> usize {
    let mut mentioned = names.check.stimuli.iter().filter_map(|stimulus| match stimulus {
        Stimulus::Peer { name, .. } => Some(name),
        _ => None,
    });
    mentioned.position(|name| name == peer).unwrap_or(usize::MAX - 1)
}
