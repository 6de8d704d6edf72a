//! Everything that is made of an observation is harmless, whatever was seen.

use crate::made::{assert_harmless, check, make, params};
use crate::observations::{apply, bytes, change, few_cases, observation, of_steps, quiet};
use crate::terminal::commands;
use harness::event::{
    Body, Ended, Exit, Fact, Flags, Observation, Output, Packet, Protocol, Rest, Segment, Socket, State, Step, Stream,
};
use harness::ladder::text::{self, Charset, Look};
use harness::ladder::{Performer, Telling, svg};
use harness::transcript::Transcript;
use proptest::collection::vec;
use proptest::prelude::*;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;

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
        expired: 0,
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

/// What the fuzz target begins with. `UPDATE_SEED=1` writes it anew.
#[test]
fn the_seed_of_the_fuzz_target_is_this_conversation() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds/observation/conversation.json");
    let right = of_steps(&check(), conversation());
    if std::env::var_os("UPDATE_SEED").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, serde_json::to_vec(&right).unwrap()).unwrap();
    }
    assert_eq!(serde_json::from_slice::<Observation>(&fs::read(path).unwrap()).unwrap(), right);
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

    #[test]
    fn a_trace_of_anything_can_be_told_and_is_harmless(seen in observation(&check()), typed in bytes()) {
        let performer = |name: &str| Performer { name: name.to_owned(), command: format!("./{name} \u{202e}") };
        let mut telling = Telling::new(vec![performer("a\x1b[2J"), performer("b\n")]);
        let mut drawer = text::Drawer::new(telling.lanes().to_vec(), Look { columns: 80, charset: Charset::Unicode });
        let mut facts = vec![Fact::Ready { ephemeral: (1, 2) }, Fact::Started(0), Fact::Started(1), Fact::NoRoute];
        for Step { packets, output, sockets, ended, rest, .. } in seen.steps {
            facts.push(Fact::Typed { program: 1, bytes: typed.clone() });
            facts.push(Fact::Sockets(sockets.clone()));
            facts.extend(packets.into_iter().map(Fact::Packet));
            facts.extend(output.into_iter().map(Fact::Output));
            facts.extend(ended.into_iter().map(Fact::Ended));
            facts.push(Fact::Rest { rest, sockets });
        }
        for fact in facts {
            prop_assert_eq!(fact.fits(2), Ok(()));
            for line in telling.take(&fact).iter().flat_map(|entry| drawer.push(entry)) {
                prop_assert_eq!(commands(&line), None);
            }
        }
        let picture = svg::draw(&telling.ladder());
        for text in &telling.left_behind() {
            prop_assert_eq!(commands(text), None);
        }
        prop_assert_eq!(commands(&picture), None);
        prop_assert!(roxmltree::Document::parse(&picture).is_ok());
    }
}
