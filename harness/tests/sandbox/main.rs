//! What a program can do to whoever grades it: nothing.

mod baits;

use baits::{Baits, left_behind_by};
use harness::check::{self, Parameters};
use harness::event::{Exit, Fact, Flood, Observation, Rest, Stream};
use harness::lab::{Isolation, Job, Launcher, State, Trace};
use harness::program::Program;
use harness::sandbox::{Layer, Layers};
use rstest::rstest;
use rustix::process::{Signal, kill_process};
use std::fmt::Write;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

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
    observe_with(check, program, Layers::all())
}

fn observe_with(check: &str, program: Program, layers: Layers) -> Observation {
    let check = check::parse("sandbox.check", check).unwrap_or_else(|error| panic!("{error}"));
    let job = Job { check, params: Parameters::default(), program };
    runtime().block_on(launcher().with_only(layers).run(&job)).unwrap_or_else(|error| panic!("{error}"))
}

fn said(seen: &Observation, step: usize) -> String {
    let pieces = seen.steps[step].output.iter().filter(|piece| piece.stream == Stream::Stdout);
    String::from_utf8(pieces.flat_map(|piece| piece.bytes.clone()).collect()).unwrap().trim_end().to_owned()
}

const NOT_PERMITTED: &str = "contained: Operation not permitted (os error 1)";
const NO_SUCH_FILE: &str = "contained: No such file or directory (os error 2)";
const NO_SUCH_PROCESS: &str = "contained: No such process (os error 3)";
const AGAIN: &str = "contained: Resource temporarily unavailable (os error 11)";
const DENIED: &str = "contained: Permission denied (os error 13)";
const MANY_FILES: &str = "contained: Too many open files (os error 24)";
const LARGE_FILE: &str = "contained: File too large (os error 27)";
const FULL: &str = "contained: No space left on device (os error 28)";
const READ_ONLY: &str = "contained: Read-only file system (os error 30)";
const NO_CALL: &str = "contained: Function not implemented (os error 38)";
const UNREACHABLE: &str = "contained: Network is unreachable (os error 101)";
const REFUSED: &str = "contained: Connection refused (os error 111)";
const NOTHING: &str = "contained: nothing to be found";
const NOT_TRIED: &str = "contained: there was nothing to try";
const NO_ID: &str = "contained: Invalid argument (os error 22)";
const NO_MEMORY: &str = "contained: memory allocation failed because the memory allocator returned an error";

/// Where an attack succeeds: the proof that it is one, and that what contains it is what we think.
enum Succeeds {
    /// In a lab without this layer, although all others are there.
    Without(Layer),
    /// In a lab that has no sandbox: more than one layer contains it.
    InABareLab,
    /// Without a lab: as any child process.
    Outside,
    /// Outside, for who has what it takes, for instance root. That is not tried: it would harm the machine.
    Elsewhere(&'static str),
}

use Succeeds::{Elsewhere, InABareLab, Outside, Without};

#[rstest]
#[case("read_a_file_of_the_machine", DENIED, Outside)]
#[case("list_a_folder_of_the_machine", NO_SUCH_FILE, Outside)]
#[case("read_the_users_folders", NO_SUCH_FILE, Outside)]
#[case("write_beside_a_file_of_the_machine", NO_SUCH_FILE, Outside)]
#[case("write_into_the_system", READ_ONLY, Elsewhere("root"))]
#[case("write_sysctls", READ_ONLY, Elsewhere("root"))]
#[case("read_the_kernels_memory", NO_SUCH_FILE, Elsewhere("root"))]
#[case("open_a_device", NO_SUCH_FILE, Elsewhere("root, or a device for everybody"))]
#[case("make_a_device", NOT_PERMITTED, Elsewhere("root"))]
#[case("read_the_graders_environment", NOTHING, Outside)]
#[case("see_other_processes", NOTHING, Outside)]
#[case("see_other_processes", NOTHING, Without(Layer::User))]
#[case("read_their_environments", NOT_TRIED, Outside)]
#[case("read_their_arguments", NOT_TRIED, Outside)]
#[case("read_the_parents_memory", DENIED, Elsewhere("root"))]
#[case("list_the_parents_descriptors", DENIED, Without(Layer::Processes))]
#[case("list_the_parents_descriptors", DENIED, Without(Layer::User))]
#[case("open_the_parents_output", DENIED, Elsewhere("the grader's user"))]
#[case("trace_the_parent", NOT_PERMITTED, Elsewhere("root"))]
#[case("make_the_parent_a_victim", READ_ONLY, InABareLab)]
#[case("limit_the_parent", NOT_PERMITTED, Without(Layer::Calls))]
#[case("signal_everybody", NO_SUCH_PROCESS, InABareLab)]
#[case("find_a_descriptor", NO_SUCH_FILE, Elsewhere("a descriptor that was left open"))]
#[case("lease_its_file", NOT_PERMITTED, Elsewhere("a file of the program's own"))]
#[case("become_root", NO_ID, Elsewhere("root"))]
#[case("reach_a_service_by_tcp", REFUSED, Outside)]
#[case("reach_a_service_by_fast_open", REFUSED, Outside)]
#[case("reach_a_service_by_udp", REFUSED, Outside)]
#[case("reach_a_service_by_its_path", NO_SUCH_FILE, Outside)]
#[case("reach_a_service_by_its_abstract_name", REFUSED, Outside)]
#[case("share_the_machines_memory", NOT_PERMITTED, Outside)]
#[case("reach_the_internet", UNREACHABLE, Elsewhere("a network"))]
#[case("talk_to_the_hypervisor", NOT_PERMITTED, Elsewhere("a kernel with AF_VSOCK"))]
#[case("use_several_paths", NOT_PERMITTED, Without(Layer::Calls))]
#[case("capture_packets", NOT_PERMITTED, Elsewhere("root"))]
#[case("forge_packets", NOT_PERMITTED, Elsewhere("root"))]
#[case("change_the_network", NOT_PERMITTED, Elsewhere("root"))]
#[case("make_a_user_namespace", NOT_PERMITTED, InABareLab)]
#[case("clone_a_user_namespace", NOT_PERMITTED, InABareLab)]
#[case("clone_by_the_new_call", NO_CALL, InABareLab)]
#[case("mount", NOT_PERMITTED, InABareLab)]
#[case("change_the_root", NOT_PERMITTED, InABareLab)]
#[case("keep_a_key", NOT_PERMITTED, Without(Layer::Calls))]
#[case("use_io_uring", NOT_PERMITTED, Elsewhere("a kernel with io_uring for everybody"))]
#[case("load_a_filter_program", NOT_PERMITTED, Elsewhere("a kernel with bpf for everybody"))]
#[case("watch_the_machine", NOT_PERMITTED, Elsewhere("a kernel with perf for everybody"))]
#[case("handle_page_faults", NOT_PERMITTED, Elsewhere("a kernel with userfaultfd"))]
#[case("leave_its_processor", NOT_PERMITTED, Without(Layer::Calls))]
#[case("take_the_processor", NOT_PERMITTED, Elsewhere("root"))]
#[case("become_unreadable", NOT_PERMITTED, Without(Layer::Calls))]
#[case("type_into_a_terminal", NOT_PERMITTED, Elsewhere("a kernel with TIOCSTI"))]
#[case("set_the_clock", NOT_PERMITTED, Elsewhere("root"))]
#[case("read_the_kernels_log", NOT_PERMITTED, Elsewhere("root, or a log for everybody"))]
#[cfg_attr(target_arch = "x86_64", case("call_as_another_architecture", "", Without(Layer::Calls)))]
#[cfg_attr(target_arch = "x86_64", case("call_by_the_numbers_of_x32", NO_CALL, Elsewhere("a kernel with x32")))]
#[case("fork_without_end", AGAIN, Without(Layer::Limits))]
#[case("start_threads_without_end", AGAIN, Without(Layer::Limits))]
#[case("open_descriptors_without_end", MANY_FILES, Without(Layer::Limits))]
#[case("open_terminals_without_end", FULL, Outside)]
#[case("take_memory_without_end", NO_MEMORY, Without(Layer::Limits))]
#[case("be_ended_last", READ_ONLY, InABareLab)]
#[case("make_memory_without_a_name", NOT_PERMITTED, Without(Layer::Calls))]
#[case("write_one_large_file", LARGE_FILE, Outside)]
#[case("fill_the_disk", FULL, Outside)]
#[case("fill_the_table_of_files", FULL, Outside)]
fn an_attack_is_contained_and_succeeds_elsewhere(
    #[case] name: &str,
    #[case] becomes: &str,
    #[case] succeeds: Succeeds,
) {
    let baits = Baits::lay_out();
    assert_eq!(attacked(name, &baits, Layers::all()), becomes);
    let elsewhere = match succeeds {
        Without(layer) => attacked(name, &baits, Layers::all().without(layer)),
        InABareLab => attacked(name, &baits, Layers::none()),
        Outside => baits.attacked_by(name),
        // It would be tried by whoever runs the tests, and root must not.
        Elsewhere(_what_it_takes) => return,
    };
    assert_eq!(elsewhere, "escaped");
}

/// What the same attacks get in a borrowed lab, where there are no namespaces: the container is the sandbox, and this is what
/// holds in it all the same. It has baits of its own.
#[test]
fn attacks_in_a_borrowed_lab() {
    let place = tempfile::tempdir().unwrap();
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let copied = |exe: &str, name: &str| {
        let to = place.path().join(name);
        // Not by us: a test beside this one that starts a program just now would have the copy open, which then could not be run.
        assert!(Command::new("cp").arg(exe).arg(&to).status().unwrap().success());
        to
    };
    let container = copied(env!("CARGO_BIN_EXE_lab-in-a-container"), "container");
    let lab = copied(env!("CARGO_BIN_EXE_netlings-lab"), "lab");
    let attacks = copied(env!("CARGO_BIN_EXE_attacks"), "attacks");
    let baits = Baits::lay_out();
    fs::write(place.path().join("baits"), baits.of_a_container(&attacks)).unwrap();
    let launcher = Launcher::new(container, lab).with(Isolation::Borrowed).in_a_container();
    let protections = runtime().block_on(launcher.probe()).unwrap();
    let landlock = protections.iter().find(|protection| protection.name == "landlock").unwrap();
    let knows_scopes = landlock.state == State::Enforced;
    let mut out = String::new();
    for name in IN_A_BORROWED_LAB {
        let said = match as_reviewed(name, knows_scopes) {
            Some(said) => said.to_owned(),
            None => {
                let command = [attacks.to_str().unwrap(), name, &baits.of(name)].map(str::to_owned).into();
                let program = Program { command, needs: vec![attacks.clone()] };
                let check = check::parse("sandbox.check", "start p").unwrap();
                let job = Job { check, params: Parameters::default(), program };
                let seen = runtime().block_on(launcher.run(&job)).unwrap_or_else(|error| panic!("{name}: {error}"));
                said(&seen, 0)
            }
        };
        // What every machine has not, and nobody may open where it is.
        let either = ["read_the_kernels_memory", "open_a_device"].contains(&name)
            && [DENIED, NO_SUCH_FILE].contains(&said.as_str());
        writeln!(out, "{name}: {}", if either { "contained: it is not there, or denied" } else { &said }).unwrap();
    }
    insta::assert_snapshot!(out);
}

/// What is not tried in the container, or says something else on another machine than on that of the review.
fn as_reviewed(name: &str, knows_scopes: bool) -> Option<&'static str> {
    match name {
        "become_root" => Some("not tried: would need a container with two users, which only root can make"),
        // What stops them has come with Linux 6.12.
        "signal_everybody" | "reach_a_service_by_its_abstract_name" if !knows_scopes => Some(NOT_PERMITTED),
        "call_as_another_architecture" if cfg!(not(target_arch = "x86_64")) => Some(""),
        "call_by_the_numbers_of_x32" if cfg!(not(target_arch = "x86_64")) => Some(NO_CALL),
        _ => None,
    }
}

const IN_A_BORROWED_LAB: [&str; 63] = [
    "read_a_file_of_the_machine",
    "list_a_folder_of_the_machine",
    "read_the_users_folders",
    "write_beside_a_file_of_the_machine",
    "write_into_the_system",
    "delete_its_own_program",
    "write_sysctls",
    "read_the_kernels_memory",
    "open_a_device",
    "make_a_device",
    "read_the_graders_environment",
    "see_other_processes",
    "read_their_environments",
    "read_their_arguments",
    "read_the_parents_memory",
    "list_the_parents_descriptors",
    "open_the_parents_output",
    "trace_the_parent",
    "make_the_parent_a_victim",
    "limit_the_parent",
    "signal_everybody",
    "find_a_descriptor",
    "lease_its_file",
    "become_root",
    "reach_a_service_by_tcp",
    "reach_a_service_by_fast_open",
    "reach_a_service_by_udp",
    "reach_a_service_by_its_path",
    "reach_a_service_by_its_abstract_name",
    "share_the_machines_memory",
    "reach_the_internet",
    "talk_to_the_hypervisor",
    "use_several_paths",
    "capture_packets",
    "forge_packets",
    "change_the_network",
    "make_a_user_namespace",
    "clone_a_user_namespace",
    "clone_by_the_new_call",
    "mount",
    "change_the_root",
    "keep_a_key",
    "use_io_uring",
    "load_a_filter_program",
    "watch_the_machine",
    "handle_page_faults",
    "leave_its_processor",
    "take_the_processor",
    "become_unreadable",
    "type_into_a_terminal",
    "set_the_clock",
    "read_the_kernels_log",
    "call_as_another_architecture",
    "call_by_the_numbers_of_x32",
    "fork_without_end",
    "start_threads_without_end",
    "open_descriptors_without_end",
    "open_terminals_without_end",
    "take_memory_without_end",
    "make_memory_without_a_name",
    "write_one_large_file",
    "fill_the_disk",
    "fill_the_table_of_files",
];

/// The error depends on where the program lies: below `/tmp`, the folders above it are the lab's.
#[test]
fn a_program_cannot_delete_itself() {
    let baits = Baits::lay_out();
    let name = "delete_its_own_program";
    let said = attacked(name, &baits, Layers::all());
    assert!(said.starts_with("contained: "), "{said}");
    assert_eq!(baits.attacked_by(name), "escaped");
}

/// What an attack says in a lab with these layers.
fn attacked(name: &str, baits: &Baits, layers: Layers) -> String {
    let mut program = attack(name);
    program.command.push(baits.of(name));
    said(&observe_with("start p", program, layers), 0)
}

/// Nobody's limit has it, so it is watched.
#[test]
fn shared_memory_has_an_end() {
    let seen = observe("start p", attack("take_memory_that_no_limit_counts"));
    let Rest::Flooding { what: Flood::Memory, amount } = seen.steps[0].rest else { panic!("{:?}", seen.steps[0].rest) };
    assert!((1 << 30..3 << 29).contains(&amount), "{amount}");
}

/// Whether labs have a memory cgroup here. Where they have none, this says so.
fn have_memory_cgroups() -> bool {
    let found = runtime().block_on(launcher().probe()).unwrap();
    let memory = found.iter().find(|found| found.name == "memory").unwrap();
    if memory.state != State::Enforced {
        eprintln!("SKIPPED: {}", memory.why.as_ref().unwrap());
    }
    memory.state == State::Enforced
}

/// What only a memory cgroup counts. Everywhere it is seen that the attack is one.
#[test]
fn the_kernels_memory_has_an_end_where_there_is_a_memory_cgroup() {
    let run = |memory: u64| {
        let check = check::parse("sandbox.check", "start p").unwrap();
        let job = Job { check, params: Parameters::default(), program: attack("fill_sockets") };
        runtime().block_on(launcher().with_memory(memory).run(&job)).unwrap_or_else(|error| panic!("{error}"))
    };
    assert_eq!(said(&run(1 << 30), 0), "escaped");
    if have_memory_cgroups() {
        let seen = run(64 << 20);
        assert_eq!(seen.steps.len(), 1);
        assert_eq!(seen.steps[0].rest, Rest::Flooding { what: Flood::Memory, amount: 64 << 20 });
        assert_eq!(seen.steps[0].ended, []);
    }
}

#[test]
fn a_lab_leaves_no_cgroup_behind() {
    if !have_memory_cgroups() {
        return;
    }
    let own = fs::read_to_string("/proc/self/cgroup").unwrap();
    let place = Path::new("/sys/fs/cgroup").join(own.trim().strip_prefix("0::/").unwrap());
    let place = place.parent().unwrap();
    observe("start p", attack("abort"));
    let labs = fs::read_dir(place).unwrap().map(|entry| entry.unwrap().path());
    let is_outside = |path: &PathBuf| path.ends_with("netlings-outside");
    let labs: Vec<_> = labs.filter(|path| path.is_dir() && !is_outside(path)).collect();
    for lab in labs {
        let helper = lab.file_name().unwrap().to_str().unwrap().replace("netlings-", "/proc/");
        // It removes the cgroup before it ends, which is after the answer; so do those of other tests.
        while status(Path::new(&helper), "State:").is_some_and(|state| !state.starts_with('Z')) {
            std::thread::yield_now();
        }
        assert!(!lab.exists(), "{}", lab.display());
    }
}

/// All that is kept of a lab, in bytes of the wire and of output.
fn kept(seen: &Observation) -> (usize, usize) {
    let packets = seen.steps.iter().flat_map(|step| &step.packets).map(|packet| packet.body.payload().len());
    let output = seen.steps.iter().flat_map(|step| &step.output).map(|piece| piece.bytes.len());
    (packets.sum(), output.sum())
}

#[test]
fn of_large_packets_no_more_is_kept_than_of_many_small_ones() {
    let seen = observe("start p", attack("send_the_largest_datagrams_without_end"));
    assert!(matches!(seen.steps[0].rest, Rest::Flooding { what: Flood::Wire, .. }), "{:?}", seen.steps[0].rest);
    let (packets, _) = kept(&seen);
    assert!((8 << 20..24 << 20).contains(&packets), "{packets}");
}

#[test]
fn many_steps_below_a_flood_are_one_in_the_end() {
    let seen = observe(&format!("start p\n{}", "type \"\"\n".repeat(40)), attack("print_much_for_each_line"));
    let last = seen.steps.last().unwrap();
    assert!(matches!(last.rest, Rest::Flooding { what: Flood::Output, .. }), "{:?}", last.rest);
    let (_, output) = kept(&seen);
    assert!((8 << 20..12 << 20).contains(&output), "{output}");
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
    assert!(said(&seen, 0).starts_with("left"));
    assert!(matches!(&seen.steps[0].rest, Rest::Idle(waits) if waits.len() == 1), "{:?}", seen.steps[0].rest);
    // Its name says that it is ours; the labs of other tests run it, too, so it is awaited, not forbidden.
    let survivors = || processes().filter(|pid| status(pid, "Name:").as_deref() == Some("netl_survivor")).count();
    while survivors() > 0 {
        std::thread::yield_now();
    }
}

#[test]
fn a_daemon_survives_where_there_is_no_lab() {
    let daemon = left_behind_by("leave_a_daemon");
    kill_process(daemon, Signal::KILL).expect("it lives");
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
    for field in ["CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"] {
        writeln!(out, "of its supervisor {field} {}", status(&supervisor, field).unwrap()).unwrap();
    }
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
