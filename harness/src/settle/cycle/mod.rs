//! Waits that only come back to themselves: housekeeping threads, and loops that look every now and then.
//!
//! A task that wakes, does nothing that anybody can see, and sleeps again at the same place (system call, stack
//! pointer, program counter) has gone through one cycle. After [`CYCLES`] whole cycles that also took [`WAITED`] of
//! its own waiting, it counts as idle. Three, because the first may have begun before the stimulus, the second may
//! have noticed it, and the third shows that nothing came of it; 300 ms, so that a loop which looks every 5 ms gets
//! sixty chances and not three. Both are counted in the program's own time-outs, so a loaded machine makes it slower
//! and not different. A single wait is waited out up to [`PATIENCE`]. A longer one counts as idle: it is a time-out that
//! guards against silence, or a pool that keeps an idle thread for a while, and no pause that somebody would put between two
//! acts of a program.
//!
//! Where the program has read everything that was sent to it, less is enough at a place that was found idle before: one
//! cycle (not of a plain sleep, which can also be a pause between two acts), and none where a line of the check is repeated
//! that it has always dealt with at once.
//!
//! A timer that has expired and has woken nobody, although all slept, is nobody's: it ends no wait until somebody has run.
//!
//! A task that did nothing but print for all our patience ("up 5 s, 2 clients") is a ticker. From then on output alone is
//! no effect, and its place one that was found idle.

use super::deadline::{self, Ends, Timer};
use super::memory::{Key, Memory, Place};
use super::{Occasion, Waiting};
use crate::watch::tasks::{Doing, Sample};
use std::collections::{HashMap, HashSet};
use std::time::Duration;

/// Whole cycles without effect after which a periodic wait counts as idle.
const CYCLES: u32 = 3;
/// How long those cycles must have waited altogether.
const WAITED: Duration = Duration::from_millis(300);
/// A wait that is longer than this counts as idle at once. Programs pause for up to 3 s between two acts; time-outs of
/// sockets are 5 s and more; tokio keeps an idle thread for 10 s. No round number, because round numbers are what
/// people choose, and a wait must be clearly on one side.
pub(super) const PATIENCE: Duration = Duration::from_millis(4_500);
/// A task that has waited this long in one step, in however many waits, at whatever places, counts as idle too.
const PATIENCE_IN_ALL: Duration = Duration::from_secs(10);
/// When tasks that have ended have waited this long in one step, so does every other one: there can always be a next.
/// (`while :; do sleep 1; done` is a new process every second.) More, because they may have waited at the same time.
const PATIENCE_WITH_ALL: Duration = Duration::from_secs(30);

/// What is known of the timed waits since the stimulus.
#[derive(Debug, Default)]
pub(super) struct Cycles {
    occasion: Occasion,
    tasks: HashMap<Key, Cycle>,
    /// The last sample that was not final, and the timers when it was first seen.
    waiting: Option<Sample>,
    timers: Vec<Timer>,
    /// All tasks have slept with nothing left to read.
    rested: bool,
    /// Something happened after that.
    later: bool,
    /// All tasks have slept.
    waited: bool,
    /// Something else than output happened after that.
    acted: bool,
    /// How long the tasks have waited that have ended.
    waited_before: Duration,
    /// Whose waits were found idle because they begin anew whenever their time is out.
    again: HashSet<Key>,
}

#[derive(Debug, Default)]
struct Cycle {
    place: Place,
    switches: u64,
    /// The cycle under way began before what happened last.
    cut: bool,
    /// Whole cycles without effect.
    whole: u32,
    waited: Duration,
    /// The wait that it is in.
    time: Duration,
    /// All its waiting in this step, with effect or without.
    waited_in_all: Duration,
}

/// How a timed wait is to be taken.
enum Periodic {
    /// It has to be waited for.
    Open,
    /// It was waited out whole, without effect.
    Idle,
    /// There is reason enough not to wait for it (any longer).
    Enough,
}

impl Cycles {
    /// Nothing is known yet of what follows this stimulus.
    pub(super) fn new(occasion: Occasion) -> Self {
        Self { occasion, ..Self::default() }
    }

    /// The tasks have changed: cycles are counted anew.
    pub(super) fn forget(&mut self) {
        for cycle in self.tasks.values_mut() {
            cycle.whole = 0;
            cycle.waited = Duration::ZERO;
            cycle.cut = true;
        }
    }

    /// Something happened that everybody can see: packets, the end of a process, or output alone.
    pub(super) fn note_effect(&mut self, only_output: bool, memory: &Memory) {
        if only_output && memory.knows_a_ticker() {
            return;
        }
        self.later |= self.rested;
        self.acted |= self.waited && !only_output;
        self.forget();
    }

    /// Looks at the sleeping tasks of a sample in which nobody ran, and says whether all waits are final. `all_read` says
    /// that nothing which was sent to the program is still unread.
    pub(super) fn are_final(
        &mut self,
        sample: &Sample,
        waits: &[Waiting],
        all_read: bool,
        memory: &mut Memory,
    ) -> bool {
        // Where nobody has run, nothing became final. A timer that has expired looks like one that was never set until its
        // interrupt has come, and on a busy virtual machine that can take longer than our next look. Only a timer whose expiry
        // was counted has certainly expired, and would have woken who waits for it.
        let timers = || waits.iter().flat_map(|wait| &wait.timers);
        if self.waiting.as_ref() != Some(sample) {
            self.timers = timers().copied().collect();
        } else if !timers().any(|timer| self.is_nobodys(timer)) {
            return false;
        }
        let ended = self.tasks.extract_if(|key, _| !sample.tasks.contains_key(key));
        self.waited_before += ended.map(|(_, cycle)| cycle.waited_in_all + cycle.time).sum::<Duration>();
        let (mut all, mut idle) = (true, Vec::new());
        self.again.clear();
        for wait in waits {
            let key = (wait.told.pid, wait.told.tid);
            let Some(task) = sample.tasks.get(&key) else { continue };
            let (Doing::Asleep(call), Ends::After(time)) = (&task.doing, self.ends(wait)) else { continue };
            if time > PATIENCE || memory.is_long(key, task.switches) {
                memory.note_long(key, task.switches);
                continue;
            }
            let place = Place::of(call);
            match self.periodic(key, place, task.switches, (wait, time), all_read, memory) {
                Periodic::Open => all = false,
                Periodic::Idle => {
                    idle.push(place);
                    self.again.insert(key);
                }
                Periodic::Enough => {
                    // Where others have waited for so long, nothing is known of this one.
                    if self.waited_before < PATIENCE_WITH_ALL {
                        self.again.insert(key);
                    }
                }
            }
        }
        self.rested |= all_read;
        self.waited = true;
        self.waiting = (!all).then(|| sample.clone());
        if all {
            idle.into_iter().for_each(|place| memory.note_idle(place));
            let ticks = self.tasks.values().filter(|cycle| !self.acted && cycle.waited_in_all >= PATIENCE_IN_ALL);
            ticks.for_each(|cycle| memory.note_ticker(cycle.place));
            if let Some(line) = self.occasion.line {
                memory.note_line(line, self.later);
            }
        }
        all
    }

    /// Whether a task of the sample that was final comes back to its wait whenever the time of that is out, and nothing comes of it.
    pub(super) fn goes_round(&self, key: Key) -> bool {
        self.again.contains(&key)
    }

    /// Whether a timer has expired while nobody ran.
    fn is_nobodys(&self, timer: &Timer) -> bool {
        self.timers.iter().any(|before| before.at == timer.at && before.ticks < timer.ticks)
    }

    /// When a wait ends by itself, without the timers that are nobody's.
    fn ends(&self, wait: &Waiting) -> Ends {
        if wait.timers.is_empty() {
            return wait.ends;
        }
        // One that was armed and is not, without an expiry, is about to expire.
        let armed = |timer: &Timer| self.timers.iter().find(|before| before.at == timer.at)?.left;
        let left = |timer: &Timer| timer.left.or_else(|| armed(timer).map(|_| Duration::ZERO));
        let open: Vec<_> = wait.timers.iter().filter(|timer| !self.is_nobodys(timer)).collect();
        deadline::of_timers(&open.into_iter().map(|timer| Timer { left: left(timer), ..*timer }).collect::<Vec<_>>())
    }

    fn periodic(
        &mut self,
        key: Key,
        place: Place,
        switches: u64,
        (wait, time): (&Waiting, Duration),
        all_read: bool,
        memory: &Memory,
    ) -> Periodic {
        let cycle = self.tasks.entry(key).or_default();
        if cycle.switches != switches {
            cycle.waited_in_all += cycle.time;
        }
        if cycle.place != place {
            *cycle = Cycle { place, waited_in_all: cycle.waited_in_all, ..Cycle::default() };
        } else if cycle.switches != switches && !std::mem::take(&mut cycle.cut) {
            cycle.whole += 1;
            cycle.waited += time;
        }
        (cycle.switches, cycle.time) = (switches, time);
        let ticks = memory.is_ticker(place);
        let known = all_read && (ticks || memory.is_idle(place));
        if cycle.whole >= CYCLES && cycle.waited >= WAITED {
            Periodic::Idle
        } else if (known && cycle.whole > 0 && (ticks || !wait.is_sleep()))
            || (known && self.occasion.line.is_some_and(|line| self.occasion.again && memory.is_at_once(line)))
            || cycle.waited_in_all >= PATIENCE_IN_ALL
            || self.waited_before >= PATIENCE_WITH_ALL
        {
            Periodic::Enough
        } else {
            Periodic::Open
        }
    }
}

#[cfg(test)]
mod tests;
