//! From facts to entries, one after the other: what a check has seen is told when it is over, a trace while it happens.

use super::cast::Cast;
use super::changes::Changes;
use super::tcp::Connections;
use super::{About, Arrow, Change, Entry, Kind, What, words};
use crate::event::{Body, Ended, Exit, Flood, Output, Packet, Protocol, Rest, Socket, State, Wait};
use std::collections::BTreeSet;

/// Most packets between two rests that are drawn, and most lines of one piece of output.
const PACKETS: usize = 24;
const LINES: usize = 12;
/// Most tasks whose waits are told.
const WAITS: usize = 3;
/// Bytes of one piece of output that are looked at for lines.
const OUTPUT: usize = 16 * 1024;

/// What has been told so far, as far as it matters for what follows.
#[derive(Clone, Debug)]
pub struct Story {
    /// Who takes part.
    pub cast: Cast,
    ephemeral: (u16, u16),
    connections: Connections,
    /// Packets since the last rest.
    packets: usize,
    /// What those that are not drawn have changed.
    unseen: Changes,
    listening: BTreeSet<(usize, String, bool)>,
    waits: Vec<(usize, About, String)>,
}

impl Story {
    /// Nothing has happened. `ephemeral` are the ports that the kernel hands out.
    #[must_use]
    pub fn new(cast: Cast, ephemeral: (u16, u16)) -> Self {
        Self {
            cast,
            ephemeral,
            connections: Connections::default(),
            packets: 0,
            unseen: Changes::default(),
            listening: BTreeSet::new(),
            waits: Vec::new(),
        }
    }

    /// The ports that the kernel hands out, where they become known later.
    pub(super) const fn set_ephemeral(&mut self, ports: (u16, u16)) {
        self.ephemeral = ports;
    }

    /// Something is done to the programs.
    #[must_use]
    pub fn heading(&mut self, text: impl Into<String>, starts: Option<usize>) -> Entry {
        if let Some(program) = starts {
            self.cast.starts(program);
        }
        Entry::plain(What::Heading { text: text.into(), starts })
    }

    /// A packet goes over the wire. No entries for what is neither TCP, UDP nor an ICMP error.
    pub fn packet(&mut self, packet: &Packet) -> Vec<Entry> {
        let lanes = self.cast.lanes.len();
        let (ends, kind, label, data) = match &packet.body {
            Body::Tcp(segment) => {
                let lanes = self.cast.ends_of(Protocol::Tcp, packet.src, packet.dst);
                let taken = self.connections.take([packet.src, packet.dst], lanes, segment);
                for end in [0, 1] {
                    let connection = Some((lanes[1 - end], taken.number));
                    let change = taken.states[end].map(|state| Change { lane: lanes[end], connection, state });
                    change.into_iter().for_each(|change| self.unseen.take(change));
                }
                (lanes, words::kind_of(segment), words::of_segment(segment, &taken), segment.payload.as_slice())
            }
            Body::Udp { payload } => {
                let label = format!("UDP Len={}", payload.len());
                (self.cast.ends_of(Protocol::Udp, packet.src, packet.dst), Kind::Data, label, payload.as_slice())
            }
            Body::Unreachable { port, protocol, from, to } => {
                let label = if *port { "ICMP port unreachable" } else { "ICMP unreachable" };
                (self.cast.ends_of_error(*protocol, *from, *to), Kind::Breaks, label.to_owned(), &[][..])
            }
            Body::Other(_) => return Vec::new(),
        };
        let mut out: Vec<_> =
            self.cast.lanes[lanes..].iter().map(|lane| Entry::plain(What::Joins(lane.clone()))).collect();
        self.packets += 1;
        if self.packets <= PACKETS {
            let arrow = Arrow { from: ends[0], to: ends[1], kind, label, data: words::of_data(data) };
            out.push(Entry { what: What::Arrow(arrow), changes: std::mem::take(&mut self.unseen).all() });
        }
        out
    }

    /// A program has written something.
    pub fn output(&mut self, output: &Output) -> Option<Entry> {
        let bytes = &output.bytes[..output.bytes.len().min(OUTPUT)];
        let text = String::from_utf8_lossy(bytes);
        let all = text.split(['\n', '\r']).filter(|line| !line.trim().is_empty());
        let mut lines: Vec<_> = all.clone().take(LINES).map(words::printable).collect();
        let left_out = all.count() - lines.len();
        if bytes.len() < output.bytes.len() {
            lines.push(format!("… and so on, {} bytes", output.bytes.len()));
        } else if left_out > 0 {
            lines.push(format!("… and {left_out} more lines"));
        }
        (!lines.is_empty()).then(|| Entry::plain(What::Says { lane: output.program, stream: output.stream, lines }))
    }

    /// A time-out of a program's own has ended its wait.
    pub fn given_up(&self, wait: &Wait) -> Entry {
        let text = words::of_given_up(wait, self.ephemeral);
        Entry::plain(What::Note { lane: wait.program, about: About::Wait, text })
    }

    /// A program has ended.
    pub fn ended(&mut self, ended: &Ended) -> Entry {
        if !matches!(ended.exit, Exit::NotStarted(_)) {
            self.cast.ends(ended.program);
        }
        self.waits.retain(|(lane, ..)| *lane != ended.program);
        Entry::plain(What::Note { lane: ended.program, about: About::End, text: words::of_exit(&ended.exit) })
    }

    /// The lab has come to rest, or never will: what was left out, new ports, and where programs wait now.
    pub fn rest(&mut self, rest: &Rest, sockets: &[Socket]) -> Vec<Entry> {
        let mut out: Vec<_> = self.left_out().into_iter().collect();
        self.cast.learn(sockets);
        out.extend(self.ports(sockets));
        let trouble = |text: &str| vec![(self.latest(), About::Trouble, text.to_owned())];
        let waits = match rest {
            Rest::Gone => Vec::new(),
            Rest::Idle(waits) => self.waits_of(waits),
            Rest::Hidden => trouble("hides what it does"),
            Rest::Spinning { .. } => trouble("burns CPU time, and nothing comes of it"),
            Rest::Flooding { what: Flood::Output, .. } => trouble("writes without end"),
            Rest::Flooding { what: Flood::Memory, .. } => trouble("takes memory without end"),
            Rest::Flooding { what: Flood::Processes, .. } => trouble("starts processes without end"),
            Rest::Flooding { what: Flood::Wire, .. } => trouble("sends without end"),
        };
        let new = waits.iter().filter(|wait| !self.waits.contains(wait)).cloned();
        out.extend(new.map(|(lane, about, text)| Entry::plain(What::Note { lane, about, text })));
        self.waits = waits;
        out
    }

    /// The states that hold now, those of listeners first.
    pub(super) fn standing(&self) -> Changes {
        let listeners = self.listening.iter().filter(|(_, _, tcp)| *tcp);
        let mut out = Changes::default();
        for (lane, ..) in listeners {
            out.take(Change { lane: *lane, connection: None, state: State::Listen });
        }
        for (lane, other, number, state) in self.connections.states().filter(|(.., state)| *state != State::Close) {
            out.take(Change { lane, connection: Some((other, number)), state });
        }
        out
    }

    /// The remark on packets since the last rest that are not drawn.
    fn left_out(&mut self) -> Option<Entry> {
        let count = std::mem::take(&mut self.packets).saturating_sub(PACKETS);
        let changes = std::mem::take(&mut self.unseen).few();
        let packets = if count == 1 { "packet" } else { "packets" };
        (count > 0).then(|| Entry {
            what: What::Remark(format!("… and {} more {packets}", words::thousands(count as u64))),
            changes,
        })
    }

    /// Notes on ports that somebody waits at, where they are new or given up.
    fn ports(&mut self, sockets: &[Socket]) -> Vec<Entry> {
        let mut now = BTreeSet::new();
        for socket in sockets {
            let Some(lane) = self.cast.holder(socket) else { continue };
            let port = socket.local.port();
            let chosen = (self.ephemeral.0..=self.ephemeral.1).contains(&port) || port == 0;
            let ip = socket.local.ip();
            let at = if ip.is_unspecified() { format!("*:{port}") } else { socket.local.to_string() };
            match (socket.protocol, socket.state) {
                (Protocol::Tcp, State::Listen) => drop(now.insert((lane, format!("tcp {at}"), true))),
                (Protocol::Udp, _) if !chosen => drop(now.insert((lane, format!("udp {at}"), false))),
                _ => {}
            }
        }
        let is_alive = |lane: usize| {
            self.cast.lanes.get(lane).is_some_and(|of| !of.is_program) || self.cast.running().contains(&lane)
        };
        let mut out = Vec::new();
        for (lane, at, tcp) in self.listening.difference(&now).filter(|(lane, ..)| is_alive(*lane)) {
            let text = format!("no longer {} {at}", if *tcp { "listens on" } else { "has" });
            out.push(Entry::plain(What::Note { lane: *lane, about: About::Port, text }));
        }
        for (lane, at, tcp) in now.difference(&self.listening) {
            let text = format!("{} {at}", if *tcp { "listens on" } else { "has" });
            let changes =
                if *tcp { vec![Change { lane: *lane, connection: None, state: State::Listen }] } else { vec![] };
            out.push(Entry { what: What::Note { lane: *lane, about: About::Port, text }, changes });
        }
        self.listening = now;
        out
    }

    /// Where each program waits; what several tasks wait for alike is told once.
    fn waits_of(&self, waits: &[Wait]) -> Vec<(usize, About, String)> {
        let mut out: Vec<(usize, About, String)> = Vec::new();
        // Beside a task that waits on a descriptor those that wait for each other tell nothing.
        let is_told = |wait: &&Wait| {
            let others = waits.iter().any(|other| other.program == wait.program && !other.on.is_empty());
            !wait.on.is_empty() || !wait.call.starts_with("futex") || !others
        };
        for wait in waits.iter().filter(is_told) {
            let told = (wait.program, About::Wait, words::of_wait(wait, self.ephemeral));
            if !out.contains(&told) && out.iter().filter(|(lane, ..)| *lane == wait.program).count() < WAITS {
                out.push(told);
            }
        }
        out.sort_by_key(|(lane, ..)| *lane);
        out
    }

    /// The program that was started last.
    fn latest(&self) -> usize {
        self.cast.running().last().copied().unwrap_or(0)
    }
}

impl Entry {
    /// An entry that changes no state.
    #[must_use]
    pub const fn plain(what: What) -> Self {
        Self { what, changes: Vec::new() }
    }
}
