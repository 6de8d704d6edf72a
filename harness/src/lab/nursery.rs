//! The nursery: one process from which labs are forked.
//!
//! ```text
//!   grader ──one message for each lab, with its three pipes──► nursery ──fork──► helper of a lab ──► …
//!          (a socket; its end is the nursery's, too)           (this program, executed once)
//! ```
//!
//! Each lab begins as a process with one thread, and the grader has several; so somebody else must have been executed. To do that for
//! every lab took a tenth of a check's CPU time: for the dynamic linker, for pages that are all read again, and for a second network namespace.
//! The nursery does it once. It knows nothing of any lab: what a lab shall do comes through the lab's own pipe, after the fork.
#![expect(unsafe_code, reason = "fork")]

use super::enter::close_all_but_standard;
use super::net;
use crate::sandbox::passing;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::{Errno, retry_on_intr};
use rustix::net::{AddressFamily, RecvFlags, SocketFlags, SocketType, socketpair};
use rustix::process::{Pid, PidfdFlags, WaitOptions, pidfd_open, wait};
use rustix::stdio::{dup2_stderr, dup2_stdin, dup2_stdout};
use rustix::thread::{UnshareFlags, unshare_unsafe};
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::process::{Child, Command, Stdio};

/// The grader's side of a nursery. It ends when this is dropped and the last of its labs has ended.
#[derive(Debug)]
pub(super) struct Nursery {
    to: OwnedFd,
    child: Child,
}

/// What a lab has from the beginning.
pub(super) struct Pipes {
    pub(super) stdin: OwnedFd,
    pub(super) stdout: OwnedFd,
    pub(super) stderr: OwnedFd,
}

impl Nursery {
    /// Starts one by a command that calls [`super::main`].
    ///
    /// # Errors
    /// Those of starting a process.
    pub(super) fn start(mut command: Command) -> io::Result<Self> {
        let (to, from) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
        // It says nothing: who it forks has pipes of its own.
        let child = command.stdin(Stdio::from(from)).stdout(Stdio::null()).spawn()?;
        Ok(Self { to, child })
    }

    /// Asks for a lab with these pipes.
    ///
    /// # Errors
    /// When the nursery is not there any more.
    pub(super) fn fork(&self, pipes: &Pipes) -> io::Result<()> {
        let fds = [pipes.stdin.as_fd(), pipes.stdout.as_fd(), pipes.stderr.as_fd()];
        // It hardly ever waits: as many labs as there are at once have room many times over.
        Ok(passing::send(self.to.as_fd(), &fds)?)
    }
}

impl Drop for Nursery {
    fn drop(&mut self) {
        // One that has ended already leaves nothing behind. The others end with their socket, and are not waited for.
        let _ = self.child.try_wait();
    }
}

/// Whether the calling process was started as a nursery: then its standard input is a socket.
pub(super) fn is_asked_for() -> bool {
    rustix::net::sockopt::socket_type(io::stdin()).is_ok()
}

/// Who comes back from [`serve`].
pub(super) enum Role {
    /// A child, whose standard input, output and error are a lab's pipes.
    Lab,
    /// The nursery, when nobody wants a lab any more and all have ended.
    Nursery,
}

/// What a nursery does. The calling process must have one thread only.
///
/// # Errors
/// Those of its socket.
pub(super) fn serve() -> io::Result<Role> {
    prepare();
    // Each is readable when that lab has ended.
    let mut labs: Vec<OwnedFd> = Vec::new();
    loop {
        labs = without_ended(labs)?;
        let Some(pipes) = next(io::stdin().as_fd())? else { break };
        // SAFETY: this process has one thread, so its child may do everything.
        match unsafe { libc::fork() } {
            -1 => {
                let error = io::Error::last_os_error();
                // Who waits for the lab's answer reads this instead.
                let _ = write!(std::fs::File::from(pipes.stderr), "making a process for a lab: {error}");
            }
            0 => {
                dup2_stdin(&pipes.stdin)?;
                dup2_stdout(&pipes.stdout)?;
                dup2_stderr(&pipes.stderr)?;
                drop((pipes, labs));
                close_all_but_standard()?;
                return Ok(Role::Lab);
            }
            lab => labs.extend(Pid::from_raw(lab).and_then(|lab| pidfd_open(lab, PidfdFlags::empty()).ok())),
        }
    }
    // The CPU time of labs is its starter's to know, so their ends are waited for.
    reap(WaitOptions::empty());
    Ok(Role::Nursery)
}

/// Labs get socket tables of their own from the network namespace that they are made in. Who may not have one here makes it for each lab.
fn prepare() {
    // SAFETY: does not split the table of descriptors.
    if unsafe { unshare_unsafe(UnshareFlags::NEWNET) }.is_ok() {
        let _ = net::ask_for_small_tables();
    }
}

/// Waits until the next lab is asked for, and takes the ends of others until then; returns those that go on.
fn without_ended(mut labs: Vec<OwnedFd>) -> io::Result<Vec<OwnedFd>> {
    loop {
        let stdin = io::stdin();
        let all = [stdin.as_fd()].into_iter().chain(labs.iter().map(AsFd::as_fd));
        let mut fds: Vec<_> = all.map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)).collect();
        retry_on_intr(|| poll(&mut fds, None))?;
        let ready: Vec<_> = fds.iter().map(|fd| !fd.revents().is_empty()).collect();
        if ready[1..].contains(&true) {
            reap(WaitOptions::NOHANG);
            let mut ended = ready[1..].iter();
            labs.retain(|_| ended.next() == Some(&false));
        }
        if ready[0] {
            return Ok(labs);
        }
    }
}

/// The pipes of the next lab; none when nobody wants one any more.
fn next(from: BorrowedFd<'_>) -> io::Result<Option<Pipes>> {
    let Some(fds) = retry_on_intr(|| passing::receive(from, RecvFlags::empty()))? else { return Ok(None) };
    let [stdin, stdout, stderr] = <[OwnedFd; 3]>::try_from(fds)
        .map_err(|fds| io::Error::other(format!("a lab has three pipes, and {} came", fds.len())))?;
    Ok(Some(Pipes { stdin, stdout, stderr }))
}

/// Takes the ends of labs.
fn reap(how: WaitOptions) {
    while matches!(wait(how), Ok(Some(_)) | Err(Errno::INTR)) {}
}
