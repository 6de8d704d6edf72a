//! Tools that work on a submission: what they see, what they leave, and at what they are stopped.

use harness::event::Wait;
use harness::lab::{End, Finished, LabError, Launcher, Limit, Limits, Put, State, Tool};
use rstest::rstest;
use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

fn sh(script: &str) -> Tool {
    Tool {
        command: ["/bin/sh", "-c", script].map(str::to_owned).into(),
        env: BTreeMap::new(),
        dir: Tool::ROOM.into(),
        needs: Vec::new(),
        writes: Vec::new(),
        room: Vec::new(),
        limits: Limits::COMPILER,
    }
}

fn launcher() -> Launcher {
    Launcher::new(env!("CARGO_BIN_EXE_netlings-lab"), "lab")
}

fn try_run(tool: &Tool) -> Result<Finished, LabError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(launcher().run_tool(tool))
}

fn run(tool: &Tool) -> Finished {
    try_run(tool).unwrap_or_else(|error| panic!("{error}"))
}

fn said(finished: &Finished) -> String {
    String::from_utf8(finished.stdout.clone()).unwrap()
}

/// A folder that everybody may look into.
fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    dir
}

#[test]
fn what_it_says_and_how_it_ends_is_told() {
    let finished = run(&sh("echo out; echo err >&2; exit 3"));
    let (stdout, stderr) = (b"out\n".into(), b"err\n".into());
    assert_eq!(finished, Finished { end: End::Status(3), stdout, stderr, waits: Vec::new() });
    assert_eq!(run(&sh("kill -9 $$")).end, End::Signal(9));
}

#[test]
fn one_that_is_not_there_is_trouble_of_ours() {
    let error = try_run(&Tool { command: vec!["/no/such/tool".into()], ..sh("") }).unwrap_err();
    assert!(error.to_string().contains("/no/such/tool: No such file"), "{error}");
}

#[rstest]
#[case("while :; do :; done", Limits { cpu_seconds: 1, ..Limits::COMPILER }, Limit::Cpu)]
// Several processes are counted together, also those that have ended.
#[case("while :; do (i=0; while [ $i -lt 9999 ]; do i=$((i+1)); done); done", Limits { cpu_seconds: 1, ..Limits::COMPILER }, Limit::Cpu)]
// However short they live.
#[case::one_child_after_the_other("while :; do /bin/true; done", Limits { processes: 300, ..Limits::COMPILER }, Limit::Processes)]
#[case("yes", Limits { output: 1 << 20, ..Limits::COMPILER }, Limit::Output)]
#[case("yes >&2", Limits { output: 1 << 20, ..Limits::COMPILER }, Limit::Output)]
#[case("x=0123456789abcdef; while :; do x=$x$x; done", Limits { memory: 32 << 20, ..Limits::COMPILER }, Limit::Memory)]
// Loops of short waits, with and without a new process for each, and beside a long one.
#[case("while :; do sleep 0.05; done", Limits { patience: 20, ..Limits::COMPILER }, Limit::Idling)]
#[case("sleep 3600 & while :; do sleep 0.05; done", Limits { patience: 20, ..Limits::COMPILER }, Limit::Idling)]
// In `open` the kernel is waited for, as far as anybody can see.
#[case("mkfifo pipe; cat pipe", Limits { patience: 20, ..Limits::COMPILER }, Limit::Idling)]
fn it_is_stopped_at_a_limit(#[case] script: &str, #[case] limits: Limits, #[case] limit: Limit) {
    assert_eq!(run(&Tool { limits, ..sh(script) }).end, End::Stopped(limit));
}

/// The kernel forgets the time of children that nobody waits for, and knows nothing of it when they have ended.
#[rstest]
#[case("starts_children_that_nobody_waits_for", Limits { cpu_seconds: 1, ..Limits::COMPILER }, Limit::Cpu)]
#[case("starts_children_without_end", Limits { processes: 2_000, ..Limits::COMPILER }, Limit::Processes)]
fn children_that_nobody_waits_for_count(#[case] which: &str, #[case] limits: Limits, #[case] limit: Limit) {
    let exe = PathBuf::from(env!("CARGO_BIN_EXE_settle-programs"));
    let command = vec![exe.to_str().unwrap().to_owned(), which.to_owned()];
    assert_eq!(run(&Tool { command, needs: vec![exe], limits, ..sh("") }).end, End::Stopped(limit));
}

/// Patience does not matter there.
#[rstest]
#[case::a_long_sleep("sleep 77", &["sleep: clock_nanosleep 77000"])]
#[case::of_a_child_that_another_waits_for("sh -c 'sleep 77; exit 3'; exit 4", &["sleep: clock_nanosleep 77000"])]
#[case::in_the_background("setsid sleep 77 & (setsid sleep 88 &); wait", &["sleep: clock_nanosleep 77000", "sleep: clock_nanosleep 88000"])]
#[case::a_pipe_that_nobody_writes_into("mkfifo pipe; exec 3<>pipe; cat <&3", &["cat: read standard input"])]
#[case::a_lock_that_nobody_releases("flock file flock file true", &["flock: flock /box/file"])]
#[case::a_process_that_stops("kill -STOP $$", &["sh: stopped"])]
fn what_it_waits_for_in_vain_is_told(#[case] script: &str, #[case] waits: &[&str]) {
    let finished = run(&sh(script));
    assert_eq!(finished.end, End::Stopped(Limit::Waiting));
    let told = |wait: &Wait| {
        let on = wait.on.iter().map(|on| format!(" {}", on.what)).collect::<String>();
        let time = wait.timeout_ms.map(|ms| format!(" {ms}")).unwrap_or_default();
        format!("{}: {}{on}{time}", wait.name, wait.call)
    };
    assert_eq!(finished.waits.iter().map(told).collect::<Vec<_>>(), waits);
}

#[rstest]
#[case::a_sleep("sleep 3; exit 3")]
#[case::several("for i in 1 2 3; do sleep 1.5; done; exit 3")]
#[case::a_long_one_that_a_timer_ends("timeout 3 sleep 77; exit 3")]
#[case::a_long_one_that_another_ends("sleep 77 & sleep 3; kill $!; wait; exit 3")]
fn a_wait_that_ends_by_itself_is_waited_out(#[case] script: &str) {
    assert_eq!(run(&sh(script)).end, End::Status(3));
}

#[test]
fn it_is_stopped_when_it_fills_the_disk() {
    let dir = folder();
    let limits = Limits { disk: 1 << 20, ..Limits::COMPILER };
    let script = format!(
        "i=0; while [ $i -lt 64 ]; do head -c 1000000 /dev/zero > {}/$i; i=$((i+1)); done; sleep 3600",
        dir.path().display()
    );
    let finished = run(&Tool { limits, writes: vec![dir.path().into()], ..sh(&script) });
    assert_eq!(finished.end, End::Stopped(Limit::Disk));
}

#[test]
fn it_writes_where_it_may_and_nowhere_else() {
    let (may, may_not) = (folder(), folder());
    let script = format!("echo yes > {}/made; echo no > {}/made", may.path().display(), may_not.path().display());
    let tool = Tool { writes: vec![may.path().into()], needs: vec![may_not.path().into()], ..sh(&script) };
    let finished = run(&tool);
    assert_eq!(fs::read_to_string(may.path().join("made")).unwrap(), "yes\n");
    assert!(!may_not.path().join("made").exists());
    assert!(String::from_utf8_lossy(&finished.stderr).contains("Read-only file system"), "{finished:?}");
}

#[test]
fn it_sees_what_it_is_shown_and_nothing_else() {
    let (shown, hidden) = (folder(), folder());
    fs::write(shown.path().join("file"), "shown").unwrap();
    fs::write(hidden.path().join("file"), "hidden").unwrap();
    let script = format!("cat {0}/file {1}/file; ls {1}", shown.path().display(), hidden.path().display());
    assert_eq!(said(&run(&Tool { needs: vec![shown.path().into()], ..sh(&script) })), "shown");
}

#[test]
fn it_has_no_network() {
    let service = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = service.local_addr().unwrap().port();
    let connect = |host: &str| format!("import socket; socket.create_connection(('{host}', {port}))");
    let python = |script: String| Tool { command: vec!["/usr/bin/python3".into(), "-c".into(), script], ..sh("") };
    if !Path::new("/usr/bin/python3").exists() {
        return;
    }
    let finished = run(&python(connect("127.0.0.1")));
    let error = String::from_utf8_lossy(&finished.stderr).into_owned();
    assert!(error.ends_with("PermissionError: [Errno 1] Operation not permitted\n"), "{error}");
}

#[test]
fn what_it_works_on_is_laid_out_and_the_original_stays() {
    let dir = folder();
    let old = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000);
    fs::write(dir.path().join("Cargo.toml"), "").unwrap();
    fs::create_dir_all(dir.path().join("src/target")).unwrap();
    for name in ["src", "target", ".git"] {
        fs::create_dir_all(dir.path().join(name)).unwrap();
        fs::write(dir.path().join(name).join("file"), "text").unwrap();
    }
    fs::File::options().write(true).open(dir.path().join("src/file")).unwrap().set_modified(old).unwrap();
    std::os::unix::fs::symlink("src/file", dir.path().join("link")).unwrap();
    let room = vec![
        (PathBuf::from("copy"), Put::Copy(dir.path().into())),
        (PathBuf::from("deep/er/text"), Put::Text("words".into())),
        (PathBuf::from("link"), Put::Link("deep/er/text".into())),
    ];
    let script = "cd copy; ls -A; ls -d src/target; stat -c %Y src/file; cat link; echo more >> src/file; cat ../link";
    let tool = Tool { needs: vec![dir.path().into()], room, ..sh(script) };
    assert_eq!(said(&run(&tool)), "Cargo.toml\nlink\nsrc\nsrc/target\n1000000\ntextwords");
    assert_eq!(fs::read_to_string(dir.path().join("src/file")).unwrap(), "text");
}

#[test]
fn what_cannot_be_laid_out_is_trouble_of_ours_that_names_it() {
    let room = vec![(PathBuf::from("copy"), Put::Copy("/no/such/folder".into()))];
    let error = try_run(&Tool { room, ..sh("true") }).unwrap_err();
    assert_eq!(error.to_string(), "running a tool: laying out copy: No such file or directory (os error 2)");
}

/// Patience is counted in looks, which are as far apart with its outputs closed.
#[test]
fn one_that_has_closed_its_outputs_is_waited_for() {
    let limits = Limits { patience: 30, ..Limits::COMPILER };
    assert_eq!(run(&Tool { limits, ..sh("exec >&- 2>&-; sleep 1; exit 3") }).end, End::Status(3));
}

#[test]
fn what_it_leaves_running_ends_with_it() {
    let finished = run(&sh("sleep 3600 & echo started"));
    assert_eq!((finished.end, said(&finished).as_str()), (End::Status(0), "started\n"));
}

/// What it writes into its own folder is in memory, and no process has it in use. Where there is no memory cgroup, this says so.
#[test]
fn its_files_in_memory_count_where_there_is_a_memory_cgroup() {
    let limits = Limits { memory: 16 << 20, ..Limits::COMPILER };
    let end = run(&Tool { limits, ..sh("head -c 300000000 /dev/zero > large") }).end;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let found = runtime.block_on(launcher().probe()).unwrap();
    let memory = found.iter().find(|found| found.name == "memory").unwrap();
    if memory.state == State::Enforced {
        assert_eq!(end, End::Stopped(Limit::Memory));
    } else {
        eprintln!("SKIPPED: {}", memory.why.as_ref().unwrap());
        assert_eq!(end, End::Status(0));
    }
}
