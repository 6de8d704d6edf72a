//! Whose an address is: the lane that a packet leaves and the one that it reaches.

use super::Lane;
use crate::event::{Endpoint, Protocol, Socket};
use std::collections::HashMap;
use std::net::SocketAddr;

/// Who takes part: programs first, then the other ends.
#[derive(Clone, Debug, Default)]
pub struct Cast {
    /// From left to right. The programs have their numbers for places.
    pub lanes: Vec<Lane>,
    programs: usize,
    /// The programs that run, in the order in which they were started.
    running: Vec<usize>,
    /// Sockets of peers, oldest first, with their lanes.
    peers: Vec<(Endpoint, usize)>,
    /// The lanes of single addresses.
    known: HashMap<(Protocol, SocketAddr), usize>,
    /// Programs that have a port at every address.
    everywhere: HashMap<(Protocol, u16), usize>,
    /// The lane of those addresses that nobody has.
    elsewhere: Option<usize>,
}

impl Cast {
    /// The programs by their names.
    #[must_use]
    pub fn new(programs: impl IntoIterator<Item = Lane>) -> Self {
        let lanes: Vec<_> = programs.into_iter().collect();
        Self { programs: lanes.len(), lanes, ..Self::default() }
    }

    /// Adds a lane at the right.
    pub(super) fn add(&mut self, lane: Lane) -> usize {
        self.lanes.push(lane);
        self.lanes.len() - 1
    }

    /// Notes that a peer has a socket.
    pub(super) fn peer_has(&mut self, endpoint: Endpoint, lane: usize) {
        self.peers.push((endpoint, lane));
    }

    pub(super) fn starts(&mut self, program: usize) {
        self.ends(program);
        self.running.push(program);
    }

    pub(super) fn ends(&mut self, program: usize) {
        self.running.retain(|running| *running != program);
    }

    /// The programs that run.
    pub(super) fn running(&self) -> &[usize] {
        &self.running
    }

    /// Learns from the socket table whose which port is.
    pub(super) fn learn(&mut self, sockets: &[Socket]) {
        for socket in sockets.iter().filter(|socket| !socket.peers && socket.inode != 0 && socket.local.port() != 0) {
            let (protocol, local, program) = (socket.protocol, socket.local, socket.program.min(self.programs - 1));
            if local.ip().is_unspecified() {
                self.everywhere.insert((protocol, local.port()), program);
                let elsewhere = self.elsewhere;
                self.known.retain(|(of, addr), lane| {
                    *of != protocol || addr.port() != local.port() || Some(*lane) != elsewhere
                });
            } else {
                self.known.insert((protocol, local), program);
            }
        }
    }

    /// The lane of a socket of the table, a peer's or a program's.
    pub(super) fn holder(&self, socket: &Socket) -> Option<usize> {
        let peer = || self.peer(socket.protocol, socket.local);
        if socket.peers { peer() } else { Some(socket.program.min(self.programs - 1)) }
    }

    /// The lanes that a packet leaves and reaches. An address that nobody is known to have is a program's if a packet comes
    /// from it; one that a program sends to is nobody's.
    pub(super) fn ends_of(&mut self, protocol: Protocol, src: SocketAddr, dst: SocketAddr) -> [usize; 2] {
        let from_peer = self.peer(protocol, src);
        let to_peer = self.peer(protocol, dst);
        let to = to_peer.or_else(|| self.owner(protocol, dst));
        let from = from_peer.or_else(|| self.owner(protocol, src)).unwrap_or_else(|| self.some_program(to));
        // A peer sends to the program's machine, whether or not somebody is there.
        let to = to.unwrap_or_else(|| if from_peer.is_some() { 0 } else { self.nobody() });
        if from_peer.is_none() {
            self.known.insert((protocol, src), from);
        }
        if to_peer.is_none() {
            self.known.insert((protocol, dst), to);
        }
        [from, to]
    }

    /// The lanes of an ICMP error: it comes from the machine of the one who could not be reached, `to`.
    pub(super) fn ends_of_error(&mut self, protocol: Protocol, from: SocketAddr, to: SocketAddr) -> [usize; 2] {
        let [sender, receiver] = self.ends_of(protocol, from, to);
        [receiver, sender]
    }

    fn peer(&self, protocol: Protocol, addr: SocketAddr) -> Option<usize> {
        let mut known = self.peers.iter().rev();
        known.find(|(endpoint, _)| endpoint.owns(protocol, addr)).map(|(_, lane)| *lane)
    }

    fn owner(&self, protocol: Protocol, addr: SocketAddr) -> Option<usize> {
        let exact = self.known.get(&(protocol, addr)).copied();
        exact.or_else(|| self.everywhere.get(&(protocol, addr.port())).copied())
    }

    /// The program that a socket belongs to which was opened and closed before anybody looked: the one that was started
    /// last, but not the one that it talks to, if there is another.
    fn some_program(&self, to: Option<usize>) -> usize {
        let mut candidates = self.running.iter().rev().copied();
        candidates.find(|program| Some(*program) != to).or(self.running.last().copied()).unwrap_or(0)
    }

    fn nobody(&mut self) -> usize {
        if let Some(lane) = self.elsewhere {
            return lane;
        }
        let lane =
            self.add(Lane { name: "elsewhere".to_owned(), about: "nobody is there".to_owned(), is_program: false });
        self.elsewhere = Some(lane);
        lane
    }
}
