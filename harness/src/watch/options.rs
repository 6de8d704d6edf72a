//! Options of the program's own sockets.
//!
//! A socket is asked itself (`pidfd_getfd(2)`). Where a container forbids that, as Docker does, the calls by which a program sets
//! options are noted as they are made ([`Noted`]).

use super::noted::Noted;
use super::{proc, tasks};
use crate::event::{Socket, State};
use crate::sandbox::Teller;
use rustix::io::Errno;
use rustix::net::sockopt::{Timeout, socket_reuseaddr, socket_timeout};
use rustix::process::{Pid, PidfdFlags, PidfdGetfdFlags, pidfd_getfd, pidfd_open};
use std::collections::HashMap;
use std::fs;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::time::Duration;

/// How long a call on a socket waits at most; none without an end.
pub type TimeOut = Option<Duration>;

/// Which of a socket's two time-outs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// `SO_RCVTIMEO`.
    Receive,
    /// `SO_SNDTIMEO`.
    Send,
}

/// Those of the sockets of a lab's programs.
pub struct Options {
    /// What was noted, where sockets cannot be asked.
    noted: Option<Noted>,
    /// What was told of listeners so far.
    listeners: HashMap<u32, Option<bool>>,
}

impl Options {
    /// Finds out how they can be known. Where they have to be told, the other end is returned, for those who are confined.
    ///
    /// # Errors
    /// Those of `socketpair(2)`.
    pub(crate) fn open() -> io::Result<(Self, Option<Teller>)> {
        // Nobody has to be allowed to look at himself, so what forbids this forbids the call.
        let can_ask = duplicate(std::process::id().cast_signed(), 0).is_ok();
        let (noted, teller) = if can_ask { None } else { Some(Noted::new()?) }.unzip();
        Ok((Self { noted, listeners: HashMap::new() }, teller))
    }

    /// What to wait on for more to [`note`](Self::note).
    pub(crate) fn readable(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.noted.iter().flat_map(Noted::readable)
    }

    /// Notes what programs set, and lets them go on; says how often that was.
    ///
    /// # Errors
    /// Those of the kernel.
    pub(crate) fn note(&mut self) -> io::Result<u64> {
        self.noted.as_mut().map_or(Ok(0), Noted::note)
    }

    /// Takes in the table of sockets: which are accepted ones.
    pub(crate) fn look(&mut self, table: &[Socket]) {
        if let Some(noted) = &mut self.noted {
            noted.look(table);
        }
    }

    /// How long a call on this descriptor of a process waits at most. (What is no socket has no time-out.)
    pub(crate) fn time_out(&self, pid: i32, fd: u64, way: Way) -> TimeOut {
        match &self.noted {
            // The task has gone on, or it is no socket.
            None => ask_time_out(pid, fd, way).ok()?,
            Some(noted) => noted.time_out(inode(pid, fd)?, way),
        }
    }

    /// Tells of each listener of a program whether SO_REUSEADDR was set on it when it was first seen. It is evidence for people and
    /// decides no verdict: what cannot be known stays unknown.
    pub(crate) fn tell(&mut self, sockets: &mut [Socket]) {
        for socket in sockets.iter_mut().filter(|socket| socket.state == State::Listen && !socket.peers) {
            let find = || match &self.noted {
                None => ask_reuse_address(socket.inode),
                Some(noted) => Some(noted.reuse_address(socket.inode)),
            };
            socket.reuse_address = *self.listeners.entry(socket.inode).or_insert_with(find);
        }
    }
}

fn ask_reuse_address(inode: u32) -> Option<bool> {
    let owns = |pid: &i32| tasks::sockets(*pid).into_iter().find(|(_, of)| *of == inode).map(|(fd, _)| (*pid, fd));
    let (pid, fd) = tasks::processes().ok()?.iter().find_map(owns)?;
    socket_reuseaddr(duplicate(pid, fd).ok()?).ok()
}

/// Asks a socket of a process for a time-out.
///
/// # Errors
/// EBADF where there is no socket (any more), and those of `pidfd_getfd(2)`.
pub(crate) fn ask_time_out(pid: i32, fd: u64, way: Way) -> rustix::io::Result<TimeOut> {
    inode(pid, fd).ok_or(Errno::BADF)?;
    let socket = duplicate(pid, i32::try_from(fd).map_err(|_| Errno::BADF)?)?;
    let which = match way {
        Way::Receive => Timeout::Recv,
        Way::Send => Timeout::Send,
    };
    socket_timeout(&socket, which)
}

/// The inode of a socket of a process.
pub(super) fn inode(pid: i32, fd: u64) -> Option<u32> {
    let link = fs::read_link(format!("/proc/{pid}/fd/{fd}")).ok()?;
    proc::socket_inode(&link.to_string_lossy())
}

/// A duplicate of a descriptor of a process.
fn duplicate(pid: i32, fd: i32) -> rustix::io::Result<OwnedFd> {
    let pidfd = pidfd_open(Pid::from_raw(pid).ok_or(Errno::SRCH)?, PidfdFlags::empty())?;
    pidfd_getfd(&pidfd, fd, PidfdGetfdFlags::empty())
}
