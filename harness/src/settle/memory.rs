//! What settling remembers from one stimulus to the next.
//!
//! Without it a server that looks every second (`settimeout(1)`, `serve_forever`) would be waited out for three of its
//! seconds after every stimulus. What was seen once is not proved again and again: which places are those of idle
//! waits, and which lines of the check the program had dealt with when it came to rest for the first time.

use crate::watch::tasks::Call;
use std::collections::{HashMap, HashSet};

/// Process id and thread id.
pub(super) type Key = (i32, i32);

/// Where in the program's code a task waits: number, stack pointer and program counter of its call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Place {
    number: i64,
    sp: u64,
    pc: u64,
}

impl Place {
    pub(super) const fn of(call: &Call) -> Self {
        Self { number: call.number, sp: call.sp, pc: call.pc }
    }

    /// The same place, on the stack of whichever thread: stacks begin at a page, and the frames above are the same.
    pub(super) const fn in_any_thread(self) -> Self {
        Self { sp: self.sp & 0xfff, ..self }
    }
}

/// How the program dealt with a line of the check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    /// Nothing more came, once everything was read and all tasks slept.
    AtOnce,
    /// Something came after a time-out.
    Later,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// The waits that were found to be longer than [`cycle`](super::cycle)'s patience, with the switch counter of their
    /// tasks: they stay so until the task runs, also over further stimuli, though less and less of them is left.
    long: HashMap<Key, u64>,
    /// The places of periodic waits that were waited out whole, without effect.
    idle: HashSet<Place>,
    /// The places of tasks that do nothing but print.
    tickers: HashSet<Place>,
    lines: HashMap<usize, Line>,
}

impl Memory {
    /// Whether the wait of a task that has run `switches` times was found to be long.
    pub(super) fn is_long(&self, task: Key, switches: u64) -> bool {
        self.long.get(&task) == Some(&switches)
    }

    /// Notes that it is long.
    pub(super) fn note_long(&mut self, task: Key, switches: u64) {
        self.long.insert(task, switches);
    }

    /// Whether a periodic wait at this place was waited out before.
    pub(super) fn is_idle(&self, place: Place) -> bool {
        self.idle.contains(&place.in_any_thread())
    }

    /// Notes that one was waited out.
    pub(super) fn note_idle(&mut self, place: Place) {
        self.idle.insert(place.in_any_thread());
    }

    /// Whether a task that waits at this place does nothing but print.
    pub(super) fn is_ticker(&self, place: Place) -> bool {
        self.tickers.contains(&place.in_any_thread())
    }

    /// Whether there is any such task.
    pub(super) fn knows_a_ticker(&self) -> bool {
        !self.tickers.is_empty()
    }

    /// Notes that one does.
    pub(super) fn note_ticker(&mut self, place: Place) {
        self.tickers.insert(place.in_any_thread());
    }

    /// Whether the program dealt with this line at once, every time so far.
    pub(super) fn is_at_once(&self, line: usize) -> bool {
        self.lines.get(&line) == Some(&Line::AtOnce)
    }

    /// Notes how it dealt with it.
    pub(super) fn note_line(&mut self, line: usize, later: bool) {
        let how = self.lines.entry(line).or_insert(Line::AtOnce);
        if later {
            *how = Line::Later;
        }
    }
}
