//! Launching the program inside the lab.
#![expect(unsafe_code, reason = "std runs code between fork and exec only through an unsafe function")]

use super::{Program, Streams};
use crate::event::Exit;
use crate::sandbox::Sandbox;
use rustix::fs::{Mode, OFlags, open};
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{Pid, PidfdFlags, pidfd_open, setsid};
use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, unlockpt};
use rustix::termios::{OptionalActions, OutputModes, tcgetattr, tcsetattr};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

/// Where the program finds itself when it starts: an empty directory of its own.
pub(crate) const WORK_DIR: &str = "/box";

/// A program that runs.
pub struct Launched {
    /// Its process id.
    pub pid: i32,
    /// Becomes readable when it ends.
    pub pidfd: OwnedFd,
    /// Its input and output.
    pub streams: Streams,
}

/// Launches the program. Its standard output is a terminal of its own, as when a person runs it (through a pipe it
/// would be buffered, and a killed program's output lost); standard input and error are pipes. Of our descriptors it
/// inherits none. `given` may type what shall wait for it already. The inner error is how it failed to start, which
/// is a fact about the program.
///
/// # Errors
/// Trouble of ours: no terminal, no pipe, a program that cannot be confined.
pub(crate) fn launch(
    sandbox: &Arc<Sandbox>,
    program: &Program,
    args: &[String],
    given: impl FnOnce(&mut Streams) -> Result<(), String>,
) -> io::Result<Result<Launched, Exit>> {
    let (terminal, stdout) = terminal()?;
    let (stdin, typed) = pipe_with(PipeFlags::CLOEXEC)?;
    let (errors, stderr) = pipe_with(PipeFlags::CLOEXEC)?;
    let Some((name, first)) = program.command.split_first() else {
        return Err(io::Error::other("a program without a command"));
    };
    let mut command = Command::new(name);
    command.args(first).args(args).current_dir(WORK_DIR).env_clear();
    command.envs(environment());
    let held = OwnedFd::from(stdout.try_clone()?);
    command.stdin(Stdio::from(stdin)).stdout(Stdio::from(stdout)).stderr(Stdio::from(stderr));
    let (trouble, tell_trouble) = pipe_with(PipeFlags::CLOEXEC)?;
    let (sandbox, mut tell_trouble) = (Arc::clone(sandbox), File::from(tell_trouble));
    // SAFETY: this process has one thread, so its child may do everything.
    unsafe {
        command.pre_exec(move || {
            setsid()?;
            // Of an error here only its number comes through, and whose it is would be forgotten.
            sandbox.enter().inspect_err(|error| drop(write!(tell_trouble, "{error}")))
        });
    }
    let mut streams = Streams::new(typed, (terminal, held), errors)?;
    given(&mut streams).map_err(io::Error::other)?;
    let child = command.spawn();
    // The child ends belong to the command; without this, we would hold the streams open ourselves.
    drop(command);
    let child = match child {
        Ok(child) => child,
        Err(error) => {
            let mut ours = String::new();
            File::from(trouble).read_to_string(&mut ours)?;
            return if ours.is_empty() {
                Ok(Err(Exit::NotStarted(error.to_string())))
            } else {
                Err(io::Error::other(format!("confining the program: {ours}")))
            };
        }
    };
    let pid = child.id().cast_signed();
    let pidfd = pidfd_open(Pid::from_child(&child), PidfdFlags::empty())?;
    Ok(Ok(Launched { pid, pidfd, streams }))
}

/// The variables that everything in a lab has, and nothing else.
pub(crate) const fn environment() -> [(&'static str, &'static str); 9] {
    [
        ("PATH", "/usr/local/bin:/usr/bin:/bin"),
        ("HOME", WORK_DIR),
        // A borrowed lab has no other folder of its own.
        ("TMPDIR", WORK_DIR),
        ("USER", "student"),
        ("LANG", "C.UTF-8"),
        ("LC_ALL", "C.UTF-8"),
        ("TERM", "dumb"),
        ("TZ", "UTC"),
        // A program's folder is read-only, and each run starts from the same state.
        ("PYTHONDONTWRITEBYTECODE", "1"),
    ]
}

/// CPU time of all processes that have been waited for, with that of their children that they had waited for.
pub(crate) fn reaped_cpu() -> Duration {
    let usage = usage(libc::RUSAGE_CHILDREN);
    let time = |time: libc::timeval| Duration::new(time.tv_sec.unsigned_abs(), time.tv_usec as u32 * 1000);
    time(usage.ru_utime) + time(usage.ru_stime)
}

/// The most memory that this process ever had in use, in KiB.
pub(crate) fn own_memory_kib() -> u64 {
    usage(libc::RUSAGE_SELF).ru_maxrss.unsigned_abs()
}

fn usage(whose: libc::c_int) -> libc::rusage {
    // SAFETY: integers, for which zero is a value; the kernel fills them.
    unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(whose, &raw mut usage);
        usage
    }
}

/// A new pseudo-terminal: our side and the program's. No output processing, so that bytes come as they were written.
fn terminal() -> io::Result<(OwnedFd, File)> {
    // The lab's own instance of devpts: terminals of other labs and of the user are not in it. In a borrowed lab it can be for
    // root alone, and the device beside it for everybody.
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    let ours = open("/dev/pts/ptmx", flags, Mode::empty()).or_else(|_| open("/dev/ptmx", flags, Mode::empty()))?;
    grantpt(&ours)?;
    unlockpt(&ours)?;
    let theirs = ioctl_tiocgptpeer(&ours, OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
    let mut modes = tcgetattr(&theirs)?;
    modes.output_modes.remove(OutputModes::OPOST);
    tcsetattr(&theirs, OptionalActions::Now, &modes)?;
    Ok((ours, File::from(theirs)))
}
