//! What a program sends, when it is not what it should have sent.

use super::Diagnosis;
use super::bytes;
use super::case::Case;
use super::cause::Cause;
use super::ending;
use super::fact::{self, Kind, What};
use super::refusals::is_port_or_address;
use crate::check::{Action, Stimulus, Template, printable};
use crate::event::{Body, Packet, Protocol, State, Stream};
use std::collections::HashSet;
use std::net::SocketAddr;

/// What is wrong with what was sent, or not sent.
pub(super) fn find(case: &Case<'_>) -> Option<Diagnosis> {
    let found = no_way(case).or_else(|| connections(case));
    if found.is_some() {
        return found;
    }
    for to in receivers(case) {
        let (expected, sent) = (data(case, &case.expected, &to), data(case, &case.followed, &to));
        let found = match (expected.is_empty(), sent.is_empty()) {
            (true, false) => Some(unasked(case, &to, &sent)),
            (false, true) => not_there(case, &to, &expected),
            (false, false) if expected != sent => wrong(case, &to, &expected, &sent),
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

/// It sent to an address that its machine has no way to.
fn no_way(case: &Case<'_>) -> Option<Diagnosis> {
    let wanted = case.missing.iter().find_map(|fact| match &fact.kind {
        Kind::Wire(from, to, What::Data(_) | What::Syn) if case.is_program(from) => Some(to),
        _ => None,
    })?;
    let given = case
        .address(wanted)
        .map(|addr| format!(" The one that it was given, {addr}, can be reached."))
        .unwrap_or_default();
    let told =
        format!("It sent to an address that its machine has no way to, so the system refused it (ENETUNREACH).{given}");
    case.now().unroutable.then(|| Diagnosis::new(Cause::WrongDestination, told))
}

/// A sender as the transcript writes it, and the bytes as it writes them.
type Told = (String, String);

/// To whom the program sends or should send in this step.
fn receivers(case: &Case<'_>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut known = HashSet::new();
    for fact in case.expected.iter().chain(&case.followed) {
        if let Kind::Wire(from, to, What::Data(_)) = &fact.kind
            && case.is_program(from)
            && known.insert(to)
        {
            out.push(to.clone());
        }
    }
    out
}

fn data(case: &Case<'_>, facts: &[fact::Fact], receiver: &str) -> Vec<Told> {
    let of = |fact: &fact::Fact| match &fact.kind {
        Kind::Wire(from, to, What::Data(data)) if to == receiver && case.is_program(from) => {
            Some((from.clone(), data.clone()))
        }
        _ => None,
    };
    facts.iter().filter_map(of).collect()
}

/// Bytes were sent where none should have been.
fn unasked(case: &Case<'_>, to: &str, sent: &[Told]) -> Diagnosis {
    let what = sent.iter().map(|(_, data)| data.as_str()).collect::<Vec<_>>().join(", ");
    let elsewhere = |fact: &&fact::Fact| matches!(&fact.kind, Kind::Wire(from, other, What::Data(_)) if other != to && case.is_program(from));
    if let Some(Kind::Wire(_, right, _)) = case.missing.iter().find(elsewhere).map(|fact| &fact.kind) {
        return wrong_place(case, to, right);
    }
    let later = case.reviewed.steps.iter().skip(case.line + 1).flat_map(|step| &step.lines);
    let early = later
        .filter(|line| line.contains(&format!(" → {to}  ")))
        .any(|line| sent.iter().any(|(_, data)| line.ends_with(data)));
    if let Stimulus::EndOfInput(_) = case.stimulus() {
        return Diagnosis::new(
            Cause::EndMishandled,
            format!(
                "When its input ended, it sent {what} to {to}. The end of the input is no line, not even an empty one."
            ),
        );
    }
    if let Some(bad) = case.impossible_input() {
        let dst = case.sent(case.step).map(|packet| packet.dst).next();
        let to = dst.filter(|_| to.contains("(any port)")).map_or_else(|| to.to_owned(), |dst| dst.to_string());
        let told = format!("`{bad}` was typed, which it should refuse, and it sent {what} to {to}.");
        return Diagnosis::new(Cause::ArgumentNotChecked, told);
    }
    if let Stimulus::Peer { name, action: Action::Closes | Action::ShutsDownSending } = case.stimulus()
        && name == to
        && sent.iter().all(|(_, data)| data.starts_with('{'))
    {
        let told = format!(
            "{name} has closed, so `recv` returned 0 bytes. It went on as if something had come, and sent {what}."
        );
        return Diagnosis::new(Cause::ZeroUnnoticed, told);
    }
    let others = case.established_with(to);
    if let Some(first) = others.filter(|_| matches!(case.stimulus(), Stimulus::Peer { name, .. } if name == to)) {
        let told = format!("{to} was answered with {what} while {first}, who came before, was still connected.");
        return Diagnosis::new(Cause::ServedAtOnce, told);
    }
    let told = if early {
        format!("It sent {what} to {to} too early: before there was a reason to.")
    } else {
        format!("It sent {what} to {to}, and should send nothing here.")
    };
    Diagnosis::new(Cause::UnaskedBytes, told)
}

/// They went to another place.
fn wrong_place(case: &Case<'_>, to: &str, right: &str) -> Diagnosis {
    let dst = case.sent(case.step).map(|packet| packet.dst).find(|dst| case.whom(*dst) != right);
    let mut found = Diagnosis::new(Cause::WrongDestination, format!("It sent to {to} instead of {right}."));
    let wanted = case.address(right);
    if let (Some(dst), Some(wanted)) = (dst, wanted) {
        if dst.port() == wanted.port().swap_bytes() {
            found.because = format!(
                "It sent to port {} instead of {}, the same number with its two bytes swapped. `htons` is missing.",
                dst.port(),
                wanted.port()
            );
        } else {
            let tcp = case.sent(case.step).any(|packet| packet.dst == dst && matches!(packet.body, Body::Tcp(_)));
            let did = if tcp { "connected" } else { "sent" };
            found.because = format!("It {did} to {dst} instead of {wanted}.");
        }
    }
    found
}

/// Nothing was sent to a peer, and something should have been.
fn not_there(case: &Case<'_>, to: &str, expected: &[Told]) -> Option<Diagnosis> {
    if case.has(|kind| matches!(kind, Kind::Ends(_))) && !matches!(case.end(), Some(fact::End::Zero))
        || !case.now().rest.is_rest()
    {
        return None;
    }
    let elsewhere = case.extra.iter().find_map(|fact| match &fact.kind {
        Kind::Wire(from, other, What::Data(_) | What::Syn) if other != to && case.is_program(from) => Some(other),
        _ => None,
    });
    if let Some(other) = elsewhere {
        return Some(wrong_place(case, other, to));
    }
    if case.end() != Some(&fact::End::Zero) && !matches!(case.stimulus(), Stimulus::Type { .. }) {
        // It waits somewhere: where, says more.
        return None;
    }
    if case.wait().is_some() && !case.waits_for_input() && case.end().is_none() {
        return None;
    }
    let what = expected.iter().map(|(_, data)| data.as_str()).collect::<Vec<_>>().join(", ");
    if expected.iter().any(|(_, data)| data.starts_with("\"\" ")) {
        if case.end() == Some(&fact::End::Zero)
            && matches!(case.stimulus(), Stimulus::Start(start) if start.given.is_some())
        {
            return Some(ending::empty_line());
        }
        return Some(Diagnosis::new(
            Cause::EmptyIgnored,
            format!("An empty message to {to} should have been sent, and none was."),
        ));
    }
    let what = what.strip_prefix("the ").map_or(what.clone(), |rest| format!("The {rest}"));
    let mut found = Diagnosis::new(Cause::NothingSent, format!("{what} should have gone to {to}."));
    found.evidence.extend(case.new_words(case.step).map(|line| format!("It printed: {}", printable(&line, 160))));
    Some(found)
}

/// Something else was sent than what should have been.
fn wrong(case: &Case<'_>, to: &str, expected: &[Told], sent: &[Told]) -> Option<Diagnosis> {
    let data = |told: &[Told]| told.iter().map(|(_, data)| data.clone()).collect::<Vec<_>>();
    if data(expected) == data(sent) {
        let source = case.sent(case.step).map(|packet| packet.src.port()).next()?;
        if !expected[0].0.contains(":{") {
            let told = format!("It sends from port {source}, and not from one that the system has chosen for it.");
            return Some(Diagnosis::new(Cause::FixedSourcePort, told));
        }
        let chosen = if case.is_ephemeral(source) { ", which the system has chosen," } else { "" };
        let wanted =
            expected[0].0.split_once(":{").and_then(|(_, name)| case.params.get(name.trim_end_matches('}')).ok());
        let wanted = wanted.map(|port| format!(" instead of {port}")).unwrap_or_default();
        let told = format!("The bytes are right, but they came from port {source}{chosen}{wanted}.");
        return Some(Diagnosis::new(Cause::WrongSource, told));
    }
    let read = |told: &[Told]| told.iter().map(|(_, data)| fact::bytes(data, case.params)).collect::<Option<Vec<_>>>();
    let stream = case.seen.endpoints.iter().any(|endpoint| endpoint.peer == to && endpoint.protocol == Protocol::Tcp);
    let datagrams = case.datagrams(case.step, to);
    let sent = if stream || datagrams.is_empty() { read(sent)? } else { datagrams };
    let before: Vec<_> = (0..case.step).flat_map(|step| case.datagrams(step, to)).collect();
    let (cause, told) = bytes::compare(&read(expected)?, &sent, &before, stream)?;
    Some(Diagnosis::new(cause, told))
}

/// Connections that are too many, or of the wrong kind.
fn connections(case: &Case<'_>) -> Option<Diagnosis> {
    let syn = |kind: &Kind| matches!(kind, Kind::Wire(from, _, What::Syn) if case.is_program(from));
    let first_missing = case.missing.iter().find(|fact| syn(&fact.kind));
    if let (Some(Kind::Wire(_, to, _)), Some(fact::End::Cleanly), Some(fact::End::Cleanly)) =
        (first_missing.map(|fact| &fact.kind), case.expected_end(), case.end())
        && case.sent(case.step).next().is_none()
    {
        let told =
            format!("It should try to connect to {to}, and fail because nobody is there. It failed before it tried.");
        return Some(Diagnosis::new(Cause::FailsNeedlessly, told));
    }
    let extra = case.extra.iter().find(|fact| syn(&fact.kind));
    if let Some(Kind::Wire(_, to, _)) = first_missing.map(|fact| &fact.kind) {
        let udp = case.sent(case.step).find(|packet| matches!(packet.body, Body::Udp { .. }));
        if let Some(packet) = udp {
            let told = format!("It sent a UDP datagram to {}; the task is about TCP.", packet.dst);
            return Some(Diagnosis::new(Cause::WrongProtocol, told));
        }
        if let Some(Kind::Wire(_, other, _)) = extra.map(|fact| &fact.kind) {
            return Some(wrong_place(case, other, to));
        }
    } else if let Some(Kind::Wire(_, to, _)) = extra.map(|fact| &fact.kind) {
        return Some(Diagnosis::new(
            Cause::ConnectedAgain,
            format!("It made another connection to {to}, and should make one only."),
        ));
    }
    None
}

impl Case<'_> {
    /// The address of a peer, or one as the transcript writes it.
    fn address(&self, place: &str) -> Option<SocketAddr> {
        let peer = self.seen.endpoints.iter().find(|endpoint| endpoint.peer == place).map(|endpoint| endpoint.local);
        peer.or_else(|| Template(place.to_owned()).resolve(self.params).ok()?.parse().ok())
    }

    /// The datagrams that programs sent in a step to a peer, or to an address as the transcript writes it.
    fn datagrams(&self, step: usize, to: &str) -> Vec<Vec<u8>> {
        let address = self.address(to);
        let is_there = |dst: SocketAddr| {
            let mut known = self.seen.endpoints.iter().filter(|endpoint| endpoint.peer == to && endpoint.since <= step);
            address == Some(dst) || known.any(|endpoint| endpoint.owns(Protocol::Udp, dst))
        };
        let payload = |packet: &Packet| match &packet.body {
            Body::Udp { payload } if is_there(packet.dst) => Some(payload.clone()),
            _ => None,
        };
        self.sent(step).filter_map(payload).collect()
    }

    /// What it said in a step: its last line on standard error, or the longest on standard output that it had not printed in
    /// an earlier step, as it does a menu.
    pub(super) fn new_words(&self, step: usize) -> Option<String> {
        let text = |from, to, stream| String::from_utf8_lossy(&self.output_between(from, to, stream)).into_owned();
        let errors = text(step, step, Stream::Stderr);
        let said = errors.lines().rev().map(str::trim).find(|line| !line.is_empty());
        let earlier = step.checked_sub(1).map(|before| text(0, before, Stream::Stdout)).unwrap_or_default();
        let now = text(step, step, Stream::Stdout);
        let earlier: HashSet<_> = earlier.lines().map(str::trim).collect();
        let is_new = |line: &&str| !line.is_empty() && !earlier.contains(line);
        let new = now.lines().map(str::trim).filter(is_new).max_by_key(|line| line.len());
        said.or(new).map(str::to_owned)
    }

    /// What was typed in this step and is no port and no address.
    fn impossible_input(&self) -> Option<String> {
        let Stimulus::Type { data, .. } = self.stimulus() else { return None };
        let typed = data.iter().filter_map(|data| String::from_utf8(data.bytes(self.params).ok()?).ok());
        let asked = self.expected.iter().any(|fact| fact.kind == Kind::Says);
        let cut = |text: &String| {
            let ports: Vec<_> = self.sent(self.step).map(|packet| u64::from(packet.dst.port())).collect();
            text.parse::<u64>().is_ok_and(|number| number > 65_535 && ports.contains(&(number % 65_536)))
        };
        typed.into_iter().find(|text| !is_port_or_address(text) && (asked || cut(text)))
    }

    /// Whether the program has a connection with a peer, or had one in this step.
    pub(super) fn connected_to(&self, peer: &str) -> bool {
        self.now().packets.iter().any(|packet| matches!(packet.body, Body::Tcp(_)) && self.whom(packet.dst) == peer)
    }

    /// A peer other than `than` that was connected with the program when the step began.
    pub(super) fn established_with(&self, than: &str) -> Option<&str> {
        let before = self.before()?;
        let connected = |peer: &str| {
            before.sockets.iter().any(|socket| {
                !socket.peers
                    && socket.inode != 0
                    && socket.state == State::Established
                    && self
                        .seen
                        .endpoints
                        .iter()
                        .any(|endpoint| endpoint.peer == peer && endpoint.owns(Protocol::Tcp, socket.remote))
            })
        };
        let mut connects = self.check.stimuli[..self.line].iter().filter_map(|stimulus| match stimulus {
            Stimulus::Peer { name, action: Action::Connects { .. } } if name != than => Some(name.as_str()),
            _ => None,
        });
        connects.find(|name| connected(name))
    }
}
