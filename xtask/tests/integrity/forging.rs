//! Programs that play the other end themselves. What they send comes from them, whatever address they give it.

use super::graded::{alone, grade, named, program, submission};
use super::verdict;
use rstest::rstest;

#[rstest]
#[case(
    "udp_receiver::utf8_text",
    "forges_its_sender.py",
    "fails in step 1: program → {ip}:{port}  \"你好接收端，我是发送端小黑!电梯坏了。\" (55 bytes); shows \
     \"你好接收端，我是发送端小黑!电梯坏了。\"; exits 0"
)]
#[case(
    "tcp_server::one_client",
    "plays_its_client.py",
    "fails in step 1: program → 192.168.1.103:{port}  SYN; 192.168.1.103:{port} → program  SYN,ACK; program → \
     192.168.1.103:{port}  ACK; program → 192.168.1.103:{port}  \"The printer on the third floor is out of paper again, \
     please send help.\" (71 bytes); program → 192.168.1.103:{port}  FIN; 192.168.1.103:{port} → program  {answer}; \
     192.168.1.103:{port} → program  FIN; TIME_WAIT is held by the program; shows \"The \
     printer on the third floor is out of paper again, please send help.\", 71; exits 0"
)]
fn who_plays_its_own_peer_is_seen_to_talk_to_itself(#[case] check: &str, #[case] attack: &str, #[case] becomes: &str) {
    let (exercise, _) = check.split_once("::").unwrap();
    assert_eq!(verdict(exercise, attack, alone(attack), check), becomes);
}

/// From the very address and port of a peer that has left, its packets have that peer's name. They are more than there
/// should be all the same.
#[test]
fn who_speaks_for_a_peer_that_has_left_says_too_much() {
    let attack = "speaks_for_the_departed.py";
    let told = verdict("tcp_server", attack, alone(attack), "tcp_server::restarts_at_once");
    assert!(told.starts_with("fails in step 5: ") && told.contains("A → "), "{told}");
}

/// What a program that is never told of its success prints of its attempts.
fn printed(check: &str, attack: &str) -> Vec<String> {
    let (exercise, _) = check.split_once("::").unwrap();
    let dir = submission(&[(named(exercise, attack), program(attack))]);
    let graded = grade(dir.path(), &[check]);
    assert_eq!(graded.check(check)["verdict"], "fail");
    let lines = graded.check(check)["doing"]["stdout"].as_array().unwrap();
    lines.iter().map(|line| line.as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_address_of_a_peer_cannot_be_taken() {
    let told = printed("udp_sender::one_datagram", "takes_the_peers_address.py");
    let used = |name: &str| format!("{name}: Address already in use");
    let mut expected: Vec<_> = ["nothing", "SO_REUSEADDR", "SO_REUSEPORT", "both", "IP_FREEBIND"]
        .map(|name| [used(name), used(name)])
        .concat();
    expected.extend([
        "IP_TRANSPARENT: Operation not permitted".to_owned(),
        "IP_TRANSPARENT: Operation not permitted".to_owned(),
    ]);
    // The report shows the last six lines.
    assert_eq!(told[0], "… 6 lines, then");
    assert_eq!(told[1..], expected[6..]);
}

#[test]
fn a_client_that_answers_itself_has_asked_nobody() {
    let told = printed("tcp_client::utf8_text", "answers_itself.py");
    let used = "Address already in use";
    assert_eq!(told, [format!("192.168.1.103: {used}"), format!(": {used}"), "ok, 问题正在处理中...".to_owned()]);
}
