//! How connections end: FIN or RST, too early, too late, or never.

use super::Diagnosis;
use super::case::Case;
use super::cause::Cause;
use super::ending::{blocked, no_text_came};
use super::fact::{End, Kind, What};
use crate::check::{Action, Stimulus};
use crate::event::{Exit, Protocol, Socket, State, Wait};

/// What is wrong with the end of a connection.
pub(super) fn find(case: &Case<'_>) -> Option<Diagnosis> {
    let own = |wanted: What| move |kind: &Kind| matches!(kind, Kind::Wire(from, _, what) if case.program_of(from).is_some() && *what == wanted);
    if case.has(own(What::Rst))
        && let Some(found) = reset(case)
    {
        return Some(found);
    }
    let udp = |socket: &&Socket| socket.protocol == Protocol::Udp && socket.program == case.program;
    if case.has(|kind| matches!(kind, Kind::NoLonger(_)))
        && let Some(socket) = case.sockets(case.step).filter(udp).find(|socket| socket.remote.port() != 0)
    {
        let told = format!(
            "`connect` was called on its UDP socket: it now takes datagrams from {} alone, and all others are refused.",
            case.whom(socket.remote)
        );
        return Some(Diagnosis::new(Cause::UdpConnected, told));
    }
    if case.has(|kind| matches!(kind, Kind::NoLonger(_))) && case.expected_end().is_none() {
        let told = "It has closed the socket that it waits at, although it is still needed.";
        return Some(Diagnosis::new(Cause::ClosedTooEarly, told.to_owned()));
    }
    if case.has(own(What::Fin)) && !case.has(|kind| matches!(kind, Kind::Ends(_))) {
        return Some(too_early(case));
    }
    if case.misses(own(What::Fin)) && case.now().rest.is_rest() && case.end().is_none() {
        return not_closed(case);
    }
    None
}

/// It reset a connection; the kernel has counted why.
fn reset(case: &Case<'_>) -> Option<Diagnosis> {
    let aborts = case.now().aborts?;
    // What a program that fails leaves unread is not what is wrong with it.
    if matches!(case.exit(), Some(Exit::Status(1..))) && case.expected_end() == Some(&End::Zero) {
        return None;
    }
    let came: u64 = case
        .now()
        .packets
        .iter()
        .filter(|packet| case.is_peer(Protocol::Tcp, packet.src, case.step))
        .map(|packet| packet.body.payload().len() as u64)
        .sum();
    if let Some(room) = case.before().and_then(|_| case.room()).filter(|room| aborts.unread > 0 && *room < came) {
        let told = format!(
            "It gave the call that receives room for {room} bytes, and {came} came. The rest was unread when it closed, so the system \
             sent RST instead of FIN."
        );
        return Some(Diagnosis::new(Cause::ResetUnreadData, told));
    }
    if aborts.unread > 0 {
        let told = "It closed the connection while bytes that had come were not read yet. The system then sends RST instead of FIN.";
        return Some(Diagnosis::new(Cause::ResetUnreadData, told.to_owned()));
    }
    if aborts.linger > 0 {
        let told =
            "The system sent RST instead of FIN because the socket was closed with SO_LINGER and a time of zero.";
        return Some(Diagnosis::new(Cause::ResetByLinger, told.to_owned()));
    }
    None
}

fn too_early(case: &Case<'_>) -> Diagnosis {
    let Stimulus::Peer { name, .. } = case.stimulus() else {
        let told = "It closed its side of the connection (FIN) before the conversation was over.";
        return Diagnosis::new(Cause::ClosedTooEarly, told.to_owned());
    };
    let later = case.check.stimuli[case.line + 1..].iter();
    let says_more = later
        .take_while(|stimulus| !matches!(stimulus, Stimulus::Peer { name: other, action: Action::Closes | Action::Resets } if other == name))
        .any(|stimulus| matches!(stimulus, Stimulus::Peer { name: other, action: Action::Sends(_) } if other == name));
    if no_text_came(case) {
        let told = format!(
            "{name} is still connected; it has sent bytes that are no UTF-8 text, and the program closed the connection (FIN)."
        );
        return Diagnosis::new(Cause::ClosedTooEarly, told);
    }
    let spoke = matches!(
        case.stimulus(),
        Stimulus::Peer { action: Action::Sends(_) | Action::Connects { sends: Some(_), .. }, .. }
    );
    if says_more && spoke {
        let told =
            format!("It dealt with the first piece and closed; but {name} is still connected, and has more to say.");
        return Diagnosis::new(Cause::FirstPieceOnly, told);
    }
    Diagnosis::new(Cause::ClosedTooEarly, format!("It closed the connection (FIN) although {name} is still connected."))
}

/// It should have closed, and has not.
fn not_closed(case: &Case<'_>) -> Option<Diagnosis> {
    let connection =
        |state: State| case.sockets(case.step).find(|socket| socket.state == state && socket.program == case.program);
    let waits = case.wait().map(|wait| wait.call.clone()).unwrap_or_default();
    if let Some(socket) = connection(State::CloseWait).filter(|socket| socket.receive_queue == 0) {
        let told = format!(
            "The other side has closed, and the program has read that; its own side is still open: the connection with {} is in \
             CLOSE_WAIT, and it now waits in `{waits}`.",
            case.whom(socket.remote)
        );
        return Some(Diagnosis::new(Cause::NeverClosed, told));
    }
    if case.waits_for_input() {
        let told = "It waits for a line on its standard input before it closes the connection.";
        return Some(Diagnosis::new(Cause::AsksForMoreInput, told.to_owned()));
    }
    let open = connection(State::Established)?;
    let on_it = case.waits().any(|wait| wait.on.iter().any(|on| on.what.contains(&open.remote.to_string())));
    let for_nothing_outside = |wait: &Wait| wait.on.is_empty();
    if !on_it && case.wait().is_some_and(for_nothing_outside) {
        let does = if case.wait().is_some_and(Wait::only_sleeps) {
            format!("It sleeps in `{waits}`, wakes by itself, and sleeps again")
        } else {
            format!("It waits in `{waits}`, for one of its own threads, processes or locks")
        };
        let told = format!("{does}; the connection with {} is still open.", case.whom(open.remote));
        return Some(blocked(case, told));
    }
    if !on_it {
        let told = format!(
            "The connection with {} is still open, and it waits in `{waits}` for something else.",
            case.whom(open.remote)
        );
        return Some(Diagnosis::new(Cause::NeverClosed, told));
    }
    let shown = !case.misses(|kind| matches!(kind, Kind::Shows(_)));
    let answered = !case.misses(|kind| matches!(kind, Kind::Wire(_, _, What::Data(_))));
    let to_end = matches!(case.expected_end(), Some(End::Zero | End::Free));
    if shown && answered && to_end {
        let told = format!(
            "It waits in `{waits}` on the connection with {}, which stays open until this program closes it.",
            case.whom(open.remote)
        );
        return Some(Diagnosis::new(Cause::ClosedTooLate, told));
    }
    None
}
