//! Settling, proved on real programs: one small program for each way to wait, or not to.
//!
//! The programs are in `settle/programs.rs`. None of these tests looks at a clock: a transcript shows in which step
//! something happened, and that a wait was waited out is seen by its consequence in the same step.

use harness::check::{self, Parameters};
use harness::event::{Flood, Packet, Rest};
use harness::lab::{Job, Launcher};
use harness::program::Program;
use harness::transcript::Transcript;
use harness::verdict::doing;
use rstest::rstest;
use std::path::PathBuf;
use std::process::Command;

/// What one check showed.
struct Ran {
    transcript: String,
    /// What the program did at the end.
    state: Vec<String>,
    rest: Rest,
    /// The calls that a time-out of the program's own ended, by step.
    given_up: Vec<Vec<String>>,
    packet_bytes: u64,
    steps: usize,
}

fn run(program: Program, check: &str) -> Ran {
    let check = check::parse("settle.check", check).unwrap_or_else(|error| panic!("{error}"));
    let job = Job { check, params: Parameters::default(), program };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let launcher = Launcher::new(env!("CARGO_BIN_EXE_netlings-lab"), "lab");
    let seen = runtime.block_on(launcher.run(&job)).unwrap_or_else(|error| panic!("{error}"));
    let transcript = Transcript::new(&job.check, &job.params, &seen).to_string();
    Ran {
        transcript,
        state: doing(&job.check, &seen.steps, usize::MAX).state,
        rest: seen.steps.last().unwrap().rest.clone(),
        given_up: seen.steps.iter().map(|step| step.given_up.iter().map(|of| of.wait.call.clone()).collect()).collect(),
        packet_bytes: seen.steps.iter().flat_map(|step| &step.packets).map(Packet::bytes).sum(),
        steps: seen.steps.len(),
    }
}

fn ours() -> Program {
    let exe = PathBuf::from(env!("CARGO_BIN_EXE_settle-programs"));
    Program { command: vec![exe.to_str().unwrap().to_owned()], needs: vec![exe] }
}

const RECEIVES_AND_TELLS: &str = "\
P binds udp 192.168.1.103:8080
start p WHICH
  is bound to udp *:8989
P sends \"hello\" to 8989
  P → program  \"hello\" (5 bytes)
  program → P  \"hello\" (5 bytes)
  exits 0
";

/// The check to a transcript: its lines that are not indented.
fn stimuli(transcript: &str) -> String {
    transcript.lines().filter(|line| !line.starts_with("  ")).map(|line| format!("{line}\n")).collect()
}

fn gives(program: Program, transcript: &str) {
    assert_eq!(run(program, &stimuli(transcript)).transcript, transcript);
}

#[rstest]
#[case::endless_recv("endless_recv")]
#[case::a_fork_whose_child_does_the_work("fork")]
#[case::threads("threads")]
#[case::tokio_with_a_timer_after_the_datagram("tokio")]
#[case::a_loop_that_looks_every_100_ms("looks_every_100_ms")]
#[case::a_timer_that_nobody_waits_for("timerfd_of_nobody")]
#[case::one_that_goes_off_again_and_again("periodic_timerfd_of_nobody")]
fn a_program_that_waits_for_the_network_is_idle_until_something_comes(#[case] which: &str) {
    gives(ours(), &RECEIVES_AND_TELLS.replace("WHICH", which));
}

#[rstest]
#[case::sleep_of_1_s("sleeps")]
#[case::so_rcvtimeo("rcvtimeo")]
#[case::poll("poll")]
#[case::select("select")]
#[case::epoll("epoll")]
#[case::timerfd("timerfd")]
#[case::condition_variable("condvar")]
fn a_wait_that_ends_by_itself_is_waited_out(#[case] which: &str) {
    let transcript = "\
P binds udp 192.168.1.103:8080
start p WHICH
  program → P  \"waited\" (6 bytes)
  exits 0
";
    gives(ours(), &transcript.replace("WHICH", which));
}

#[rstest]
#[case::so_rcvtimeo("rcvtimeo", &["recvfrom"])]
#[case::poll("poll", &["poll"])]
#[case::a_sleep_waits_for_nobody("sleeps", &[])]
#[case::nor_does_a_timer("timerfd", &[])]
#[case::looking_again_is_not_giving_up("looks_every_100_ms", &[])]
fn a_wait_that_its_own_time_out_ends_is_noted(#[case] which: &str, #[case] calls: &[&str]) {
    let ran = run(ours(), &format!("P binds udp 192.168.1.103:8080\nstart p {which}"));
    assert_eq!(ran.given_up, [vec![], calls.to_vec()]);
}

#[test]
fn python_too() {
    let script = tempfile::Builder::new().suffix(".py").tempfile().unwrap();
    let text = "\
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('', 8989))
s.sendto(s.recv(100), ('192.168.1.103', 8080))
";
    std::fs::write(script.path(), text).unwrap();
    std::fs::set_permissions(script.path(), std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    // A `python3` on the search path may be a shim that only finds the interpreter.
    let ask = "import sys; print(sys.executable, sys.base_prefix, sep='\\n')";
    let answer = Command::new("python3").args(["-I", "-c", ask]).output().unwrap();
    let answer = String::from_utf8(answer.stdout).unwrap();
    let (python, prefix) = answer.trim().split_once('\n').unwrap();
    let path = script.path().canonicalize().unwrap();
    let command = vec![python.to_owned(), path.to_str().unwrap().to_owned()];
    gives(Program { command, needs: vec![path, prefix.into()] }, &RECEIVES_AND_TELLS.replace("WHICH", "python"));
}

#[test]
fn an_idle_program_is_known_by_the_call_and_the_socket_it_waits_on() {
    let ran = run(ours(), "start p endless_recv");
    assert_eq!(ran.state, ["The program waits in recvfrom on descriptor 3 (udp *:8989)."]);
}

#[test]
fn a_child_that_goes_on_when_its_parent_has_ended_is_seen() {
    gives(ours(), "start p leaves_a_child\n  is bound to udp *:8989\n  exits 0\n  leaves a process behind\n");
}

#[rstest]
#[case::a_busy_loop("busy")]
#[case::a_busy_loop_that_prints("busy_and_prints")]
#[case::a_loop_of_children_whose_time_is_lost("starts_children_that_nobody_waits_for")]
fn a_program_that_never_rests_is_recognised(#[case] which: &str) {
    gives(ours(), &format!("start p {which}\n  never comes to rest; the check ends here\n"));
}

/// Of children that live shorter than anybody looks, the number tells.
#[test]
fn one_child_after_the_other_is_a_flood() {
    let ran = run(ours(), "start p starts_children_without_end");
    assert!(matches!(ran.rest, Rest::Flooding { what: Flood::Processes, .. }), "{:?}", ran.rest);
}

#[test]
fn a_busy_loop_that_sends_is_recognised_and_only_its_beginning_told() {
    let ran = run(ours(), "P binds udp 192.168.1.103:8080\nstart p busy_and_sends");
    let lines: Vec<_> = ran.transcript.lines().skip(2).map(str::trim).collect();
    assert_eq!(lines[..8], ["program → P  \"again\" (5 bytes)"; 8]);
    assert_eq!(lines[8..], ["… and so on", "is bound to udp *:8989", "never comes to rest; the check ends here"]);
    assert!(!ran.rest.is_rest());
}

#[test]
fn of_a_flood_of_large_packets_not_much_more_is_kept_than_makes_it_one() {
    let ran = run(ours(), "P binds udp 192.168.1.103:8080\nstart p sends_large_datagrams");
    assert!(matches!(ran.rest, Rest::Flooding { what: Flood::Wire, .. }), "{:?}", ran.rest);
    assert!((8 << 20..20 << 20).contains(&ran.packet_bytes), "{} bytes of packets", ran.packet_bytes);
}

#[test]
fn what_comes_little_by_little_is_a_flood_in_the_end() {
    let ran = run(ours(), "start p prints_a_mebibyte_for_each_line\ntype \"\"\nrepeat the last 1 lines 99 times");
    assert!(matches!(ran.rest, Rest::Flooding { what: Flood::Output, .. }), "{:?}", ran.rest);
    assert!(ran.steps < 20, "{} steps", ran.steps);
}

#[test]
fn a_program_that_never_reads_its_input_does_not_keep_us_waiting() {
    // A pipe takes 65,536 bytes; the rest stays with us.
    gives(
        ours(),
        "\
P binds udp 192.168.1.103:8080
start p never_reads
  is bound to udp *:8989
type 300000 bytes
P sends \"hello\" to 8989
  P → program  \"hello\" (5 bytes)
  program → P  \"hello\" (5 bytes)
  exits 0
",
    );
}

#[test]
fn input_longer_than_a_pipe_arrives_whole() {
    let check = "look for 300001\nstart p reads_all\ntype 300000 bytes\nend of input\n";
    let transcript = "start p reads_all\ntype 300000 bytes\nend of input\n  shows 300001\n  exits 0\n";
    assert_eq!(run(ours(), check).transcript, transcript);
}

#[test]
fn a_mebibyte_of_output_is_read_to_its_end() {
    let check = "look for \"the last line\"\nstart p prints_a_lot\n";
    assert_eq!(run(ours(), check).transcript, "start p prints_a_lot\n  shows \"the last line\"\n  exits 0\n");
}

#[test]
fn a_stopped_program_is_not_idle() {
    let ran = run(ours(), "start p stops");
    assert_eq!(ran.transcript, "start p stops\n  is stopped\n");
    assert_eq!(ran.state, ["The program is stopped."]);
}

#[test]
fn a_time_out_that_guards_against_silence_is_not_waited_out() {
    let ran = run(ours(), "look for 3\nstart p guarded\nP sends \"abc\" to 9000\n");
    assert!(ran.transcript.ends_with("  shows 3\n  exits 0\n"), "{}", ran.transcript);
}

#[test]
fn a_closed_window_keeps_a_sender_waiting_until_its_peer_reads_again() {
    // More than all buffers on the way can hold.
    let check = "start p pours\nA stops reading\nA connects to 8989";
    let ran = run(ours(), check);
    assert!(!ran.transcript.contains("exits"), "{}", ran.transcript);
    assert!(ran.state[0].contains("tcp 192.168.1.103:8989 to 192.168.1.11:"), "{:?}", ran.state);
    let ran = run(ours(), &format!("{check}\nA reads again"));
    assert!(ran.transcript.contains("program → A  FIN") && ran.transcript.contains("exits 0"), "{}", ran.transcript);
}

#[rstest]
#[case::that_acts_when_its_time_is_out_is_waited_for("answers_when_its_time_is_out")]
#[case::that_prints_now_and_then_is_idle_all_the_same("tells_the_time")]
fn each_time_a_program(#[case] which: &str) {
    let transcript = "\
P binds udp 192.168.1.103:8080
start p WHICH
  is bound to udp *:8989
P sends \"hello\" to 8989
  P → program  \"hello\" (5 bytes)
  program → P  \"hello\" (5 bytes)
repeat the last 1 lines 2 times
  the same each time
";
    gives(ours(), &transcript.replace("WHICH", which));
}
