//! Observations that no program would make, or only a hostile one: everything that a program or the kernel's view of it can
//! put into one is arbitrary. What the lab itself puts there (which steps follow each other, how many programs there are) is
//! as it must be; `Observation::fits` refuses anything else.
//!
//! Also used by the tests of the command line, which have the checks of the exercises and their reviewed transcripts.

use harness::check::Check;
use harness::event::{
    Aborts, Body, Descriptor, Ended, Endpoint, Exit, Flags, Flood, GivenUp, Observation, Output, Packet, Protocol,
    Rest, Segment, Socket, State, Step, Stream, Wait, steps_of,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use std::net::SocketAddr;

/// What programs print to be taken for something else, to command a terminal, or to break a parser.
const WORDS: [&str; 31] = [
    "hello",
    "5",
    "8989",
    "words",
    "\n",
    "\r\n",
    "\r",
    "\0",
    "\x1b[2J",
    "\x1b[8m",
    "\x1b]0;title\x07",
    "\u{9b}31m",
    "\u{202e}txt.exe",
    "\u{2066}",
    "\u{200b}",
    "\u{feff}",
    "]]><script>",
    "<&\">",
    "\u{fffe}\u{ffff}",
    "e\u{301}\u{301}\u{301}",
    "问题正在处理中",
    "\t",
    "Traceback (most recent call last):\n  File \"a.py\", line 3, in f\nValueError: x\n",
    "thread 'main' panicked at a.rs:1:2:\nno\n",
    "Exception in thread \"main\" java.io.IOException: \x1b[2J\n\tat A.main(A.java:7)\n",
    "Error: x\n    at f (a.js:1:2)\n\nNode.js v20\n",
    " → A  FIN",
    "repetition 1, A closes: ",
    "'; $(reboot) {port} %s",
    "192.168.1.11",
    "127.0.0.1:8989",
];

/// Fewer cases than usual, because each takes long; `PROPTEST_CASES` makes them more. A failure becomes a test of its own, and
/// no file of seeds.
pub fn few_cases() -> ProptestConfig {
    let cases = std::env::var_os("PROPTEST_CASES").map_or(32, |_| ProptestConfig::default().cases);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// Bytes as programs write and send them.
pub fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => select(WORDS.to_vec()).prop_map(|word| word.as_bytes().to_vec()),
        2 => vec(any::<u8>(), 0..12),
        1 => ".{0,20}".prop_map(String::into_bytes),
        1 => (any::<u8>(), 0_usize..2_000).prop_map(|(byte, len)| vec![byte; len]),
    ];
    vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// A text that is no program's to choose freely, but not all ours either: the name of a file, or of a task.
fn name() -> impl Strategy<Value = String> {
    vec(prop_oneof![select(WORDS.to_vec()).prop_map(str::to_owned), ".{0,10}"], 0..4).prop_map(|words| words.concat())
}

fn port() -> impl Strategy<Value = u16> {
    prop_oneof![select(vec![0, 80, 8080, 8989, 7788, 40_000, 40_001, 50_000, u16::MAX]), any::<u16>()]
}

fn addr() -> impl Strategy<Value = SocketAddr> {
    let ips = [
        "127.0.0.1",
        "192.168.1.103",
        "192.168.1.11",
        "192.168.1.12",
        "0.0.0.0",
        "::",
        "::1",
        "8.8.8.8",
        "::ffff:1.2.3.4",
    ];
    (select(ips.to_vec()), port()).prop_map(|(ip, port)| SocketAddr::new(ip.parse().unwrap(), port))
}

fn protocol() -> impl Strategy<Value = Protocol> {
    select(vec![Protocol::Udp, Protocol::Tcp])
}

fn state() -> impl Strategy<Value = State> {
    (1_u8..=11).prop_map(|number| State::from_kernel(number).unwrap())
}

fn flags() -> impl Strategy<Value = Flags> {
    any::<[bool; 5]>().prop_map(|[syn, ack, fin, rst, psh]| Flags { syn, ack, fin, rst, psh })
}

fn body() -> impl Strategy<Value = Body> {
    let seq = || prop_oneof![0_u32..100, any::<u32>()];
    let segment = (seq(), seq(), any::<u16>(), flags(), bytes())
        .prop_map(|(seq, ack, window, flags, payload)| Body::Tcp(Segment { seq, ack, window, flags, payload }));
    prop_oneof![
        4 => segment,
        3 => bytes().prop_map(|payload| Body::Udp { payload }),
        1 => (any::<bool>(), protocol(), addr(), addr())
            .prop_map(|(port, protocol, from, to)| Body::Unreachable { port, protocol, from, to }),
        1 => any::<u8>().prop_map(Body::Other),
    ]
}

fn packet() -> impl Strategy<Value = Packet> {
    (any::<u64>(), addr(), addr(), vec(any::<u8>(), 0..80), body())
        .prop_map(|(at_ns, src, dst, headers, body)| Packet { at_ns, src, dst, headers, body })
}

fn output(programs: usize) -> impl Strategy<Value = Output> {
    let stream = select(vec![Stream::Stdout, Stream::Stderr]);
    (0..programs, stream, bytes()).prop_map(|(program, stream, bytes)| Output { program, stream, bytes })
}

fn socket(programs: usize) -> impl Strategy<Value = Socket> {
    let place = (protocol(), addr(), addr(), state());
    let owner = (any::<bool>(), any::<bool>(), 0..programs, prop_oneof![0_u32..3, any::<u32>()]);
    let queues = (select(vec![0, 1, u32::MAX]), select(vec![0, 1, u32::MAX]), any::<u8>(), any::<Option<bool>>());
    (place, owner, queues).prop_map(
        |(
            (protocol, local, remote, state),
            (v6_only, peers, program, inode),
            (receive_queue, send_queue, timer, reuse),
        )| Socket {
            protocol,
            local,
            remote,
            state,
            v6_only,
            peers,
            program,
            receive_queue,
            send_queue,
            timer,
            expired: timer.wrapping_mul(3),
            inode,
            reuse_address: reuse,
        },
    )
}

fn descriptor() -> impl Strategy<Value = Descriptor> {
    let known = [
        "standard input",
        "tcp *:8989 LISTEN",
        "udp *:7788",
        "tcp 192.168.1.103:8989 to 192.168.1.11:40000 ESTABLISHED",
        "a pipe",
        "udp",
        "tcp \x1b[2J to \x1b[31m",
    ];
    let what = prop_oneof![select(known.to_vec()).prop_map(str::to_owned), name()];
    (-1_i32..5, what).prop_map(|(fd, what)| Descriptor { fd, what })
}

fn wait(programs: usize) -> impl Strategy<Value = Wait> {
    let call = select(vec!["read", "recvfrom", "accept4", "futex", "epoll_wait", "poll", "stopped", "clock_nanosleep"]);
    let number = || option::of(prop_oneof![0_u64..20_000, any::<u64>(), Just(u64::MAX)]);
    let task = (0..programs, 1_i32..4, 1_i32..4, name());
    (task, call, vec(descriptor(), 0..4), number(), any::<bool>(), number()).prop_map(
        |((program, pid, tid, name), call, on, timeout_ms, again, room)| Wait {
            program,
            pid,
            tid,
            name,
            call: call.to_owned(),
            on,
            timeout_ms,
            again,
            room,
        },
    )
}

fn rest(programs: usize) -> impl Strategy<Value = Rest> {
    prop_oneof![
        2 => Just(Rest::Gone),
        6 => vec(wait(programs), 0..6).prop_map(Rest::Idle),
        1 => any::<u64>().prop_map(|cpu_ms| Rest::Spinning { cpu_ms }),
        1 => Just(Rest::Hidden),
        1 => (select(vec![Flood::Output, Flood::Wire, Flood::Memory, Flood::Processes]), any::<u64>())
            .prop_map(|(what, amount)| Rest::Flooding { what, amount }),
    ]
}

fn ended(programs: usize) -> impl Strategy<Value = Ended> {
    let exit = prop_oneof![
        select(vec![0, 1, 101, i32::MIN]).prop_map(Exit::Status),
        select(vec![0, 6, 9, 11, 13, 64, i32::MIN]).prop_map(Exit::Signal),
        name().prop_map(Exit::NotStarted),
    ];
    (0..programs, exit).prop_map(|(program, exit)| Ended { program, exit })
}

fn step(programs: usize) -> impl Strategy<Value = Step> {
    let wire = (vec(packet(), 0..10), vec(socket(programs), 0..5));
    let program = (vec(output(programs), 0..5), vec(ended(programs), 0..2), rest(programs));
    let given_up = vec((wait(programs), any::<Index>()), 0..2);
    let aborts = option::of((0_u64..2, 0_u64..2).prop_map(|(unread, linger)| Aborts { unread, linger }));
    let rare = (option::weighted(0.1, name()), given_up, any::<Option<u32>>(), aborts, any::<bool>());
    (wire, program, rare).prop_map(
        |((packets, sockets), (output, ended, rest), (impossible, given_up, descriptors, aborts, unroutable))| {
            let given_up =
                given_up.into_iter().map(|(wait, at)| GivenUp { wait, packets: at.index(packets.len() + 1) }).collect();
            Step {
                impossible,
                packets,
                output,
                sockets,
                ended,
                given_up,
                rest,
                descriptors,
                aborts,
                unroutable,
                ..quiet()
            }
        },
    )
}

/// A step in which nothing happens.
pub fn quiet() -> Step {
    Step { rest: Rest::Idle(Vec::new()), ..Step::default() }
}

/// These steps as those that a check carries out, as far as it has lines for them.
pub fn of_steps(check: &Check, steps: Vec<Step>) -> Observation {
    let planned = steps_of(check).zip(steps);
    let steps: Vec<_> = planned.map(|((stimulus, repeated), step)| Step { stimulus, repeated, ..step }).collect();
    let endpoints = check.peers().into_iter().enumerate().map(|(number, (peer, ip))| {
        let protocol = if number % 2 == 0 { Protocol::Tcp } else { Protocol::Udp };
        Endpoint { peer, protocol, local: SocketAddr::new(ip, 40_000 + number as u16), since: 0 }
    });
    Observation { steps, endpoints: endpoints.collect(), ephemeral: (32_768, 60_999), memory_kib: 0 }
}

/// An observation of a check: everything is arbitrary that can be.
pub fn observation(check: &Check) -> impl Strategy<Value = Observation> + use<> {
    let most = steps_of(check).count().min(12);
    let check = check.clone();
    let programs = check.programs().len();
    let endpoint = (any::<Index>(), protocol(), addr(), 0_usize..4);
    (vec(step(programs), 0..=most), vec(endpoint, 0..4)).prop_map(move |(steps, endpoints)| {
        let mut out = of_steps(&check, steps);
        let peers = check.peers();
        if !peers.is_empty() {
            let endpoint = |(peer, protocol, local, since): (Index, Protocol, SocketAddr, usize)| Endpoint {
                peer: peer.get(&peers).0.clone(),
                protocol,
                local,
                since,
            };
            out.endpoints.extend(endpoints.into_iter().map(endpoint));
        }
        out
    })
}

/// What is done to a real observation, so that it is nearly well-formed.
#[derive(Clone, Debug)]
pub enum Change {
    /// Something of a step is what a hostile program would make of it.
    Packets(Vec<Packet>),
    Output(Vec<Output>),
    Sockets(Vec<Socket>),
    Rest(Rest),
    Ended(Vec<Ended>),
    /// One packet is lost, comes twice, or is somebody else's.
    Loses(Index),
    Doubles(Index),
    Turns(Index),
    Flags(Index, Flags),
    Payload(Index, Vec<u8>),
    /// Everything after the step is missing.
    EndsHere,
    /// A step has what another one has.
    Copies(Index),
}

/// A change, and the step that it is made to.
pub fn change(check: &Check) -> impl Strategy<Value = (Index, Change)> + use<> {
    let programs = check.programs().len();
    let change = prop_oneof![
        vec(packet(), 0..6).prop_map(Change::Packets),
        vec(output(programs), 0..4).prop_map(Change::Output),
        vec(socket(programs), 0..4).prop_map(Change::Sockets),
        rest(programs).prop_map(Change::Rest),
        vec(ended(programs), 0..2).prop_map(Change::Ended),
        any::<Index>().prop_map(Change::Loses),
        any::<Index>().prop_map(Change::Doubles),
        any::<Index>().prop_map(Change::Turns),
        (any::<Index>(), flags()).prop_map(|(at, flags)| Change::Flags(at, flags)),
        (any::<Index>(), bytes()).prop_map(|(at, bytes)| Change::Payload(at, bytes)),
        Just(Change::EndsHere),
        any::<Index>().prop_map(Change::Copies),
    ];
    (any::<Index>(), change)
}

/// Makes a change.
pub fn apply(seen: &mut Observation, (step, change): (Index, Change)) {
    if seen.steps.is_empty() {
        return;
    }
    let at = step.index(seen.steps.len());
    if let Change::Copies(other) = &change {
        let other = other.get(&seen.steps).clone();
        let Step { stimulus, repeated, .. } = seen.steps[at];
        seen.steps[at] = Step { stimulus, repeated, ..other };
        return;
    }
    let step = &mut seen.steps[at];
    let count = step.packets.len();
    match change {
        Change::Packets(packets) => step.packets = packets,
        Change::Output(output) => step.output = output,
        Change::Sockets(sockets) => step.sockets = sockets,
        Change::Rest(rest) => step.rest = rest,
        Change::Ended(ended) => step.ended = ended,
        Change::Copies(_) => {}
        Change::EndsHere => seen.steps.truncate(at + 1),
        Change::Loses(_) | Change::Doubles(_) | Change::Turns(_) | Change::Flags(..) | Change::Payload(..)
            if count == 0 => {}
        Change::Loses(packet) => drop(step.packets.remove(packet.index(count))),
        Change::Doubles(packet) => {
            let packet = packet.get(&step.packets).clone();
            step.packets.push(packet);
        }
        Change::Turns(packet) => {
            let packet = &mut step.packets[packet.index(count)];
            std::mem::swap(&mut packet.src, &mut packet.dst);
        }
        Change::Flags(packet, flags) => {
            if let Body::Tcp(segment) = &mut step.packets[packet.index(count)].body {
                segment.flags = flags;
            }
        }
        Change::Payload(packet, bytes) => match &mut step.packets[packet.index(count)].body {
            Body::Tcp(Segment { payload, .. }) | Body::Udp { payload } => *payload = bytes,
            Body::Unreachable { .. } | Body::Other(_) => {}
        },
    }
}
