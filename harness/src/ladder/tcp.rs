//! TCP as its segments show it: numbers relative to the first ones, as Wireshark counts, and the state of both ends after
//! each segment, by RFC 9293 §3.10 from what was sent and received alone.

use crate::event::{Segment, State};
use std::collections::HashMap;
use std::net::SocketAddr;

/// The connections that were seen so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Connections {
    all: Vec<Connection>,
    /// The newest connection between two ends, by its place, whoever has opened it.
    newest: HashMap<[SocketAddr; 2], usize>,
    /// How many there were between two lanes.
    counts: HashMap<[usize; 2], usize>,
}

#[derive(Clone, Debug)]
struct Connection {
    /// Who sent the first segment, and to whom.
    ends: [SocketAddr; 2],
    /// The sequence number of the first SYN.
    syn: u32,
    /// Which of the connections between the same two lanes, from 1.
    number: usize,
    lanes: [usize; 2],
    sides: [Side; 2],
}

/// What is known of one end.
#[derive(Clone, Debug, Default)]
struct Side {
    /// `None` before its first segment was sent or taken in: CLOSED or LISTEN.
    state: Option<State>,
    /// The sequence number that counts as 0.
    base: Option<u32>,
    /// The number after the highest that it has sent.
    sent: Option<u32>,
    /// The number after its FIN, which an acknowledgement of the FIN carries.
    after_fin: Option<u32>,
    /// The next number that it expects from the other side.
    expects: Option<u32>,
    /// Whether it has taken in the other side's FIN.
    has_fin: bool,
}

/// What a segment is in its connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Taken {
    /// Which of the connections between the same two lanes, from 1.
    pub(super) number: usize,
    /// Sequence number, relative.
    pub(super) seq: u32,
    /// Acknowledgement number, relative; `None` where it does not count.
    pub(super) ack: Option<u32>,
    /// Whether all of it had been sent before.
    pub(super) again: bool,
    /// The new states of sender and receiver, where they have changed.
    pub(super) states: [Option<State>; 2],
}

impl Connections {
    /// Takes in a segment from one end, in one lane, to another.
    pub(super) fn take(&mut self, ends: [SocketAddr; 2], lanes: [usize; 2], segment: &Segment) -> Taken {
        let opens = segment.flags.syn && !segment.flags.ack;
        let between = [ends[0].min(ends[1]), ends[0].max(ends[1])];
        let index = match self.newest.get(&between) {
            // A SYN with another number opens a new connection, unless both ends open at once (RFC 9293 §3.5).
            Some(index) if !opens || self.all[*index].is_opened_by(ends[0], segment.seq) => *index,
            _ => {
                self.add(ends, lanes, segment.seq);
                self.newest.insert(between, self.all.len() - 1);
                self.all.len() - 1
            }
        };
        let connection = &mut self.all[index];
        let from = usize::from(connection.ends[0] != ends[0]);
        connection.take(from, segment)
    }

    /// The state of every end that has one, with its lane, the lane of the other end, and the connection's number.
    pub(super) fn states(&self) -> impl Iterator<Item = (usize, usize, usize, State)> {
        self.all.iter().flat_map(|connection| {
            [0, 1].into_iter().filter_map(|side| {
                let state = connection.sides[side].state?;
                Some((connection.lanes[side], connection.lanes[1 - side], connection.number, state))
            })
        })
    }

    fn add(&mut self, ends: [SocketAddr; 2], lanes: [usize; 2], syn: u32) {
        let count = self.counts.entry([lanes[0].min(lanes[1]), lanes[0].max(lanes[1])]).or_default();
        *count += 1;
        self.all.push(Connection { ends, syn, number: *count, lanes, sides: Default::default() });
    }
}

impl Connection {
    /// Whether a SYN belongs to this connection: the first again, or that of the other end while it has only opened itself.
    fn is_opened_by(&self, from: SocketAddr, seq: u32) -> bool {
        if self.ends[0] == from { self.syn == seq } else { self.sides[0].state == Some(State::SynSent) }
    }

    fn take(&mut self, from: usize, segment: &Segment) -> Taken {
        let before = [from, 1 - from].map(|side| self.sides[side].state);
        let flags = segment.flags;
        let first = segment.seq.wrapping_sub(u32::from(!flags.syn));
        let base = *self.sides[from].base.get_or_insert(first);
        let seq = segment.seq.wrapping_sub(base);
        let ack = flags.ack.then(|| {
            // Of a connection whose beginning was not seen the first acknowledgement counts as 1.
            let base = *self.sides[1 - from].base.get_or_insert(segment.ack.wrapping_sub(1));
            segment.ack.wrapping_sub(base)
        });
        let length = u32::from(flags.syn) + segment.payload.len() as u32 + u32::from(flags.fin);
        let end = segment.seq.wrapping_add(length);
        let again = length > 0 && !flags.rst && self.sides[from].sent.is_some_and(|sent| !is_after(end, sent));
        self.sides[from].send(segment, end);
        self.sides[1 - from].receive(segment, end);
        let after = [from, 1 - from].map(|side| self.sides[side].state);
        let changed = |end: usize| after[end].filter(|_| after[end] != before[end]);
        Taken { number: self.number, seq, ack, again, states: [changed(0), changed(1)] }
    }
}

impl Side {
    /// The transitions of a sender. `end` is the number after the segment.
    fn send(&mut self, segment: &Segment, end: u32) {
        use State::{Close, CloseWait, Established, FinWait1, LastAck, SynReceived, SynSent};
        let flags = segment.flags;
        if flags.rst {
            // A RST from where nobody listens answers for no connection.
            if self.state.is_some() {
                self.state = Some(Close);
            }
            return;
        }
        if self.sent.is_none_or(|sent| is_after(end, sent)) {
            self.sent = Some(end);
        }
        if flags.syn {
            self.state = match self.state {
                None | Some(Close) if !flags.ack => Some(SynSent),
                None | Some(Close | SynSent) if flags.ack => Some(SynReceived),
                state => state,
            };
        }
        if flags.fin {
            self.after_fin = Some(end);
            self.state = match self.state {
                Some(SynReceived | Established) => Some(FinWait1),
                Some(CloseWait) => Some(LastAck),
                state => state,
            };
        }
    }

    /// The transitions of a receiver. `end` is the number after the segment.
    fn receive(&mut self, segment: &Segment, end: u32) {
        use State::{
            Close, CloseWait, Closing, Established, FinWait1, FinWait2, LastAck, SynReceived, SynSent, TimeWait,
        };
        let flags = segment.flags;
        let acknowledges =
            |number: Option<u32>| flags.ack && number.is_some_and(|number| !is_after(number, segment.ack));
        if flags.rst {
            // In SYN-SENT only one that acknowledges the SYN is believed (RFC 9293 §3.10.7.3).
            if self.state.is_some() && (self.state != Some(SynSent) || acknowledges(self.sent)) {
                self.state = Some(Close);
            }
            return;
        }
        if flags.syn {
            self.expects = Some(segment.seq.wrapping_add(1));
            self.state = match self.state {
                Some(SynSent) if acknowledges(self.sent) => Some(Established),
                Some(SynSent) => Some(SynReceived),
                state => state,
            };
        }
        let all_acknowledged = self.after_fin.is_some() && acknowledges(self.after_fin);
        self.state = match self.state {
            Some(SynReceived) if flags.ack && !flags.syn && acknowledges(self.sent) => Some(Established),
            Some(FinWait1) if all_acknowledged => Some(FinWait2),
            Some(Closing) if all_acknowledged => Some(TimeWait),
            Some(LastAck) if all_acknowledged => Some(Close),
            state => state,
        };
        let begins = segment.seq.wrapping_add(u32::from(flags.syn));
        let expects = *self.expects.get_or_insert(begins);
        // What lies beyond a gap comes again.
        if is_after(begins, expects) || !is_after(end, expects) {
            return;
        }
        self.expects = Some(end);
        if flags.fin && !self.has_fin {
            self.has_fin = true;
            self.state = match self.state {
                Some(SynReceived | Established) => Some(CloseWait),
                Some(FinWait1) => Some(Closing),
                Some(FinWait2) => Some(TimeWait),
                state => state,
            };
        }
    }
}

/// Whether one sequence number comes after another, in their arithmetic (RFC 9293 §3.4).
fn is_after(a: u32, b: u32) -> bool {
    a.wrapping_sub(b).cast_signed() > 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Flags;
    use rstest::rstest;

    const A: u32 = u32::MAX - 3;
    const B: u32 = 70_000;

    fn end(port: u16) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], port))
    }

    /// Segments written as `a SYN 0 0 0`: who, flags, relative number, relative acknowledgement, length.
    fn segment(text: &str) -> (usize, Segment) {
        let words: Vec<_> = text.split(' ').collect();
        let from = usize::from(words[0] == "b");
        let has = |flag: &str| words[1].split(',').any(|word| word == flag);
        let flags = Flags { syn: has("SYN"), ack: has("ACK"), fin: has("FIN"), rst: has("RST"), psh: false };
        let number = |at: usize| words[at].parse::<u32>().unwrap();
        let bases = if from == 0 { [A, B] } else { [B, A] };
        let (seq, ack) = (bases[0].wrapping_add(number(2)), bases[1].wrapping_add(number(3)));
        let ack = if flags.ack { ack } else { 0 };
        (from, Segment { seq, ack, window: 1, flags, payload: vec![b'x'; number(4) as usize] })
    }

    /// The states of both ends after each segment.
    fn states(segments: &[&str]) -> Vec<String> {
        let mut connections = Connections::default();
        let mut now = ["-"; 2];
        let mut out = Vec::new();
        for text in segments {
            let (from, segment) = segment(text);
            let ends = if from == 0 { [end(1), end(2)] } else { [end(2), end(1)] };
            let taken = connections.take(ends, [from, 1 - from], &segment);
            for (index, side) in [from, 1 - from].into_iter().enumerate() {
                if let Some(state) = taken.states[index] {
                    now[side] = state.name();
                }
            }
            out.push(now.join(" "));
        }
        out
    }

    const HANDSHAKE: [&str; 3] = ["a SYN 0 0 0", "b SYN,ACK 0 1 0", "a ACK 1 1 0"];

    #[rstest]
    #[case::handshake(&[], &[])]
    #[case::orderly_close(
        &["a FIN,ACK 1 1 0", "b ACK 1 2 0", "b FIN,ACK 1 2 0", "a ACK 2 2 0"],
        &["FIN_WAIT_1 CLOSE_WAIT", "FIN_WAIT_2 CLOSE_WAIT", "TIME_WAIT LAST_ACK", "TIME_WAIT CLOSED"]
    )]
    #[case::three_segments(
        &["b FIN,ACK 1 1 4", "a FIN,ACK 1 6 0", "b ACK 6 2 0"],
        &["CLOSE_WAIT FIN_WAIT_1", "LAST_ACK TIME_WAIT", "CLOSED TIME_WAIT"]
    )]
    #[case::reset(&["a ACK 1 1 5", "b RST,ACK 1 6 0"], &["ESTABLISHED ESTABLISHED", "CLOSED CLOSED"])]
    #[case::a_fin_beyond_a_gap_is_not_taken_in(
        &["a FIN,ACK 5 1 0", "a ACK 1 1 4", "a FIN,ACK 5 1 0"],
        &["FIN_WAIT_1 ESTABLISHED", "FIN_WAIT_1 ESTABLISHED", "FIN_WAIT_1 CLOSE_WAIT"]
    )]
    fn both_ends_follow_the_state_machine(#[case] then: &[&str], #[case] expected: &[&str]) {
        let all = [&HANDSHAKE[..], then].concat();
        let handshake = ["SYN_SENT -", "ESTABLISHED SYN_RECEIVED", "ESTABLISHED ESTABLISHED"];
        assert_eq!(states(&all), [&handshake[..], expected].concat());
    }

    #[test]
    fn both_can_close_at_once() {
        // The two FINs cross: neither is acknowledged by the other.
        let all = [&HANDSHAKE[..], &["a FIN,ACK 1 1 0"]].concat();
        assert_eq!(states(&all)[3], "FIN_WAIT_1 CLOSE_WAIT");
        let mut side = Side { state: Some(State::FinWait1), after_fin: Some(10), expects: Some(5), ..Side::default() };
        let flags = Flags { fin: true, ack: true, ..Flags::default() };
        side.receive(&Segment { seq: 5, ack: 9, window: 1, flags, payload: Vec::new() }, 6);
        assert_eq!(side.state, Some(State::Closing));
        let flags = Flags { ack: true, ..Flags::default() };
        side.receive(&Segment { seq: 6, ack: 10, window: 1, flags, payload: Vec::new() }, 6);
        assert_eq!(side.state, Some(State::TimeWait));
    }

    #[test]
    fn where_nobody_listens_nobody_has_a_state() {
        assert_eq!(states(&["a SYN 0 0 0", "b RST,ACK 0 1 0"]), ["SYN_SENT -", "CLOSED -"]);
    }

    #[test]
    fn both_can_open_at_once() {
        let seen = states(&["a SYN 0 0 0", "b SYN 0 0 0", "a SYN,ACK 0 1 0", "b SYN,ACK 0 1 0"]);
        assert_eq!(seen[1], "SYN_RECEIVED SYN_SENT");
        assert_eq!(seen[2], "SYN_RECEIVED ESTABLISHED");
    }

    #[test]
    fn numbers_are_relative_and_wrap_around() {
        let mut connections = Connections::default();
        let mut take = |text: &str| {
            let (from, segment) = segment(text);
            let ends = if from == 0 { [end(1), end(2)] } else { [end(2), end(1)] };
            connections.take(ends, [from, 1 - from], &segment)
        };
        for text in HANDSHAKE {
            take(text);
        }
        let data = take("a ACK 1 1 35");
        assert_eq!((data.seq, data.ack, data.again), (1, Some(1), false));
        assert!(take("a ACK 1 1 35").again);
        let fin = take("a FIN,ACK 36 1 0");
        assert_eq!((fin.seq, fin.ack, fin.again, fin.number), (36, Some(1), false, 1));
    }

    #[test]
    fn the_same_ends_can_have_a_second_connection() {
        let mut connections = Connections::default();
        let (_, mut syn) = segment("a SYN 0 0 0");
        assert_eq!(connections.take([end(1), end(2)], [0, 1], &syn).number, 1);
        assert_eq!(connections.take([end(1), end(2)], [0, 1], &syn).number, 1);
        syn.seq = 5;
        let again = connections.take([end(1), end(2)], [0, 1], &syn);
        assert_eq!((again.number, again.seq), (2, 0));
    }
}
