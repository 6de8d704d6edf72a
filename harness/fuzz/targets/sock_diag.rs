//! A reply of the kernel's socket table.
#![no_main]

use harness::event::Protocol;
use harness::watch::sockets::reply;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut out = Vec::new();
    let _ = reply(Protocol::Tcp, bytes, &[0, 7], &mut out);
    assert!(out.len() <= bytes.len());
});
