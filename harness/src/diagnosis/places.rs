//! Where a program waits for the network, when it should have come to wait at another place, or at all.

use super::Diagnosis;
use super::case::Case;
use super::cause::Cause;
use super::ending::told;
use super::fact::Kind;
use crate::check::Template;
use crate::event::{Exit, Protocol, Socket, State};

/// The place that the program should have taken, and has not.
pub(super) struct Wanted {
    pub(super) protocol: Protocol,
    pub(super) port: u16,
}

/// Why the program does not wait where it should.
pub(super) fn find(case: &Case<'_>) -> Option<Diagnosis> {
    let wanted = wanted(case)?;
    let taken_back = not_at_once(case, &wanted);
    if taken_back.is_some() {
        return taken_back;
    }
    elsewhere(case, &wanted).or_else(|| nowhere(case, &wanted))
}

/// It waits, or is connected, at another place.
pub(super) fn elsewhere(case: &Case<'_>, wanted: &Wanted) -> Option<Diagnosis> {
    let sockets: Vec<_> = case.sockets(case.step).filter(|socket| socket.program == case.program).collect();
    let waits: Vec<_> = sockets.iter().filter(|socket| is_waiting(socket)).collect();
    let (name, port) = (wanted.protocol.name(), wanted.port);
    let same = |socket: &&&&Socket| socket.protocol == wanted.protocol;
    if let Some(socket) = waits.iter().filter(same).find(|socket| socket.local.port() == port) {
        let ip = socket.local.ip();
        if ip.is_unspecified() {
            let told = format!("It waits at [::]:{port} for IPv6 alone; nobody can reach it by an IPv4 address.");
            return Some(Diagnosis::new(Cause::Ipv6Only, told));
        }
        let who = if ip.is_loopback() { "only programs on the same machine" } else { "only who uses that address" };
        let told = format!("It waits at {ip}, port {port}: {who} can reach it.");
        return Some(Diagnosis::new(if ip.is_ipv6() { Cause::Ipv6Only } else { Cause::OneAddressOnly }, told));
    }
    if let Some(socket) = waits.iter().filter(same).find(|socket| socket.local.port() != 0) {
        return Some(another_port(case, socket, port));
    }
    if let Some(other) = waits.iter().find(|socket| socket.protocol != wanted.protocol && socket.local.port() == port) {
        let told = format!("It waits at {} port {port}; the task is about {name}.", other.protocol.name());
        return Some(Diagnosis::new(Cause::WrongProtocol, told));
    }
    if let Some(socket) = sockets.iter().find(|socket| socket.remote.port() == port) {
        let told = format!("Its socket is connected to port {port} (at {}), not bound to it.", socket.remote.ip());
        return Some(Diagnosis::new(Cause::NotListening, told));
    }
    None
}

/// `tcp *:{port}`, with the port's value.
fn wanted(case: &Case<'_>) -> Option<Wanted> {
    let place =
        case.missing.iter().find_map(|fact| if let Kind::Place(place) = &fact.kind { Some(place) } else { None })?;
    let (protocol, addr) = place.split_once(' ')?;
    let (_, port) = addr.split(" (").next()?.rsplit_once(':')?;
    let port = Template(port.to_owned()).resolve(case.params).ok()?;
    let protocol = if protocol == "tcp" { Protocol::Tcp } else { Protocol::Udp };
    Some(Wanted { protocol, port: port.parse().ok()? })
}

fn is_waiting(socket: &Socket) -> bool {
    match socket.protocol {
        Protocol::Tcp => socket.state == State::Listen,
        // One that is connected takes datagrams from one sender only.
        Protocol::Udp => socket.remote.port() == 0,
    }
}

/// A second start that fails because of what the first run has left at the port.
fn not_at_once(case: &Case<'_>, wanted: &Wanted) -> Option<Diagnosis> {
    if wanted.protocol != Protocol::Tcp || !matches!(case.exit(), Some(Exit::Status(1..) | Exit::Signal(_))) {
        return None;
    }
    let before = case.before()?;
    let left = before.sockets.iter().find(|socket| {
        !socket.peers
            && socket.local.port() == wanted.port
            && socket.protocol == Protocol::Tcp
            && !matches!(socket.state, State::Listen | State::Close)
    })?;
    let earlier = case.seen.steps[..case.step].iter().rev().flat_map(|step| &step.sockets);
    let mut listeners =
        earlier.filter(|socket| !socket.peers && socket.state == State::Listen && socket.local.port() == wanted.port);
    let set = listeners.find_map(|socket| socket.reuse_address)?;
    let (port, state) = (wanted.port, left.state.name());
    Some(if set {
        let told = format!(
            "A connection of the first run is still in {state} at port {port}. SO_REUSEADDR was set on the listening socket of \
             the first run, and `bind` has failed all the same: so it was not set yet when `bind` was called."
        );
        Diagnosis::new(Cause::OptionAfterBind, told)
    } else {
        let told = format!(
            "A connection of the first run is still in {state} at port {port}, and without the option `bind` refuses the port \
             as long as that lasts (a minute). The listening socket of the first run did not have the option."
        );
        Diagnosis::new(Cause::ReuseaddrMissing, told)
    })
}

/// It waits, but at another port.
fn another_port(case: &Case<'_>, socket: &Socket, wanted: u16) -> Diagnosis {
    let port = socket.local.port();
    let why = if port == wanted.swap_bytes() {
        format!("{port} is {wanted} with its two bytes swapped: `htons` is missing.")
    } else if let Some(name) = case.params.naming_port(port) {
        let told = format!("It waits at port {port} ({{{name}}}); the argument says {wanted}.");
        return Diagnosis::new(Cause::ArgumentIgnored, told);
    } else if case.is_ephemeral(port) {
        "The system has chosen that port, as it does for port 0, or when a socket listens that was not bound."
            .to_owned()
    } else {
        format!("The argument says {wanted}.")
    };
    Diagnosis::new(Cause::WrongPort, format!("It waits at port {port} instead of {wanted}. {why}"))
}

/// It waits nowhere.
fn nowhere(case: &Case<'_>, wanted: &Wanted) -> Option<Diagnosis> {
    let (name, port) = (wanted.protocol.name(), wanted.port);
    if let Some(exit) = case.exit() {
        // A crash has a rule of its own.
        let Exit::Status(status) = exit else { return None };
        if case.has(|kind| matches!(kind, Kind::Ends(super::fact::End::Crashes))) {
            return None;
        }
        let cause = if *status == 0 { Cause::ExitedEarly } else { Cause::FailsNeedlessly };
        return Some(Diagnosis::new(
            cause,
            format!("It ended with status {status}; it should stay, and wait at {name} port {port}."),
        ));
    }
    if !case.now().rest.is_rest() {
        return None;
    }
    if case.waits_for_input() {
        let told =
            format!("It waits for a line on its standard input, and has not come to wait at {name} port {port}.");
        // Where something is typed later, waiting for it is no fault.
        let cause = if case.is_interactive() { Cause::NotListening } else { Cause::AsksForMoreInput };
        return Some(Diagnosis::new(cause, told));
    }
    let waits = case.wait().map(|wait| format!(" {}", told(case, wait))).unwrap_or_default();
    Some(Diagnosis::new(Cause::NotListening, format!("It has no socket that waits at {name} port {port}.{waits}")))
}
