//! The tasks of the lab: who sleeps, in which system call, and who has run since the last look (`man 5 proc`).

use super::proc::{self, Status};
use super::procfs;
use crate::sandbox::is_init;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::time::Duration;
use syscalls::Sysno;

/// What was read of all tasks, in one pass.
///
/// Two passes that are equal and asleep mean that no task ran in between: the switch counters only grow, and every
/// counter was read once before and once after the moment between the passes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// By process id and thread id.
    pub tasks: BTreeMap<(i32, i32), Task>,
}

/// One task at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// How it is.
    pub doing: Doing,
    /// How often it has been switched out so far, of its own will or not.
    pub switches: u64,
}

/// What a task does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doing {
    /// Running, or waiting for something that ends soon by itself (a disk, a page).
    Running,
    /// Asleep in a system call.
    Asleep(Call),
    /// Stopped by a signal or a debugger.
    Stopped,
    /// Asleep, and nobody may see where: it has executed a file that it may not read (`man 5 proc`, dumpable).
    Hidden,
    /// Ended, and not waited for by its parent.
    Dead,
}

/// A system call in which a task sleeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Its number; -1 for a task that sleeps without one.
    pub number: i64,
    /// Its arguments.
    pub args: [u64; 6],
    /// The task's stack pointer.
    pub sp: u64,
    /// The task's program counter.
    pub pc: u64,
}

impl Call {
    /// The call's name (`accept4`), the same on every architecture.
    #[must_use]
    pub fn name(&self) -> &'static str {
        usize::try_from(self.number).ok().and_then(Sysno::new).map_or("an unknown system call", |call| call.name())
    }
}

impl Sample {
    /// The ids of its processes.
    pub fn processes(&self) -> impl Iterator<Item = i32> {
        // They are in order.
        let mut last = None;
        self.tasks.keys().map(|(pid, _)| *pid).filter(move |pid| last.replace(*pid) != Some(*pid))
    }

    /// Whether no task runs.
    #[must_use]
    pub fn is_asleep(&self) -> bool {
        self.tasks.values().all(|task| task.doing != Doing::Running)
    }
}

/// So many tasks have their files kept open: few programs have more, and each takes two descriptors.
const KEPT: usize = 64;

/// Looks at the tasks of a lab, again and again. The files of those that it has seen stay open.
#[derive(Debug, Default)]
pub struct Tasks {
    files: HashMap<(i32, i32), Files>,
}

/// The files of a task that each look reads.
#[derive(Debug)]
struct Files {
    status: OwnedFd,
    /// Opened when the task first slept.
    syscall: Option<OwnedFd>,
}

impl Tasks {
    /// Reads every task of every process but this one.
    ///
    /// # Errors
    /// When a task cannot be read although it lives, and has not made itself unreadable.
    pub fn sample(&mut self) -> io::Result<Sample> {
        let mut out = Sample::default();
        for pid in processes()? {
            let Some(status) = gone_is_none(self.status(pid, pid))? else { continue };
            // A process with one task has its first one; who begins another has run, and its counter says so in the next pass.
            let others = if status.threads == Some(1) {
                Vec::new()
            } else {
                gone_is_none(procfs::numbers(&format!("/proc/{pid}/task")))?.unwrap_or_default()
            };
            if let Some(first) = gone_is_none(self.task(pid, pid, status))? {
                out.tasks.insert((pid, pid), first);
            }
            for tid in others.into_iter().filter(|tid| *tid != pid) {
                let task = self.status(pid, tid).and_then(|status| self.task(pid, tid, status));
                if let Some(task) = gone_is_none(task)? {
                    out.tasks.insert((pid, tid), task);
                }
            }
        }
        self.files.retain(|task, _| out.tasks.contains_key(task));
        Ok(out)
    }

    fn task(&mut self, pid: i32, tid: i32, status: Status) -> io::Result<Task> {
        let switches = status.switches;
        let doing = match status.state {
            'S' => self.asleep(pid, tid, switches)?,
            'D' => in_vfork(pid, tid),
            'T' | 't' => Doing::Stopped,
            'Z' | 'X' => Doing::Dead,
            _ => Doing::Running,
        };
        Ok(Task { doing, switches })
    }

    fn status(&mut self, pid: i32, tid: i32) -> io::Result<Status> {
        if let Some(files) = self.files.get(&(pid, tid)) {
            if let Ok(status) = procfs::read_again(&files.status) {
                return Ok(proc::status(&status));
            }
            // It has gone; another can have its ids by now.
            self.files.remove(&(pid, tid));
        }
        let file = procfs::open(&format!("/proc/{pid}/task/{tid}/status"))?;
        let status = proc::status(&procfs::read_again(&file)?);
        if self.files.len() < KEPT {
            self.files.insert((pid, tid), Files { status: file, syscall: None });
        }
        Ok(status)
    }

    /// In which call a sleeping task is.
    fn asleep(&mut self, pid: i32, tid: i32, switches: u64) -> io::Result<Doing> {
        match self.call(pid, tid) {
            Ok(call) => Ok(match call {
                Some(call) => Doing::Asleep(call),
                // Without a call it sleeps in the kernel's own business, a page fault for instance, and goes on by itself.
                None => Doing::Running,
            }),
            // A task that is ending has no memory any more, and its files belong to root from then on. So do those of one that
            // has made itself unreadable, which still sleeps where it slept.
            Err(error)
                if error.kind() == io::ErrorKind::PermissionDenied && self.has_gone_on(pid, tid, switches)? =>
            {
                Ok(Doing::Running)
            }
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied && !is_ours(pid, tid)? => Ok(Doing::Hidden),
            Err(error) => Err(error),
        }
    }

    fn call(&mut self, pid: i32, tid: i32) -> io::Result<Option<Call>> {
        let read = |file: &OwnedFd| Ok(proc::call(&String::from_utf8_lossy(&procfs::read_again(file)?)));
        let files = self.files.get_mut(&(pid, tid));
        if let Some(file) = files.as_ref().and_then(|files| files.syscall.as_ref()) {
            return read(file);
        }
        let file = procfs::open(&format!("/proc/{pid}/task/{tid}/syscall"))?;
        let call = read(&file)?;
        if let Some(files) = files {
            files.syscall = Some(file);
        }
        Ok(call)
    }

    /// Whether a task that slept, and had been switched out so often, has run since.
    fn has_gone_on(&mut self, pid: i32, tid: i32, switches: u64) -> io::Result<bool> {
        let now = self.status(pid, tid)?;
        Ok((now.state, now.switches) != ('S', switches))
    }
}

/// The processes of the lab but its own: this one, and the programs' init.
///
/// # Errors
/// Those of reading `/proc`.
pub fn processes() -> io::Result<Vec<i32>> {
    Ok(without_init(with_init()?))
}

/// These processes of the lab without the programs' init.
pub(super) fn without_init(mut pids: Vec<i32>) -> Vec<i32> {
    if is_first() {
        pids.retain(|pid| !is_init(*pid));
    }
    pids
}

/// The processes of the lab but this one.
///
/// # Errors
/// Those of reading `/proc`.
pub(super) fn with_init() -> io::Result<Vec<i32>> {
    let own = std::process::id().cast_signed();
    if is_first() {
        let mut pids = procfs::processes(own)?;
        pids.retain(|pid| *pid != own);
        return Ok(pids);
    }
    let mut pids = procfs::numbers("/proc")?;
    pids.retain(|pid| *pid != own);
    // Those that are there belong to others, but for our descendants. Children have been found before their parents only
    // when process ids have gone round, so it is looked until nothing changes.
    let parents: Vec<_> = pids.into_iter().filter_map(|pid| Some((pid, parent(pid)?))).collect();
    let mut ours = BTreeSet::from([own]);
    while parents.iter().filter(|(pid, parent)| ours.contains(parent) && ours.insert(*pid)).count() > 0 {}
    ours.remove(&own);
    Ok(ours.into_iter().collect())
}

/// Whether this is the first process of a process id namespace: then all others are of the lab.
pub(super) fn is_first() -> bool {
    std::process::id() == 1
}

fn parent(pid: i32) -> Option<i32> {
    proc::parent(&procfs::read(&format!("/proc/{pid}/stat")).ok()?)
}

/// CPU time of these processes, with that of their children that they have waited for, as the kernel has it.
///
/// # Errors
/// Those of reading `/proc`.
pub(super) fn cpu_time(pids: &[i32]) -> io::Result<Duration> {
    let mut ticks = 0;
    // Of orphans init has the time.
    for pid in pids {
        if let Some(stat) = gone_is_none(procfs::read(&format!("/proc/{pid}/stat")))? {
            ticks += proc::cpu_ticks(&stat);
        }
    }
    Ok(in_ticks(ticks))
}

/// A time that is counted in ticks.
pub(super) fn in_ticks(ticks: u64) -> Duration {
    Duration::from_millis(ticks * 1000 / rustix::param::clock_ticks_per_second())
}

/// Memory that all processes have in use, in bytes. What several share is counted for each as long as that is not more than
/// `exact`; beyond, each has its part of it, which takes the kernel longer to tell.
///
/// # Errors
/// Those of reading `/proc`.
pub fn memory(exact: u64) -> io::Result<u64> {
    let mut pages = 0;
    for pid in processes()? {
        if let Some(statm) = gone_is_none(procfs::read_text(&format!("/proc/{pid}/statm")))? {
            pages += statm.split_whitespace().nth(1).and_then(|word| word.parse::<u64>().ok()).unwrap_or(0);
        }
    }
    let all = pages * rustix::param::page_size() as u64;
    if all <= exact {
        return Ok(all);
    }
    let mut kib = 0;
    for pid in processes()? {
        if let Some(rollup) = gone_is_none(procfs::read(&format!("/proc/{pid}/smaps_rollup")))? {
            kib += proc::proportional_kib(&rollup);
        }
    }
    Ok(kib * 1024)
}

/// The session of a process, if it lives.
#[must_use]
pub fn session(pid: i32) -> Option<i32> {
    proc::session(&procfs::read(&format!("/proc/{pid}/stat")).ok()?)
}

/// The sockets that a process has open, as descriptor and inode; none if it does not live.
#[must_use]
pub fn sockets(pid: i32) -> Vec<(i32, u32)> {
    let inode = |fd| proc::socket_inode(fs::read_link(format!("/proc/{pid}/fd/{fd}")).ok()?.to_str()?);
    descriptors(pid).into_iter().filter_map(|fd| Some((fd, inode(fd)?))).collect()
}

/// How many descriptors all processes have open.
///
/// # Errors
/// Those of reading `/proc`.
pub fn open_descriptors() -> io::Result<u32> {
    let count: usize = processes()?.into_iter().map(|pid| descriptors(pid).len()).sum();
    u32::try_from(count).map_err(io::Error::other)
}

/// The descriptors that a process has open; none if it does not live.
#[must_use]
pub fn descriptors(pid: i32) -> Vec<i32> {
    procfs::numbers(&format!("/proc/{pid}/fd")).unwrap_or_default()
}

/// The name of the program that a task runs, which it can choose.
#[must_use]
pub fn name(pid: i32, tid: i32) -> String {
    let name = procfs::read(&format!("/proc/{pid}/task/{tid}/comm"));
    name.map_or_else(|_| "?".to_owned(), |name| String::from_utf8_lossy(name.trim_ascii_end()).into_owned())
}

/// Whether the files of a task are its user's, which is ours, too. Where they are and cannot be read all the same, that is
/// none of the program's doing.
fn is_ours(pid: i32, tid: i32) -> io::Result<bool> {
    let owner = fs::metadata(format!("/proc/{pid}/task/{tid}/syscall"))?.uid();
    Ok(owner == rustix::process::geteuid().as_raw())
}

/// What a task does that no signal wakes: mostly it waits for a disk, and soon goes on. Only the parent of a `vfork(2)`
/// sleeps like this until its child executes something or ends, which can be never.
fn in_vfork(pid: i32, tid: i32) -> Doing {
    let call = procfs::read_text(&format!("/proc/{pid}/task/{tid}/syscall")).ok().and_then(|text| proc::call(&text));
    let is_vfork = |call: &Call| match call.name() {
        "vfork" => true,
        "clone" => call.args[0] & libc::CLONE_VFORK as u64 != 0,
        _ => false,
    };
    call.filter(is_vfork).map_or(Doing::Running, Doing::Asleep)
}

/// A task that ends while it is read is no error.
fn gone_is_none<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound || error.raw_os_error() == Some(libc::ESRCH) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Child, Command, Stdio};

    #[test]
    fn names_of_calls_do_not_depend_on_numbers() {
        let call = Call { number: libc::SYS_accept4, args: [0; 6], sp: 0, pc: 0 };
        assert_eq!(call.name(), "accept4");
    }

    /// A process that waits for its input, and its key.
    fn waiting() -> (Child, (i32, i32)) {
        let child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        let pid = child.id().cast_signed();
        (child, (pid, pid))
    }

    /// Looks until a task sleeps in `read`.
    fn until_it_reads(tasks: &mut Tasks, key: (i32, i32)) -> Task {
        loop {
            let task = tasks.sample().unwrap().tasks.remove(&key).unwrap();
            if matches!(&task.doing, Doing::Asleep(call) if call.name() == "read") {
                return task;
            }
        }
    }

    #[test]
    fn a_task_is_seen_as_it_is_now_and_its_files_are_kept_as_long_as_it_lives() {
        let (mut child, key) = waiting();
        let mut tasks = Tasks::default();
        let task = until_it_reads(&mut tasks, key);
        assert!(tasks.files[&key].syscall.is_some());
        assert_eq!(tasks.sample().unwrap().tasks[&key], task);
        drop(child.stdin.take());
        while tasks.sample().unwrap().tasks[&key].doing != Doing::Dead {}
        child.wait().unwrap();
        assert!(!tasks.sample().unwrap().tasks.contains_key(&key));
        assert!(!tasks.files.contains_key(&key));
    }

    #[test]
    fn another_with_the_ids_of_one_that_has_gone_is_read_anew() {
        let ((mut gone, before), (mut child, key)) = (waiting(), waiting());
        let mut tasks = Tasks::default();
        until_it_reads(&mut tasks, before);
        drop(gone.stdin.take());
        gone.wait().unwrap();
        let files = tasks.files.remove(&before).unwrap();
        tasks.files.insert(key, files);
        until_it_reads(&mut tasks, key);
        drop(child.stdin.take());
        child.wait().unwrap();
    }
}
