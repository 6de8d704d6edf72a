//! The same command again runs what has changed, and nothing else.

use super::{CHECKS, Class, RIGHT, WRONG, graded, text};
use rstest::rstest;
use std::fs;

fn class() -> Class {
    Class::new(&[("ann", RIGHT), ("bob", WRONG), ("eve", RIGHT)])
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn what_is_finished_is_not_done_again() {
    let class = class();
    let first = class.grade().output().unwrap();
    assert_eq!(graded(&first), (names(&["ann", "bob", "eve"]), names(&[])));
    assert_eq!(first.status.code(), Some(1));
    assert!(class.at("class.netlings.sqlite").exists());
    let second = class.grade().output().unwrap();
    assert_eq!(graded(&second), (names(&[]), names(&["ann", "bob", "eve"])));
    assert_eq!(second.stdout, first.stdout);
    assert_eq!(second.status.code(), Some(1));
}

#[test]
fn a_program_that_has_changed_is_graded_again_and_no_other() {
    let class = class();
    let before = class.results(&[]);
    assert_eq!(before["submissions"][1]["points"]["got"], 0);
    class.hand_in("bob", &text(RIGHT));
    let after = class.grade().args(["--format", "json"]).output().unwrap();
    assert_eq!(graded(&after), (names(&["bob"]), names(&["ann", "eve"])));
    let after = super::results(&after);
    assert_eq!(after["submissions"][1]["points"]["got"], after["submissions"][1]["points"]["of"]);
    assert_eq!(after["submissions"][0], before["submissions"][0]);
}

#[test]
fn more_checks_are_run_and_the_others_are_not_again() {
    let class = class();
    class.grade().output().unwrap();
    let more = class.grade().args(["--check", "udp_sender::ephemeral_port"]).output().unwrap();
    assert_eq!(graded(&more).0, names(&["ann", "bob", "eve"]));
    let all = class.results(&["--check", "udp_sender::ephemeral_port", "--store", "new.sqlite"]);
    let resumed = class.results(&["--check", "udp_sender::ephemeral_port"]);
    assert_eq!(resumed, all);
    // What is not asked for any more is not shown.
    assert_eq!(class.results(&[])["submissions"][0]["exercises"][0]["checks"].as_array().unwrap().len(), CHECKS.len());
}

#[test]
fn who_had_none_of_the_programs_is_graded_when_others_are_asked_for() {
    let class = class();
    class.hand_in("bob", "");
    let server = class.folder().join("bob/tcp_server.py");
    fs::rename(class.folder().join("bob/udp_sender.py"), &server).unwrap();
    fs::write(&server, text("solutions/python/tcp_server.py")).unwrap();
    let problem = "no program found";
    assert!(class.results(&[])["submissions"][1]["problem"]["message"].as_str().unwrap().starts_with(problem));
    let server = class.results(&["--check", "tcp_server::one_client"])["submissions"][1].take();
    assert!(server["problem"].is_null(), "{server:#}");
    assert_eq!(server["exercises"][1]["checks"][0]["verdict"], "pass");
}

#[test]
fn who_has_gone_is_in_no_report_and_is_known_when_he_comes_back() {
    let class = class();
    class.grade().output().unwrap();
    fs::rename(class.folder().join("bob"), class.at("bob")).unwrap();
    let without = class.results(&[]);
    assert_eq!(without["submissions"].as_array().unwrap().len(), 2);
    fs::rename(class.at("bob"), class.folder().join("bob")).unwrap();
    let output = class.grade().output().unwrap();
    assert_eq!(graded(&output), (names(&[]), names(&["ann", "bob", "eve"])));
}

#[test]
fn of_a_submission_that_is_none_any_more_nothing_old_is_shown() {
    let class = class();
    class.grade().output().unwrap();
    fs::write(class.folder().join("bob/Cargo.toml"), "[package\n").unwrap();
    let bob = class.results(&[])["submissions"][1].take();
    assert!(bob["problem"]["message"].as_str().unwrap().contains("Cargo.toml cannot be read"), "{bob}");
    assert_eq!(bob["exercises"][0]["program"]["state"], "not_yet");
    assert!(bob["exercises"][0]["checks"].as_array().unwrap().iter().all(|check| check["verdict"] == "skip"), "{bob}");
}

#[rstest]
#[case("1")]
#[case("7")]
fn a_report_does_not_depend_on_the_pool(#[case] jobs: &str) {
    let class = class();
    let other = class.grade_with(jobs).args(["--store", "other.sqlite", "--format", "json"]).output().unwrap();
    assert_eq!(super::results(&other), class.results(&[]));
}

#[test]
fn after_a_failure_nothing_is_begun_if_that_is_asked_for() {
    let class = Class::of_twenty();
    let output = class.grade().args(["--fail-fast"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let (new, _) = graded(&output);
    assert!(new.contains(&"student-03".to_owned()) && new.len() < 12, "{new:?}");
    let said = String::from_utf8(output.stdout).unwrap().replace('\n', " ");
    assert!(said.contains("Stopped at the first that failed"), "{said}");
    let output = class.grade().output().unwrap();
    assert_eq!(graded(&output).1, new);
}
