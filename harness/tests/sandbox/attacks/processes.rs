//! Attacks on other processes: seeing them, reading them, ending them, outliving them.

use super::{any, checked, found, told};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::process::exit;
use std::time::Duration;

pub fn attack(name: &str, bait: &str) -> Option<String> {
    Some(match name {
        "see_other_processes" => told(found(others().next())),
        "read_their_environments" => any(others().map(|pid| holds(pid, "environ", bait))),
        "read_their_arguments" => any(others().map(|pid| holds(pid, "cmdline", bait))),
        "read_the_parents_memory" => told(File::open(format!("/proc/{}/mem", parent()))),
        "list_the_parents_descriptors" => told(fs::read_dir(format!("/proc/{}/fd", parent()))),
        // By which it answers the grader.
        "open_the_parents_output" => told(OpenOptions::new().write(true).open(format!("/proc/{}/fd/1", parent()))),
        "trace_the_parent" => call(libc::SYS_ptrace, [0x4206, parent(), 0]),
        "make_the_parent_a_victim" => told(fs::write(format!("/proc/{}/oom_score_adj", parent()), "1000")),
        "limit_the_parent" => call(libc::SYS_prlimit64, [parent(), libc::RLIMIT_CPU as i64, 0]),
        "kill_init" => call(libc::SYS_kill, [1, libc::SIGKILL as i64, 0]),
        "signal_everybody" => signal_everybody(),
        "find_a_descriptor" => any((3..1024).map(|fd| fs::metadata(format!("/proc/self/fd/{fd}")))),
        "become_root" => any([libc::SYS_setuid, libc::SYS_setgid].map(|number| raw(number, [0, 0, 0]))),
        "leave_a_daemon" => leave_a_daemon(),
        _ => return None,
    })
}

/// The process that started this one. From a process id namespace of its own that is not to be seen; the first one is, which has
/// the lab's rights, too.
fn parent() -> i64 {
    // SAFETY: no memory is touched.
    i64::from(unsafe { libc::getppid() }.max(1))
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

/// Ends every process that it may signal, but itself and the first. The call says that it has worked, too, where each was denied.
fn signal_everybody() -> String {
    let others: Vec<_> = others().collect();
    let ended = raw(libc::SYS_kill, [-1, libc::SIGKILL.into(), 0]);
    if ended.is_err() || others.is_empty() {
        return told(ended);
    }
    any(others.into_iter().map(|pid| match raw(libc::SYS_kill, [pid.into(), 0, 0]) {
        Err(error) if error.raw_os_error() == Some(libc::ESRCH) => Ok(0),
        other => other,
    }))
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
