//! A class that is graded in parts gives the same results as one that is graded whole.

use super::{Class, RIGHT, WRONG, results};
use std::process::{Command, Output};

fn merge(class: &Class, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("merge").args(args).current_dir(class.dir.path()).output().unwrap()
}

#[test]
fn shards_are_joined() {
    let class = Class::of_twenty();
    let whole = class.results(&["--store", "whole.sqlite"]);
    let mut graded = 0;
    for shard in ["1/3", "2/3", "3/3"] {
        let part = class.results(&["--shard", shard, "--store", &format!("{}.sqlite", &shard[..1])]);
        graded += part["submissions"].as_array().unwrap().len();
    }
    assert_eq!(graded, 20);
    let joined = merge(&class, &["3.sqlite", "1.sqlite", "2.sqlite", "--into", "all.sqlite", "--format", "json"]);
    assert_eq!(results(&joined), whole);
    assert_eq!(joined.status.code(), Some(1));
    // They were kept, too, and grading goes on from there.
    assert_eq!(results(&merge(&class, &["all.sqlite", "--format", "json"])), whole);
    let output = class.grade().args(["--store", "all.sqlite"]).output().unwrap();
    assert_eq!(super::graded(&output).0, [""; 0]);
}

#[test]
fn results_that_do_not_belong_together_are_not_joined() {
    let class = Class::new(&[("ann", RIGHT), ("bob", WRONG)]);
    class.grade().args(["--store", "first.sqlite"]).output().unwrap();
    class.hand_in("bob", "print()\n");
    class.grade().args(["--store", "second.sqlite"]).output().unwrap();
    let output = merge(&class, &["first.sqlite", "second.sqlite", "--into", "both.sqlite"]);
    let said = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();
    insta::assert_snapshot!(said(&output), @"error: second.sqlite: the submission `bob` is there with other files than in the results before it");
    assert_eq!(output.status.code(), Some(2));
    class.grade().args(["--check", "udp_sender::ephemeral_port", "--store", "third.sqlite"]).output().unwrap();
    let output = merge(&class, &["second.sqlite", "third.sqlite"]);
    insta::assert_snapshot!(said(&output), @"error: third.sqlite: other checks of udp_sender were graded than in the results before it: also ephemeral_port. Grade all with the same options");
    let course = class.at("course.toml");
    std::fs::write(&course, "[exercises.udp_sender]\nparameters.port = 7000\n").unwrap();
    class.grade().arg("--course").arg(course).args(["--store", "fourth.sqlite"]).output().unwrap();
    let output = merge(&class, &["second.sqlite", "fourth.sqlite"]);
    insta::assert_snapshot!(said(&output), @"error: fourth.sqlite: the parameter port of udp_sender is 7000, and 8080 in the results before it. Grade all with the same options");
}
