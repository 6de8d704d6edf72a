//! `cargo xtask hint`: one hint at a time, beginning where the last grading says.

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin_cmd;
use rstest::rstest;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// A command whose notes are in `target` and nowhere else.
fn xtask(target: &TempDir, args: &[&str]) -> Command {
    let mut command = cargo_bin_cmd!("xtask");
    command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").env("CARGO_TARGET_DIR", target.path()).args(args);
    command
}

/// What a command says, and its exit code.
fn said(target: &TempDir, args: &[&str]) -> String {
    let output = xtask(target, args).output().unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    format!("{text}exit {}\n", output.status.code().unwrap())
}

/// As if a grading had left this.
fn graded(json: &str) -> TempDir {
    let target = tempfile::tempdir().unwrap();
    fs::create_dir(target.path().join("grade")).unwrap();
    fs::write(target.path().join("grade/last.json"), json).unwrap();
    target
}

#[test]
fn hints_come_one_at_a_time_and_then_it_is_said_that_there_are_no_more() {
    let target = tempfile::tempdir().unwrap();
    let hint = |next: &[&str]| said(&target, &[&["hint", "tcp_server::restarts_at_once"], next].concat());
    let pages = [hint(&[]), hint(&["--next"]), hint(&["--next"]), hint(&["--next"])];
    insta::assert_snapshot!("one_after_the_other", pages.join("\n"));
    assert_eq!(hint(&["--next"]), pages[3], "no hint is left, however often one asks");
    assert_eq!(hint(&[]), pages[0]);
    assert_eq!(hint(&["--next"]), pages[1]);
}

#[test]
fn the_first_hint_needs_no_hint_before_it() {
    let target = tempfile::tempdir().unwrap();
    let hint = |args: &[&str]| said(&target, &[&["hint"], args].concat());
    assert_eq!(hint(&["udp_chat::wrong_port", "--next"]), hint(&["udp_chat::wrong_port"]));
}

#[test]
fn a_known_cause_begins_with_the_hint_that_fits_it() {
    let target = graded(
        r#"{ "tcp_server": [
            { "check": "restarts_at_once", "cause": "option_after_bind" },
            { "check": "one_client", "cause": "ipv6_only" },
            { "check": "utf8_text", "cause": "datagrams_joined" }
        ] }"#,
    );
    let own = said(&target, &["hint", "tcp_server::restarts_at_once"]);
    assert!(own.contains("hint 1 of 1") && own.contains("The order is everything"), "{own}");
    let shared = said(&target, &["hint", "tcp_server::one_client"]);
    assert!(shared.contains("hint 1 of 3") && shared.contains("ss -tln"), "{shared}");
    let shared = said(&target, &["hint", "tcp_server::one_client", "--next"]);
    assert!(shared.contains("hint 2 of 3") && shared.contains("IPV6_V6ONLY"), "{shared}");
    let unknown = said(&target, &["hint", "tcp_server::utf8_text"]);
    assert!(unknown.contains("hint 1 of 3") && unknown.contains("26 characters"), "{unknown}");
}

#[test]
fn another_cause_than_last_time_begins_anew() {
    let target = graded(r#"{ "tcp_server": [{ "check": "one_client", "cause": "ipv6_only" }] }"#);
    said(&target, &["hint", "tcp_server::one_client"]);
    fs::write(target.path().join("grade/last.json"), r#"{ "tcp_server": [] }"#).unwrap();
    let told = said(&target, &["hint", "tcp_server::one_client", "--next"]);
    assert!(told.contains("hint 1 of 3") && told.contains("Four values"), "{told}");
}

#[test]
fn who_learns_the_cause_goes_on_with_the_hint_that_fits_it() {
    let target = graded("{}");
    assert!(said(&target, &["hint", "tcp_server::restarts_at_once"]).contains("hint 1 of 3"));
    let known = r#"{ "tcp_server": [{ "check": "restarts_at_once", "cause": "option_after_bind" }] }"#;
    fs::write(target.path().join("grade/last.json"), known).unwrap();
    let told = said(&target, &["hint", "tcp_server::restarts_at_once", "--next"]);
    assert!(told.contains("hint 1 of 1") && told.contains("The order is everything"), "{told}");
}

#[test]
fn an_exercise_alone_stands_for_its_first_check_that_failed() {
    // Listed in another order than taught.
    let target = graded(
        r#"{ "tcp_server": [{ "check": "port_taken", "cause": null }, { "check": "closes_first", "cause": null }], "udp_sender": [] }"#,
    );
    let hint = |exercise: &str| said(&target, &["hint", exercise]);
    let pages = [hint("tcp_server"), hint("udp_sender"), hint("udp_receiver")];
    insta::assert_snapshot!("an_exercise_alone", pages.join("\n"));
}

#[test]
fn grading_leaves_what_failed_and_forgets_what_passes_now() {
    let target = tempfile::tempdir().unwrap();
    let submission = tempfile::tempdir().unwrap();
    let root = exercises::root();
    let program = |from: &Path| fs::copy(from, submission.path().join("udp_sender.py")).unwrap();
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(submission.path(), open).unwrap();
    let grade = || {
        let checks = ["-c", "udp_sender::one_datagram", "-c", "udp_sender::empty_line"];
        xtask(&target, &["grade"]).args(checks).arg(submission.path()).output().unwrap();
    };

    program(&root.join("udp_sender/wrong/skips_the_empty_line.py"));
    grade();
    let last: serde_json::Value =
        serde_json::from_slice(&fs::read(target.path().join("grade/last.json")).unwrap()).unwrap();
    let failed = last["udp_sender"].as_array().unwrap();
    assert_eq!(failed.len(), 1, "{last}");
    assert_eq!(failed[0]["check"], "empty_line");
    assert_eq!(failed[0]["cause"], "empty_line_ends");
    assert!(said(&target, &["hint", "udp_sender"]).contains("udp_sender::empty_line, hint 1 of 2"));
    assert!(said(&target, &["hint", "udp_sender", "--next"]).contains("udp_sender::empty_line, hint 2 of 2"));
    let in_the_submission: Vec<_> = fs::read_dir(submission.path()).unwrap().collect();
    assert_eq!(in_the_submission.len(), 1, "the submission is left alone");

    // What does not even compile leaves no new knowledge.
    fs::write(submission.path().join("udp_sender.py"), "print(").unwrap();
    grade();
    assert!(said(&target, &["hint", "udp_sender"]).contains("udp_sender::empty_line, hint"));

    program(&root.with_file_name("solutions").join("python/udp_sender.py"));
    grade();
    assert!(said(&target, &["hint", "udp_sender"]).contains("udp_sender::one_datagram, hint"));
}

#[test]
fn notes_that_cannot_be_read_count_as_never_written() {
    let target = graded("{ not json");
    fs::write(target.path().join("grade/hints.json"), [0xff]).unwrap();
    let told = said(&target, &["hint", "udp_sender", "--next"]);
    assert!(told.starts_with("This exercise was not graded yet.") && told.ends_with("exit 0\n"), "{told}");
}

#[rstest]
#[case::an_unknown_exercise("hint_unknown_exercise", "tcp_sever::one_client")]
#[case::an_unknown_check("hint_unknown_check", "tcp_server::one_klient")]
#[case::a_check_without_its_exercise("hint_bare_check", "one_client")]
#[case::a_check_of_several_exercises("hint_bare_checks", "ephemeral_port")]
fn names_that_do_not_exist_are_explained(#[case] name: &str, #[case] of: &str) {
    let target = tempfile::tempdir().unwrap();
    insta::assert_snapshot!(name, said(&target, &["hint", of]));
}

#[test]
fn help_says_what_there_is() {
    let target = tempfile::tempdir().unwrap();
    insta::assert_snapshot!("help_hint", said(&target, &["hint", "--help"]));
}
