//! Files as an independent reader, the crate pcap-parser, finds them.

use super::{Capture, of_check};
use crate::check::{self, Parameters};
use crate::event::{Body, Flags, Observation, Packet, Repeated, Segment, Step};
use pcap_parser::pcapng::{Block, EnhancedPacketBlock, OptionCode, PcapNGOption};
use pcap_parser::{Linktype, PcapBlockOwned, PcapNGSlice};
use proptest::prelude::*;
use std::net::SocketAddr;

const CHECK: &str = "\
# A client comes and goes.
start tcp_server {port}
A connects to {port}
A sends \"你好\"
repeat the last 1 lines 2 times
kill the program
A closes
";

fn params() -> Parameters {
    let values = [("port", 8989), ("unused", 1)];
    let value = |(name, number): (&str, u32)| (name.to_owned(), check::Parameter::Number(number));
    Parameters(values.map(value).into())
}

fn step(stimulus: usize, repeated: Option<Repeated>, packets: Vec<Packet>) -> Step {
    Step { stimulus, repeated, packets, ..Step::default() }
}

fn observation(steps: Vec<Step>) -> Observation {
    Observation { steps, endpoints: Vec::new(), ephemeral: (32_768, 60_999), memory_kib: 0 }
}

/// A packet of an unknown protocol; its bytes are not looked into.
fn packet(at_ns: u64, headers: &[u8]) -> Packet {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    Packet { at_ns, src: any, dst: any, headers: headers.to_vec(), body: Body::Other(200) }
}

/// What a reader finds: the section's comment, and each packet's time, bytes and comments.
#[derive(Debug, PartialEq, Eq)]
struct Read {
    about: Vec<String>,
    packets: Vec<(u64, Vec<u8>, Vec<String>)>,
}

fn read(file: &[u8]) -> Read {
    let mut out = Read { about: Vec::new(), packets: Vec::new() };
    let mut blocks = 0;
    for block in PcapNGSlice::from_slice(file).expect("a section header") {
        let PcapBlockOwned::NG(block) = block.expect("a readable block") else { panic!("not pcapng") };
        match (blocks, &block) {
            (0, Block::SectionHeader(header)) => out.about = comments(&header.options),
            (1, Block::InterfaceDescription(interface)) => {
                assert_eq!(interface.linktype, Linktype::RAW);
                assert_eq!(interface.if_tsresol, 9);
                assert_eq!(interface.if_name().map(Result::unwrap), Some("lo"));
            }
            (2.., Block::EnhancedPacket(packet)) => out.packets.push(read_packet(packet)),
            (number, other) => panic!("block {number} is not what it should be: {other:?}"),
        }
        blocks += 1;
    }
    assert!(blocks >= 2, "no interface");
    out
}

fn read_packet(block: &EnhancedPacketBlock<'_>) -> (u64, Vec<u8>, Vec<String>) {
    assert_eq!((block.if_id, block.origlen), (0, block.caplen));
    let at_ns = u64::from(block.ts_high) << 32 | u64::from(block.ts_low);
    (at_ns, block.data[..block.caplen as usize].to_vec(), comments(&block.options))
}

fn comments(options: &[PcapNGOption<'_>]) -> Vec<String> {
    let comments = options.iter().filter(|option| option.code == OptionCode::Comment);
    comments.map(|option| option.as_str().expect("UTF-8").to_owned()).collect()
}

#[test]
fn each_stimulus_is_a_comment_of_the_first_packet_after_it_and_none_is_lost() {
    let check = check::parse("a.check", CHECK).unwrap();
    let again = |time| Some(Repeated { by: 3, time });
    let mut silent = step(5, None, Vec::new());
    silent.impossible = Some("A has no connection".into());
    let at = 1_790_000_000_123_456_789;
    let seen = observation(vec![
        step(0, None, Vec::new()),
        step(1, None, vec![packet(at, &[1]), packet(at + 1, &[2, 2])]),
        step(2, None, Vec::new()),
        step(2, again(1), vec![packet(at + 2, &[3, 3, 3])]),
        step(2, again(2), vec![packet(at + 3, &[4, 4, 4, 4])]),
        step(4, None, Vec::new()),
        silent,
    ]);
    let comments = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
    let read = read(&of_check("tcp_server::a", &check, &params(), &seen));
    assert_eq!(
        read.packets,
        [
            (at, vec![1], comments(&["step 1: start tcp_server {port}", "step 2: A connects to {port}"])),
            (at + 1, vec![2, 2], Vec::new()),
            (at + 2, vec![3, 3, 3], comments(&["step 3: A sends \"你好\"", "step 4, repetition 1: A sends \"你好\""])),
            (at + 3, vec![4, 4, 4, 4], comments(&["step 4, repetition 2: A sends \"你好\""])),
        ]
    );
    insta::assert_snapshot!(read.about.join("\n---\n"), @r#"
    tcp_server::a
    A client comes and goes.
    {port} is 8989

    After the last packet:
    step 5: kill the program
    step 6: A closes (cannot be done: A has no connection)
    "#);
}

#[test]
fn a_capture_without_packets_says_so_and_what_was_done() {
    let mut capture = Capture::new("python3 server.py");
    capture.note("start");
    assert_eq!(
        read(&capture.file()),
        Read { about: vec!["python3 server.py\n\nNo packet was seen:\nstart".into()], packets: Vec::new() }
    );
}

#[test]
fn a_packet_is_its_headers_and_its_payload() {
    let payload = b"hello".to_vec();
    let flags = Flags::default();
    let body = Body::Tcp(Segment { seq: 0, ack: 0, window: 0, flags, payload });
    let mut capture = Capture::new("");
    capture.packet(&Packet { body, ..packet(7, &[0, 1, 2]) });
    assert_eq!(read(&capture.file()).packets, [(7, b"\x00\x01\x02hello".to_vec(), Vec::new())]);
}

#[test]
fn a_comment_that_is_too_long_for_the_format_is_cut_between_two_characters() {
    let mut capture = Capture::new("好".repeat(30_000));
    capture.note("x".repeat(70_000));
    capture.packet(&packet(0, &[]));
    let read = read(&capture.file());
    assert_eq!(read.about, ["好".repeat(65_532 / 3)]);
    assert_eq!(read.packets[0].2, ["x".repeat(65_532)]);
}

fn any_packet() -> impl Strategy<Value = Packet> {
    let addr = any::<([u8; 4], u16)>().prop_map(SocketAddr::from);
    let bytes = || prop::collection::vec(any::<u8>(), 0..100);
    let body = prop_oneof![
        bytes().prop_map(|payload| Body::Udp { payload }),
        any::<u8>().prop_map(Body::Other),
        bytes().prop_map(|payload| {
            let flags = Flags::default();
            Body::Tcp(Segment { seq: 1, ack: 2, window: 3, flags, payload })
        }),
    ];
    (any::<u64>(), addr.clone(), addr, bytes(), body).prop_map(|(at_ns, src, dst, headers, body)| Packet {
        at_ns,
        src,
        dst,
        headers,
        body,
    })
}

fn any_step() -> impl Strategy<Value = Step> {
    let packets = prop::collection::vec(any_packet(), 0..5);
    let repeated = prop::option::of((0..9_usize, any::<usize>()).prop_map(|(by, time)| Repeated { by, time }));
    (0..9_usize, repeated, prop::option::of(any::<String>()), packets)
        .prop_map(|(stimulus, repeated, impossible, packets)| Step { impossible, ..step(stimulus, repeated, packets) })
}

proptest! {
    #[test]
    fn any_observation_is_a_readable_file(steps in prop::collection::vec(any_step(), 0..6), name in "[a-z_:]{0,20}") {
        let check = check::parse("a.check", CHECK).unwrap();
        let seen = observation(steps);
        let read = read(&of_check(&name, &check, &params(), &seen));
        let packets: Vec<_> = seen.steps.iter().flat_map(|step| &step.packets).collect();
        prop_assert_eq!(read.packets.len(), packets.len());
        for ((at_ns, bytes, _), packet) in read.packets.iter().zip(&packets) {
            prop_assert_eq!(*at_ns, packet.at_ns);
            prop_assert_eq!(bytes.len(), packet.headers.len() + packet.body.payload().len());
        }
        // Every step is somewhere, once.
        let comments: usize = read.packets.iter().map(|(_, _, comments)| comments.len()).sum();
        let last = seen.steps.iter().rev().take_while(|step| step.packets.is_empty()).count();
        prop_assert_eq!(comments + last, seen.steps.len());
        prop_assert_eq!(last > 0, read.about[0].contains("\n\nAfter the last packet:\n") || read.about[0].contains("\n\nNo packet was seen:\n"));
    }
}
