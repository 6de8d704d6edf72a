//! Everything that is made of an observation.

use crate::observations::{apply, change, few_cases, observation, of_steps, quiet};
use crate::terminal::commands;
use harness::check::{self, Check, Parameter, Parameters};
use harness::event::{
    Body, Ended, Exit, Flags, Observation, Output, Packet, Protocol, Rest, Segment, Socket, State, Step, Stream,
};
use harness::ladder::text::{Charset, Look};
use harness::ladder::{Ladder, svg, text};
use harness::transcript::Transcript;
use harness::verdict::{self, Difference, Verdict};
use harness::{diagnosis, pcapng};
use proptest::collection::vec;
use proptest::prelude::*;
use std::net::SocketAddr;

const CHECK: &str = "\
# Two programs, and all that a check can look for.
look for A's ip, A's port, \"hello\", 5, {answer}, 1024 bytes, words
start p {port}
start q {other} as second given \"hello\"
A listens on tcp *:8080
P binds udp {ip}:7788
B connects to {port} and sends hex c3 28
P sends \"hello\", \"\" to {port}
type \"hello\", \"\" into second
A sends 1024 bytes
look for \"after\", words
the exit code is free
hold the program's source port
C connects to {port}
repeat the last 1 lines 3 times
A closes
B resets
end of input for second
kill second
";

pub fn check() -> Check {
    check::parse("t.check", CHECK).unwrap_or_else(|error| panic!("{error}"))
}

pub fn params() -> Parameters {
    let text = |text: &str| Parameter::Text(text.to_owned());
    let values = [
        ("port", Parameter::Number(8989)),
        ("other", Parameter::Number(7788)),
        ("ip", text("192.168.1.103")),
        ("answer", text("ok, 问题正在处理中...")),
    ];
    Parameters(values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// All that is made of an observation for people: texts that may have several lines.
pub struct Made {
    /// For a terminal.
    pub texts: Vec<String>,
    pub svg: String,
    pub pcapng: Vec<u8>,
}

/// Makes everything. `reviewed` is what the observation should have come to.
pub fn make(check: &Check, params: &Parameters, seen: &Observation, reviewed: &Transcript) -> Made {
    let transcript = Transcript::new(check, params, seen);
    let mut texts = vec![transcript.to_string()];
    if let Verdict::Fail(Difference { step, stimulus, expected, seen: lines }) = verdict::compare(reviewed, &transcript)
    {
        texts.push(stimulus);
        texts.extend(expected.into_iter().chain(lines).flatten());
        let doing = verdict::doing(check, &seen.steps, step);
        texts.extend([doing.state, doing.stdout, doing.stderr].concat());
    }
    // Each step can be the first that differs.
    for step in 0..check.stimuli.len() {
        let found = diagnosis::diagnose(check, params, seen, reviewed, &transcript, step);
        texts.extend(found.into_iter().flat_map(|found| [vec![found.because], found.evidence].concat()));
    }
    let ladder = Ladder::new("p::t", "p", check, params, seen);
    for charset in [Charset::Ascii, Charset::Unicode] {
        for columns in [60, 120] {
            let look = Look { columns, charset };
            let parts = (0..check.stimuli.len()).map(|line| ladder.part(line));
            let drawn = [ladder.clone()].into_iter().chain(parts).flat_map(|ladder| text::draw(&ladder, look));
            texts.extend(drawn);
        }
    }
    Made { texts, svg: svg::draw(&ladder), pcapng: pcapng::of_check("p::t", check, params, seen) }
}

fn assert_harmless(made: &Made) {
    for text in &made.texts {
        assert_eq!(commands(text), None);
    }
    assert!(
        commands(&made.svg).is_none() && !made.svg.contains('\x1b'),
        "a picture has no commands and no colours of that kind"
    );
    let document = roxmltree::Document::parse(&made.svg).unwrap_or_else(|error| panic!("{error}\n{}", made.svg));
    assert_eq!(document.root_element().tag_name().name(), "svg");
    assert!(made.svg.chars().all(|c| c != '\u{fffe}' && c != '\u{ffff}'), "XML has no such characters");
    assert!(blocks(&made.pcapng).is_some(), "a capture of blocks that end where their lengths say");
}

/// The number of blocks of a capture, if all of it is blocks.
fn blocks(mut file: &[u8]) -> Option<usize> {
    let mut count = 0;
    while !file.is_empty() {
        let len = u32::from_le_bytes(file.get(4..8)?.try_into().ok()?) as usize;
        let block = file.get(..len).filter(|block| block.len() >= 12)?;
        if block[len - 4..] != block[4..8] {
            return None;
        }
        (file, count) = (&file[len..], count + 1);
    }
    Some(count)
}

/// A conversation as a correct program has it: a client connects, sends, gets an answer, and the program closes.
pub fn conversation() -> Vec<Step> {
    let addr = |text: &str| -> SocketAddr { text.parse().unwrap() };
    let (server, client) = (addr("192.168.1.103:8989"), addr("192.168.1.11:40000"));
    let ack = Flags { ack: true, ..Flags::default() };
    let packet = |from_client: bool, seq: u32, acked: u32, flags: Flags, payload: &[u8]| {
        let (src, dst) = if from_client { (client, server) } else { (server, client) };
        let segment = Segment { seq, ack: acked, window: 512, flags, payload: payload.to_vec() };
        Packet { at_ns: 1, src, dst, headers: vec![0x45; 40], body: Body::Tcp(segment) }
    };
    let says = |text: &str| Output { program: 0, stream: Stream::Stdout, bytes: text.into() };
    let socket = |state, remote| Socket {
        protocol: Protocol::Tcp,
        local: server,
        remote,
        state,
        v6_only: false,
        peers: false,
        program: 0,
        receive_queue: 0,
        send_queue: 0,
        timer: 0,
        inode: 7,
        reuse_address: Some(true),
    };
    let listener = socket(State::Listen, addr("0.0.0.0:0"));
    let connected = vec![
        packet(true, 9, 0, Flags { syn: true, ..Flags::default() }, b""),
        packet(false, 99, 10, Flags { syn: true, ..ack }, b""),
        packet(true, 10, 100, ack, b""),
    ];
    let talked = vec![
        packet(true, 10, 100, Flags { psh: true, ..ack }, b"hello"),
        packet(false, 100, 15, ack, b""),
        packet(false, 100, 15, Flags { psh: true, ..ack }, "ok, 问题正在处理中...".as_bytes()),
        packet(false, 127, 15, Flags { fin: true, ..ack }, b""),
        packet(true, 15, 128, Flags { fin: true, ..ack }, b""),
        packet(false, 128, 16, ack, b""),
    ];
    let left = socket(State::TimeWait, client);
    vec![
        Step { sockets: vec![listener.clone()], ..quiet() },
        Step { output: vec![says("waiting\n")], sockets: vec![listener.clone()], ..quiet() },
        Step { packets: connected, sockets: vec![listener, socket(State::Established, client)], ..quiet() },
        Step {
            packets: talked,
            output: vec![says("192.168.1.11:40000 sent 5 bytes: hello\n")],
            sockets: vec![Socket { inode: 0, ..left }],
            ended: vec![Ended { program: 0, exit: Exit::Status(0) }],
            rest: Rest::Gone,
            ..quiet()
        },
    ]
}

proptest! {
    #![proptest_config(few_cases())]

    #[test]
    fn anything_can_be_made_of_anything_and_is_harmless(
        seen in observation(&check()),
        reviewed in prop_oneof![Just(None), observation(&check()).prop_map(Some)],
    ) {
        let (check, params) = (check(), params());
        prop_assert_eq!(seen.fits(&check), Ok(()));
        // A right program has seen something, too.
        let reviewed = reviewed.unwrap_or_else(|| of_steps(&check, conversation()));
        assert_harmless(&make(&check, &params, &seen, &Transcript::new(&check, &params, &reviewed)));
    }

    #[test]
    fn a_conversation_that_is_nearly_right_is_harmless_too(changes in vec(change(&check()), 1..5)) {
        let (check, params) = (check(), params());
        let right = of_steps(&check, conversation());
        let mut seen = right.clone();
        changes.into_iter().for_each(|change| apply(&mut seen, change));
        prop_assert_eq!(seen.fits(&check), Ok(()));
        assert_harmless(&make(&check, &params, &seen, &Transcript::new(&check, &params, &right)));
    }

    #[test]
    fn an_observation_is_read_back_as_it_was_written(seen in observation(&check())) {
        let json = serde_json::to_vec(&seen).unwrap();
        prop_assert_eq!(serde_json::from_slice::<Observation>(&json).unwrap(), seen);
    }
}
