//! Verdict integrity: hostile submissions, graded by the real command. Each attack is graded twice: alone, where it must fail,
//! and before a right program, which must get what the reviewed snapshots allow, and nothing else. Beside it an honest program
//! is graded, which must not notice.
//!
//! The attacks are the files in `programs`. What can be exhausted is bounded: at most 120 processes, 64 MiB of disk, 1 GiB of
//! memory.

mod escapes;
mod forging;
mod graded;
mod neighbours;
mod reports;

use graded::{alone, and_right, grade, grade_with_few_descriptors, named, reference, submission};
use rstest::rstest;

/// A check in two steps: the program is started, and gets one datagram, which it shows.
const CHECK: &str = "udp_receiver::utf8_text";
/// The check of an honest program that is graded at the same time.
const NEIGHBOUR: &str = "tcp_client::utf8_text";

/// What came of a program of `exercise`, with an honest neighbour.
fn verdict(exercise: &str, attack: &str, text: String, check: &str) -> String {
    let neighbour = ("tcp_client.py".to_owned(), reference("tcp_client", ".py"));
    let dir = submission(&[(named(exercise, attack), text), neighbour]);
    let graded = grade(dir.path(), &[check, NEIGHBOUR]);
    assert_eq!(graded.verdict(NEIGHBOUR), "pass", "{attack}");
    let verdict = graded.verdict(check);
    let code = match verdict.split(' ').next() {
        Some("pass") => 0,
        Some("error:") => 3,
        _ => 1,
    };
    assert_eq!(graded.code(), code, "{attack}: {verdict}");
    verdict
}

/// What the datagram of [`CHECK`] brings about, with a process left behind.
const LEFT: &str = "fails in step 2: P → program  \"你好接收端，我是发送端小黑!电梯坏了。\" (55 bytes); shows \
                    \"你好接收端，我是发送端小黑!电梯坏了。\"; exits 0; leaves a process behind";
const NOTHING_DONE: &str = "fails in step 1: exits 0";
const LEFT_AT_ONCE: &str = "fails in step 1: exits 0; leaves a process behind";
const ENDLESS: &str = "fails in step 1: never comes to rest; the check ends here";
const KILLED: &str = "fails in step 1: dies of SIGKILL";
/// It waits, and nothing that is seen from outside has happened.
const SLEEPS: &str = "fails in step 1: ";

#[rstest]
#[case("prints_results.py", NOTHING_DONE, "pass")]
#[case("commands_the_terminal.py", NOTHING_DONE, "pass")]
#[case("exits_at_once.py", NOTHING_DONE, NOTHING_DONE)]
#[case("exits_in_a_constructor.c", NOTHING_DONE, NOTHING_DONE)]
#[case("kills_its_group.py", KILLED, KILLED)]
#[case("kills_its_parent.py", KILLED, KILLED)]
#[case("kills_all_it_can_name.py", NOTHING_DONE, "pass")]
#[case("stops_its_group.py", "fails in step 1: is stopped", "fails in step 1: is stopped")]
#[case("leaves_a_daemon.py", LEFT_AT_ONCE, LEFT)]
#[case("leaves_its_session.py", NOTHING_DONE, "pass")]
#[case("floods_its_output.py", ENDLESS, ENDLESS)]
#[case("floods_its_errors.py", ENDLESS, ENDLESS)]
#[case("writes_byte_by_byte.py", NOTHING_DONE, "pass")]
#[case("fills_the_disk.py", NOTHING_DONE, "pass")]
#[case("forks_without_end.c", LEFT_AT_ONCE, LEFT)]
#[case("takes_memory.py", NOTHING_DONE, "pass")]
#[case("poisons_what_follows.py", NOTHING_DONE, "pass")]
#[case("changes_its_terminal.py", NOTHING_DONE, "pass")]
#[case("closes_its_outputs.py", NOTHING_DONE, "pass")]
#[case("shares_its_descriptors.py", NOTHING_DONE, "pass")]
#[case("names_itself.py", NOTHING_DONE, "pass")]
#[case("waits_in_vfork.c", SLEEPS, SLEEPS)]
#[case("traces_its_child.c", LEFT_AT_ONCE, LEFT)]
#[case("tampers_with_time.py", NOTHING_DONE, "pass")]
fn an_attack_changes_no_verdict(#[case] attack: &str, #[case] by_itself: &str, #[case] before_a_right_program: &str) {
    assert_eq!(verdict("udp_receiver", attack, alone(attack), CHECK), by_itself);
    assert_eq!(verdict("udp_receiver", attack, and_right(attack, "udp_receiver"), CHECK), before_a_right_program);
}

/// Who is killed by the check is killed, in whatever session, stopped or traced; what goes on is told.
#[rstest]
#[case("leaves_its_session.py", "pass")]
#[case("kills_all_it_can_name.py", "pass")]
#[case("traces_its_child.c", "leaves a process behind")]
#[case("forks_without_end.c", "leaves a process behind")]
fn nobody_escapes_being_killed(#[case] attack: &str, #[case] becomes: &str) {
    let check = "tcp_server::restarts_after_kill";
    let told = verdict("tcp_server", attack, and_right(attack, "tcp_server"), check);
    assert!(told == becomes || told.starts_with("fails in step 6: ") && told.ends_with(becomes), "{told}");
}

/// Programs that once kept the grader waiting for minutes or for ever, or made their failure an error of ours.
#[rstest]
#[case("udp_sender", "one_datagram", "hides.c", "fails in step 2: hides what it does; the check ends here")]
#[case("udp_sender", "one_datagram", "waits_in_turn.py", "fails in step 2: ")]
#[case("zero_length_recv", "does_not_spin", "throws_segments_away.py", "fails in step 4: ")]
#[case(
    "zero_length_recv",
    "leaves_without_a_word",
    "says_the_same_at_length.py",
    "fails in step 3: A → program  FIN; program → A  FIN; TIME_WAIT is held by A; says something; exits 0"
)]
#[case(
    "tcp_server",
    "one_client",
    "leaves_its_port_to_a_daemon.py",
    "fails in step 1: listens on tcp *:{port}; exits 0; leaves a process behind"
)]
fn a_failure_is_found_to_be_one(
    #[case] exercise: &str,
    #[case] check: &str,
    #[case] attack: &str,
    #[case] becomes: &str,
) {
    assert_eq!(verdict(exercise, attack, alone(attack), &format!("{exercise}::{check}")), becomes);
}

#[test]
fn a_flood_of_datagrams_is_a_failure_however_large_they_are() {
    for attack in ["floods_the_wire_with_little.py", "floods_the_wire.c"] {
        let told = verdict("udp_receiver", attack, alone(attack), CHECK);
        let beginning = "fails in step 1: program → 127.0.0.1:5000  ";
        let end = "; … and so on; is bound to udp 127.0.0.1:5000; never comes to rest; the check ends here";
        assert!(told.starts_with(beginning) && told.ends_with(end), "{told}");
    }
}

/// Where packets were lost, nothing is said about the half that was captured: it is an error, or, where they came
/// without end, a flood.
#[test]
fn lost_packets_are_no_verdict_on_the_others() {
    let told = verdict("udp_sender", "loses_packets.c", alone("loses_packets.c"), "udp_sender::one_datagram");
    let lost =
        told.starts_with("error: ") && told.ends_with(" packets were lost by the capture, so nothing can be said");
    assert!(lost || told.ends_with("never comes to rest; the check ends here"), "{told}");
}

/// Each connection takes a descriptor of ours.
#[test]
fn a_flood_of_connections_is_a_failure_and_does_not_use_up_our_descriptors() {
    let dir = submission(&[("tcp_client.py".to_owned(), alone("floods_with_connections.py"))]);
    let graded = grade_with_few_descriptors(dir.path(), &[NEIGHBOUR]);
    let told = graded.verdict(NEIGHBOUR);
    assert!(told.starts_with("fails in step 2: program → S  SYN; S → program  SYN,ACK; "), "{told}");
}
