//! What a program finds in a lab: who it is, what it sees, whom it can reach.

use harness::check::{self, Parameters};
use harness::event::{Ended, Exit, Observation, Rest, Stream};
use harness::lab::{Job, Launcher};
use harness::program::Program;
use rstest::rstest;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use tempfile::NamedTempFile;

fn script(text: &str) -> (NamedTempFile, Program) {
    let file = tempfile::Builder::new().suffix(".sh").tempfile().unwrap();
    fs::write(file.path(), text).unwrap();
    fs::set_permissions(file.path(), fs::Permissions::from_mode(0o644)).unwrap();
    let path = file.path().canonicalize().unwrap();
    let program = Program { command: vec!["/bin/sh".into(), path.to_str().unwrap().into()], needs: vec![path] };
    (file, program)
}

fn observe(check: &str, program: &Program) -> Observation {
    let check = check::parse("lab.check", check).unwrap_or_else(|error| panic!("{error}"));
    let job = Job { check, params: Parameters::default(), program: program.clone() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let launcher = Launcher::new(env!("CARGO_BIN_EXE_netlings-lab"), "lab");
    runtime.block_on(launcher.run(&job)).unwrap_or_else(|error| panic!("{error}"))
}

/// What a shell script prints to standard output in a lab.
fn prints(text: &str) -> String {
    let (_file, program) = script(text);
    let seen = observe("start p", &program);
    let pieces = seen.steps[0].output.iter().filter(|piece| piece.stream == Stream::Stdout);
    String::from_utf8(pieces.flat_map(|piece| piece.bytes.clone()).collect()).unwrap()
}

#[rstest]
#[case::it_is_an_ordinary_user("id -u; id -g; id -un", "1000\n1000\nstudent\n")]
#[case::the_user_outside_is_not_root(
    "test $(awk '{print $2}' /proc/self/uid_map) -ne 0 && echo ordinary",
    "ordinary\n"
)]
#[case::it_has_no_capability("grep CapEff /proc/self/status | tr -d '\\t'", "CapEff:0000000000000000\n")]
#[case::it_sees_no_process_but_the_labs("cd /proc; echo [0-9]*", "1 2\n")]
#[case::it_has_the_loopback_device_alone("tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '", "lo\n")]
#[case::the_hosts_name_resolves("getent hosts $(cat /proc/sys/kernel/hostname)", "192.168.1.103   netlings\n")]
#[case::its_folder_is_empty_and_its_own("pwd; ls -A; echo text >file && cat file", "/box\ntext\n")]
#[case::the_system_is_read_only("touch /usr/file 2>/dev/null || echo refused", "refused\n")]
#[case::other_folders_are_not_there("ls -d /home /root /mnt /srv /boot 2>/dev/null; echo end", "end\n")]
#[case::its_output_is_a_terminal(
    "test -t 1 && echo out; test -t 2 || echo err; test -t 0 || echo in",
    "out\nerr\nin\n"
)]
#[case::it_holds_no_descriptor_of_ours("ls -m /proc/self/fd", "0, 1, 2, 3\n")]
fn a_program_in_a_lab(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(prints(text), expected);
}

#[test]
fn no_variable_of_the_graders_environment_is_seen() {
    let variables = prints("env");
    let names: Vec<_> = variables.lines().filter_map(|line| line.split('=').next()).collect();
    assert!(!names.contains(&"CARGO_MANIFEST_DIR"), "{variables}");
    assert!(names.contains(&"PATH"), "{variables}");
}

#[test]
fn nothing_is_left_over_from_another_lab() {
    let (_file, program) = script("test -e /tmp/mark && echo left; echo mark >/tmp/mark; echo end");
    let first = observe("start p", &program);
    let second = observe("start p", &program);
    assert_eq!(first.steps[0].output, second.steps[0].output);
}

#[test]
fn a_program_that_does_not_exist_cannot_be_started() {
    let program = Program { command: vec!["/usr/bin/no-such-program".into()], needs: Vec::new() };
    let seen = observe("start p", &program);
    let exit = format!("{:?}", seen.steps[0].ended);
    assert!(exit.contains("NotStarted") && exit.contains("No such file or directory"), "{exit}");
}

#[test]
fn two_programs_in_a_lab_have_streams_and_ends_of_their_own() {
    let (_file, program) = script("read line; echo \"$1 heard $line\"; test $line = bye && exit 0; read more");
    let seen = observe(
        "start p first\nstart p other as second\ntype \"hello\" into second\ntype \"bye\"\nkill second",
        &program,
    );
    let said = |step: usize| {
        let pieces = seen.steps[step].output.iter();
        pieces.map(|piece| (piece.program, String::from_utf8(piece.bytes.clone()).unwrap())).collect::<Vec<_>>()
    };
    assert_eq!(said(2), [(1, "other heard hello\n".to_owned())]);
    assert_eq!(said(3), [(0, "first heard bye\n".to_owned())]);
    assert_eq!(seen.steps[3].ended, [Ended { program: 0, exit: Exit::Status(0) }]);
    assert_eq!(seen.steps[4].ended, [Ended { program: 1, exit: Exit::Signal(9) }]);
}

#[test]
fn repeated_lines_are_carried_out_each_time_and_open_descriptors_counted() {
    let (_file, program) = script("while read line; do echo $line; done");
    let seen = observe("start p\ntype \"x\"\nrepeat the last 1 lines 3 times", &program);
    let places: Vec<_> = seen.steps.iter().map(|step| (step.line(), step.stimulus)).collect();
    assert_eq!(places, [(0, 0), (1, 1), (2, 1), (2, 1), (2, 1)]);
    assert!(seen.steps[1..].iter().all(|step| step.output.len() == 1));
    // The three standard streams, and the script itself.
    assert!(seen.steps.iter().all(|step| step.descriptors == Some(4)), "{:?}", seen.steps[4].descriptors);
}

#[test]
fn who_types_after_the_end_of_the_input_is_told_so() {
    let (_file, program) = script("exec sleep 100");
    let seen = observe("start p\nend of input\ntype \"x\"", &program);
    assert_eq!(seen.steps[2].impossible.as_deref(), Some("the program's input has ended"));
}

#[test]
fn a_program_can_have_any_bytes_for_its_name() {
    // The kernel keeps 15 bytes of a name, so one of Chinese characters can end within one.
    let (_file, program) = script(
        "printf 'a\\377\\33[2J' >/proc/self/comm; cp /usr/bin/sleep \"$(printf '\\377\\33[2J')\"; exec ./*J 100",
    );
    let seen = observe("start p\ntype \"x\"", &program);
    let Rest::Idle(waits) = &seen.steps[1].rest else { panic!("{:?}", seen.steps[1].rest) };
    assert_eq!(waits[0].name, "\u{fffd}\u{1b}[2J");
}
