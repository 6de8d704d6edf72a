//! The first process of the programs' process id namespace: it reaps orphans and does nothing else.
//!
//! A program must not be that process itself: signals without a handler do not reach it (`abort` would not end it), and when
//! it ends, the kernel ends everything beside it.
#![expect(unsafe_code, reason = "unshare and fork")]

use super::{Layer, Layers, capabilities};
use rustix::mount::{MountFlags, mount};
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{DumpableBehavior, Signal, WaitOptions, set_dumpable_behavior, wait};
use rustix::thread::{UnshareFlags, unshare_unsafe};
use std::fs::File;
use std::io::{self, Read, Write};

/// Its id, as the lab counts: the second process there is.
const INIT: i32 = 2;
/// Where the programs' `/proc` is mounted first.
pub(crate) const PROC: &str = "/run/proc";

/// Whether a process of the lab is the programs' init: no program, and no descendant of one.
pub(crate) const fn is_init(pid: i32) -> bool {
    pid == INIT
}

/// Starts it, and waits until the programs' `/proc` is there. Later children of the calling process are born into its process
/// id namespace.
pub(super) fn start(layers: &Layers) -> io::Result<()> {
    let (from_init, to_us) = pipe_with(PipeFlags::CLOEXEC)?;
    if layers.has(Layer::Processes) {
        // SAFETY: does not split the table of descriptors.
        unsafe { unshare_unsafe(UnshareFlags::NEWPID) }?;
    }
    // SAFETY: the process has one thread, so the child may do everything.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        0 => {
            drop(from_init);
            let mut to_us = File::from(to_us);
            match prepare() {
                Ok(()) => drop(to_us),
                Err(error) => {
                    let _ = write!(to_us, "{error}");
                    // SAFETY: ends the process, without what belongs to its parent.
                    unsafe { libc::_exit(1) };
                }
            }
            reap_for_ever()
        }
        INIT => {
            drop(to_us);
            let mut error = String::new();
            File::from(from_init).read_to_string(&mut error)?;
            if error.is_empty() { Ok(()) } else { Err(io::Error::other(error)) }
        }
        other => Err(io::Error::other(format!("process {other} came before it"))),
    }
}

fn prepare() -> io::Result<()> {
    // What a program could write there is about itself: how soon it is ended where memory ends.
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC | MountFlags::RDONLY;
    // Only a process of the namespace itself can mount it.
    mount("proc", PROC, "proc", flags, None::<&std::ffi::CStr>)?;
    capabilities::drop_all()?;
    // The programs have its user id. What is not dumpable belongs to root in `/proc`.
    Ok(set_dumpable_behavior(DumpableBehavior::NotDumpable)?)
}

/// Waits for children that others have left behind.
fn reap_for_ever() -> ! {
    // What it has is its parent's. It wants no one's pipe to stay open. (Its own end of the pipe is closed by then.)
    // SAFETY: nothing uses a descriptor after this.
    unsafe { libc::syscall(libc::SYS_close_range, 0, libc::c_uint::MAX, 0) };
    // SAFETY: plain data, filled by the calls; blocking a signal and waiting for it touch no memory of anybody else.
    let mut set = unsafe { std::mem::zeroed::<libc::sigset_t>() };
    // SAFETY: as above.
    unsafe {
        libc::sigemptyset(&raw mut set);
        libc::sigaddset(&raw mut set, Signal::CHILD.as_raw());
        libc::sigprocmask(libc::SIG_BLOCK, &raw const set, std::ptr::null_mut());
    }
    loop {
        while matches!(wait(WaitOptions::NOHANG), Ok(Some(_))) {}
        // SAFETY: as above.
        unsafe { libc::sigwaitinfo(&raw const set, std::ptr::null_mut()) };
    }
}
