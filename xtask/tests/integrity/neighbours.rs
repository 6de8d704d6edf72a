//! Loud programs, and an honest submission that is graded at the same time by another grader, and afterwards by itself.

use super::graded::{Graded, alone, and_right, grade, grader, named, reference, submission};
use rstest::rstest;
use std::fs;
use std::process::Stdio;

const HONEST: [&str; 4] = [
    "udp_receiver::shows_text_and_sender",
    "udp_sender::one_datagram",
    "tcp_client::utf8_text",
    "tcp_server::one_client",
];

#[rstest]
#[case("floods_its_output.py")]
#[case("floods_the_wire_with_little.py")]
#[case("fills_the_disk.py")]
#[case("forks_without_end.c")]
#[case("takes_memory.py")]
#[case("kills_all_it_can_name.py")]
#[case("tampers_with_time.py")]
fn another_submission_gets_its_full_grade_at_the_same_time_and_afterwards(#[case] attack: &str) {
    let exercises = ["udp_receiver", "udp_sender", "tcp_client", "tcp_server"];
    let (loud, _) = exercises.split_at(2);
    let hostile: Vec<_> = loud.iter().map(|exercise| (named(exercise, attack), alone(attack))).collect();
    let hostile = submission(&hostile);
    let honest = submission(&exercises.map(|exercise| (format!("{exercise}.py"), reference(exercise, ".py"))));
    let mut grader = grader(hostile.path(), &HONEST[..2]);
    let loud = grader.args(["--format", "json"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let at_the_same_time = grade(honest.path(), &HONEST);
    let loud = Graded::of(&loud.wait_with_output().unwrap());
    let afterwards = grade(honest.path(), &HONEST);
    for check in &HONEST[..2] {
        assert!(loud.verdict(check).starts_with("fails in step "), "{check}: {}", loud.verdict(check));
    }
    for check in HONEST {
        assert_eq!(at_the_same_time.verdict(check), "pass", "{check}");
        assert_eq!(afterwards.verdict(check), "pass", "{check}");
    }
}

/// A program that does not do its work where it finds its own marks finds them in a second start of one check, which is in
/// the same lab, and in no other.
#[test]
fn what_a_check_leaves_behind_is_gone_in_the_next() {
    let attack = "poisons_what_follows.py";
    let text = and_right(attack, "udp_receiver");
    let dir = submission(&[("udp_receiver.py".to_owned(), text.clone())]);
    let once = ["shows_text_and_sender", "utf8_text", "first_of_two", "empty_datagram", "not_text", "kilobyte"];
    let once = once.map(|check| format!("udp_receiver::{check}"));
    let twice = "udp_receiver::binds_every_address";
    let checks: Vec<_> = once.iter().map(String::as_str).chain([twice]).collect();
    for _ in 0..2 {
        let graded = grade(dir.path(), &checks);
        for check in &once {
            assert_eq!(graded.verdict(check), "pass", "{check}");
        }
        assert_eq!(graded.verdict(twice), "fails in step 3: fails cleanly");
        let said = graded.check(twice)["doing"]["stderr"][0].as_str().unwrap();
        assert_eq!(said, "marks in ['/tmp', '/var/tmp', '/dev/shm', '/box', 'SysV semaphore']");
    }
    assert_eq!(fs::read_to_string(dir.path().join("udp_receiver.py")).unwrap(), text);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}
