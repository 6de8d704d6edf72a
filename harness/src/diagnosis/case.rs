//! A failed check as the rules look at it: the first step that differs, and what is known of it.

use super::fact::{End, Fact, Kind, facts};
use crate::check::{Check, Parameters, Stimulus, printable};
use crate::event::{Body, Descriptor, Exit, Observation, Packet, Protocol, Rest, Socket, Step, Stream, Wait};
use crate::transcript::Transcript;
use std::net::SocketAddr;

/// What all rules read.
pub(super) struct Case<'a> {
    pub(super) check: &'a Check,
    pub(super) params: &'a Parameters,
    pub(super) seen: &'a Observation,
    /// The reviewed transcript.
    pub(super) reviewed: &'a Transcript,
    /// Index of the first differing line of the check. Of a `repeat`, that of the line that went otherwise.
    pub(super) line: usize,
    /// Which of the observation's steps that is.
    pub(super) step: usize,
    /// The program that the step is about.
    pub(super) program: usize,
    /// What the reviewed transcript has in this step, and this one has not.
    pub(super) missing: Vec<Fact>,
    /// What this one has, and the reviewed transcript has not.
    pub(super) extra: Vec<Fact>,
    /// All that followed.
    pub(super) followed: Vec<Fact>,
    /// All that should have followed.
    pub(super) expected: Vec<Fact>,
}

impl<'a> Case<'a> {
    /// The case of the first difference at line `line`. `None` if the check did not come so far.
    pub(super) fn new(
        check: &'a Check,
        params: &'a Parameters,
        seen: &'a Observation,
        reviewed: &'a Transcript,
        transcript: &Transcript,
        line: usize,
    ) -> Option<Self> {
        let lines = transcript.steps.get(line)?.lines.clone();
        let names = check.programs();
        // Of a repeat the step is that of the repetition which went otherwise first, compared with the line it repeats.
        let (line, step, followed) = match check.stimuli.get(line)? {
            Stimulus::Repeat { .. } => {
                let (time, stimulus) = repetition(lines.first()?)?;
                let is =
                    |step: &Step| step.repeated.is_some_and(|repeated| repeated.by == line && repeated.time == time);
                let mut steps = seen.steps.iter().enumerate().filter(|(_, step)| is(step));
                let (index, step) = steps.find(|(_, step)| check.stimuli[step.stimulus].to_string() == stimulus)?;
                let told = |line: &String| line.split_once(&format!("{stimulus}: ")).map(|(_, fact)| fact.to_owned());
                (step.stimulus, index, lines.iter().filter_map(told).collect())
            }
            _ => (line, seen.steps.iter().rposition(|step| step.line() == line)?, lines),
        };
        let expected = facts(&reviewed.steps.get(line)?.lines, &names);
        let followed = facts(&followed, &names);
        let missing = without(&expected, &followed);
        let extra = without(&followed, &expected);
        let about = |fact: &Fact| match &fact.kind {
            Kind::Wire(from, _, _) => named(&names, from),
            _ => Some(fact.program),
        };
        let program = match &check.stimuli[line] {
            Stimulus::Start(start) => check.program(&start.name),
            Stimulus::EndOfInput(of) | Stimulus::Kill(of) => check.program(of),
            _ => missing.iter().chain(&extra).find_map(about).unwrap_or(0),
        };
        Some(Self { check, params, seen, reviewed, line, step, program, missing, extra, followed, expected })
    }

    /// The program that an end of a wire line names: `program`, `second:{other_port}`.
    pub(super) fn program_of(&self, end: &str) -> Option<usize> {
        named(&self.check.programs(), end)
    }

    /// Whether an end of a wire line is a program, also one that is not known by name any more.
    pub(super) fn is_program(&self, end: &str) -> bool {
        self.program_of(end).is_some() || end == "some program"
    }

    pub(super) fn stimulus(&self) -> &'a Stimulus {
        &self.check.stimuli[self.line]
    }

    /// The step that differs.
    pub(super) fn now(&self) -> &'a Step {
        &self.seen.steps[self.step]
    }

    /// The step before it.
    pub(super) fn before(&self) -> Option<&'a Step> {
        self.step.checked_sub(1).map(|before| &self.seen.steps[before])
    }

    /// The step in which the program was last started.
    pub(super) fn started(&self) -> usize {
        let starts = |step: &Step| match &self.check.stimuli[step.stimulus] {
            Stimulus::Start(start) => self.check.program(&start.name) == self.program,
            _ => false,
        };
        self.seen.steps[..=self.step].iter().rposition(starts).unwrap_or(0)
    }

    /// How the program ended in this step.
    pub(super) fn exit(&self) -> Option<&'a Exit> {
        self.now().ended.iter().find(|end| end.program == self.program).map(|end| &end.exit)
    }

    /// Whether the program had ended before this step.
    pub(super) fn was_gone(&self) -> bool {
        let steps = &self.seen.steps[self.started()..self.step];
        steps.iter().any(|step| step.ended.iter().any(|end| end.program == self.program))
    }

    /// What the program's tasks wait for at the end of the step.
    pub(super) fn waits(&self) -> impl Iterator<Item = &'a Wait> {
        self.waits_at(self.now())
    }

    /// The same, of another step.
    pub(super) fn waits_at(&self, step: &'a Step) -> impl Iterator<Item = &'a Wait> + use<'a> {
        let waits: &[Wait] = if let Rest::Idle(waits) = &step.rest { waits } else { &[] };
        let program = self.program;
        waits.iter().filter(move |wait| wait.program == program)
    }

    /// The wait that matters to a person: of a task that waits for the network or its input; else the first one.
    pub(super) fn wait(&self) -> Option<&'a Wait> {
        self.waits().find(|wait| wait.on.iter().any(Descriptor::is_from_outside)).or_else(|| self.waits().next())
    }

    /// Whether the program waits for a line on its standard input, and for no socket.
    pub(super) fn waits_for_input(&self) -> bool {
        let waits = || self.waits().flat_map(|wait| &wait.on);
        let is_socket = |what: &str| what.starts_with("tcp ") || what.starts_with("udp ");
        waits().any(|on| on.fd == 0) && !waits().any(|on| is_socket(&on.what))
    }

    /// The sockets of programs at the end of a step.
    pub(super) fn sockets(&self, step: usize) -> impl Iterator<Item = &'a Socket> {
        self.seen.steps[step].sockets.iter().filter(|socket| !socket.peers && socket.inode != 0)
    }

    /// Whether an address is one of a peer, at a step.
    pub(super) fn is_peer(&self, protocol: Protocol, addr: SocketAddr, step: usize) -> bool {
        let mut known = self.seen.endpoints.iter().filter(|endpoint| endpoint.since <= step);
        known.any(|endpoint| endpoint.owns(protocol, addr))
    }

    /// The datagrams that programs sent, and the segments with which they began connections, in a step.
    pub(super) fn sent(&self, step: usize) -> impl Iterator<Item = &'a Packet> {
        self.seen.steps[step].packets.iter().filter(move |packet| match &packet.body {
            Body::Udp { .. } => !self.is_peer(Protocol::Udp, packet.src, step),
            Body::Tcp(segment) => {
                segment.flags.syn && !segment.flags.ack && !self.is_peer(Protocol::Tcp, packet.src, step)
            }
            Body::Unreachable { .. } | Body::Other(_) => false,
        })
    }

    /// Whose an address is, as a sentence calls it: a peer by its name.
    pub(super) fn whom(&self, addr: SocketAddr) -> String {
        let mut known = self.seen.endpoints.iter().rev().filter(|endpoint| endpoint.since <= self.step);
        let peer = known.find(|endpoint| endpoint.owns(Protocol::Tcp, addr) || endpoint.owns(Protocol::Udp, addr));
        peer.map_or_else(|| addr.to_string(), |endpoint| endpoint.peer.clone())
    }

    /// Whether the system has chosen a port.
    pub(super) fn is_ephemeral(&self, port: u16) -> bool {
        let (first, last) = self.seen.ephemeral;
        (first..=last).contains(&port) && self.params.naming_port(port).is_none()
    }

    /// A descriptor that a task waits on, as a sentence calls it.
    pub(super) fn socket_in_words(&self, what: &str) -> String {
        let mut words = what.split(' ');
        let (Some(protocol @ ("tcp" | "udp")), Some(local)) = (words.next(), words.next()) else {
            // A file has the name that the program has given it.
            return printable(what, usize::MAX);
        };
        if let (Some("to"), Some(Ok(remote))) = (words.next(), words.next().map(str::parse)) {
            return format!("its {} socket that is connected with {}", protocol.to_uppercase(), self.whom(remote));
        }
        let port = local.rsplit(':').next().and_then(|port| port.parse().ok()).filter(|port| !self.is_ephemeral(*port));
        let kind = if what.ends_with("LISTEN") { "listening" } else { "UDP" };
        port.map_or_else(|| format!("its {kind} socket"), |port| format!("its {kind} socket at port {port}"))
    }

    /// Whether lines are typed while the program runs, or the end of the input.
    pub(super) fn is_interactive(&self) -> bool {
        let types = |stimulus: &Stimulus| matches!(stimulus, Stimulus::Type { .. } | Stimulus::EndOfInput(_));
        self.check.stimuli.iter().any(types)
    }

    /// What the program wrote in some steps, to both streams, as text.
    pub(super) fn printed<'s>(&self, steps: impl IntoIterator<Item = &'s Step>) -> String {
        let pieces = steps.into_iter().flat_map(|step| &step.output).filter(|piece| piece.program == self.program);
        let bytes: Vec<u8> = pieces.flat_map(|piece| piece.bytes.iter().copied()).collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// All that the program wrote to a stream, from a step on and up to this one.
    pub(super) fn output_since(&self, from: usize, stream: Stream) -> Vec<u8> {
        self.output_between(from, self.step, stream)
    }

    /// The same, up to another step.
    pub(super) fn output_between(&self, from: usize, to: usize, stream: Stream) -> Vec<u8> {
        let pieces = self.seen.steps[from..=to].iter().flat_map(|step| &step.output);
        let own = pieces.filter(|piece| piece.program == self.program && piece.stream == stream);
        own.flat_map(|piece| piece.bytes.iter().copied()).collect()
    }

    /// What it wrote in this step to both streams.
    pub(super) fn output(&self) -> Vec<u8> {
        [Stream::Stdout, Stream::Stderr].map(|stream| self.output_since(self.step, stream)).concat()
    }

    /// What it wrote to standard error since it was started.
    pub(super) fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.output_since(self.started(), Stream::Stderr)).into_owned()
    }

    /// Whether a fact of this kind is missing.
    pub(super) fn misses(&self, is: impl Fn(&Kind) -> bool) -> bool {
        self.missing.iter().any(|fact| is(&fact.kind))
    }

    /// Whether a fact of this kind is there and should not.
    pub(super) fn has(&self, is: impl Fn(&Kind) -> bool) -> bool {
        self.extra.iter().any(|fact| is(&fact.kind))
    }

    /// How the program should have ended in this step, if it should.
    pub(super) fn expected_end(&self) -> Option<&End> {
        self.expected.iter().find_map(|fact| fact.end())
    }

    /// How it did end, by the transcript.
    pub(super) fn end(&self) -> Option<&End> {
        self.followed.iter().find_map(|fact| fact.end())
    }
}

/// The place of the program among `names` whose end of a wire line this is.
fn named(names: &[&str], end: &str) -> Option<usize> {
    names.iter().position(|name| end.split(":{").next() == Some(name))
}

/// The facts of `these` that are not among `those`; each of those takes one away.
fn without(these: &[Fact], those: &[Fact]) -> Vec<Fact> {
    let mut those = those.to_vec();
    let mut out = these.to_vec();
    out.retain(|fact| match those.iter().position(|other| other == fact) {
        Some(at) => {
            those.remove(at);
            false
        }
        None => true,
    });
    out
}

/// The number and the stimulus of `repetition 7, A connects to {port}: …`.
fn repetition(line: &str) -> Option<(usize, String)> {
    let (time, rest) = line.strip_prefix("repetition ")?.split_once(", ")?;
    // A stimulus can hold a colon and a blank within its quotes, so the last one counts that leaves a fact behind it.
    let (stimulus, _) = rest.split_once(": ")?;
    Some((time.parse().ok()?, stimulus.to_owned()))
}
