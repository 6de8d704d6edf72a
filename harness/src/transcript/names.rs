//! Names instead of numbers: whose an address is, and which parameter a value is.

use crate::check::{Check, Data, Parameters, Stimulus};
use crate::event::{Observation, Protocol};
use std::net::{IpAddr, SocketAddr};

/// What names are taken from, at one step.
pub(super) struct Names<'a> {
    pub(super) check: &'a Check,
    pub(super) params: &'a Parameters,
    pub(super) seen: &'a Observation,
    /// Index of the stimulus; sockets that peers make later do not count yet.
    pub(super) step: usize,
}

impl Names<'_> {
    /// The peer whose socket an address is; the newest, if several have had it.
    pub(super) fn peer(&self, protocol: Protocol, addr: SocketAddr) -> Option<&str> {
        let mut known = self.seen.endpoints.iter().rev().filter(|endpoint| endpoint.since <= self.step);
        known.find(|endpoint| endpoint.owns(protocol, addr)).map(|endpoint| endpoint.peer.as_str())
    }

    /// The newest socket of a peer.
    pub(super) fn newest(&self, peer: &str) -> Option<SocketAddr> {
        let mut known = self.seen.endpoints.iter().rev().filter(|endpoint| endpoint.since <= self.step);
        known.find(|endpoint| endpoint.peer == peer).map(|endpoint| endpoint.local)
    }

    /// The program as the sender from a port: the port is named if it is a parameter's.
    pub(super) fn program_from(&self, port: u16) -> String {
        self.params.naming_port(port).map_or_else(|| "program".to_owned(), |name| format!("program:{{{name}}}"))
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
        self.check.stimuli.iter().filter_map(|stimulus| match stimulus {
            Stimulus::Start(start) => pattern_of(start.given.as_ref()?),
            Stimulus::Type(data) => pattern_of(data),
            Stimulus::Peer { action: crate::check::Action::Sends { data, .. }, .. } => pattern_of(data),
            _ => None,
        })
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
