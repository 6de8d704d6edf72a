//! What the first process of a lab does, whatever it is for.

use super::borrowed::{self, Remnants};
use super::error::{LabError, While};
use super::isolation::{Isolation, Setting};
use super::root;
use crate::sandbox::{Plan, Purpose, Sandbox, Teller};
use crate::watch::options::Options;
use crate::watch::procfs;
use crate::watch::tasks;
use crate::watch::wire::Wire;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, WaitOptions, kill_process, wait};
use std::io;
use std::num::NonZeroU64;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::PathBuf;
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

/// What a lab is watched through, and what its programs are kept in by.
pub(super) struct Opened {
    pub(super) wire: Wire,
    pub(super) sandbox: Arc<Sandbox>,
    /// In a borrowed lab: what tidies up.
    pub(super) remnants: Option<Remnants>,
    pub(super) options: Options,
}

/// Opens the capture, the last thing that takes a capability, and gets ready to confine programs, which need these files.
pub(super) fn open(setting: &Setting, needs: &[PathBuf]) -> Result<Opened, LabError> {
    let wire = Wire::open().map_err(|error| match setting.isolation {
        Isolation::Full => LabError::new("watching the network", error),
        Isolation::Borrowed => LabError::missing("watching the network", error)
            .with("A borrowed lab needs CAP_NET_RAW. Remedy: run as root in the container."),
    })?;
    let remnants = if setting.is_borrowed() { Some(borrow(needs)?) } else { None };
    let (options, teller) = Options::open().during("getting ready to learn of options")?;
    let sandbox = sandbox(setting, Purpose::Program, needs, &[], teller)?;
    Ok(Opened { wire, sandbox: Arc::new(sandbox), remnants, options })
}

/// Gets ready to confine programs or tools.
pub(super) fn sandbox(
    setting: &Setting,
    purpose: Purpose,
    needs: &[PathBuf],
    writable: &[PathBuf],
    teller: Option<Teller>,
) -> Result<Sandbox, LabError> {
    // In a lab of its own a program sees nothing that it may not read.
    let readable = setting.is_borrowed().then(|| root::readable().chain(needs.iter().cloned()).collect::<Vec<_>>());
    let ends_first = setting.events.is_some();
    let plan = Plan { layers: &setting.layers(), purpose, readable: readable.as_deref(), writable, ends_first, teller };
    Sandbox::new(plan).during("confining the lab")
}

/// What a borrowed lab needs a capability for, and leaving root after that.
fn borrow(needs: &[PathBuf]) -> Result<Remnants, LabError> {
    let remnants = Remnants::open().map_err(|error| LabError::missing("opening a raw socket", error))?;
    borrowed::leave_root(&[]).during("becoming a user who owns nothing")?;
    borrowed::can_be_read(needs)?;
    Ok(remnants)
}

/// Pauses, or until one of these can be read; says whether that was so. Whoever asked for the lab holds the other end of our standard input: its end
/// (and what comes through it, if we `listen`) ends a pause, too.
pub(super) fn pause<'a>(
    pause: Duration,
    listen: bool,
    until: impl IntoIterator<Item = BorrowedFd<'a>>,
) -> io::Result<bool> {
    let stdin = io::stdin();
    let of_stdin = if listen { PollFlags::IN } else { PollFlags::empty() };
    let mut fds = vec![PollFd::from_borrowed_fd(stdin.as_fd(), of_stdin)];
    fds.extend(until.into_iter().map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)));
    let time = Timespec { tv_sec: pause.as_secs().cast_signed(), tv_nsec: i64::from(pause.subsec_nanos()) };
    match poll(&mut fds, Some(&time)) {
        Ok(ready) => Ok(ready > 0),
        Err(rustix::io::Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Kills every process of the lab but this one.
pub(super) fn end_all() -> io::Result<()> {
    loop {
        let processes = tasks::processes()?;
        if processes.is_empty() {
            return Ok(());
        }
        kill(processes);
        while matches!(wait(WaitOptions::NOHANG), Ok(Some(_))) {}
    }
}

/// Sends SIGKILL to processes.
pub(super) fn kill(processes: Vec<i32>) {
    for pid in processes.into_iter().filter_map(Pid::from_raw) {
        // One that ended in the meantime is what we want.
        let _ = kill_process(pid, Signal::KILL);
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
    let text = procfs::read_text("/proc/sys/net/ipv4/ip_local_port_range")?;
    let mut ports = text.split_whitespace().filter_map(|port| port.parse().ok());
    ports.next().zip(ports.next()).ok_or_else(|| io::Error::other("ip_local_port_range cannot be read"))
}
