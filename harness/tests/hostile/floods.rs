//! Nearly as much as a program can print and send before it is stopped. What a flood costs grows with its size and not faster: each of
//! these would take minutes or hours if every line, packet or connection were compared with every other one.

use crate::made::{check, make, params};
use crate::memory::needed;
use crate::observations::{of_steps, quiet};
use harness::event::{Body, Flags, Output, Packet, Segment, Step, Stream};
use harness::transcript::Transcript;
use rstest::rstest;
use std::net::SocketAddr;

/// A quarter of what a step can bring before it is a flood.
const OUTPUT: usize = 512 << 10;
const PACKETS: usize = 5_000;

/// A word of its own for each number, made of letters alone.
fn word(mut number: usize) -> String {
    let mut out = String::new();
    loop {
        out.push(char::from(b'a' + (number % 26) as u8));
        number /= 26;
        if number == 0 {
            return out;
        }
    }
}

/// Lines up to a size.
fn lines(size: usize, line: impl Fn(usize) -> String) -> Vec<u8> {
    let mut out = String::new();
    for number in 0.. {
        if out.len() >= size {
            break;
        }
        out.push_str(&line(number));
        out.push('\n');
    }
    out.into_bytes()
}

fn prints(bytes: Vec<u8>) -> Step {
    let half = bytes.len() / 2;
    let piece = |stream, bytes: &[u8]| Output { program: 0, stream, bytes: bytes.to_vec() };
    Step { output: vec![piece(Stream::Stdout, &bytes[..half]), piece(Stream::Stderr, &bytes[half..])], ..quiet() }
}

fn sends(packets: impl Iterator<Item = Packet>) -> Step {
    Step { packets: packets.take(PACKETS).collect(), ..quiet() }
}

/// A packet to or from a port of its own.
fn packet(number: usize, to_peer: bool, body: Body) -> Packet {
    let own = SocketAddr::new([192, 168, 1, 103].into(), (number % 60_000) as u16 + 1);
    let peer = SocketAddr::new([192, 168, 1, 11].into(), 40_000);
    let (src, dst) = if to_peer { (own, peer) } else { (peer, own) };
    Packet { at_ns: 0, src, dst, headers: vec![0; 40], body }
}

fn segment(number: usize, flags: Flags) -> Body {
    Body::Tcp(Segment { seq: number as u32, ack: 0, window: 1, flags, payload: Vec::new() })
}

const SYN: Flags = Flags { syn: true, ack: false, fin: false, rst: false, psh: false };
const RST: Flags = Flags { rst: true, ack: true, ..SYN };

#[rstest]
#[case::of_one_line(vec![prints(vec![b'x'; OUTPUT]), prints(vec![b'y'; OUTPUT])])]
#[case::of_empty_lines(vec![prints(vec![b'\n'; OUTPUT]), prints(vec![b'\r'; OUTPUT])])]
#[case::of_lines_that_differ(vec![prints(lines(OUTPUT, |number| word(number + 1_000_000))), prints(lines(OUTPUT, |number| word(number + 2_000_000)))])]
#[case::of_lines_made_of_known_ones(vec![
    prints(lines(4_000, |number| word(number + 26))),
    prints(lines(OUTPUT, |number| (0..20).map(|part| word(26 + (number * 7 + part * 13 + (number >> part)) % 600)).collect())),
])]
#[case::of_beginnings(vec![prints(lines(OUTPUT / 4, |number| "a".repeat(number % 1_000))), prints(lines(OUTPUT, |number| "a".repeat(1_000) + &word(number)))])]
#[case::of_what_is_looked_for(vec![prints("hello 5 ".repeat(OUTPUT / 8).into_bytes()), prints(harness::check::pattern(1_023).repeat(OUTPUT / 1_023))])]
#[case::of_escape_sequences(vec![prints("\x1b[2J\u{202e}\n".repeat(OUTPUT / 8).into_bytes()), prints(vec![0x9b; OUTPUT])])]
#[case::of_connections(vec![sends((0..).map(|number| packet(number, true, segment(number, SYN))))])]
#[case::of_refused_connections(vec![
    sends((0..).map(|number| if number % 2 == 0 { packet(number, true, segment(number, SYN)) } else { packet(number - 1, false, segment(number, RST)) })),
])]
#[case::of_datagrams_to_anybody(vec![sends((0..).map(|number| {
    let dst = SocketAddr::new([10, 0, (number >> 8) as u8, number as u8].into(), 9);
    Packet { dst, ..packet(number, true, Body::Udp { payload: b"hello".to_vec() }) }
}))])]
#[case::of_a_stream_out_of_order(vec![sends((0..PACKETS).rev().map(|number| {
    let segment = Segment { seq: 2 * number as u32, ack: 0, window: 1, flags: Flags { syn: false, ..SYN }, payload: vec![b'x'] };
    packet(0, true, Body::Tcp(segment))
}))])]
fn a_flood(#[case] steps: Vec<Step>) {
    let (check, params) = (check(), params());
    let seen = of_steps(&check, [vec![quiet()], steps].concat());
    let output = seen.steps.iter().flat_map(|step| &step.output).map(|piece| piece.bytes.len()).sum::<usize>();
    let packets = seen.steps.iter().flat_map(|step| &step.packets).count();
    let reviewed = Transcript::parse(
        "start p {port}\n  listens on tcp *:{port}\nstart q {other} as second given \"hello\"\n  shows 1024 bytes\n",
    );
    let mut made = None;
    let needed = needed(|| made = Some(make(&check, &params, &seen, &reviewed)));
    let most = 16 * output + 2_000 * packets + (1 << 20);
    assert!(needed < most, "{needed} bytes were needed for {output} of output and {packets} packets");
    let told = made.unwrap().texts.iter().map(String::len).sum::<usize>();
    assert!(told < 8 << 20, "{told} bytes are told of a flood");
}
