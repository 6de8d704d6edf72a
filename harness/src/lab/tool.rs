//! The supervisor of a tool: lays out what it works on, launches it, and stops it at its limits.
//!
//! None of the limits is a time on a clock. CPU time, memory, disk and output are counted; one that waits for something that never
//! comes is known by what its tasks wait for ([`Standstill`]), one that only waits again and again by the number of looks at which
//! everything slept ([`Idling`]). So neither a loaded nor a suspended machine stops one that works.
#![expect(unsafe_code, reason = "std runs code between fork and exec only through an unsafe function")]

use super::borrowed;
use super::error::{LabError, While};
use super::first;
use super::idling::Idling;
use super::isolation::Setting;
use super::job::{End, Finished, Limit, Put, Tool};
use crate::event::Wait;
use crate::program::{environment, reaped_cpu};
use crate::sandbox::{Purpose, Sandbox};
use crate::settle::Standstill;
use crate::watch::cpu::CpuTime;
use crate::watch::started::Started;
use crate::watch::tasks::{self, Tasks};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, WaitOptions, pidfd_open, wait};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::{MetadataExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{ChildStderr, ChildStdout, Command, Stdio};
use std::time::Duration;

/// How often a tool is looked at.
const LOOK: Duration = Duration::from_millis(100);
/// How often who lives is written down, with the CPU time of each, in a look.
const GLANCES: u32 = 10;
/// The disk is looked at so often, in looks: whatever is written in between is bounded by the disk's speed.
const LOOKS_AT_THE_DISK: u32 = 5;

/// Runs a tool. The calling process is the first of the lab.
pub(super) fn run(tool: &Tool, setting: &Setting) -> Result<Finished, LabError> {
    const DOING: &str = "running a tool";
    first::prepare().during(DOING)?;
    if setting.is_borrowed() {
        borrowed::leave_root(&tool.writes).during("becoming a user who owns nothing")?;
        borrowed::can_be_read(&tool.needs)?;
    }
    lay_out(tool).during(DOING)?;
    let sandbox = first::sandbox(setting, Purpose::Tool, &tool.needs, &tool.writes, None)?;
    watch(Running::launch(tool, sandbox).during(DOING)?, tool, setting).during(DOING)
}

fn watch(mut running: Running, tool: &Tool, setting: &Setting) -> io::Result<Finished> {
    loop {
        let mut end = running.look(tool)?;
        if setting.out_of_memory()?.is_some() {
            // A compiler that the kernel has ended says that it was killed, and not why.
            first::end_all()?;
            end = Some(End::Stopped(Limit::Memory));
        }
        if let Some(end) = end {
            let Running { stdout, stderr, waits, .. } = running;
            return Ok(Finished { end, stdout: stdout.read, stderr: stderr.read, waits });
        }
    }
}

/// Makes what shall be in the tool's room.
fn lay_out(tool: &Tool) -> io::Result<()> {
    for (name, put) in &tool.room {
        let at = Path::new(Tool::ROOM).join(name);
        if let Some(parent) = at.parent() {
            fs::create_dir_all(parent)?;
        }
        let made = match put {
            Put::Copy(from) => copy(from, &at),
            Put::Link(to) => symlink(to, &at),
            Put::Text(text) => fs::write(&at, text),
        };
        made.map_err(|error| io::Error::new(error.kind(), format!("laying out {}: {error}", name.display())))?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let (entry, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
        let data = fs::symlink_metadata(&entry)?;
        let to = to.join(&name);
        let made = if data.is_symlink() {
            symlink(fs::read_link(&entry)?, to)
        } else if data.is_dir() {
            // Elsewhere `target` can be a module.
            let is_built = name == "target" && from.join("Cargo.toml").exists();
            if is_built || name == ".git" { Ok(()) } else { copy(&entry, &to) }
        } else if data.is_file() {
            // The time tells the compiler whether something has changed since the last build.
            fs::copy(&entry, &to).and_then(|_| File::options().write(true).open(&to)?.set_modified(data.modified()?))
        } else {
            Ok(())
        };
        made.map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", entry.display())))?;
    }
    Ok(())
}

struct Running {
    pid: i32,
    /// Becomes readable when it ends.
    pidfd: OwnedFd,
    stdout: Reading<ChildStdout>,
    stderr: Reading<ChildStderr>,
    looks: u32,
    tasks: Tasks,
    cpu: CpuTime,
    started: Started,
    standstill: Standstill,
    idling: Idling,
    /// What it waited for when it was stopped for waiting.
    waits: Vec<Wait>,
}

impl Running {
    fn launch(tool: &Tool, sandbox: Sandbox) -> io::Result<Self> {
        let Some((name, args)) = tool.command.split_first() else {
            return Err(io::Error::other("a tool without a command"));
        };
        let mut command = Command::new(name);
        command.args(args).current_dir(&tool.dir).env_clear().envs(environment()).envs(&tool.env);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // SAFETY: this process has one thread, so its child may do everything.
        unsafe { command.pre_exec(move || sandbox.enter()) };
        let mut child = command.spawn().map_err(|error| io::Error::new(error.kind(), format!("{name}: {error}")))?;
        let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(io::Error::other("no pipes"));
        };
        let pid = child.id().cast_signed();
        let pidfd = pidfd_open(Pid::from_child(&child), PidfdFlags::empty())?;
        let (stdout, stderr) = (Reading::new(stdout)?, Reading::new(stderr)?);
        let (standstill, idling) = (Standstill::new(pid), Idling::default());
        let (tasks, cpu, started) = (Tasks::default(), CpuTime::default(), Started::default());
        Ok(Self { pid, pidfd, stdout, stderr, looks: 0, tasks, cpu, started, standstill, idling, waits: Vec::new() })
    }

    /// Waits a little, and looks what has come of it. Says how the tool has ended, if it has.
    fn look(&mut self, tool: &Tool) -> io::Result<Option<End>> {
        let pipes = [self.stdout.pipe.as_ref().map(AsFd::as_fd), self.stderr.pipe.as_ref().map(AsFd::as_fd)];
        for _ in 0..GLANCES {
            let until = pipes.into_iter().flatten().chain([self.pidfd.as_fd()]);
            if first::pause(LOOK / GLANCES, false, until)? {
                break;
            }
            self.cpu.look(tasks::processes()?);
        }
        if first::lifeline_is_cut()? {
            return Err(io::Error::other("the grader has gone"));
        }
        let (ended, most) = (self.reap()?, tool.limits.output);
        let read = self.stdout.read(most)? + self.stderr.read(most)?;
        if let Some(end) = ended {
            first::end_all()?;
            self.stdout.read(most)?;
            self.stderr.read(most)?;
            return Ok(Some(end));
        }
        self.looks += 1;
        let struck = self.limit(tool, read > 0)?;
        if struck.is_some() {
            first::end_all()?;
        }
        Ok(struck.map(End::Stopped))
    }

    /// Takes the ends of processes; says how the tool itself has ended.
    fn reap(&mut self) -> io::Result<Option<End>> {
        let mut ended = None;
        loop {
            match wait(WaitOptions::NOHANG) {
                Ok(Some((pid, status))) if pid.as_raw_nonzero().get() == self.pid => {
                    let signal = || End::Signal(status.terminating_signal().unwrap_or(0));
                    ended = Some(status.exit_status().map_or_else(signal, End::Status));
                }
                Ok(Some(_)) | Err(Errno::INTR) => {}
                Ok(None) | Err(Errno::CHILD) => return Ok(ended),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The limit that is reached, if one is.
    fn limit(&mut self, tool: &Tool, moved: bool) -> io::Result<Option<Limit>> {
        let (cpu, sample) = (self.cpu.total(reaped_cpu())?, self.tasks.sample()?);
        let stands_still = self.standstill.look(&sample, moved);
        let idle = self.idling.look(sample.is_asleep(), moved, cpu);
        let limits = tool.limits;
        let limit = if self.stdout.read.len() + self.stderr.read.len() > limits.output {
            Limit::Output
        } else if cpu.as_secs() >= limits.cpu_seconds {
            Limit::Cpu
        } else if self.started.look() > limits.processes {
            Limit::Processes
        } else if tasks::memory(limits.memory)? > limits.memory {
            Limit::Memory
        } else if self.looks.is_multiple_of(LOOKS_AT_THE_DISK) && written(tool)? > limits.disk {
            Limit::Disk
        } else if stands_still || idle > limits.patience {
            self.waits = self.standstill.waits(&sample);
            if stands_still { Limit::Waiting } else { Limit::Idling }
        } else {
            return Ok(None);
        };
        Ok(Some(limit))
    }
}

/// How much the folders hold in which the tool may write.
fn written(tool: &Tool) -> io::Result<u64> {
    fn of(dir: &Path) -> u64 {
        // What vanishes while it is counted counts as nothing.
        let entries = fs::read_dir(dir).into_iter().flatten().flatten();
        let sizes = entries.filter_map(|entry| {
            let data = fs::symlink_metadata(entry.path()).ok()?;
            Some(if data.is_dir() { of(&entry.path()) } else { data.blocks() * 512 })
        });
        sizes.sum()
    }
    Ok(tool.writes.iter().map(|dir| of(dir)).sum())
}

/// A pipe that is read without waiting.
struct Reading<P> {
    /// `None` at its end.
    pipe: Option<P>,
    read: Vec<u8>,
}

impl<P: Read + AsFd> Reading<P> {
    fn new(pipe: P) -> io::Result<Self> {
        rustix::io::ioctl_fionbio(&pipe, true)?;
        Ok(Self { pipe: Some(pipe), read: Vec::new() })
    }

    /// Reads what is there, but hardly more than is wanted at `most`; returns how much it was.
    fn read(&mut self, most: usize) -> io::Result<usize> {
        let before = self.read.len();
        let mut piece = [0; 64 * 1024];
        while let Some(pipe) = &mut self.pipe
            && self.read.len() <= most
        {
            match pipe.read(&mut piece) {
                Ok(0) => self.pipe = None,
                Ok(len) => self.read.write_all(&piece[..len])?,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(self.read.len() - before)
    }
}
