//! Diagnoses of observations that are made here. What is said of real programs is reviewed with the wrong ones.

use super::*;
use crate::check;
use crate::event::{Rest, Step, Wait};

/// A step of a program that was started, made no socket, and came to this.
fn started(rest: Rest) -> Step {
    Step { rest, ..Step::default() }
}

/// What is said of it, where it should have exited with 0.
fn found(step: Step) -> Diagnosis {
    let check = check::parse("t.check", "start p").unwrap();
    let params = Parameters::default();
    let seen = Observation { steps: vec![step], endpoints: Vec::new(), ephemeral: (32_768, 60_999), memory_kib: 0 };
    let reviewed = Transcript::parse("start p\n  exits 0\n");
    let transcript = Transcript::new(&check, &params, &seen);
    diagnose(&check, &params, &seen, &reviewed, &transcript, 0).unwrap()
}

fn sleep(again: bool) -> Wait {
    Wait { pid: 2, tid: 2, call: "clock_nanosleep".to_owned(), timeout_ms: Some(8), again, ..Wait::default() }
}

#[test]
fn who_spins_without_a_socket_gets_no_advice_about_sockets() {
    let found = found(started(Rest::Spinning { cpu_ms: 10_000 }));
    assert_eq!(found.cause, Cause::Spinning);
    assert!(!found.next().contains("recv") && !found.next().contains("poll"), "{}", found.next());
}

#[test]
fn who_sleeps_again_and_again_is_told_so_without_the_time_that_was_left() {
    let found_again = found(started(Rest::Idle(vec![sleep(true)])));
    assert_eq!(found_again.cause, Cause::Sleeps);
    assert!(!found_again.because.contains(|c: char| c.is_ascii_digit()), "{}", found_again.because);
    assert_eq!(found(started(Rest::Idle(vec![sleep(false)]))).cause, Cause::Blocked);
}

#[test]
fn where_another_thread_waits_a_sleep_is_not_the_cause() {
    let other = Wait { call: "futex".to_owned(), tid: 3, ..sleep(true) };
    assert_eq!(found(started(Rest::Idle(vec![sleep(true), other]))).cause, Cause::Blocked);
}
