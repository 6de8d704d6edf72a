//! What a lab leaves behind, and what happens where labs are not possible.

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, PidfdFlags, geteuid, pidfd_open};
use std::collections::HashMap;
use std::fs;
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A submission with one executable script.
fn script(name: &str, text: &str) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let path = dir.path().join(name);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    dir
}

/// Every process with its parent and its name.
fn processes() -> HashMap<i32, (i32, String)> {
    let mut out = HashMap::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        // One that has just ended is none.
        let Ok(stat) = fs::read_to_string(entry.path().join("stat")) else { continue };
        let (name, rest) = stat.split_once('(').unwrap().1.rsplit_once(')').unwrap();
        let parent = rest.split_whitespace().nth(1).unwrap().parse().unwrap();
        out.insert(pid, (parent, name.to_owned()));
    }
    out
}

/// The descendants of a process, by name.
fn descendants(of: i32) -> HashMap<i32, String> {
    let all = processes();
    let is_below = |mut pid: i32| {
        while let Some((parent, _)) = all.get(&pid) {
            if *parent == of {
                return true;
            }
            pid = *parent;
        }
        false
    };
    all.iter().filter(|(pid, _)| is_below(**pid)).map(|(pid, (_, name))| (*pid, name.clone())).collect()
}

/// A process that ends with this value, also when a test fails.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[test]
fn a_grader_that_is_killed_leaves_nothing_behind() {
    // Each of these waits is waited out, and there is another one for some time, in each of nine checks: a lab is there until we
    // have seen it.
    let dir = script("udp_sender", "#!/bin/sh\nwhile :; do sleep 4 & sleep 4; wait; done\n");
    let mut grader = Command::new(env!("CARGO_BIN_EXE_xtask"));
    grader.args(["grade", "--exercise", "udp_sender", "--jobs", "1"]).arg(dir.path());
    let mut grader = Killed(grader.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let pid = i32::try_from(grader.0.id()).unwrap();
    let lab = loop {
        let below = descendants(pid);
        if below.values().filter(|name| *name == "sleep").count() == 2 {
            break below;
        }
        assert!(grader.0.try_wait().unwrap().is_none(), "the grader ended before the program slept");
    };
    // The nursery, the helper, the supervisor, the programs' init, the shell, and two of its children.
    // One that found out what keeps programs in here may be there still.
    assert!(lab.len() >= 7, "{lab:?}");
    let open = |pid: &i32| pidfd_open(Pid::from_raw(*pid).unwrap(), PidfdFlags::empty()).unwrap();
    let handles: Vec<OwnedFd> = lab.keys().map(open).collect();
    drop(grader);
    for handle in &handles {
        // Returns when that process has ended, however long it takes.
        poll(&mut [PollFd::new(handle, PollFlags::IN)], None).unwrap();
    }
}

#[test]
fn a_finished_grade_leaves_no_process_of_a_program_behind() {
    let dir = script("udp_sender", "#!/bin/sh\nsleep 3600 &\nexec sleep 3601\n");
    let mut grader = Command::new(env!("CARGO_BIN_EXE_xtask"));
    let status = grader.args(["grade", "--exercise", "udp_sender"]).arg(dir.path()).stdout(Stdio::null()).status();
    assert_eq!(status.unwrap().code(), Some(1));
    let mut left: Vec<_> =
        processes().into_iter().filter(|(pid, (_, name))| name == "sleep" && is_ours(*pid)).collect();
    // A killed process is seen until its parent, which is killed too, has been taken away.
    left.retain(|(pid, _)| !is_ending(*pid));
    assert!(left.is_empty(), "{left:?}");
}

fn is_ours(pid: i32) -> bool {
    let command = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    command.starts_with(b"sleep\x003600") || command.starts_with(b"sleep\x003601")
}

fn is_ending(pid: i32) -> bool {
    let handle = Pid::from_raw(pid).and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok());
    handle.is_none_or(|handle| poll(&mut [PollFd::new(&handle, PollFlags::IN)], None).is_ok())
}

#[test]
fn where_namespaces_are_forbidden_the_cause_and_the_remedy_are_named_and_nothing_fails() {
    let dir = script("udp_sender", "#!/bin/sh\n");
    let mut shell = Command::new("unshare");
    shell.args(["--user", "--map-root-user", "sh", "-c"]);
    shell.arg("echo 0 >/proc/sys/user/max_user_namespaces && exec \"$0\" \"$@\"");
    shell.arg(env!("CARGO_BIN_EXE_xtask")).args(["grade", "--exercise", "udp_sender"]).arg(dir.path());
    if geteuid().is_root() {
        shell.uid(65_534).gid(65_534);
    }
    let output = shell.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    insta::assert_snapshot!(format!(
        "{text}{}exit {}",
        String::from_utf8(output.stderr).unwrap(),
        output.status.code().unwrap()
    ));
}

#[test]
fn an_ordinary_user_gets_the_same_verdicts() {
    let reference = reference_program();
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let exe = dir.path().join("grader");
    // Not by us: a test beside this one that starts a program just now would have the copies open, which then could not be run.
    for (from, to) in
        [(reference.as_path(), dir.path().join("udp_sender")), (env!("CARGO_BIN_EXE_xtask").as_ref(), exe.clone())]
    {
        assert!(Command::new("cp").arg(from).arg(to).status().unwrap().success());
    }
    let mut grader = Command::new(&exe);
    grader.args(["grade", "--exercise", "udp_sender"]).arg(dir.path());
    if geteuid().is_root() {
        grader.uid(65_534).gid(65_534);
    }
    let output = grader.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.ends_with("9 of 9 checks passed. 10 of 10 points.\n"),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The reference program of `udp_sender`, built.
fn reference_program() -> std::path::PathBuf {
    let source = xtask::programs::solutions().join("udp_sender.rs");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let launcher = harness::lab::Launcher::new(env!("CARGO_BIN_EXE_xtask"), xtask::LAB);
    match runtime.block_on(xtask::submission::Source::file(&source).build(&launcher)) {
        xtask::submission::Built::Ready(program) => Path::new(&program.command[0]).to_owned(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn doctor_says_what_is_not_kept_out() {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask")).arg("doctor").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("  Not kept out: a program that knows a hole in the kernel"), "{text}");
}
