//! Ladders of checks, made by hand, and what must hold for any observation.

use super::text::{Charset, Look, draw};
use super::{Ladder, svg};
use crate::check::{self, Parameters};
use crate::event::{
    Body, Descriptor, Ended, Endpoint, Exit, Flags, Observation, Output, Packet, Protocol, Repeated, Rest, Segment,
    Socket, State, Step, Stream, Wait,
};
use proptest::prelude::*;
use rstest::rstest;
use std::net::SocketAddr;
use unicode_width::UnicodeWidthStr;

const SERVER: &str = "192.168.1.103:8989";
const CLIENT: &str = "192.168.1.11:40000";

fn addr(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

/// A segment in words: `> SYN 0 0`, with `>` from the client; then the data.
fn segment(text: &str) -> Packet {
    let mut words = text.splitn(5, ' ');
    let from_client = words.next() == Some(">");
    let flags = words.next().unwrap();
    let has = |flag: &str| flags.split(',').any(|word| word == flag);
    let mut number = || words.next().unwrap().parse::<u32>().unwrap();
    let (seq, ack) = (number(), number());
    let payload = words.next().unwrap_or_default().as_bytes().to_vec();
    let flags = Flags { syn: has("SYN"), ack: has("ACK"), fin: has("FIN"), rst: has("RST"), psh: has("PSH") };
    let (ours, theirs) = if from_client { (1_000, 5_000) } else { (5_000, 1_000) };
    let segment = Segment { seq: ours + seq, ack: theirs + ack, window: 512, flags, payload };
    let (src, dst) = if from_client { (CLIENT, SERVER) } else { (SERVER, CLIENT) };
    Packet { at_ns: 0, src: addr(src), dst: addr(dst), headers: Vec::new(), body: Body::Tcp(segment) }
}

fn step(stimulus: usize, packets: &[&str]) -> Step {
    Step {
        stimulus,
        packets: packets.iter().map(|text| segment(text)).collect(),
        sockets: vec![socket(Protocol::Tcp, "0.0.0.0:8989", State::Listen)],
        rest: Rest::Idle(vec![wait("accept4", "tcp *:8989 LISTEN")]),
        ..Step::default()
    }
}

fn socket(protocol: Protocol, local: &str, state: State) -> Socket {
    Socket {
        protocol,
        local: addr(local),
        remote: addr("0.0.0.0:0"),
        state,
        v6_only: false,
        peers: false,
        program: 0,
        receive_queue: 0,
        send_queue: 0,
        timer: 0,
        expired: 0,
        inode: 7,
        reuse_address: None,
    }
}

fn wait(call: &str, what: &str) -> Wait {
    let on = vec![Descriptor { fd: 3, what: what.to_owned() }];
    Wait { pid: 2, tid: 2, name: "s".to_owned(), call: call.to_owned(), on, ..Wait::default() }
}

fn says(stream: Stream, text: &str) -> Output {
    Output { program: 0, stream, bytes: text.into() }
}

fn observation(steps: Vec<Step>) -> Observation {
    let endpoint = Endpoint { peer: "A".to_owned(), protocol: Protocol::Tcp, local: addr(CLIENT), since: 1 };
    Observation { steps, endpoints: vec![endpoint], ephemeral: (32_768, 60_999), memory_kib: 0 }
}

fn ladder(check: &str, steps: Vec<Step>) -> Ladder {
    let check = check::parse("t.check", check).unwrap();
    Ladder::new("tcp_server::t", "tcp_server", &check, &Parameters::default(), &observation(steps))
}

/// One client from its handshake to the last acknowledgement, told in four lines of a check.
fn one_client() -> Ladder {
    let start = step(0, &[]);
    let mut connects = step(1, &["> SYN 0 0", "< SYN,ACK 0 1", "> ACK 1 1"]);
    connects.output = vec![says(Stream::Stdout, "客户端的ip地址和端口号: ('192.168.1.11', 40000)\n")];
    connects.rest = Rest::Idle(vec![wait("recvfrom", "tcp 192.168.1.103:8989 to 192.168.1.11:40000 ESTABLISHED")]);
    let mut sends = step(
        2,
        &[
            "> PSH,ACK 1 1 你好",
            "< ACK 1 7",
            "< PSH,ACK 1 7 ok, 问题正在处理中...",
            "> ACK 7 29",
            "< FIN,ACK 29 7",
            "> ACK 7 30",
        ],
    );
    sends.output = vec![says(Stream::Stdout, "接收数据的长度为: 6\n"), says(Stream::Stderr, "a warning\n")];
    let mut closes = step(3, &["> FIN,ACK 7 30", "< ACK 30 8"]);
    closes.sockets.clear();
    closes.ended = vec![Ended { program: 0, exit: Exit::Status(0) }];
    closes.rest = Rest::Gone;
    let check = "start tcp_server 8989\nA connects to 8989\nA sends \"你好\"\nA closes";
    ladder(check, vec![start, connects, sends, closes])
}

fn plain(lines: Vec<String>) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in lines.join("\n").chars() {
        match c {
            '\u{1b}' => inside = true,
            'm' if inside => inside = false,
            c if !inside => out.push(c),
            _ => {}
        }
    }
    out
}

fn drawn(ladder: &Ladder, columns: usize, charset: Charset) -> String {
    plain(draw(ladder, Look { columns, charset }))
}

#[test]
fn a_connection_is_drawn_with_its_numbers_its_states_and_what_was_printed() {
    insta::assert_snapshot!(drawn(&one_client(), 80, Charset::Unicode));
}

#[test]
fn the_same_in_ascii() {
    insta::assert_snapshot!(drawn(&one_client(), 80, Charset::Ascii));
}

#[test]
fn a_part_begins_with_the_states_that_hold_and_goes_on_with_the_right_numbers() {
    insta::assert_snapshot!(drawn(&one_client().part(3), 76, Charset::Unicode));
}

#[test]
fn colours_are_those_of_the_terminal() {
    insta::assert_snapshot!(
        draw(&one_client().part(3), Look { columns: 76, charset: Charset::Unicode }).join("\n").replace('\u{1b}', "␛")
    );
}

#[test]
fn a_picture_needs_nothing_else() {
    let picture = svg::draw(&one_client());
    assert!(
        picture.contains("<title id=\"title\">tcp_server::t</title>") && picture.contains("<desc id="),
        "{picture}"
    );
    assert!(picture.contains("prefers-color-scheme:dark"));
    assert!(!picture.contains("href") && !picture.contains("url("), "it must not load anything");
    insta::assert_snapshot!(picture.replace("><", ">\n<"));
}

#[test]
fn four_lanes_stay_readable_in_80_columns() {
    let check = "start tcp_server 8989\nA connects to 8989\nB connects to 8989\nC connects to 8989";
    let check = check::parse("t.check", check).unwrap();
    let mut seen = observation(vec![step(0, &[])]);
    for (index, (peer, client)) in
        [("A", "192.168.1.11:40000"), ("B", "192.168.1.12:40001"), ("C", "192.168.1.13:40002")].iter().enumerate()
    {
        let mut connects =
            step(index + 1, &["> SYN 0 0", "< SYN,ACK 0 1", "> ACK 1 1", "> PSH,ACK 1 1 hello from far away"]);
        for packet in &mut connects.packets {
            for end in [&mut packet.src, &mut packet.dst] {
                if *end == addr(CLIENT) {
                    *end = addr(client);
                }
            }
        }
        connects.output = vec![says(Stream::Stdout, "somebody has come and says something long\n")];
        seen.steps.push(connects);
        if index > 0 {
            let endpoint =
                Endpoint { peer: (*peer).to_owned(), protocol: Protocol::Tcp, local: addr(client), since: index + 1 };
            seen.endpoints.push(endpoint);
        }
    }
    let ladder = Ladder::new("t", "tcp_server", &check, &Parameters::default(), &seen);
    let text = drawn(&ladder, 80, Charset::Unicode);
    assert!(text.lines().all(|line| line.width() <= 80), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn a_datagram_to_nobody_is_answered_from_elsewhere() {
    let check = "start udp_sender 192.168.1.103 8080 given \"hello\"";
    let mut sends = step(0, &[]);
    let (from, to) = (addr("192.168.1.103:40000"), addr("192.168.1.103:8080"));
    let packet = |src, dst, body| Packet { at_ns: 0, src, dst, headers: Vec::new(), body };
    let error = Body::Unreachable { port: true, protocol: Protocol::Udp, from, to };
    sends.packets = vec![
        packet(from, to, Body::Udp { payload: b"hello".to_vec() }),
        packet(addr("192.168.1.103:0"), addr("192.168.1.103:0"), error),
    ];
    sends.sockets.clear();
    sends.rest = Rest::Gone;
    sends.ended = vec![Ended { program: 0, exit: Exit::Signal(libc::SIGSEGV) }];
    insta::assert_snapshot!(drawn(&ladder(check, vec![sends]), 80, Charset::Unicode));
}

#[test]
fn of_a_repeated_line_the_last_repetition_is_drawn() {
    let check = "start tcp_server 8989\nA connects to 8989\nA closes\nrepeat the last 2 lines 2 times";
    let mut steps =
        vec![step(0, &[]), step(1, &["> SYN 0 0", "< SYN,ACK 0 1", "> ACK 1 1"]), step(2, &["> RST,ACK 1 1"])];
    for time in [1, 2] {
        for stimulus in [1, 2] {
            let mut again = steps[stimulus].clone();
            again.repeated = Some(Repeated { by: 3, time });
            for packet in &mut again.packets {
                if let Body::Tcp(segment) = &mut packet.body {
                    // Other numbers, as a new connection has.
                    segment.seq += time as u32 * 100_000;
                    segment.ack += time as u32 * 100_000;
                }
            }
            steps.push(again);
        }
    }
    insta::assert_snapshot!(drawn(&ladder(check, steps).part(3), 80, Charset::Unicode));
}

#[test]
fn a_flood_is_cut_and_its_last_states_are_told() {
    let mut packets = vec!["> SYN 0 0", "< SYN,ACK 0 1", "> ACK 1 1"];
    packets.extend(["> ACK 1 1"; 20_000]);
    packets.push("> RST,ACK 1 1");
    let ladder = ladder("start tcp_server 8989\nA connects to 8989", vec![step(0, &[]), step(1, &packets)]);
    let text = drawn(&ladder, 80, Charset::Unicode);
    assert!(text.lines().count() < 44, "{text}");
    assert!(text.contains("… and 19,980 more packets"), "{text}");
    assert!(text.lines().any(|line| line.contains("more packets") && line.starts_with("      CLOSED ")), "{text}");
    assert_eq!(ladder.sections[1].packets, 20_004);
}

fn any_packet() -> impl Strategy<Value = Packet> {
    let end = prop::sample::select(vec![SERVER, CLIENT, "192.168.1.103:40001", "10.0.0.1:80", "[::1]:9"]);
    let flags = any::<[bool; 5]>();
    let payload = prop::collection::vec(any::<u8>(), 0..120);
    (end.clone(), end, any::<u32>(), any::<u32>(), flags, payload, 0..4_u8).prop_map(
        |(src, dst, seq, ack, [syn, ack_flag, fin, rst, psh], payload, kind)| {
            let (src, dst) = (addr(src), addr(dst));
            let flags = Flags { syn, ack: ack_flag, fin, rst, psh };
            let body = match kind {
                0 => Body::Udp { payload },
                1 => Body::Unreachable { port: true, protocol: Protocol::Udp, from: src, to: dst },
                _ => Body::Tcp(Segment { seq, ack, window: 0, flags, payload }),
            };
            Packet { at_ns: 0, src, dst, headers: Vec::new(), body }
        },
    )
}

proptest! {
    #[test]
    fn any_conversation_can_be_drawn_in_any_width(
        packets in prop::collection::vec(any_packet(), 0..50),
        text in any::<String>(),
        columns in 60..130_usize,
    ) {
        let mut any = step(1, &[]);
        any.packets = packets;
        any.output = vec![says(Stream::Stdout, &text)];
        let ladder = ladder("start tcp_server 8989\nA connects to 8989\nA closes", vec![step(0, &[]), any, step(2, &["> FIN,ACK 1 1"])]);
        for ladder in [ladder.part(2), ladder] {
            for charset in [Charset::Unicode, Charset::Ascii] {
                let text = drawn(&ladder, columns, charset);
                prop_assert!(text.lines().all(|line| line.width() <= columns), "{text}");
                prop_assert!(!text.chars().any(|c| c != '\n' && c.is_control()), "{text:?}");
            }
            let picture = svg::draw(&ladder);
            prop_assert_eq!(picture.matches("<text").count(), picture.matches("</text>").count());
        }
    }
}

#[rstest]
#[case::in_a_terminal(Charset::Unicode, '│')]
#[case::elsewhere(Charset::Ascii, '|')]
fn lanes_are_drawn_in_the_characters_that_are_asked_for(#[case] charset: Charset, #[case] lane: char) {
    assert!(drawn(&one_client(), 100, charset).contains(lane));
}

#[test]
fn what_is_left_of_a_sleep_that_begins_again_is_not_drawn() {
    let of_wait = |call: &str, on: &[&str], ms| {
        let on = on.iter().map(|what| Descriptor { fd: 3, what: (*what).to_owned() }).collect();
        let wait = Wait { on, timeout_ms: Some(ms), again: true, ..wait(call, "") };
        super::words::of_wait(&wait, (32_768, 60_999))
    };
    assert_eq!(of_wait("clock_nanosleep", &[], 8), "sleeps again and again (clock_nanosleep)");
    assert_eq!(of_wait("epoll_wait", &["a socket without an address"], 9), "sleeps again and again (epoll_wait)");
    assert_eq!(of_wait("futex", &[], 9), "waits in futex");
    assert_eq!(of_wait("poll", &["a pipe"], 9), "waits in poll (a pipe)");
    assert_eq!(of_wait("recvfrom", &["udp *:7788"], 100), "waits in recvfrom (udp *:7788), 100 ms");
}
