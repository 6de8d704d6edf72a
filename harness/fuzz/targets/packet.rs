//! A captured frame.
#![no_main]

use harness::watch::packet::parse;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|frame: &[u8]| {
    if let Some(packet) = parse(0, frame) {
        assert!(packet.bytes() <= frame.len() as u64);
    }
});
