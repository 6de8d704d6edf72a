//! The texts of `/proc` about a process and its tasks.
#![no_main]

use harness::watch::proc::{call, cpu_ticks, session, socket_inode, state, timer_left, watched};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let _ = (state(bytes), cpu_ticks(bytes), session(bytes));
    let _ = (socket_inode(&text), timer_left(&text));
    if let Some(call) = call(&text) {
        assert!(!call.name().is_empty());
    }
    assert!(watched(&text).len() <= bytes.len());
});
