//! The process from which labs are forked: there is one, it can be killed, and it ends with its grader. One test, because it looks at
//! all children of this process.

use harness::check::{self, Parameters};
use harness::lab::{Job, Launcher};
use harness::program::Program;
use rustix::process::{Pid, Signal, WaitIdOptions, kill_process};
use std::fs;

/// The children of a process, as `/proc` has them, with the letters of their states.
fn children_of(parent: i32) -> Vec<(i32, String)> {
    let names = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
    let child = |pid: i32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let mut fields = stat.rsplit(") ").next()?.split(' ');
        let state = fields.next()?.to_owned();
        (fields.next()? == parent.to_string()).then_some((pid, state))
    };
    names.filter_map(child).collect()
}

/// The children of this process that live.
fn children() -> Vec<i32> {
    let all = children_of(std::process::id().cast_signed()).into_iter();
    all.filter(|(_, state)| state != "Z").map(|(pid, _)| pid).collect()
}

/// What a shell prints in a lab.
async fn prints(launcher: &Launcher, script: &str) -> String {
    let check = check::parse("nursery.check", "start p").unwrap();
    let command = ["/bin/sh", "-c", script].map(str::to_owned).to_vec();
    let job = Job { check, params: Parameters::default(), program: Program { command, needs: Vec::new() } };
    let seen = launcher.run(&job).await.unwrap_or_else(|error| panic!("{error}"));
    let output = seen.steps[0].output.iter().flat_map(|piece| piece.bytes.clone()).collect();
    String::from_utf8(output).unwrap()
}

#[tokio::test]
async fn labs_come_from_one_nursery_which_can_be_killed_and_ends_with_its_grader() {
    let launcher = Launcher::new(env!("CARGO_BIN_EXE_netlings-lab"), "lab");
    assert!(children().is_empty());

    let (one, other) = tokio::join!(prints(&launcher, "echo one"), prints(&launcher, "echo other"));
    assert_eq!([one, other], ["one\n", "other\n"]);
    let first = children();
    assert_eq!(first.len(), 1, "{first:?}");
    assert_eq!(prints(&launcher, "echo again").await, "again\n");
    assert_eq!(children(), first);

    // A lab has a small socket table, whichever namespace it is made in (Linux 6.1).
    let entries = "/proc/sys/net/ipv4/tcp_ehash_entries";
    if fs::exists(entries).unwrap() {
        assert_eq!(prints(&launcher, &format!("cat {entries}")).await, "4096\n");
    }

    // Labs that have ended are taken away, though nobody asks for another.
    while !children_of(first[0]).is_empty() {}

    let nursery = Pid::from_raw(first[0]).unwrap();
    kill_process(nursery, Signal::KILL).unwrap();
    // Its end is seen, and left for its owner to take.
    let seen = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    rustix::process::waitid(rustix::process::WaitId::Pid(nursery), seen).unwrap();
    assert_eq!(prints(&launcher, "echo still").await, "still\n");
    let second = children();
    assert_eq!(second.len(), 1, "{second:?}");
    assert_ne!(second, first);

    drop(launcher);
    rustix::process::waitid(rustix::process::WaitId::Pid(Pid::from_raw(second[0]).unwrap()), seen).unwrap();
}
