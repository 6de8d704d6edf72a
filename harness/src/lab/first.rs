//! What the first process of a lab does, whether it runs a check or a trace.

use crate::sandbox::{Layers, Purpose, Sandbox};
use crate::watch::wire::Wire;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io;
use std::num::NonZeroU64;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::time::Duration;

/// Gets ready to watch a lab.
pub(super) fn prepare() -> io::Result<()> {
    // The scheduler can give each session a share of its own (CONFIG_SCHED_AUTOGROUP). The program has one; in that of the
    // grader we would get what all other labs leave over.
    rustix::process::setsid()?;
    // Pauses of 50 µs shall not be stretched to twice that.
    Ok(rustix::thread::set_current_timer_slack(Some(NonZeroU64::MIN))?)
}

/// Opens the capture, the last thing that takes a capability, and gets ready to confine programs.
pub(super) fn open(layers: &Layers) -> io::Result<(Wire, Arc<Sandbox>)> {
    let wire = Wire::open()?;
    Ok((wire, Arc::new(Sandbox::new(layers, Purpose::Program, &[])?)))
}

/// Pauses, or until one of these can be read. Whoever asked for the lab holds the other end of our standard input: its end
/// (and what comes through it, if we `listen`) ends a pause, too.
pub(super) fn pause<'a>(
    pause: Duration,
    listen: bool,
    until: impl IntoIterator<Item = BorrowedFd<'a>>,
) -> io::Result<()> {
    let stdin = io::stdin();
    let of_stdin = if listen { PollFlags::IN } else { PollFlags::empty() };
    let mut fds = vec![PollFd::from_borrowed_fd(stdin.as_fd(), of_stdin)];
    fds.extend(until.into_iter().map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)));
    let time = Timespec { tv_sec: pause.as_secs().cast_signed(), tv_nsec: i64::from(pause.subsec_nanos()) };
    match poll(&mut fds, Some(&time)) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Whether the other end of our standard input is closed: then nobody waits for us any more.
pub(super) fn lifeline_is_cut() -> io::Result<bool> {
    let stdin = io::stdin();
    let mut fds = [PollFd::new(&stdin, PollFlags::empty())];
    poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 0 }))?;
    Ok(fds[0].revents().intersects(PollFlags::HUP | PollFlags::ERR))
}

/// The ports that the kernel hands out in this network namespace.
pub(super) fn ephemeral_ports() -> io::Result<(u16, u16)> {
    let text = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range")?;
    let mut ports = text.split_whitespace().filter_map(|port| port.parse().ok());
    ports.next().zip(ports.next()).ok_or_else(|| io::Error::other("ip_local_port_range cannot be read"))
}
