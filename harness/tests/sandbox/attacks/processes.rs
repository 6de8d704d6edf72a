//! Attacks on other processes: seeing them, reading them, ending them, outliving them.

use super::{any, checked, found, told};
use std::fs::{self, File};
use std::io;
use std::process::exit;
use std::time::Duration;

pub fn attack(name: &str, bait: &str) -> Option<String> {
    Some(match name {
        "see_other_processes" => told(found(others().next())),
        "read_their_environments" => any(others().map(|pid| holds(pid, "environ", bait))),
        "read_their_arguments" => any(others().map(|pid| holds(pid, "cmdline", bait))),
        "read_the_parents_memory" => told(File::open("/proc/1/mem")),
        "list_the_parents_descriptors" => told(fs::read_dir("/proc/1/fd")),
        "trace_the_parent" => call(libc::SYS_ptrace, [0x4206, 1, 0]),
        "make_the_parent_a_victim" => told(fs::write("/proc/1/oom_score_adj", "1000")),
        "limit_the_parent" => call(libc::SYS_prlimit64, [1, libc::RLIMIT_CPU as i64, 0]),
        "kill_init" => call(libc::SYS_kill, [1, libc::SIGKILL as i64, 0]),
        "signal_everybody" => signal_everybody(),
        "find_a_descriptor" => any((3..1024).map(|fd| fs::metadata(format!("/proc/self/fd/{fd}")))),
        "become_root" => any([libc::SYS_setuid, libc::SYS_setgid].map(|number| raw(number, [0, 0, 0]))),
        "leave_a_daemon" => leave_a_daemon(),
        _ => return None,
    })
}

/// Every process but this one and the first.
fn others() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|pid| ![1, std::process::id()].contains(pid))
}

/// Whether a file of a process can be read and has the bait.
fn holds(pid: u32, file: &str, bait: &str) -> io::Result<()> {
    let text = fs::read(format!("/proc/{pid}/{file}"))?;
    found(text.windows(bait.len().max(1)).find(|piece| *piece == bait.as_bytes())).map(drop)
}

fn raw(number: i64, [a, b, c]: [i64; 3]) -> io::Result<i64> {
    // SAFETY: the arguments are numbers.
    checked(unsafe { libc::syscall(number, a, b, c, 0, 0) })
}

fn call(number: i64, args: [i64; 3]) -> String {
    told(raw(number, args))
}

/// Sends a signal to every process that it may signal, but itself.
fn signal_everybody() -> String {
    call(libc::SYS_kill, [-1, libc::SIGKILL as i64, 0])
}

/// A process of a session of its own, whose parent has ended, and which no hang-up reaches.
fn leave_a_daemon() -> String {
    // SAFETY: this process has one thread.
    if unsafe { libc::fork() } == 0 {
        // SAFETY: no memory is touched.
        unsafe {
            libc::setsid();
            libc::signal(libc::SIGTERM, libc::SIG_IGN);
            libc::prctl(libc::PR_SET_NAME, c"netl_survivor".as_ptr());
            if libc::fork() != 0 {
                libc::_exit(0);
            }
        }
        println!("{}", std::process::id());
        std::thread::sleep(Duration::from_secs(600));
        exit(0);
    }
    "left".to_owned()
}
