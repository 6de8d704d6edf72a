//! What a program can do to whoever grades it: nothing.

use harness::check::{self, Parameters};
use harness::event::{Exit, Fact, Observation, Rest, Stream};
use harness::lab::{Job, Launcher, Trace};
use harness::program::Program;
use rstest::rstest;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

fn attack(name: &str) -> Program {
    let exe = PathBuf::from(env!("CARGO_BIN_EXE_attacks")).canonicalize().unwrap();
    Program { command: vec![exe.to_str().unwrap().into(), name.into()], needs: vec![exe] }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn launcher() -> Launcher {
    Launcher::new(env!("CARGO_BIN_EXE_netlings-lab"), "lab")
}

fn observe(check: &str, program: Program) -> Observation {
    let check = check::parse("sandbox.check", check).unwrap_or_else(|error| panic!("{error}"));
    let job = Job { check, params: Parameters::default(), program };
    runtime().block_on(launcher().run(&job)).unwrap_or_else(|error| panic!("{error}"))
}

fn said(seen: &Observation, step: usize) -> String {
    let pieces = seen.steps[step].output.iter().filter(|piece| piece.stream == Stream::Stdout);
    String::from_utf8(pieces.flat_map(|piece| piece.bytes.clone()).collect()).unwrap().trim_end().to_owned()
}

const NOT_PERMITTED: &str = "contained: Operation not permitted (os error 1)";
const NO_SUCH_FILE: &str = "contained: No such file or directory (os error 2)";
const DENIED: &str = "contained: Permission denied (os error 13)";
const READ_ONLY: &str = "contained: Read-only file system (os error 30)";
const AGAIN: &str = "contained: Resource temporarily unavailable (os error 11)";
const NO_CALL: &str = "contained: Function not implemented (os error 38)";
const FULL: &str = "contained: No space left on device (os error 28)";

#[rstest]
#[case("read_the_shadow_file", NO_SUCH_FILE)]
#[case("read_the_machines_files", DENIED)]
#[case("read_inits_environment", DENIED)]
#[case("read_inits_memory", DENIED)]
#[case("list_inits_descriptors", DENIED)]
#[case("write_into_the_system", READ_ONLY)]
#[case("write_into_etc", READ_ONLY)]
#[case("write_sysctls", DENIED)]
#[case("make_init_a_victim", DENIED)]
#[case("limit_init", NOT_PERMITTED)]
#[case("leave_its_processor", NOT_PERMITTED)]
#[case("make_a_user_namespace", NOT_PERMITTED)]
#[case("clone_a_user_namespace", NOT_PERMITTED)]
#[case("clone_by_the_new_call", NO_CALL)]
#[case("mount", NOT_PERMITTED)]
#[case("change_the_root", NOT_PERMITTED)]
#[case("talk_to_the_hypervisor", NOT_PERMITTED)]
#[case("capture_packets", NOT_PERMITTED)]
#[case("forge_packets", NOT_PERMITTED)]
#[case("use_several_paths", NOT_PERMITTED)]
#[case("keep_a_key", NOT_PERMITTED)]
#[case("use_io_uring", NOT_PERMITTED)]
#[case("load_a_filter_program", NOT_PERMITTED)]
#[case("watch_the_machine", NOT_PERMITTED)]
#[case("handle_page_faults", NOT_PERMITTED)]
#[case("become_unreadable", NOT_PERMITTED)]
#[case("type_into_a_terminal", NOT_PERMITTED)]
#[case("become_root", "contained: Invalid argument (os error 22)")]
#[case("signal_everybody", "contained: No such process (os error 3)")]
#[case("fork_without_end", AGAIN)]
#[case("start_threads_without_end", AGAIN)]
#[case("open_descriptors_without_end", "contained: Too many open files (os error 24)")]
#[case("write_one_large_file", "contained: File too large (os error 27)")]
#[case("fill_the_disk", FULL)]
#[case("fill_the_table_of_files", FULL)]
fn an_attack_is_contained(#[case] name: &str, #[case] becomes: &str) {
    assert_eq!(said(&observe("start p", attack(name)), 0), becomes);
}

#[test]
fn memory_has_an_end() {
    let told = said(&observe("start p", attack("take_memory_without_end")), 0);
    assert!(told.starts_with("contained: memory allocation failed"), "{told}");
}

#[test]
fn init_cannot_be_killed_and_the_next_program_starts() {
    let seen = observe("start p\nstart p", attack("kill_init"));
    // Where Landlock knows signals (Linux 6.12) it is refused; elsewhere it is taken, and does nothing.
    assert!(["escaped", NOT_PERMITTED].contains(&said(&seen, 0).as_str()));
    assert_eq!(said(&seen, 1), said(&seen, 0));
}

#[test]
fn a_program_is_ended_by_its_own_signals() {
    let seen = observe("start p", attack("abort"));
    assert_eq!(seen.steps[0].ended[0].exit, Exit::Signal(6));
}

#[test]
fn a_daemon_does_not_survive_the_lab() {
    let seen = observe("start p", attack("leave_a_daemon"));
    assert_eq!(said(&seen, 0), "gone");
    assert!(matches!(&seen.steps[0].rest, Rest::Idle(waits) if waits.len() == 1), "{:?}", seen.steps[0].rest);
    // Its name says that it is ours; the labs of other tests run it, too, so it is awaited, not forbidden.
    let survivors = || processes().filter(|pid| status(pid, "Name:").as_deref() == Some("netl_survivor")).count();
    while survivors() > 0 {
        std::thread::yield_now();
    }
}

fn processes() -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
    entries.filter(|path| path.file_name().unwrap().to_str().unwrap().parse::<i32>().is_ok())
}

fn status(process: &Path, field: &str) -> Option<String> {
    let status = fs::read_to_string(process.join("status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    Some(line.trim().replace('\t', " "))
}

/// What is seen of a running program from outside is what was reviewed.
#[test]
fn the_posture_of_a_running_program() {
    let program = attack("wait_for_a_line");
    let command = program.command.join("\0");
    let posture = runtime().block_on(async {
        let trace = Trace { programs: vec![program], addresses: Vec::new() };
        let mut tracing = launcher().trace(&trace).await.unwrap();
        while let Some(fact) = tracing.next().await.unwrap() {
            if let Fact::Rest { rest: Rest::Idle(_), .. } = fact {
                break;
            }
        }
        posture(&command)
    });
    insta::assert_snapshot!(posture);
}

fn posture(command: &str) -> String {
    let runs_it = |process: &PathBuf| {
        fs::read_to_string(process.join("cmdline")).is_ok_and(|line| line.trim_end_matches('\0') == command)
    };
    let process = processes().find(runs_it).expect("it runs");
    let mut out = String::new();
    for field in ["CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:", "NoNewPrivs:", "Seccomp:", "Seccomp_filters:"]
    {
        writeln!(out, "{field} {}", status(&process, field).unwrap()).unwrap();
    }
    let supervisor = PathBuf::from(format!("/proc/{}", status(&process, "PPid:").unwrap()));
    for kind in ["cgroup", "ipc", "mnt", "net", "pid", "user", "uts"] {
        let of = |process: &Path| fs::read_link(process.join("ns").join(kind)).unwrap();
        let (own, lab, ours) = (of(&process), of(&supervisor), of(Path::new("/proc/self")));
        let whose = if own == ours {
            "the machine's"
        } else if own == lab {
            "the lab's"
        } else {
            "its own"
        };
        writeln!(out, "{kind} namespace: {whose}").unwrap();
    }
    let descriptors = fs::read_dir(process.join("fd")).unwrap().flatten();
    let mut descriptors: Vec<_> = descriptors
        .map(|fd| {
            let target = fs::read_link(fd.path()).unwrap().display().to_string();
            let kind = target.split(':').next().unwrap_or_default();
            format!("descriptor {}: {kind}", fd.file_name().display())
        })
        .collect();
    descriptors.sort();
    writeln!(out, "{}", descriptors.join("\n")).unwrap();
    for line in fs::read_to_string(process.join("limits")).unwrap().lines().skip(1) {
        // How many signals may wait depends on the machine's memory.
        if !line.starts_with("Max pending signals") {
            writeln!(out, "{}", line.split_whitespace().collect::<Vec<_>>().join(" ")).unwrap();
        }
    }
    out
}
