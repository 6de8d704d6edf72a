//! The programs that run in a lab: mostly one, sometimes several.

use super::Launched;
use super::streams::Drained;
use crate::event::{Ended, Exit, Output, Stream};
use crate::watch::tasks;
use rustix::io::Errno;
use rustix::process::{WaitOptions, WaitStatus, wait};
use std::collections::HashMap;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};

/// The programs of a lab by their numbers in [`crate::check::Check::programs`].
pub struct Programs {
    slots: Vec<Slot>,
    /// The session that each program was started in. Its descendants are in it too, unless they leave it.
    sessions: HashMap<i32, usize>,
}

#[derive(Default)]
struct Slot {
    launched: Option<Launched>,
    alive: bool,
}

impl Programs {
    /// Room for so many programs, none of which runs.
    #[must_use]
    pub fn new(count: usize) -> Self {
        Self { slots: (0..count).map(|_| Slot::default()).collect(), sessions: HashMap::new() }
    }

    /// Whether there is more than one.
    #[must_use]
    pub fn are_several(&self) -> bool {
        self.slots.len() > 1
    }

    /// Notes that a program was launched.
    pub fn add(&mut self, program: usize, launched: Launched) {
        // It is the leader of a session of its own.
        self.sessions.insert(launched.pid, program);
        self.slots[program] = Slot { launched: Some(launched), alive: true };
    }

    /// A program that runs.
    pub fn running(&mut self, program: usize) -> Option<&mut Launched> {
        let slot = &mut self.slots[program];
        slot.launched.as_mut().filter(|_| slot.alive)
    }

    /// All programs that run.
    pub fn all_running(&self) -> impl Iterator<Item = &Launched> {
        self.slots.iter().filter(|slot| slot.alive).filter_map(|slot| slot.launched.as_ref())
    }

    /// Reads what all programs have written, and writes what they can take; also of those that have ended: their last words
    /// may still be unread.
    ///
    /// # Errors
    /// Those of `read(2)`.
    pub fn drain(&mut self, output: &mut Vec<Output>) -> io::Result<Drained> {
        let mut all = Drained::default();
        for (program, slot) in self.slots.iter_mut().enumerate() {
            let Some(launched) = &mut slot.launched else { continue };
            let drained = launched.streams.drain(|stream, bytes| join(output, program, stream, bytes))?;
            all.output += drained.output;
            all.new |= drained.new;
            all.typed += drained.typed;
        }
        Ok(all)
    }

    /// Takes the ends of processes, and notes those of programs. For the first process of a lab: it is the parent of every
    /// orphan. Returns how many there were.
    ///
    /// # Errors
    /// Those of `wait(2)`.
    pub fn reap(&mut self, programs: &mut Vec<Ended>) -> io::Result<u64> {
        let mut count = 0;
        loop {
            match wait(WaitOptions::NOHANG) {
                Ok(Some((pid, status))) => {
                    count += 1;
                    if let Some(program) = self.note_end(pid.as_raw_nonzero().get()) {
                        programs.push(ended(program, status));
                    }
                }
                Ok(None) | Err(Errno::CHILD) => return Ok(count),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Ends the standard input of all.
    pub fn end_input(&mut self) {
        let launched = self.slots.iter_mut().filter_map(|slot| slot.launched.as_mut());
        launched.for_each(|program| program.streams.end_input());
    }

    /// Whether somebody could take input that is not written yet.
    #[must_use]
    pub fn unwritten(&self) -> bool {
        self.all_running().any(|program| program.streams.unwritten())
    }

    /// Whether a program has not read all of its input yet.
    ///
    /// # Errors
    /// Those of `ioctl(2)`.
    pub fn unread(&self) -> io::Result<bool> {
        self.all_running().try_fold(false, |any, program| Ok(any || program.streams.unread()?))
    }

    /// The descriptors on which output or the end of a program can be seen.
    pub fn readable(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        let launched = self.slots.iter().filter_map(|slot| slot.launched.as_ref());
        let outputs = launched.flat_map(|program| program.streams.readable());
        outputs.chain(self.all_running().map(|program| program.pidfd.as_fd()))
    }

    /// Notes that a process has ended; says whether it was a program and no descendant of one.
    fn note_end(&mut self, pid: i32) -> Option<usize> {
        let is = |slot: &Slot| slot.launched.as_ref().is_some_and(|launched| launched.pid == pid);
        let program = self.slots.iter().position(is)?;
        self.slots[program].alive = false;
        Some(program)
    }

    /// The program to which a process belongs. One that has left its program's session (a daemon) counts as the first's.
    #[must_use]
    pub fn owner(&self, pid: i32) -> usize {
        if !self.are_several() {
            return 0;
        }
        tasks::session(pid).and_then(|session| self.sessions.get(&session)).copied().unwrap_or(0)
    }

    /// The owner of each socket, by inode.
    ///
    /// # Errors
    /// Those of reading `/proc`.
    pub fn socket_owners(&self) -> io::Result<HashMap<u32, usize>> {
        let mut out = HashMap::new();
        for pid in tasks::processes()? {
            let owner = self.owner(pid);
            out.extend(tasks::sockets(pid).into_iter().map(|(_, inode)| (inode, owner)));
        }
        Ok(out)
    }
}

/// Appends a piece of output, to the last one if it continues that.
pub fn join(output: &mut Vec<Output>, program: usize, stream: Stream, bytes: &[u8]) {
    match output.last_mut() {
        Some(last) if last.program == program && last.stream == stream => last.bytes.extend(bytes),
        _ => output.push(Output { program, stream, bytes: bytes.to_vec() }),
    }
}

/// The end of a program, from what `wait(2)` says.
fn ended(program: usize, status: WaitStatus) -> Ended {
    let signal = || Exit::Signal(status.terminating_signal().unwrap_or(0));
    Ended { program, exit: status.exit_status().map_or_else(signal, Exit::Status) }
}
