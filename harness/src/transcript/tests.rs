//! The canonical form: what must not change a transcript, for anything that can happen; and what must.

use super::Transcript;
use crate::check::{self, Check, Parameters};
use crate::event::{
    Body, Ended, Endpoint, Exit, Flags, Flood, Observation, Output, Packet, Protocol, Repeated, Rest, Segment, Socket,
    State, Step, Stream,
};
use proptest::prelude::*;
use proptest::sample::Index;
use rstest::rstest;
use std::net::SocketAddr;

const CHECK: &str = "\
# Two clients at once.
look for A's port, \"hello\", 5
start tcp_server 8989
A connects to 8989
B connects to 8989
A sends \"hello\"
";
const SERVER: &str = "192.168.1.103:8989";
const FROM_A: &[u8] = b"hello";
const TO_A: &[u8] = "ok, 问题正在处理中...".as_bytes();
const TO_B: &[u8] = b"wait";

/// What may be different in two runs of the same correct program.
#[derive(Clone, Debug)]
struct Chance {
    /// The ephemeral ports of A and B.
    ports: (u16, u16),
    /// Where the sequence numbers of the four directions begin.
    isn: [u32; 4],
    /// Where streams are cut.
    cuts: Vec<Index>,
    /// Which segments are sent again.
    again: Vec<Index>,
    /// How directions are interleaved.
    order: Vec<u8>,
    /// Where the output is cut, and whether standard error is used.
    output: (usize, bool),
    /// `[::]` dual-stack instead of `0.0.0.0`.
    dual_stack: bool,
}

/// A run without any accident.
fn plain() -> Chance {
    Chance {
        ports: (40_000, 40_001),
        isn: [0; 4],
        cuts: Vec::new(),
        again: Vec::new(),
        order: Vec::new(),
        output: (0, false),
        dual_stack: false,
    }
}

fn any_chance() -> impl Strategy<Value = Chance> {
    let ports = (32_768..60_000_u16, 1..999_u16).prop_map(|(a, more)| (a, a + more));
    let many = |most| prop::collection::vec(any::<Index>(), 0..most);
    let order = prop::collection::vec(any::<u8>(), 0..60);
    (ports, any::<[u32; 4]>(), many(6), many(4), order, (0..40_usize, any::<bool>()), any::<bool>()).prop_map(
        |(ports, isn, cuts, again, order, output, dual_stack)| Chance {
            ports,
            isn,
            cuts,
            again,
            order,
            output,
            dual_stack,
        },
    )
}

/// One direction of a connection.
struct Direction {
    src: SocketAddr,
    dst: SocketAddr,
    isn: u32,
}

impl Direction {
    fn packet(&self, offset: usize, flags: Flags, payload: &[u8]) -> Packet {
        let seq = self.isn.wrapping_add(offset as u32);
        let segment = Segment { seq, ack: 0, window: 512, flags, payload: payload.to_vec() };
        Packet { at_ns: 0, src: self.src, dst: self.dst, headers: Vec::new(), body: Body::Tcp(segment) }
    }

    /// A stream and its FIN as segments, cut and sent again as chance wills.
    fn stream(&self, bytes: &[u8], fin: bool, chance: &Chance) -> Vec<Packet> {
        let mut cuts: Vec<_> = chance.cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        cuts.dedup();
        let ack = Flags { ack: true, ..Flags::default() };
        let mut out: Vec<_> = cuts.windows(2).map(|cut| self.packet(1 + cut[0], ack, &bytes[cut[0]..cut[1]])).collect();
        // A pure acknowledgement in between.
        out.insert(chance.cuts.len().min(out.len()), self.packet(1, ack, b""));
        if fin {
            out.push(self.packet(1 + bytes.len(), Flags { fin: true, ..ack }, b""));
        }
        for again in &chance.again {
            let segment = again.get(&out).clone();
            out.push(segment);
        }
        out
    }
}

/// Merges sequences in an order that chance gives, each in its own order.
fn interleave(sequences: Vec<Vec<Packet>>, order: &[u8]) -> Vec<Packet> {
    let mut queues: Vec<_> = sequences.into_iter().map(Vec::into_iter).collect();
    let mut out = Vec::new();
    for choice in order {
        let index = usize::from(*choice) % queues.len();
        out.extend(queues[index].next());
    }
    out.extend(queues.into_iter().flatten());
    out
}

fn check() -> Check {
    check::parse("two.check", CHECK).unwrap()
}

fn observe(chance: &Chance) -> Observation {
    let server: SocketAddr = SERVER.parse().unwrap();
    let a = SocketAddr::new([192, 168, 1, 11].into(), chance.ports.0);
    let b = SocketAddr::new([192, 168, 1, 12].into(), chance.ports.1);
    let [from_a, to_a, from_b, to_b] = [(a, server), (server, a), (b, server), (server, b)];
    let direction = |(src, dst), isn| Direction { src, dst, isn };
    let from_a = direction(from_a, chance.isn[0]);
    let to_a = direction(to_a, chance.isn[1]);
    let from_b = direction(from_b, chance.isn[2]);
    let to_b = direction(to_b, chance.isn[3]);

    let mut steps = Vec::new();
    steps.push(step(0, Vec::new(), chance));
    steps.push(step(1, handshake(&from_a, &to_a), chance));
    steps.push(step(2, handshake(&from_b, &to_b), chance));
    let packets = interleave(
        vec![from_a.stream(FROM_A, false, chance), to_a.stream(TO_A, true, chance), to_b.stream(TO_B, false, chance)],
        &chance.order,
    );
    let mut last = step(3, packets, chance);
    let text = format!("client {a}\nreceived {} bytes: hello\n", FROM_A.len());
    let (first, second) = text.split_at(chance.output.0);
    let stream = if chance.output.1 { Stream::Stderr } else { Stream::Stdout };
    last.output = [first, second].map(|part| Output { program: 0, stream, bytes: part.into() }).into();
    last.ended = vec![ended(Exit::Status(0))];
    last.rest = Rest::Gone;
    steps.push(last);

    let endpoint = |peer: &str, local, since| Endpoint { peer: peer.into(), protocol: Protocol::Tcp, local, since };
    Observation {
        steps,
        endpoints: vec![endpoint("A", a, 1), endpoint("B", b, 2)],
        ephemeral: (32_768, 60_999),
        memory_kib: 0,
    }
}

fn handshake(from: &Direction, to: &Direction) -> Vec<Packet> {
    let syn = Flags { syn: true, ..Flags::default() };
    let ack = Flags { ack: true, ..Flags::default() };
    vec![from.packet(0, syn, b""), to.packet(0, Flags { ack: true, ..syn }, b""), from.packet(1, ack, b"")]
}

fn step(stimulus: usize, packets: Vec<Packet>, chance: &Chance) -> Step {
    let any = if chance.dual_stack { "[::]:8989" } else { "0.0.0.0:8989" };
    let listener = Socket {
        protocol: Protocol::Tcp,
        local: any.parse().unwrap(),
        remote: "0.0.0.0:0".parse().unwrap(),
        state: State::Listen,
        v6_only: false,
        peers: false,
        program: 0,
        receive_queue: 0,
        send_queue: 0,
        timer: 0,
        expired: 0,
        inode: 1,
        reuse_address: None,
    };
    Step { stimulus, packets, sockets: vec![listener], rest: Rest::Idle(Vec::new()), ..Step::default() }
}

const fn ended(exit: Exit) -> Ended {
    Ended { program: 0, exit }
}

fn text(seen: &Observation) -> String {
    Transcript::new(&check(), &Parameters::default(), seen).to_string()
}

#[test]
fn a_transcript_is_the_stimuli_with_what_followed() {
    insta::assert_snapshot!(text(&observe(&plain())), @r#"
    start tcp_server 8989
      listens on tcp *:8989
    A connects to 8989
      A → program  SYN
      program → A  SYN,ACK
      A → program  ACK
    B connects to 8989
      B → program  SYN
      program → B  SYN,ACK
      B → program  ACK
    A sends "hello"
      A → program  "hello" (5 bytes)
      program → A  "ok, 问题正在处理中..." (28 bytes)
      program → A  FIN
      program → B  "wait" (4 bytes)
      shows A's port, "hello", 5
      exits 0
    "#);
}

proptest! {
    #[test]
    fn cutting_interleaving_retransmissions_and_ports_do_not_change_it(chance in any_chance()) {
        prop_assert_eq!(text(&observe(&chance)), text(&observe(&plain())));
    }

    #[test]
    fn it_can_be_read_back(chance in any_chance()) {
        let transcript = Transcript::new(&check(), &Parameters::default(), &observe(&chance));
        prop_assert_eq!(Transcript::parse(&transcript.to_string()), transcript);
    }
}

fn last(seen: &mut Observation) -> &mut Step {
    seen.steps.last_mut().unwrap()
}

fn segments(step: &mut Step) -> impl Iterator<Item = &mut Segment> {
    step.packets.iter_mut().filter_map(|packet| match &mut packet.body {
        Body::Tcp(segment) => Some(segment),
        _ => None,
    })
}

/// Everything that a transcript keeps: changing it changes the text.
#[rstest]
#[case::one_byte(|seen: &mut Observation| segments(last(seen)).for_each(|segment| {
    segment.payload.iter_mut().take(1).for_each(|byte| *byte ^= 1);
}))]
#[case::a_reset_for_a_fin(|seen: &mut Observation| segments(last(seen)).filter(|segment| segment.flags.fin).for_each(|segment| {
    segment.flags = Flags { rst: true, ..Flags::default() };
}))]
#[case::a_missing_fin(|seen: &mut Observation| segments(last(seen)).for_each(|segment| segment.flags.fin = false))]
#[case::an_exit_code(|seen: &mut Observation| last(seen).ended = vec![ended(Exit::Status(1))])]
#[case::a_signal(|seen: &mut Observation| last(seen).ended = vec![ended(Exit::Signal(11))])]
#[case::going_on(|seen: &mut Observation| last(seen).ended.clear())]
#[case::spinning(|seen: &mut Observation| last(seen).rest = Rest::Spinning { cpu_ms: 1000 })]
#[case::a_value_that_is_not_shown(|seen: &mut Observation| last(seen).output.clear())]
#[case::another_port(|seen: &mut Observation| seen.steps[0].sockets[0].local.set_port(9898))]
#[case::one_address_only(|seen: &mut Observation| seen.steps[0].sockets[0].local.set_ip([127, 0, 0, 1].into()))]
#[case::ipv6_only(|seen: &mut Observation| {
    seen.steps[0].sockets[0].local = "[::]:8989".parse().unwrap();
    seen.steps[0].sockets[0].v6_only = true;
})]
#[case::a_state_left_behind(|seen: &mut Observation| {
    let left = Socket { state: State::TimeWait, ..last(seen).sockets[0].clone() };
    last(seen).sockets.push(left);
})]
fn what_counts_changes_the_transcript(#[case] change: fn(&mut Observation)) {
    let mut seen = observe(&plain());
    change(&mut seen);
    assert_ne!(text(&seen), text(&observe(&plain())));
}

#[test]
fn the_boundaries_of_datagrams_are_kept() {
    let check = check::parse("udp.check", "P binds udp 192.168.1.103:8080\nstart udp_sender").unwrap();
    let send = |parts: &[&str]| {
        let mut step = step(1, Vec::new(), &plain());
        let (src, dst) = ("192.168.1.103:40000".parse().unwrap(), "192.168.1.103:8080".parse().unwrap());
        let body = |part: &str| Body::Udp { payload: part.as_bytes().into() };
        let datagram = |part: &&str| Packet { at_ns: 0, src, dst, headers: Vec::new(), body: body(part) };
        step.packets = parts.iter().map(datagram).collect();
        step.sockets.clear();
        let peer = Endpoint { peer: "P".into(), protocol: Protocol::Udp, local: dst, since: 0 };
        let seen = Observation { steps: vec![step], endpoints: vec![peer], ephemeral: (32_768, 60_999), memory_kib: 0 };
        Transcript::new(&check, &Parameters::default(), &seen).to_string()
    };
    assert_eq!(
        send(&["hel", "lo"]),
        "start udp_sender\n  program → P  \"hel\" (3 bytes)\n  program → P  \"lo\" (2 bytes)\n"
    );
    assert_ne!(send(&["hel", "lo"]), send(&["hello"]));
}

/// Runs of a check in which only output and ends matter: what each step printed, and how it ended.
fn talk(check: &str, steps: &[(&str, Option<i32>)]) -> String {
    talk_to_the_end(check, steps, None)
}

/// The same; the last step may end otherwise.
fn talk_to_the_end(check: &str, steps: &[(&str, Option<i32>)], end: Option<Rest>) -> String {
    let check = check::parse("talk.check", check).unwrap();
    let mut steps: Vec<_> = steps
        .iter()
        .enumerate()
        .map(|(number, (said, exit))| {
            let mut step = step(number, Vec::new(), &plain());
            step.sockets.clear();
            step.output = vec![Output { program: 0, stream: Stream::Stdout, bytes: said.as_bytes().into() }];
            step.ended = exit.map(|status| ended(Exit::Status(status))).into_iter().collect();
            step.rest = if exit.is_some() { Rest::Gone } else { step.rest };
            step
        })
        .collect();
    if let Some((end, last)) = end.zip(steps.last_mut()) {
        last.rest = end;
    }
    let seen = Observation { steps, endpoints: Vec::new(), ephemeral: (32_768, 60_999), memory_kib: 0 };
    Transcript::new(&check, &Parameters::default(), &seen).to_string()
}

#[test]
fn what_a_program_was_told_it_may_repeat() {
    let check = "look for \"hello\", 77\nstart chat 77\ntype \"hello\"";
    assert_eq!(talk(check, &[("at port 77", None), ("sending hello", None)]), "start chat 77\ntype \"hello\"\n");
    let unknown = "look for \"hello\"\nstart chat\ntype \"x\"";
    assert!(talk(unknown, &[("", None), ("hello", None)]).contains("shows \"hello\""));
}

#[test]
fn an_answer_with_nothing_in_it_says_nothing() {
    let check = "look for \"42 apples\", 9\nstart client\nstart client\nlook for words\ntype \"x\"";
    let after = |said| talk(check, &[("The answer: 42 apples (9 bytes)\n", Some(0)), ("", None), (said, Some(0))]);
    assert!(!after("The answer:  (0 bytes)\n").contains("says something"));
    assert!(after("The server has left.\n").contains("says something"));
}

#[test]
fn where_an_endless_output_was_cut_off_leaves_no_trace() {
    let check = "look for words, 93\nstart server";
    let cut = |printed| {
        let endless = Rest::Flooding { what: Flood::Output, amount: 1 << 20 };
        talk_to_the_end(check, &[(printed, None)], Some(endless))
    };
    let whole = cut("Received 9 bytes: x\nReceived 9 bytes: x\n");
    assert!(whole.contains("says something"), "{whole}");
    assert_eq!(cut("Received 9 bytes: x\nReceived 9 by"), whole);
    assert_eq!(cut("Received 9 bytes: x\nReceived 93"), whole);
    // Neither with a newline nor without one before the cut.
    assert_eq!(cut("Received 93"), cut("Rec"));
}

#[test]
fn a_free_exit_code_is_any_but_that_of_a_crash() {
    let check = "the exit code is free\nstart client";
    assert_eq!(talk(check, &[("", Some(0))]), talk(check, &[("", Some(1))]));
    let crash = "Traceback (most recent call last):";
    let mut seen = observe(&plain());
    last(&mut seen).ended = vec![ended(Exit::Status(1))];
    last(&mut seen).output = vec![Output { program: 0, stream: Stream::Stderr, bytes: crash.into() }];
    assert!(text(&seen).contains("crashes"));
}

/// A line done once, and repeated, with what was printed and how many descriptors were open each time.
fn repeated(times: &[(&str, u32)]) -> String {
    let check = check::parse("r.check", "look for \"ok\"\ntype \"x\"\nrepeat the last 1 lines 3 times").unwrap();
    let steps = times.iter().enumerate().map(|(time, (said, descriptors))| {
        let mut step = step(0, Vec::new(), &plain());
        step.sockets.clear();
        step.repeated = (time > 0).then_some(Repeated { by: 1, time });
        step.output = vec![Output { program: 0, stream: Stream::Stdout, bytes: said.as_bytes().into() }];
        step.descriptors = Some(*descriptors);
        step
    });
    let seen =
        Observation { steps: steps.collect(), endpoints: Vec::new(), ephemeral: (32_768, 60_999), memory_kib: 0 };
    Transcript::new(&check, &Parameters::default(), &seen).steps[1].lines.join("\n")
}

#[test]
fn repetitions_are_one_step_and_the_first_difference_is_told() {
    assert_eq!(repeated(&[("ok", 4), ("ok", 5), ("ok", 4), ("ok", 5)]), "the same each time");
    assert_eq!(repeated(&[("ok", 4), ("ok", 4), ("", 4), ("ok", 4)]), "repetition 2, type \"x\": nothing happens");
    assert_eq!(
        repeated(&[("ok", 4), ("ok", 5), ("ok", 6), ("ok", 7)]),
        "the same each time\nhas more and more descriptors open"
    );
}
