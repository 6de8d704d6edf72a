//! `--course`: the exercises as a course has them. The reviewed snapshots hold for any parameters, and wrong programs are caught
//! with any.

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin_cmd;
use exercises::{Course, EXERCISES};
use rstest::rstest;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Every parameter of every exercise.
const CHANGED: &str = r#"
    [exercises.udp_sender]
    parameters = { ip = "192.168.1.200", port = 9000 }
    [exercises.udp_receiver]
    parameters = { ip = "192.168.1.150", port = 1030 }
    [exercises.udp_chat]
    parameters = { ip = "192.168.1.254", port = 32766, other_port = 7890 }
    [exercises.tcp_client]
    parameters = { ip = "192.168.1.104", port = 7777 }
    [exercises.tcp_server]
    parameters = { port = 20000, answer = "收到了，谢谢！" }
    [exercises.zero_length_recv]
    parameters = { port = 3000 }
"#;

/// The answer of `tcp_server` there, and its own.
const ANSWER: &str = "收到了，谢谢！";
const OWN: &str = "ok, 问题正在处理中...";

fn xtask(args: &[&str]) -> Command {
    let mut command = cargo_bin_cmd!("xtask");
    command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").args(args);
    command
}

/// A folder that the user of a lab can read, with a course in it.
fn course(text: &str) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let path = dir.path().join("course.toml");
    fs::write(&path, text).unwrap();
    (dir, path)
}

fn put(dir: &Path, name: &str, text: &str) {
    fs::write(dir.join(name), text).unwrap();
    fs::set_permissions(dir.join(name), fs::Permissions::from_mode(0o644)).unwrap();
}

/// The reference programs in C, with another answer, as it is written there.
fn references(dir: &Path, answer: &str) {
    for name in EXERCISES {
        let file = format!("{name}.c");
        let text = fs::read_to_string(xtask::programs::solutions().join("c").join(&file)).unwrap();
        put(dir, &file, &text.replace(OWN, answer));
    }
}

/// What is reported of a submission, as JSON.
fn grade(course: &Path, submission: &Path, args: &[&str]) -> Value {
    let mut command = xtask(&["grade", "--format", "json"]);
    let output = command.args(args).arg("--course").arg(course).arg(submission).output().unwrap();
    assert!(output.status.code().is_some_and(|code| code < 2), "{}", String::from_utf8_lossy(&output.stderr));
    let mut report: Value = serde_json::from_slice(&output.stdout).unwrap();
    report["submissions"][0].take()
}

fn each<'a>(json: &'a Value, key: &str) -> &'a Vec<Value> {
    json[key].as_array().unwrap()
}

fn checks(json: &Value) -> impl Iterator<Item = &Value> {
    each(json, "exercises").iter().flat_map(|exercise| each(exercise, "checks"))
}

/// What a command says, and its exit code; the folder is called DIR.
fn said(command: &mut Command, dir: &Path) -> String {
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    format!("{}exit {}\n", text.replace(dir.to_str().unwrap(), "DIR"), output.status.code().unwrap())
}

#[test]
fn the_course_of_these_tests_changes_every_parameter() {
    let mut same = Vec::new();
    for changed in Course::parse("course.toml", CHANGED).unwrap().exercises {
        let own = exercises::load(&changed.name).unwrap().params.0;
        let is_same = |name: &&String| own[*name] == changed.params.0[*name];
        same.extend(own.keys().filter(is_same).map(|name| format!("{}: {name}", changed.name)));
    }
    assert!(same.is_empty(), "{same:?}");
}

/// `answer` as the course has it, and as it is written in C.
#[rstest]
#[case::utf_8("\"收到了，谢谢！\"", ANSWER)]
#[case::gbk(
    "{ text = \"收到了，谢谢！\", encoding = \"gbk\" }",
    r"\312\325\265\275\301\313\243\254\320\273\320\273\243\241"
)]
fn the_reference_programs_pass_every_check_with_other_parameters(#[case] answer: &str, #[case] in_c: &str) {
    let text = CHANGED.replace(&format!("\"{ANSWER}\""), answer);
    let (dir, path) = course(&text);
    references(dir.path(), in_c);
    let json = grade(&path, dir.path(), &[]);
    let failed: Vec<_> = checks(&json).filter(|check| check["verdict"] != "pass").collect();
    assert!(failed.is_empty() && checks(&json).count() == 63, "{failed:#?}");
    let wanted = Course::parse("course.toml", &text).unwrap().exercises;
    for (told, exercise) in each(&json, "exercises").iter().zip(wanted) {
        let values = exercise.params.0.into_iter().map(|(name, value)| (name, value.to_string()));
        assert_eq!(told["parameters"], json!(values.collect::<BTreeMap<_, _>>()));
    }
}

/// The cause stays the one that the head of the program names, with the values of the course in its place.
#[rstest]
#[case("udp_sender", "forgets_htons.c")]
#[case("udp_sender", "keeps_the_newline.rs")]
#[case("udp_receiver", "binds_loopback_only.rs")]
#[case("udp_receiver", "forgets_the_byte_order.c")]
#[case("udp_chat", "sends_from_another_socket.rs")]
#[case("udp_chat", "encodes_as_gbk.py")]
#[case("tcp_client", "forgets_htons.c")]
#[case("tcp_server", "does_not_reuse_the_address.py")]
#[case("tcp_server", "answers_in_gbk.py")]
#[case("tcp_server", "answers_with_a_newline.rs")]
#[case("zero_length_recv", "receives_datagrams.py")]
fn a_wrong_program_is_caught_and_explained_with_other_parameters(#[case] exercise: &str, #[case] file: &str) {
    let (dir, path) = course(CHANGED);
    let wrong = exercises::folder(exercise).join("wrong").join(file);
    let (_, kind) = file.rsplit_once('.').unwrap();
    put(dir.path(), &format!("{exercise}.{kind}"), &fs::read_to_string(&wrong).unwrap().replace(OWN, ANSWER));
    let json = grade(&path, dir.path(), &["--exercise", exercise]);
    let failed = checks(&json).filter(|check| check["verdict"] == "fail");
    let named: BTreeMap<_, _> =
        failed.map(|check| (check["name"].as_str().unwrap(), check["diagnosis"]["cause"].as_str())).collect();
    let wrong = exercises::load(exercise).unwrap().read_wrong(&wrong).unwrap();
    let expected = wrong.fails.iter().map(|check| (check.as_str(), wrong.cause_in(check).map(|cause| cause.name())));
    assert_eq!(named, expected.collect());
}

#[test]
fn a_program_that_has_the_port_of_the_handout_written_in_is_caught() {
    let (dir, path) = course(CHANGED);
    let wrong = exercises::folder("udp_receiver").join("wrong/has_the_port_written_in.py");
    put(dir.path(), "udp_receiver.py", &fs::read_to_string(wrong).unwrap());
    let json = grade(&path, dir.path(), &["--exercise", "udp_receiver"]);
    assert!(checks(&json).all(|check| check["verdict"] == "fail"), "{json:#}");
    assert!(checks(&json).any(|check| check["diagnosis"]["cause"] == "wrong_port"), "{json:#}");
}

#[test]
fn an_answer_in_another_encoding_than_the_course_wants_fails_and_no_wrong_advice_is_given() {
    let answer = format!("[exercises.tcp_server.parameters.answer]\ntext = \"{OWN}\"\nencoding = \"gbk\"\n");
    let (dir, path) = course(&answer);
    references(dir.path(), OWN);
    let json = grade(&path, dir.path(), &["--check", "tcp_server::one_client"]);
    let check = checks(&json).next().unwrap();
    assert_eq!((&check["verdict"], &check["diagnosis"]), (&json!("fail"), &Value::Null));
    assert_eq!(check["expected"][4], "program → A  {answer}");
    assert_eq!(each(&json, "exercises")[0]["parameters"]["answer"], format!("{OWN} as gbk"));
}

const POINTS: &str = r#"
    title = "Networks, autumn 2026"
    visibility = "after_published"
    leave_out = ["udp_receiver", "udp_chat", "tcp_client", "zero_length_recv"]
    [exercises.udp_sender]
    visibility = "hidden"
    leave_out = ["too_large", "largest_datagram", "ephemeral_port", "nobody_listens", "end_of_input"]
    points = { one_datagram = 40, utf8_text = 0 }
    [exercises.tcp_server]
    leave_out = ["one_client", "restarts_at_once", "restarts_after_kill", "client_leaves_silently", "client_resets"]
    visibility = { port_taken = "visible" }
    parameters = { port = 20000 }
"#;

#[test]
fn points_count_as_the_course_says_and_nothing_runs_that_it_leaves_out() {
    let (dir, path) = course(POINTS);
    references(dir.path(), OWN);
    let json = grade(&path, dir.path(), &[]);
    let points: Vec<_> =
        checks(&json).map(|check| (check["name"].as_str().unwrap(), check["points"].as_u64().unwrap())).collect();
    assert_eq!(
        points,
        [
            ("one_datagram", 40),
            ("utf8_text", 0),
            ("empty_line", 1),
            ("bad_arguments", 1),
            ("utf8_text", 1),
            ("closes_first", 1),
            ("second_client_waits", 1),
            ("port_taken", 1),
            ("bad_arguments", 1),
        ]
    );
    assert_eq!(json["points"], json!({ "got": 47, "of": 47 }));
}

#[test]
fn the_list_of_a_course_shows_what_holds() {
    let (dir, path) = course(POINTS);
    insta::assert_snapshot!(said(xtask(&["list", "--course"]).arg(&path), dir.path()));
}

#[test]
fn hints_name_the_values_of_the_course() {
    let (dir, path) = course(POINTS);
    let kept = tempfile::tempdir().unwrap();
    fs::create_dir(kept.path().join("grade")).unwrap();
    let last = r#"{ "tcp_server": [{ "check": "port_taken", "cause": "wrong_port" }] }"#;
    fs::write(kept.path().join("grade/last.json"), last).unwrap();
    let mut command = xtask(&["hint", "tcp_server", "--course"]);
    insta::assert_snapshot!(said(command.arg(&path).env("CARGO_TARGET_DIR", kept.path()), dir.path()));
}

#[rstest]
#[case::an_exercise("left_out_exercise", &["grade", "--exercise", "udp_chat"])]
#[case::a_check("left_out_check", &["grade", "--check", "tcp_server::one_client"])]
#[case::an_exercise_of_a_check("left_out_exercise_of_a_check", &["grade", "--check", "udp_chat::long_text"])]
#[case::a_check_of_a_hint("left_out_check_of_a_hint", &["hint", "tcp_server::one_client"])]
#[case::an_exercise_of_a_hint("left_out_exercise_of_a_hint", &["hint", "udp_chat"])]
#[case::an_unknown_check("unknown_check_in_a_course", &["list", "--check", "tcp_server::second_client_wait"])]
fn what_the_course_leaves_out_cannot_be_asked_for(#[case] name: &str, #[case] args: &[&str]) {
    let (dir, path) = course(POINTS);
    insta::assert_snapshot!(name, said(xtask(args).arg("--course").arg(&path), dir.path()));
}

#[rstest]
#[case::with_an_unknown_check("course_with_an_unknown_check", "[exercises.tcp_server]\nleave_out = [\"port_take\"]\n")]
#[case::with_a_port_that_is_none("course_with_a_wrong_port", "[exercises.tcp_server]\nparameters.port = 70000\n")]
#[case::that_commands_the_terminal("course_with_an_escape", "\u{1b}[2J\n")]
fn a_course_with_a_mistake_is_explained_and_nothing_is_graded(#[case] name: &str, #[case] text: &str) {
    let (dir, path) = course(text);
    let mut command = xtask(&["grade", "--format", "json", "--course"]);
    assert!(command.arg(&path).output().unwrap().stdout.is_empty());
    insta::assert_snapshot!(name, said(&mut command, dir.path()));
}

#[test]
fn a_course_that_is_not_there_is_explained() {
    let (dir, _) = course("");
    let mut command = xtask(&["list", "--course"]);
    insta::assert_snapshot!(said(command.arg(dir.path().join("none.toml")), dir.path()));
}

#[test]
fn the_example_in_the_reference_can_be_used_as_it_is_printed() {
    let page = fs::read_to_string(exercises::root().with_file_name("COURSE.md")).unwrap();
    let block = |kind: &str| page.split(&format!("```{kind}\n")).nth(1).unwrap().split("```").next().unwrap();
    let example = block("toml");
    // The first block after the file is the command.
    let command = page.split(example).nth(1).unwrap().split("\n```\n").nth(1).unwrap();
    let args: Vec<_> = command.trim().strip_prefix("cargo xtask ").unwrap().split(' ').collect();
    let (dir, _) = course(example);
    std::os::unix::fs::symlink(xtask::programs::solutions(), dir.path().join("solutions")).unwrap();
    let told = said(xtask(&args).current_dir(&dir), dir.path());
    assert!(told.ends_with("35 of 35 checks passed. 44 of 44 points.\nexit 0\n"), "{told}");
}

#[test]
fn the_mistake_in_the_reference_is_what_is_printed() {
    let page = fs::read_to_string(exercises::root().with_file_name("COURSE.md")).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let example = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    fs::write(dir.path().join("course.toml"), example.replace("\"port_taken\"", "\"port_take\"")).unwrap();
    let told = said(xtask(&["list", "--course", "course.toml"]).current_dir(&dir), dir.path());
    assert!(page.contains(told.strip_suffix("exit 2\n").unwrap()), "{told}");
}
