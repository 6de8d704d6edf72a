//! Options of the program's own sockets, asked of the sockets themselves (`pidfd_getfd(2)`).

use super::tasks;
use crate::event::{Socket, State};
use rustix::io::Errno;
use rustix::net::sockopt::socket_reuseaddr;
use rustix::process::{Pid, PidfdFlags, PidfdGetfdFlags, pidfd_getfd, pidfd_open};
use std::collections::HashMap;
use std::os::fd::OwnedFd;

/// What was read of listeners so far. It is evidence for people and decides no verdict: what cannot be read stays unknown.
#[derive(Debug, Default)]
pub struct Options(HashMap<u32, Option<bool>>);

impl Options {
    /// Tells of each listener of a program whether SO_REUSEADDR was set on it when it was first seen.
    pub fn tell(&mut self, sockets: &mut [Socket]) {
        for socket in sockets.iter_mut().filter(|socket| socket.state == State::Listen && !socket.peers) {
            socket.reuse_address = *self.0.entry(socket.inode).or_insert_with(|| reuse_address(socket.inode));
        }
    }
}

fn reuse_address(inode: u32) -> Option<bool> {
    let owns = |pid: &i32| tasks::sockets(*pid).into_iter().find(|(_, of)| *of == inode).map(|(fd, _)| (*pid, fd));
    let (pid, fd) = tasks::processes().ok()?.iter().find_map(owns)?;
    socket_reuseaddr(duplicate(pid, fd).ok()?).ok()
}

/// A duplicate of a descriptor of a process.
///
/// # Errors
/// Those of `pidfd_open(2)` and `pidfd_getfd(2)`.
pub(crate) fn duplicate(pid: i32, fd: i32) -> rustix::io::Result<OwnedFd> {
    let pidfd = pidfd_open(Pid::from_raw(pid).ok_or(Errno::SRCH)?, PidfdFlags::empty())?;
    pidfd_getfd(&pidfd, fd, PidfdGetfdFlags::empty())
}
