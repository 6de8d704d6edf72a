//! How a program ends, or does not: crashes, endless loops, waits for what cannot come.

use super::DATAGRAM;
use super::Diagnosis;
use super::case::Case;
use super::cause::Cause;
use super::crash;
use super::fact::{End, Kind, What};
use super::refusals;
use crate::check::{Action, Data, Start, Stimulus, printable};
use crate::event::{Body, Descriptor, Exit, Flood, Packet, Protocol, Rest, Socket, State, Stream, Wait};
use crate::transcript::is_crash;

const FITS_EXACTLY: &str =
    "The text fits exactly into one datagram; with a single byte more, such as its newline or a NUL, it would not";

/// It crashed.
pub(super) fn crashed(case: &Case<'_>) -> Option<Diagnosis> {
    let errors = case.output_since(case.step, Stream::Stderr);
    let sent = |kind: &Kind| matches!(kind, Kind::Wire(from, _, What::Data(_)) if case.is_program(from));
    if matches!(case.exit(), None | Some(Exit::Status(0))) && case.has(sent) {
        // What it sent, and should not have sent, tells more than a traceback of a program that goes on.
        return None;
    }
    if case.exit().is_none() && !case.missing.is_empty() && is_crash(&errors) {
        if case.missing.iter().all(|fact| fact.kind == Kind::Says) {
            let told = crash::shown(&String::from_utf8_lossy(&errors));
            return Some(Diagnosis::new(Cause::TraceShown, told));
        }
        // A thread, or one of several clients; the program goes on.
        let told = crash::of(&Exit::Status(1), &String::from_utf8_lossy(&errors));
        return Some(Diagnosis::new(
            Cause::Crashed,
            format!("{told} The rest of the program goes on without what ended there."),
        ));
    }
    if !case.has(|kind| matches!(kind, Kind::Ends(End::Crashes | End::Dies))) {
        return None;
    }
    let exit = case.exit()?;
    if let (Exit::Signal(libc::SIGPIPE), Some(peer)) = (exit, case.refused_by()) {
        let told = format!(
            "{peer} has refused the connection, so `connect` failed. It went on all the same, wrote to the socket, and SIGPIPE ended it."
        );
        return Some(Diagnosis::new(Cause::ErrorIgnored, told));
    }
    let told = crash::of(exit, &case.stderr());
    Some(match case.stimulus() {
        Stimulus::Peer { name, action: Action::Resets } => {
            // Who is to fail, or has printed a traceback and gone on, did not die of it.
            let died = case.expected_end() != Some(&End::Cleanly) && *exit != Exit::Status(0);
            let cause = if died { Cause::DiedWithPeer } else { Cause::Crashed };
            Diagnosis::new(cause, format!("{told} It came when {name} had reset the connection."))
        }
        Stimulus::Peer { name, action: Action::Closes | Action::ShutsDownSending } => {
            let told = format!("{told} It came when {name} had closed and receiving had returned zero bytes.");
            let goes_on = case.expected_end().is_none();
            Diagnosis::new(if goes_on { Cause::EndsWithClient } else { Cause::Crashed }, told)
        }
        Stimulus::Start(start) if case.fits_exactly(start) && matches!(exit, Exit::Status(_)) => {
            let evidence = vec![format!("{FITS_EXACTLY}.")];
            Diagnosis { evidence, ..Diagnosis::new(Cause::Crashed, told) }
        }
        _ => Diagnosis::new(Cause::Crashed, told),
    })
}

/// It goes round in a circle.
pub(super) fn restless(case: &Case<'_>) -> Option<Diagnosis> {
    let after = match case.stimulus() {
        Stimulus::Peer { name, action: Action::Closes | Action::ShutsDownSending } => {
            format!(" since {name} has closed, where `recv` returns 0 bytes at once, again and again")
        }
        Stimulus::Peer { name, action: Action::Resets } => format!(" since {name} has reset its connection"),
        Stimulus::EndOfInput(_) => {
            " since its input has ended, where reading a line returns at once, again and again".to_owned()
        }
        _ => String::new(),
    };
    let told = match &case.now().rest {
        Rest::Spinning { .. } => format!("It burns CPU time without doing anything{after}."),
        Rest::Flooding { what: Flood::Output, .. } => format!("It writes without end{after}."),
        Rest::Flooding { what: Flood::Wire, .. } if case.sends_in_pieces() => {
            let told = "What it was given was sent in many thousands of datagrams.";
            return Some(Diagnosis::new(Cause::DatagramSplit, told.to_owned()));
        }
        Rest::Flooding { what: Flood::Memory, .. } => format!("It takes memory without end{after}."),
        Rest::Flooding { what: Flood::Processes, .. } => format!("It starts processes without end{after}."),
        Rest::Flooding { what: Flood::Wire, .. } => format!("It sends without end{after}."),
        Rest::Gone | Rest::Idle(_) | Rest::Hidden => return None,
    };
    // Where nothing has happened yet, it can only be a call that does not wait.
    let asks = matches!(case.now().rest, Rest::Spinning { .. })
        && matches!(case.stimulus(), Stimulus::Start(_))
        && case.now().packets.is_empty()
        && case.sockets(case.step).next().is_some();
    let cause = match case.stimulus() {
        _ if asks => Cause::BusyWaiting,
        Stimulus::EndOfInput(_) => Cause::EndMishandled,
        _ => Cause::Spinning,
    };
    let nothing_comes = cause == Cause::Spinning && case.sockets(case.step).next().is_none();
    Some(Diagnosis { advice: nothing_comes.then_some(WITHOUT_SOCKETS), ..Diagnosis::new(cause, told) })
}

/// What to do about a circle in which no socket is.
const WITHOUT_SOCKETS: &str = "Find the loop that it is in: what should end that loop, and does anything in it change that? (It is no wait for the network that went wrong, for your program has no socket with a port.)";

/// It ends although it should go on, or ends in another way.
pub(super) fn ended(case: &Case<'_>) -> Option<Diagnosis> {
    if case.has(|kind| matches!(kind, Kind::Ends(End::LeavesProcess))) {
        let told =
            case.waits().next().map(|wait| format!("Another process that it had started waits in `{}`.", wait.call));
        return Some(Diagnosis::new(Cause::ProcessLeft, told.unwrap_or_default()));
    }
    let Some(Exit::Status(status)) = case.exit() else { return None };
    match (case.expected_end(), case.end()?) {
        (None, _) => Some(went(case, *status)),
        (Some(End::Zero | End::Free), End::Cleanly | End::Wordless) => {
            let (cause, told) = match case.stimulus() {
                Stimulus::EndOfInput(_) => (
                    Cause::EndMishandled,
                    format!("It ended with status {status}; the end of the input is no failure."),
                ),
                _ if empty_came(case) => (
                    Cause::FailsNeedlessly,
                    format!("A datagram of zero bytes came, and it ended with status {status}."),
                ),
                Stimulus::Start(start) if case.fits_exactly(start) => {
                    let told = format!("It ended with status {status}. {FITS_EXACTLY}.");
                    (Cause::RefusesTooMuch, told)
                }
                Stimulus::Peer { name, action: Action::Closes | Action::ShutsDownSending } => (
                    Cause::FailsNeedlessly,
                    format!("{name} has closed, which is no failure, and it ended with status {status}."),
                ),
                _ if no_text_came(case) => (
                    Cause::FailsNeedlessly,
                    format!("Bytes came that are no UTF-8 text, and it ended with status {status}."),
                ),
                _ if case.sent(case.step).next().is_some() && case.missing.iter().all(|fact| fact.end().is_some()) => (
                    Cause::FailsNeedlessly,
                    format!("All that it should send went out, and it ended with status {status} all the same."),
                ),
                _ => (Cause::FailsNeedlessly, format!("It ended with status {status}.")),
            };
            Some(Diagnosis::new(cause, told))
        }
        (Some(End::Cleanly), End::Zero) => Some(refusals::zero(case, "what it should do has failed")),
        (Some(End::Cleanly), End::Wordless) => Some(refusals::wordless(case)),
        _ => None,
    }
}

/// It takes an empty line for the end.
pub(super) fn empty_line() -> Diagnosis {
    let told = "An empty line was typed, and it ended with status 0, as at the end of the input.";
    Diagnosis::new(Cause::EmptyLineEnds, told.to_owned())
}

/// It has gone although more was to come.
fn went(case: &Case<'_>, status: i32) -> Diagnosis {
    let listened = case.step > 0 && case.sockets(case.step - 1).any(|socket| socket.state == State::Listen);
    match case.stimulus() {
        Stimulus::Peer { name, action: Action::Resets } if listened && status != 0 => Diagnosis::new(
            Cause::DiedWithPeer,
            format!("{name} has reset its connection, and the program ended with status {status}; it should go on."),
        ),
        Stimulus::Peer { name, action: Action::Closes | Action::ShutsDownSending } if listened && status != 0 => {
            let told = format!(
                "{name} has closed in good order, and the program ended with status {status}; it should go on, and wait for the next one."
            );
            Diagnosis::new(Cause::EndsWithClient, told)
        }
        Stimulus::Peer { name, action: Action::Resets | Action::Closes | Action::ShutsDownSending } if listened => {
            let told = format!("It ended with status {status} after {name}; other clients are to follow.");
            Diagnosis::new(Cause::OneClientOnly, told)
        }
        Stimulus::EndOfInput(_) => Diagnosis::new(Cause::EndMishandled, format!("It ended with status {status}.")),
        Stimulus::Type { data, .. }
            if status == 0 && matches!(data.as_slice(), [Data::Text(text)] if text.is_empty()) =>
        {
            empty_line()
        }
        Stimulus::Type { data, .. } => {
            let typed = data.last().map(|line| format!(" when {line} was typed")).unwrap_or_default();
            Diagnosis::new(Cause::ExitedEarly, format!("It ended with status {status}{typed}; it should go on."))
        }
        _ => {
            let next = case.check.stimuli.get(case.line + 1);
            let told = match next {
                Some(Stimulus::Peer { name, action: Action::Sends(_) }) if case.connected_to(name) => {
                    format!(
                        "It ended with status {status} before {name} had answered: neither it nor a thread of it was waited for."
                    )
                }
                _ => format!("It ended with status {status}; its work was not done."),
            };
            Diagnosis::new(if status == 0 { Cause::ExitedEarly } else { Cause::FailsNeedlessly }, told)
        }
    }
}

impl Case<'_> {
    /// Whether the program has received a datagram since it was started, and has left none.
    fn has_received(&self) -> bool {
        let udp = |socket: &&Socket| socket.protocol == Protocol::Udp && socket.program == self.program;
        let own: Vec<_> = self.sockets(self.step).filter(udp).collect();
        let is_own = |port| own.iter().any(|socket| socket.local.port() == port);
        let came = |packet: &Packet| {
            matches!(packet.body, Body::Udp { .. }) && is_own(packet.dst.port()) && !is_own(packet.src.port())
        };
        let mut steps = self.seen.steps[self.started()..=self.step].iter();
        own.iter().all(|socket| socket.receive_queue == 0) && steps.any(|step| step.packets.iter().any(came))
    }

    /// Whether the datagrams that a program sends are, one after the other, the beginning of what it was given.
    fn sends_in_pieces(&self) -> bool {
        let Stimulus::Start(Start { given: Some(given), .. }) = self.stimulus() else { return false };
        let first = self.sent(self.step).take(1_000);
        let sent: Vec<u8> = first.flat_map(|packet| packet.body.payload().iter().copied()).collect();
        !sent.is_empty() && given.bytes(self.params).is_ok_and(|text| text.starts_with(&sent))
    }

    /// Whether what a program was given fills a datagram to the last byte.
    pub(super) fn fits_exactly(&self, start: &Start) -> bool {
        start.given.as_ref().is_some_and(|given| given.bytes(self.params).is_ok_and(|text| text.len() == DATAGRAM))
    }
}

/// The second run fails where the first did not, and all that has changed is that its source port is taken.
pub(super) fn fixed_port(case: &Case<'_>) -> Option<Diagnosis> {
    if let Some(packet) = case.sent(case.step).find(|packet| packet.src == packet.dst) {
        let told = format!(
            "It is bound to port {} itself, the one that it connects to, and so it is connected with itself.",
            packet.src.port()
        );
        return Some(Diagnosis::new(Cause::FixedSourcePort, told));
    }
    let held = case.check.stimuli[..case.line].iter().any(|stimulus| matches!(stimulus, Stimulus::HoldSourcePort));
    if !held
        || !matches!(case.stimulus(), Stimulus::Start(_))
        || !matches!(case.exit(), Some(Exit::Status(1..) | Exit::Signal(_)))
    {
        return None;
    }
    let source = (0..case.step).rev().find_map(|step| case.sent(step).next().map(|packet| packet.src.port()))?;
    let told = format!(
        "The first run sent from port {source}. Somebody else has that port now, and the second run fails: it asks for the same port again."
    );
    Some(Diagnosis::new(Cause::FixedSourcePort, told))
}

/// It waits, and should have gone on.
pub(super) fn waiting(case: &Case<'_>) -> Option<Diagnosis> {
    if !matches!(case.now().rest, Rest::Idle(_)) || case.exit().is_some() || case.was_gone() {
        return None;
    }
    let own = |from: &str| case.program_of(from).is_some();
    let wire =
        case.misses(|kind| matches!(kind, Kind::Wire(from, _, What::Data(_) | What::Fin | What::Syn) if own(from)));
    let ends = case.missing.iter().any(|fact| fact.end().is_some());
    let shows = case.shows_too_little();
    if !wire && !ends && (!shows || case.only_the_first_piece(&case.output()).is_some()) {
        return None;
    }
    if let Stimulus::EndOfInput(_) = case.stimulus() {
        // Nobody waits for input any more, and the first thread waits for another one.
        let wait = case.wait()?;
        let first_waits = case.waits().any(|wait| wait.pid == wait.tid && wait.on.is_empty());
        let cause = if first_waits && wait.pid != wait.tid { Cause::ThreadStays } else { Cause::EndMishandled };
        return Some(Diagnosis::new(cause, told(case, wait)));
    }
    let acted = case.sent(case.step).next().is_some() && !wire;
    if case.waits_for_input()
        && !acted
        && let Stimulus::Start(Start { given: Some(Data::Text(text)), .. }) = case.stimulus()
        && text.is_empty()
    {
        let told = format!("The line that was typed is empty, and a line all the same. {}", told(case, case.wait()?));
        return Some(Diagnosis::new(Cause::AsksForMoreInput, told));
    }
    if case.waits_for_input() {
        if case.is_interactive() {
            return unread(case);
        }
        let wait = case.wait()?;
        let cause = if acted && is_event_loop(&wait.call) { Cause::InputWatched } else { Cause::AsksForMoreInput };
        return Some(Diagnosis::new(cause, told(case, wait)));
    }
    let wait = case.wait()?;
    let on = |text: &str| wait.on.iter().any(|on| on.what.contains(text));
    if empty_came(case) && (shows || wire) {
        return Some(Diagnosis::new(
            Cause::EmptyIgnored,
            format!("A message of zero bytes came. {}", told(case, wait)),
        ));
    }
    // What has come was read, or it would not wait for this socket.
    let came = case.now().packets.iter().any(|packet| match &packet.body {
        Body::Udp { .. } => case.is_peer(Protocol::Udp, packet.src, case.step),
        Body::Tcp(segment) => !segment.payload.is_empty() && case.is_peer(Protocol::Tcp, packet.src, case.step),
        _ => false,
    });
    let receiving = on("ESTABLISHED") || on("udp ");
    let wants_input = case.waits().any(|wait| wait.on.iter().any(|on| on.fd == 0));
    if shows && !wire && !ends && matches!(case.stimulus(), Stimulus::Type { .. }) && on("udp ") {
        // What comes next is typed, so it may wait for that.
        return (!wants_input).then(|| {
            let cause = if case.has_received() { Cause::WaitsForAnother } else { Cause::Blocked };
            Diagnosis::new(cause, told(case, wait))
        });
    }
    let data = case.misses(|kind| matches!(kind, Kind::Wire(_, _, What::Data(_))));
    let undone = data || (shows && (wire || ends || (!case.shows_later() && case.output_is_poor())));
    if receiving && came && undone {
        return Some(if on("udp ") && !wants_input {
            waits_for_another(case, wait)
        } else if on("udp ") {
            let told = "It has received what came, for nothing lies unread in its socket, and prints nothing of it.";
            Diagnosis::new(Cause::OutputNotShown, told.to_owned())
        } else {
            let told = format!("It has received what came, and waits for more. {}", told(case, wait));
            Diagnosis::new(Cause::WaitsForMore, told)
        });
    }
    let own_end = case.sockets(case.step).find(|socket| {
        matches!(socket.state, State::FinWait1 | State::FinWait2)
            && wait.on.iter().any(|on| on.what.contains(&socket.remote.to_string()))
    });
    if let Some(socket) = own_end.filter(|_| ends) {
        let peer = case.whom(socket.remote);
        let told = format!(
            "It has ended its own side of the connection (FIN), and waits in `{}` until {peer} ends the other. `shutdown` and `end` \
             close one direction; `close` waits for nobody.",
            wait.call
        );
        return Some(Diagnosis::new(Cause::ClosedTooLate, told));
    }
    if ends && on("udp ") && came && !wants_input && case.output().is_empty() {
        return Some(waits_for_another(case, wait));
    }
    let has_acted = !case.output().is_empty() || case.sent(case.step).next().is_some();
    // All that it should do here it has done, and what it waits for now belongs to no conversation.
    if ends && !wire && !shows && has_acted && !on("ESTABLISHED") {
        return Some(Diagnosis::new(Cause::DoesNotEnd, told(case, wait)));
    }
    if on("LISTEN") && (ends || wire) && case.now().packets.is_empty() {
        return None;
    }
    if ends && on("LISTEN") && has_acted {
        return Some(Diagnosis::new(Cause::DoesNotEnd, told(case, wait)));
    }
    if data && on("ESTABLISHED") && !came {
        let told = format!("It waits for an answer to what it has not sent. {}", told(case, wait));
        return Some(Diagnosis::new(Cause::NothingSent, told));
    }
    let asked = matches!(case.stimulus(), Stimulus::Type { .. });
    if wire && asked && on("udp ") && !wants_input && case.has_received() {
        return Some(Diagnosis::new(Cause::WaitsForAnother, told(case, wait)));
    }
    (wire || ends).then(|| blocked(case, told(case, wait)))
}

/// It waits for nothing that could come.
pub(super) fn blocked(case: &Case<'_>, told: String) -> Diagnosis {
    // Where another task waits, that is what matters.
    let cause = if case.waits().all(Wait::only_sleeps) { Cause::Sleeps } else { Cause::Blocked };
    Diagnosis::new(cause, told)
}

/// Whether a call waits for many things at once, as an event loop does.
fn is_event_loop(call: &str) -> bool {
    ["epoll", "poll", "ppoll", "select", "pselect"].iter().any(|name| call.starts_with(name))
}

fn waits_for_another(case: &Case<'_>, wait: &Wait) -> Diagnosis {
    let told = format!("It has received one, for nothing lies unread in its socket. {}", told(case, wait));
    Diagnosis::new(Cause::WaitsForAnother, told)
}

/// The kernel has the connection, the program has not.
pub(super) fn not_accepted(case: &Case<'_>) -> Option<Diagnosis> {
    let killed = matches!(case.stimulus(), Stimulus::Kill(_));
    let at = if killed { case.step.checked_sub(1)? } else { case.step };
    let listener = case.sockets(at).find(|socket| socket.state == State::Listen && socket.receive_queue > 0)?;
    let serves = case.sockets(at).any(|socket| {
        socket.protocol == Protocol::Tcp
            && matches!(socket.state, State::Established | State::CloseWait | State::FinWait1 | State::FinWait2)
            && socket.local.port() == listener.local.port()
    });
    if serves {
        return None;
    }
    let port = listener.local.port();
    let told = match case.wait() {
        _ if killed => {
            format!("A client had connected to port {port}, and had not been accepted when the program was killed.")
        }
        wait => {
            let waits = wait.map(|wait| told(case, wait)).unwrap_or_default();
            format!("A client is connected, and waits at port {port} to be accepted. {waits}")
        }
    };
    Some(Diagnosis::new(Cause::NothingAccepted, told))
}

/// A datagram lies in the program's socket, while the program waits for its input.
fn unread(case: &Case<'_>) -> Option<Diagnosis> {
    let before = |socket: &Socket| {
        let old = case.before().and_then(|step| step.sockets.iter().find(|old| old.inode == socket.inode));
        old.map_or(0, |old| old.receive_queue)
    };
    // One of several that wait may have been taken.
    let is_unread = |socket: &&Socket| {
        socket.protocol == Protocol::Udp && socket.receive_queue > 0 && socket.receive_queue >= before(socket)
    };
    let socket = case.sockets(case.step).filter(|socket| socket.program == case.program).find(is_unread)?;
    let told = format!(
        "A datagram has come and lies unread in its socket at port {}, while the program waits for a line on its standard input.",
        socket.local.port()
    );
    let mut found = Diagnosis::new(Cause::NotReceived, told);
    // What it said when it was last told to do something.
    let typed = (0..=case.step)
        .rev()
        .find(|step| matches!(case.check.stimuli[case.seen.steps[*step].stimulus], Stimulus::Type { .. }));
    let words = typed.and_then(|step| case.new_words(step));
    found.evidence.extend(words.map(|line| format!("What it printed last before that: {}", printable(&line, 160))));
    Some(found)
}

fn empty_came(case: &Case<'_>) -> bool {
    let empty = |data: &Data| matches!(data, Data::Text(text) if text.is_empty());
    matches!(case.stimulus(), Stimulus::Peer { action: Action::SendsTo { data, .. }, .. } if data.iter().any(empty))
}

pub(super) fn no_text_came(case: &Case<'_>) -> bool {
    let no_text = |data: &Data| data.bytes(case.params).is_ok_and(|bytes| std::str::from_utf8(&bytes).is_err());
    match case.stimulus() {
        Stimulus::Peer { action: Action::SendsTo { data, .. }, .. } => data.iter().any(no_text),
        Stimulus::Peer { action: Action::Sends(data) | Action::Connects { sends: Some(data), .. }, .. } => {
            no_text(data)
        }
        _ => false,
    }
}

/// What a task waits for, as a part of a sentence; nothing where it waits for no descriptor.
pub(super) fn on(case: &Case<'_>, wait: &Wait) -> String {
    // What an event loop has for itself says nothing, where there is something else.
    let any = wait.on.iter().any(Descriptor::is_from_outside);
    let on: Vec<_> =
        wait.on.iter().filter(|on| !any || on.is_from_outside()).map(|on| case.socket_in_words(&on.what)).collect();
    if on.is_empty() { String::new() } else { format!(" on {}", on.join(" and ")) }
}

/// Where it waits and why that is no use, as a sentence.
pub(super) fn told(case: &Case<'_>, wait: &Wait) -> String {
    if wait.only_sleeps() {
        return format!("It sleeps in `{}`, wakes by itself, and sleeps again; nothing comes of it.", wait.call);
    }
    let no_use = if case.waits_for_input() {
        ", where nothing more is typed"
    } else if wait.on.iter().any(|on| on.what.contains("LISTEN")) {
        ", where nobody else connects"
    } else if wait.on.is_empty() {
        ""
    } else {
        ", where nothing more comes"
    };
    format!("It waits in `{}`{}{no_use}.", wait.call, on(case, wait))
}
