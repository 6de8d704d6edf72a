//! A start that must fail (bad arguments, a port that is taken, nobody there), and does not fail as it should.

use super::case::Case;
use super::cause::Cause;
use super::ending::{blocked, told};
use super::fact::{End, Kind};
use super::places::{self, Wanted};
use super::{DATAGRAM, Diagnosis};
use crate::check::{Start, Stimulus, printable};
use crate::event::{Body, Flags, Protocol, Rest, Socket, State, Stream, Wait};
use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};

/// Why the program should have failed.
enum Reason {
    /// This argument is impossible.
    Impossible(String),
    /// Somebody else has this port.
    Taken(Protocol, u16),
    /// What it is to send does not fit into a datagram.
    TooLong,
    /// Something else: a missing argument, nobody at the other end.
    Other,
}

/// What the program did instead of failing cleanly.
pub(super) fn find(case: &Case<'_>) -> Option<Diagnosis> {
    let Stimulus::Start(start) = case.stimulus() else { return None };
    if case.expected_end() != Some(&End::Cleanly) {
        return None;
    }
    let reason = reason(case, start);
    if let Some(found) =
        took_a_place(case, &reason).or_else(|| sent(case, &reason, start)).or_else(|| tried_again(case))
    {
        return Some(found);
    }
    match case.end() {
        Some(End::Wordless) => Some(wordless(case)),
        Some(End::Zero) => Some(zero(case, &what_is_wrong(&reason))),
        None if matches!(case.now().rest, Rest::Idle(_)) => Some(goes_on(case, &reason)),
        _ => None,
    }
}

/// It fails as it should, and does not say why.
pub(super) fn wordless(case: &Case<'_>) -> Diagnosis {
    let told = "It ended with an exit code other than 0, as it should, but wrote nothing to standard error.";
    let mut found = Diagnosis::new(Cause::UncleanFailure, told.to_owned());
    let printed = case.output_since(case.step, Stream::Stdout);
    let printed = String::from_utf8_lossy(&printed);
    let line = printed.lines().map(str::trim).find(|line| !line.is_empty()).map(|line| printable(line, 160));
    found.evidence.extend(line.map(|line| format!("On standard output, where it does not belong: {line}")));
    found
}

/// It fails, and its exit code says that it has not.
pub(super) fn zero(case: &Case<'_>, what_is_wrong: &str) -> Diagnosis {
    let errors = case.output_since(case.step, Stream::Stderr);
    let errors = String::from_utf8_lossy(&errors);
    match errors.lines().rev().map(str::trim).find(|line| !line.is_empty()) {
        Some(line) => {
            let line = printable(line, 160);
            let told = format!("On stderr it says \"{line}\"; but exit code 0 means that all is well.");
            Diagnosis::new(Cause::ExitCodeZero, told)
        }
        None => {
            let told = format!("It ended with exit code 0, which means that all is well; but {what_is_wrong}.");
            Diagnosis::new(Cause::ErrorIgnored, told)
        }
    }
}

/// Whether a text is one of the two things that exercises ask for in arguments and answers.
pub(super) fn is_port_or_address(text: &str) -> bool {
    text.parse::<u16>().is_ok_and(|port| port > 0) || text.parse::<IpAddr>().is_ok()
}

/// It was refused, and tries again.
fn tried_again(case: &Case<'_>) -> Option<Diagnosis> {
    let peer = case.refused_by()?;
    let tries = case.sent(case.step).filter(|packet| matches!(packet.body, Body::Tcp(_))).count();
    let told = format!("{peer} has refused the connection, and it tries again, and again.");
    (tries > 1).then(|| Diagnosis::new(Cause::ConnectedAgain, told))
}

/// It neither fails nor ends.
fn goes_on(case: &Case<'_>, reason: &Reason) -> Diagnosis {
    if case.waits_for_input()
        && let Reason::Taken(_, port) = reason
    {
        let told =
            format!("Somebody else has port {port}. It does not fail, but waits for a line on its standard input.");
        return Diagnosis::new(Cause::ErrorIgnored, told);
    }
    if case.waits_for_input() {
        let told = format!("It waits for a line on its standard input; but {}.", what_is_wrong(reason));
        return Diagnosis::new(Cause::AsksForMoreInput, told);
    }
    let has_socket = |wait: &&Wait| {
        wait.on.iter().any(|on| ["a socket", "tcp ", "udp "].iter().any(|kind| on.what.starts_with(kind)))
    };
    let Some(wait) = case.waits().find(has_socket) else {
        let should = format!("It should have failed: {}.", what_is_wrong(reason));
        return match case.wait() {
            Some(wait) => blocked(case, format!("{} {should}", told(case, wait))),
            None => Diagnosis::new(Cause::Blocked, should),
        };
    };
    let cause = if matches!(reason, Reason::Impossible(_)) { Cause::ArgumentNotChecked } else { Cause::ErrorIgnored };
    Diagnosis::new(cause, format!("It waits in `{}`; but {}.", wait.call, what_is_wrong(reason)))
}

fn reason(case: &Case<'_>, start: &Start) -> Reason {
    let args = case.args(start);
    if let Some(bad) = args.iter().find(|arg| !is_port_or_address(arg)) {
        return Reason::Impossible(bad.clone());
    }
    let holder = |port: u16| {
        let mut others = case.before().into_iter().flat_map(|step| &step.sockets);
        let holder =
            others.find(|socket| socket.peers && socket.local.port() == port && socket.local.ip().is_unspecified())?;
        Some((holder.protocol, port))
    };
    match args.iter().filter_map(|arg| arg.parse().ok()).find_map(holder) {
        Some((protocol, port)) => Reason::Taken(protocol, port),
        None if start.given.iter().any(|given| given.bytes(case.params).is_ok_and(|text| text.len() > DATAGRAM)) => {
            Reason::TooLong
        }
        None => Reason::Other,
    }
}

fn what_is_wrong(reason: &Reason) -> String {
    match reason {
        Reason::Impossible(arg) => format!("`{arg}` is no argument that it can use"),
        Reason::Taken(_, port) => format!("somebody else has port {port}"),
        Reason::TooLong => "what it should send is too long".to_owned(),
        Reason::Other => "it could not do what it should".to_owned(),
    }
}

/// It waits for the network all the same.
fn took_a_place(case: &Case<'_>, reason: &Reason) -> Option<Diagnosis> {
    let is_new =
        |socket: &&&Socket| !case.before().is_some_and(|step| step.sockets.iter().any(|old| old.inode == socket.inode));
    let sockets: Vec<_> = case.sockets(case.step).filter(|socket| socket.program == case.program).collect();
    let socket = sockets.iter().filter(is_new).find(|socket| {
        socket.local.port() != 0 && (socket.state == State::Listen || socket.protocol == Protocol::Udp)
    })?;
    let port = socket.local.port();
    Some(match reason {
        Reason::Taken(protocol, taken) => return not_failed(case, Wanted { protocol: *protocol, port: *taken }, port),
        reason => from_nowhere(case, reason, port, &format!("waits at port {port}")),
    })
}

/// It has another socket than the one that it could not have.
fn not_failed(case: &Case<'_>, wanted: Wanted, port: u16) -> Option<Diagnosis> {
    let taken = wanted.port;
    let found = places::elsewhere(case, &wanted)?;
    if found.cause == Cause::WrongPort && case.is_ephemeral(port) && port != taken.swap_bytes() {
        let told = format!(
            "Somebody else has port {taken}. It did not fail, but waits at a port that the system has chosen, where nobody looks \
             for it."
        );
        return Some(Diagnosis::new(Cause::ErrorIgnored, told));
    }
    if found.cause == Cause::WrongPort && port != taken.swap_bytes() {
        let told = format!(
            "Somebody else has port {taken}. It did not fail, but waits at port {port}, where nobody looks for it."
        );
        return Some(Diagnosis::new(Cause::ErrorIgnored, told));
    }
    Some(found)
}

/// It sends or connects all the same.
fn sent(case: &Case<'_>, reason: &Reason, start: &Start) -> Option<Diagnosis> {
    let expected = |to: SocketAddr| {
        case.expected
            .iter()
            .any(|fact| matches!(&fact.kind, Kind::Wire(_, place, _) if place.ends_with(&format!(":{}", to.port()))))
    };
    let packet = case.sent(case.step).find(|packet| !expected(packet.dst))?;
    let to = packet.dst;
    let did = format!("sends to {} port {}", to.ip(), to.port());
    if matches!(reason, Reason::Other) && case.expected.iter().any(|fact| matches!(fact.kind, Kind::Wire(..))) {
        let args = case.args(start);
        let swapped = args.iter().filter_map(|arg| arg.parse::<u16>().ok()).any(|port| port.swap_bytes() == to.port());
        let why =
            if swapped { ", which is the same number with its two bytes swapped: `htons` is missing" } else { "" };
        let told = format!("The arguments say {}. It {did}{why}.", args.join(" "));
        return Some(Diagnosis::new(Cause::WrongDestination, told));
    }
    if let (Body::Udp { .. }, Some(given), Reason::TooLong) = (&packet.body, &start.given, reason) {
        let given = given.bytes(case.params).ok()?;
        let udp = case.sent(case.step).filter(|packet| matches!(packet.body, Body::Udp { .. }));
        let datagrams: Vec<_> = udp.map(|packet| packet.body.payload().to_vec()).collect();
        let whole = given.len();
        return if datagrams.len() > 1 && given.starts_with(&datagrams.concat()) {
            let told =
                format!("The text of {whole} bytes is too long for one datagram; it was sent in {}.", datagrams.len());
            Some(Diagnosis::new(Cause::DatagramSplit, told))
        } else if datagrams.iter().all(|sent| given.starts_with(sent)) {
            let sent = datagrams.concat().len();
            let told = format!(
                "The text of {whole} bytes is too long for one datagram; it sent the first {sent}, and did not fail."
            );
            Some(Diagnosis::new(Cause::BytesMissing, told))
        } else {
            None
        };
    }
    if let Reason::Impossible(arg) = reason
        && arg.parse::<u64>().is_err()
        && (to.ip().is_unspecified() || to.ip().is_loopback())
        && case.args(start).contains(&to.port().to_string())
    {
        let told = format!(
            "`{arg}` is no address. It {did}, its own machine: what the conversion returned was not looked at."
        );
        return Some(Diagnosis::new(Cause::ArgumentNotChecked, told));
    }
    Some(from_nowhere(case, reason, to.port(), &did))
}

/// A port that no good argument names: made from a bad one, or written into the program.
fn from_nowhere(case: &Case<'_>, reason: &Reason, port: u16, did: &str) -> Diagnosis {
    match reason {
        Reason::Impossible(arg) => match arg.parse::<u64>() {
            Ok(number) if number % 65_536 == u64::from(port) => {
                let told = format!("{number} is no port. Cut to 16 bits it is {port}, and it {did}.");
                Diagnosis::new(Cause::ArgumentNotChecked, told)
            }
            _ if case.is_ephemeral(port) || port == 0 => {
                let told =
                    format!("`{arg}` is no port. It was taken for 0, which means any port that is free, and it {did}.");
                Diagnosis::new(Cause::ArgumentNotChecked, told)
            }
            _ => Diagnosis::new(
                Cause::ArgumentIgnored,
                format!("`{arg}` is impossible, and it {did} all the same: that comes from the program itself."),
            ),
        },
        _ => {
            let told =
                format!("An argument is missing, and it {did} all the same: that comes from the program itself.");
            let cause = if case.goes_there_again(port) { Cause::ArgumentIgnored } else { Cause::ArgumentMissing };
            Diagnosis::new(cause, told)
        }
    }
}

impl Case<'_> {
    /// Who has refused a connection of the program in this step, by a RST that answers its SYN.
    pub(super) fn refused_by(&self) -> Option<String> {
        let with = |is: fn(Flags) -> bool| {
            let packets = self.now().packets.iter();
            packets.filter(move |packet| matches!(&packet.body, Body::Tcp(segment) if is(segment.flags)))
        };
        let resets: HashSet<_> = with(|flags| flags.rst).map(|packet| (packet.src, packet.dst)).collect();
        let answered: HashSet<_> = with(|flags| flags.syn && flags.ack).map(|packet| packet.dst).collect();
        let mut syns = self.sent(self.step).filter(|packet| matches!(packet.body, Body::Tcp(_)));
        let refused = syns.find(|syn| resets.contains(&(syn.dst, syn.src)) && !answered.contains(&syn.src));
        refused.map(|syn| self.whom(syn.dst))
    }

    /// Whether a later run goes to the same port (or waits there), although its arguments say another.
    fn goes_there_again(&self, port: u16) -> bool {
        let later = self.seen.steps.iter().enumerate().skip(self.step + 1);
        later.into_iter().any(|(number, step)| {
            let says = |start: &Start| self.args(start).contains(&port.to_string()) || start.args.is_empty();
            matches!(&self.check.stimuli[step.stimulus], Stimulus::Start(start) if !says(start))
                && self.sent(number).any(|packet| packet.dst.port() == port)
        })
    }

    /// The arguments as they stood on the command line.
    fn args(&self, start: &Start) -> Vec<String> {
        start.args.iter().filter_map(|arg| arg.resolve(self.params).ok()).collect()
    }
}
