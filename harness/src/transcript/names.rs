//! Names instead of numbers: whose an address is, and which parameter a value is.

use crate::check::{Check, Data, Parameters};
use crate::event::{Endpoint, Observation, Protocol, Socket};
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

/// Which program has, or last had, a socket at a port. Filled only where there are several programs.
pub(super) type Owners = HashMap<(Protocol, u16), usize>;

/// What names are taken from, at one step.
pub(super) struct Names<'a> {
    pub(super) check: &'a Check,
    pub(super) params: &'a Parameters,
    pub(super) seen: &'a Observation,
    /// The step, by its place in the observation; sockets that peers make later do not count yet.
    pub(super) step: usize,
    /// The programs' names.
    pub(super) programs: &'a [&'a str],
    pub(super) owners: &'a Owners,
}

impl Names<'_> {
    /// The sockets as they were before the step.
    pub(super) fn before(&self) -> &[Socket] {
        self.step.checked_sub(1).map_or(&[], |before| &self.seen.steps[before].sockets)
    }

    /// How a line about a program begins: the only one, or the first, is not mentioned.
    pub(super) fn of(&self, program: usize, line: &str) -> String {
        match program {
            0 => line.to_owned(),
            _ => format!("{} {line}", self.programs[program]),
        }
    }

    /// A program by name, within a line.
    pub(super) fn the(&self, program: usize) -> String {
        if program == 0 { "the program".to_owned() } else { self.programs[program].to_owned() }
    }

    /// The program that has a port.
    pub(super) fn owner(&self, protocol: Protocol, port: u16) -> usize {
        self.owners.get(&(protocol, port)).copied().unwrap_or(0)
    }

    /// A program as the end of a packet.
    pub(super) fn program(&self, protocol: Protocol, port: u16) -> &str {
        if self.programs.len() == 1 {
            return self.programs[0];
        }
        // A socket that was opened and closed within one step was never seen with its owner.
        self.owners.get(&(protocol, port)).map_or("some program", |owner| self.programs[*owner])
    }

    /// The peer whose socket an address is; the newest, if several have had it.
    pub(super) fn peer(&self, protocol: Protocol, addr: SocketAddr) -> Option<&str> {
        let mut known = self.seen.endpoints.iter().rev().filter(|endpoint| endpoint.since <= self.step);
        known.find(|endpoint| endpoint.owns(protocol, addr)).map(|endpoint| endpoint.peer.as_str())
    }

    /// The newest socket of a peer.
    pub(super) fn newest(&self, peer: &str) -> Option<&Endpoint> {
        let mut known = self.seen.endpoints.iter().rev().filter(|endpoint| endpoint.since <= self.step);
        known.find(|endpoint| endpoint.peer == peer)
    }

    /// The program as the sender from a port: the port is named if it is a parameter's.
    pub(super) fn program_from(&self, protocol: Protocol, port: u16) -> String {
        let program = self.program(protocol, port);
        self.params.naming_port(port).map_or_else(|| program.to_owned(), |name| format!("{program}:{{{name}}}"))
    }

    /// Where a packet goes that is for no peer: another program, or an address that nobody has.
    pub(super) fn elsewhere(&self, protocol: Protocol, addr: SocketAddr) -> String {
        if self.owners.contains_key(&(protocol, addr.port())) {
            return self.program_from(protocol, addr.port());
        }
        self.addr(addr)
    }

    /// An address that is no peer's.
    pub(super) fn addr(&self, addr: SocketAddr) -> String {
        format!("{}:{}", self.ip(addr.ip()), self.port(addr.port()))
    }

    /// A port, by the name of the parameter whose value it is.
    pub(super) fn port(&self, port: u16) -> String {
        match self.params.naming_port(port) {
            Some(name) => format!("{{{name}}}"),
            None if self.is_ephemeral(port) => "(any port)".to_owned(),
            None => port.to_string(),
        }
    }

    /// Whether the kernel has chosen a port.
    pub(super) fn is_ephemeral(&self, port: u16) -> bool {
        let (first, last) = self.seen.ephemeral;
        (first..=last).contains(&port) && self.params.naming_port(port).is_none()
    }

    /// The texts of a given size that the check generates.
    pub(super) fn patterns(&self) -> impl Iterator<Item = usize> {
        self.check.data().filter_map(pattern_of)
    }

    fn ip(&self, ip: IpAddr) -> String {
        match self.params.naming_ip(ip) {
            Some(name) => format!("{{{name}}}"),
            None if ip.is_unspecified() => "*".to_owned(),
            None if ip.is_ipv6() => format!("[{ip}]"),
            None => ip.to_string(),
        }
    }
}

const fn pattern_of(data: &Data) -> Option<usize> {
    match data {
        Data::Pattern(len) => Some(*len),
        _ => None,
    }
}
