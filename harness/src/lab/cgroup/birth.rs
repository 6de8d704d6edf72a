//! Being born into a cgroup: `clone3(2)` with `CLONE_INTO_CGROUP` (Linux 5.7).
#![expect(unsafe_code, reason = "no library has clone3 with a cgroup")]

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};

/// `linux/sched.h`
const CLONE_INTO_CGROUP: u64 = 0x2_0000_0000;

/// `struct clone_args`, `linux/sched.h`.
#[repr(C)]
#[derive(Default)]
struct CloneArgs {
    flags: u64,
    pidfd: u64,
    child_tid: u64,
    parent_tid: u64,
    exit_signal: u64,
    stack: u64,
    stack_size: u64,
    tls: u64,
    set_tid: u64,
    set_tid_size: u64,
    cgroup: u64,
}

/// Like `fork(2)`: 0 in the child. It is a copy of this process in this cgroup.
///
/// # Safety
/// The child has only the calling thread, so where there were others it may do nothing that needs one of their locks.
///
/// # Errors
/// Those of the call.
pub(super) unsafe fn clone_into(cgroup: BorrowedFd<'_>) -> io::Result<libc::pid_t> {
    let args = CloneArgs {
        flags: CLONE_INTO_CGROUP,
        exit_signal: libc::SIGCHLD as u64,
        cgroup: cgroup.as_raw_fd() as u64,
        ..CloneArgs::default()
    };
    // SAFETY: `args` are clone_args of the size that is given; without CLONE_VM and a stack, the child has copies of everything.
    let result = unsafe { libc::syscall(libc::SYS_clone3, &raw const args, size_of::<CloneArgs>()) };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result as libc::pid_t) }
}

/// Lets a process be born there, and end at once.
pub(super) fn try_it(cgroup: BorrowedFd<'_>) -> io::Result<()> {
    // SAFETY: the child does nothing but end.
    match unsafe { clone_into(cgroup) }? {
        // SAFETY: ends the process, without what belongs to its parent.
        0 => unsafe { libc::_exit(0) },
        child => {
            // SAFETY: awaits a child of ours; the status is not wanted.
            unsafe { libc::waitpid(child, std::ptr::null_mut(), 0) };
            Ok(())
        }
    }
}
