//! The programs that run in a lab: mostly one, sometimes several.

use super::{Launched, Streams};
use crate::event::Ended;
use crate::watch::tasks;
use std::collections::HashMap;
use std::io;

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

    /// The streams of all programs, also of those that have ended: their last words may still be unread.
    pub fn streams(&mut self) -> impl Iterator<Item = (usize, &mut Streams)> {
        let slots = self.slots.iter_mut().enumerate();
        slots.filter_map(|(program, slot)| Some((program, &mut slot.launched.as_mut()?.streams)))
    }

    /// The same, to look at.
    pub fn launched(&self) -> impl Iterator<Item = &Launched> {
        self.slots.iter().filter_map(|slot| slot.launched.as_ref())
    }

    /// Notes that a process has ended; says whether it was a program and no descendant of one.
    pub fn note_end(&mut self, pid: i32) -> Option<usize> {
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

/// The end of a program, from what `wait(2)` says.
#[must_use]
pub fn ended(program: usize, status: rustix::process::WaitStatus) -> Ended {
    use crate::event::Exit;
    let signal = || Exit::Signal(status.terminating_signal().unwrap_or(0));
    Ended { program, exit: status.exit_status().map_or_else(signal, Exit::Status) }
}
