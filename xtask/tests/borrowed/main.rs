//! Grading where labs of their own cannot be made, as in most containers: the same verdicts, said openly to be had with less
//! isolation, or none at all.

use harness::diagnosis::Cause;
use rstest::rstest;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

/// A folder that everybody may read.
fn folder() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    dir
}

/// The grader in a container, with a folder of its own for what it builds.
struct Container {
    dir: TempDir,
    options: &'static [&'static str],
}

impl Container {
    fn new(options: &'static [&'static str]) -> Self {
        let dir = folder();
        for (name, exe) in [("container", env!("CARGO_BIN_EXE_container")), ("grader", env!("CARGO_BIN_EXE_xtask"))] {
            // Not by us: a test beside this one that starts a program just now would have the copy open, which then could not be run.
            assert!(Command::new("cp").arg(exe).arg(dir.path().join(name)).status().unwrap().success());
        }
        let target = dir.path().join("target");
        fs::create_dir(&target).unwrap();
        fs::set_permissions(target, fs::Permissions::from_mode(0o777)).unwrap();
        Self { dir, options }
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(self.dir.path().join("container"));
        command.args(self.options).arg(self.dir.path().join("grader")).args(args);
        command.env("CARGO_TARGET_DIR", self.dir.path().join("target")).current_dir("/");
        // The interpreter that a lab's user may read.
        command.env("PATH", "/usr/local/bin:/usr/bin:/bin");
        command.output().unwrap()
    }

    /// The verdicts of the checks of a submission, with what was said beside.
    fn verdicts(&self, submission: &Path, args: &[&str]) -> (Vec<(String, String)>, Value, String) {
        let mut all = vec!["grade", submission.to_str().unwrap(), "--format", "json"];
        all.extend(args);
        let output = self.run(&all);
        let said = String::from_utf8(output.stderr).unwrap();
        let json: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}"));
        let exercises = &json["submissions"][0]["exercises"];
        let checks = exercises.as_array().unwrap().iter().flat_map(|exercise| exercise["checks"].as_array().unwrap());
        let verdict = |check: &Value| {
            let text = |name: &str| check[name].as_str().unwrap().to_owned();
            (text("name"), text("verdict"))
        };
        (checks.map(verdict).collect(), json.clone(), said)
    }
}

/// The reference programs in C: no interpreter is needed.
fn references() -> TempDir {
    let dir = folder();
    for entry in fs::read_dir(xtask::programs::solutions().join("c")).unwrap().flatten() {
        let to = dir.path().join(entry.file_name());
        fs::copy(entry.path(), &to).unwrap();
        fs::set_permissions(to, fs::Permissions::from_mode(0o644)).unwrap();
    }
    dir
}

#[test]
fn the_reference_programs_pass_one_check_at_a_time_and_it_is_said() {
    let (verdicts, json, said) =
        Container::new(&[]).verdicts(references().path(), &["-e", "tcp_server", "-e", "udp_chat"]);
    assert!(verdicts.len() > 20 && verdicts.iter().all(|(_, verdict)| verdict == "pass"), "{verdicts:?}\n{said}");
    assert_eq!(json["isolation"][0]["level"], "borrowed");
    assert!(said.starts_with("note: labs of their own cannot be made here"), "{said}");
}

/// The addresses that a course can give are those that have a stand-in here.
#[test]
fn a_course_can_have_other_addresses_and_ports() {
    let dir = references();
    let course = dir.path().join("course.toml");
    let text = "[exercises.udp_receiver.parameters]\nip = \"192.168.1.254\"\nport = 9001\n\
                [exercises.udp_chat.parameters]\nip = \"192.168.1.104\"\nport = 9002\nother_port = 9003\n";
    fs::write(&course, text).unwrap();
    let checks = ["-c", "udp_receiver::binds_every_address", "-c", "udp_chat::two_programs_talk"];
    let args = [&["--course", course.to_str().unwrap()][..], &checks].concat();
    let (verdicts, json, said) = Container::new(&[]).verdicts(dir.path(), &args);
    assert!(verdicts.len() == 2 && verdicts.iter().all(|(_, verdict)| verdict == "pass"), "{verdicts:?}\n{said}");
    assert_eq!(json["submissions"][0]["exercises"][1]["parameters"]["other_port"], "9003");
}

/// Docker forbids what sockets are asked for their options by. Then it is heard when programs set them.
#[test]
fn nothing_changes_where_sockets_cannot_be_asked() {
    let container = Container::new(&["--no-descriptors"]);
    let (verdicts, _, said) = container.verdicts(references().path(), &[]);
    assert!(verdicts.len() > 60 && verdicts.iter().all(|(_, verdict)| verdict == "pass"), "{verdicts:?}\n{said}");
    let doctor = String::from_utf8(container.run(&["doctor"]).stdout).unwrap();
    assert!(doctor.contains("time_outs          enforced") && doctor.contains("Not kept out: talking"), "{doctor}");
}

/// It sends after a second of waiting for something that does not come, and that is right. In a wait of 6 s nobody would see it.
#[rstest]
#[case::is_waited_out(1, "pass")]
#[case::is_not(6, "fail")]
fn a_time_out_is_heard_of_where_sockets_cannot_be_asked(#[case] seconds: u32, #[case] verdict: &str) {
    let source = "\
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
int main(int count, char **args) {
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    struct timeval time = { .tv_sec = SECONDS };
    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(atoi(args[2])) };
    inet_pton(AF_INET, args[1], &to.sin_addr);
    char line[100];
    if (!fgets(line, sizeof line, stdin)) return 0;
    recv(s, line + 50, 1, 0);
    sendto(s, line, 5, 0, (struct sockaddr *)&to, sizeof to);
}
";
    let dir = folder();
    fs::write(dir.path().join("udp_sender.c"), source.replace("SECONDS", &seconds.to_string())).unwrap();
    let container = Container::new(&["--no-descriptors"]);
    let (verdicts, _, said) = container.verdicts(dir.path(), &["--check", "udp_sender::one_datagram"]);
    assert_eq!(verdicts, [("one_datagram".to_owned(), verdict.to_owned())], "{said}");
}

/// Without any way to know them nothing is judged.
#[test]
fn where_nobody_can_know_of_time_outs_nothing_is_graded() {
    let container = Container::new(&["--listened"]);
    let output = container.run(&["grade", references().path().to_str().unwrap(), "--isolation", "borrowed"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("learning which options are set") && said.contains("--cap-add SYS_PTRACE"), "{said}");
}

#[rstest]
#[case("tcp_server", "sets_the_option_on_the_client.c")]
#[case("tcp_server", "leaves_its_logger_behind.c")]
#[case("tcp_server", "dies_of_sigpipe_after_a_reset.c")]
#[case("udp_sender", "sends_the_whole_buffer.c")]
// What the kernel counts in a network does not begin with a check.
#[case("tcp_client", "resets_instead_of_closing.c")]
// What goes to an address of the machine itself is seen, too.
#[case("udp_chat", "sends_to_the_zero_address.c")]
fn a_wrong_program_fails_where_it_fails_in_a_lab_of_its_own(
    #[case] exercise: &str,
    #[case] file: &str,
    #[values(&[], &["--no-descriptors"])] container: &'static [&'static str],
) {
    let wrong = exercises::load(exercise).unwrap().wrong().unwrap();
    let wrong = wrong.iter().find(|wrong| wrong.path.ends_with(file)).unwrap();
    let dir = folder();
    fs::copy(&wrong.path, dir.path().join(format!("{exercise}.c"))).unwrap();
    let (verdicts, json, said) = Container::new(container).verdicts(dir.path(), &["-e", exercise]);
    let failed: BTreeSet<_> =
        verdicts.iter().filter(|(_, verdict)| verdict == "fail").map(|(name, _)| name.clone()).collect();
    assert_eq!(failed, wrong.fails.iter().cloned().collect(), "{said}");
    assert!(verdicts.iter().all(|(_, verdict)| ["pass", "fail"].contains(&verdict.as_str())), "{verdicts:?}");
    for check in json["submissions"][0]["exercises"][0]["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["verdict"] == "fail")
    {
        let cause = wrong.cause_in(check["name"].as_str().unwrap()).map(Cause::name);
        assert_eq!(check["diagnosis"]["cause"].as_str(), cause, "{}", check["name"]);
    }
}

/// What is missing is no fault of the program's.
#[test]
fn a_check_whose_port_somebody_has_is_not_run() {
    let container = Container::new(&["--take=8989"]);
    let (verdicts, json, _) = container.verdicts(references().path(), &["--check", "tcp_server::one_client"]);
    assert_eq!(verdicts, [("one_client".to_owned(), "not_run".to_owned())]);
    assert_eq!(json["submissions"][0]["exercises"][0]["checks"][0]["error"], "somebody has tcp port 8989 here");
    let output = container.run(&["grade", references().path().to_str().unwrap(), "--check", "tcp_server::one_client"]);
    assert_eq!(output.status.code(), Some(3));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("tcp_server::one_client was not run, because something is missing here."), "{text}");
}

#[test]
fn who_demands_labs_of_their_own_gets_no_weaker_grade() {
    let output =
        Container::new(&[]).run(&["grade", references().path().to_str().unwrap(), "--require-isolation", "full"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(3), 0));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("error: making the lab's namespaces: "), "{said}");
}
