//! The sockets lane: what the program listens on and is bound to, and what connections leave behind.

use super::names::Names;
use crate::event::{Protocol, Rest, Socket, State, Step};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

/// What is known from the step before.
#[derive(Default)]
pub(super) struct Sockets {
    /// With the number of the program.
    open: BTreeSet<(usize, String)>,
    left: BTreeMap<(SocketAddr, SocketAddr), State>,
}

impl Sockets {
    /// What is new at the end of a step.
    pub(super) fn lines(&mut self, names: &Names<'_>, step: &Step) -> Vec<String> {
        let places = step.sockets.iter().filter_map(|socket| Some((socket.program, place(names, step, socket)?)));
        let open: BTreeSet<_> = places.collect();
        let mut out: Vec<String> =
            open.difference(&self.open).map(|(program, place)| names.of(*program, place)).collect();
        // Of a program that has ended nobody expects open sockets.
        let ended = |program: usize| step.rest == Rest::Gone || step.ended.iter().any(|end| end.program == program);
        let closed = self.open.difference(&open).filter(|(program, _)| !ended(*program));
        out.extend(closed.map(|(program, place)| names.of(*program, &format!("no longer {place}"))));
        self.open = open;

        let mut left = BTreeMap::new();
        let mut lines = Vec::new();
        for socket in step.sockets.iter().filter(|socket| socket.protocol == Protocol::Tcp) {
            let ends = (socket.local, socket.remote);
            let by = names.peer(Protocol::Tcp, socket.local);
            let holder = match (socket.state, by) {
                (State::TimeWait, Some(peer)) => peer.to_owned(),
                (State::TimeWait | State::CloseWait, None) => {
                    names.the(names.owner(Protocol::Tcp, socket.local.port()))
                }
                _ => continue,
            };
            left.insert(ends, socket.state);
            if self.left.get(&ends) != Some(&socket.state) {
                lines.push(format!("{} is held by {holder}", socket.state.name()));
            }
        }
        lines.sort();
        self.left = left;
        out.extend(lines);
        out
    }
}

/// Where a socket of the program waits, if it does. Ports that the kernel chose are nobody's business.
fn place(names: &Names<'_>, step: &Step, socket: &Socket) -> Option<String> {
    if socket.peers {
        return None;
    }
    let verb = match (socket.protocol, socket.state) {
        (Protocol::Tcp, State::Listen) => "listens on",
        (Protocol::Udp, _) if socket.local.port() != 0 && !names.is_ephemeral(socket.local.port()) => "is bound to",
        _ => return None,
    };
    let any = socket.local.ip().is_unspecified();
    let covered = |other: &Socket| {
        !other.peers
            && other.local.is_ipv4()
            && other.local.ip().is_unspecified()
            && other.protocol == socket.protocol
            && other.local.port() == socket.local.port()
            && other.state == socket.state
    };
    // 0.0.0.0, [::] that takes IPv4 too, and the pair of both are all "every address".
    let addr = if any && (socket.local.is_ipv4() || !socket.v6_only || step.sockets.iter().any(covered)) {
        format!("*:{}", names.port(socket.local.port()))
    } else if any {
        format!("[::]:{} (IPv6 only)", names.port(socket.local.port()))
    } else {
        names.addr(socket.local)
    };
    Some(format!("{verb} {} {addr}", socket.protocol.name()))
}
