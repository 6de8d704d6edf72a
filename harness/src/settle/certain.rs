//! Of which waits it is certain that nothing ends them but another task of the lab, or their time-out.

use crate::watch::tasks::{Call, Doing};
use crate::watch::{proc, procfs};
use std::fs;
use std::os::unix::fs::FileTypeExt;

/// Whether only another task of the lab, or its time-out, ends what a task does.
pub(super) fn is_certain(pid: i32, doing: &Doing) -> bool {
    match doing {
        Doing::Running | Doing::Hidden => false,
        Doing::Stopped | Doing::Dead => true,
        Doing::Asleep(call) => is_for_tasks(pid, call) && !has_timers(pid),
    }
}

/// Whether a call waits for other tasks, or for nothing but time. In all others a task waits for the kernel, which mostly shows it as
/// running; but it sleeps where the kernel asks a process in turn, for a file that one provides (FUSE, virtiofs).
fn is_for_tasks(pid: i32, call: &Call) -> bool {
    match call.name() {
        "read" | "readv" | "recvfrom" | "recvmsg" | "recvmmsg" | "write" | "writev" | "sendto" | "sendmsg"
        | "sendmmsg" | "accept" | "accept4" | "connect" => is_pipe_or_socket(pid, call.args[0]),
        "nanosleep" | "clock_nanosleep" | "pause" | "rt_sigsuspend" | "rt_sigtimedwait" | "poll" | "ppoll"
        | "select" | "pselect6" | "epoll_wait" | "epoll_pwait" | "epoll_pwait2" | "futex" | "futex_waitv" | "wait4"
        | "waitid" | "vfork" | "clone" | "flock" | "msgrcv" | "msgsnd" | "semop" | "semtimedop" | "mq_timedreceive"
        | "mq_timedsend" => true,
        "fcntl" => [libc::F_SETLKW, libc::F_OFD_SETLKW].contains(&(call.args[1] as i32)),
        _ => false,
    }
}

/// Whether a descriptor is of the kind that other tasks have the other end of.
fn is_pipe_or_socket(pid: i32, fd: u64) -> bool {
    let path = format!("/proc/{pid}/fd/{}", fd as u32);
    let link = fs::read_link(&path).unwrap_or_default().to_string_lossy().into_owned();
    ["pipe:[", "socket:[", "anon_inode:"].iter().any(|kind| link.starts_with(kind))
        || fs::metadata(&path).is_ok_and(|data| data.file_type().is_fifo())
}

/// Whether a process may have set a timer that sends a signal: it has one (`timer_create(2)`), or it catches SIGALRM.
fn has_timers(pid: i32) -> bool {
    let text = |name| procfs::read(&format!("/proc/{pid}/{name}")).unwrap_or_default();
    !text("timers").is_empty() || proc::catches(&text("status"), libc::SIGALRM)
}
