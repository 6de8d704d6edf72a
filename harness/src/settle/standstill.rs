//! When a tool waits for something that never comes.
//!
//! A tool stands still when everything that it has started sleeps, nothing has run for [`SURE`] looks in a row, and no wait ends by
//! itself within [`LONGEST`]. How long a wait is, is read from its own time-out and not from a clock, so neither a loaded nor a
//! suspended machine changes the answer. What a wait was when it was first seen it stays until its task runs: of an absolute time
//! less and less is left, and a timer that has expired looks like one that was never set until its interrupt has come.
//!
//! Two kinds of waits need more:
//!
//! - The tool itself may look around now and then with nothing to look for: cargo does twice a second, for its progress bar. Its own
//!   periodic waits count as idle as those of programs do ([`cycle`](super::cycle)). Those of what it has started do not: a loop of
//!   short sleeps may come to its end.
//! - Of some waits nobody can say when they end ([`is_certain`]). Beside one of them nothing is said at all.

use super::Waiting;
use super::certain::is_certain;
use super::cycle::{Cycles, PATIENCE};
use super::deadline::{self, Ends};
use super::describe;
use super::memory::{Key, Memory, Place};
use crate::event::Wait;
use crate::watch::options::{self, Way};
use crate::watch::tasks::{Call, Doing, Sample};
use rustix::io::Errno;
use std::collections::HashMap;
use std::time::Duration;

/// The longest wait that is waited out. No round number, because round numbers are what people choose, and a wait must be
/// clearly on one side.
const LONGEST: Duration = Duration::from_secs(33);
/// So many looks in a row must agree. Two would do if nothing were ever under way inside the kernel: a wake-up on a busy virtual
/// machine, the end of a process that was killed.
const SURE: u32 = 10;
/// Most waits that are told.
const TOLD: usize = 3;

/// What was seen of a task when it had fallen asleep.
#[derive(Clone, Copy, Debug)]
struct Seen {
    switches: u64,
    place: Place,
    ends: Ends,
    /// Whether it is a wait of the tool itself that may be periodic.
    ticks: bool,
}

/// See the module.
#[derive(Debug)]
pub struct Standstill {
    /// The tool's own process.
    tool: i32,
    seen: HashMap<Key, Seen>,
    cycles: Cycles,
    memory: Memory,
    /// Looks in a row at which it stood still.
    looks: u32,
}

impl Standstill {
    /// Of a tool with this process id.
    #[must_use]
    pub fn new(tool: i32) -> Self {
        Self { tool, seen: HashMap::new(), cycles: Cycles::default(), memory: Memory::default(), looks: 0 }
    }

    /// Takes in a look at all tasks, and whether something has come from the tool since the last one. Says whether nothing will
    /// happen any more.
    pub fn look(&mut self, sample: &Sample, moved: bool) -> bool {
        if self.note(sample) || moved {
            self.looks = 0;
            self.cycles = Cycles::default();
        } else if sample.is_asleep() && self.is_final(sample) {
            self.looks += 1;
        }
        self.looks >= SURE && sample.tasks.iter().all(|((pid, _), task)| is_certain(*pid, &task.doing))
    }

    /// Whom a tool waits for that is asleep: not the tool itself, and nobody who only waits for a child, as far as there are others.
    #[must_use]
    pub fn waits(&self, sample: &Sample) -> Vec<Wait> {
        let mut waits: Vec<_> = self.described(sample).map(|wait| wait.told).collect();
        keep_if_any(&mut waits, |wait| wait.pid != self.tool);
        keep_if_any(&mut waits, |wait| !matches!(wait.call.as_str(), "wait4" | "waitid"));
        waits.dedup_by(|a, b| (&a.name, &a.call, &a.on, a.timeout_ms) == (&b.name, &b.call, &b.on, b.timeout_ms));
        waits.truncate(TOLD);
        waits
    }

    /// Notes the waits that have begun. Says whether something has run, apart from what may be periodic.
    fn note(&mut self, sample: &Sample) -> bool {
        let before = std::mem::take(&mut self.seen);
        let mut ran = before.keys().any(|key| !sample.tasks.contains_key(key));
        for (key, task) in &sample.tasks {
            let old = before.get(key).copied();
            let is_old = |old: &Seen| match task.doing {
                Doing::Running => old.ticks,
                _ => old.switches == task.switches,
            };
            if let Some(old) = old.filter(is_old) {
                self.seen.insert(*key, old);
                continue;
            }
            let new = match &task.doing {
                Doing::Running => None,
                Doing::Asleep(call) => Some(self.asleep(*key, task.switches, call)),
                Doing::Stopped | Doing::Hidden | Doing::Dead => {
                    Some(Seen { switches: task.switches, place: Place::default(), ends: Ends::Never, ticks: false })
                }
            };
            ran |= !new.zip(old).is_some_and(|(new, old)| new.ticks && old.ticks && new.place == old.place);
            self.seen.extend(new.map(|new| (*key, new)));
        }
        ran
    }

    fn asleep(&self, (pid, tid): Key, switches: u64, call: &Call) -> Seen {
        let (ends, _) = deadline::of_task((pid, tid), call, &of_socket);
        let is_short = matches!(ends, Ends::After(time) if time <= PATIENCE);
        // A wait that another thread can end. What only sleeps does so on purpose.
        let ticks = pid == self.tool && is_short && call.name() == "futex";
        Seen { switches, place: Place::of(call), ends, ticks }
    }

    /// Whether no wait of a sample ends by itself, or only after a long time, or is periodic and idle.
    fn is_final(&mut self, sample: &Sample) -> bool {
        let is_open = |seen: &Seen| !seen.ticks && matches!(seen.ends, Ends::After(time) if time <= LONGEST);
        if self.seen.values().any(is_open) {
            return false;
        }
        if !self.seen.values().any(|seen| seen.ticks) {
            return true;
        }
        let ticks = |wait: &Waiting| self.seen.get(&wait.task()).is_some_and(|seen| seen.ticks);
        let ticking: Vec<_> = self.described(sample).filter(ticks).collect();
        self.cycles.are_final(sample, &ticking, false, &mut self.memory)
    }

    /// The waits of a sample, as long as they were when they were first seen.
    fn described(&self, sample: &Sample) -> impl Iterator<Item = Waiting> {
        describe::waits(sample, &[], |_| 0, &of_socket).into_iter().map(|wait| match self.seen.get(&wait.task()) {
            Some(seen) => wait.with(seen.ends, Vec::new()),
            None => wait,
        })
    }
}

/// How long a call on a socket of a tool waits at most. Where that cannot be asked, it may be at its end at any moment.
fn of_socket(pid: i32, fd: u64, way: Way) -> Option<Duration> {
    match options::ask_time_out(pid, fd, way) {
        Ok(time) => time,
        Err(Errno::PERM | Errno::NOSYS) => Some(Duration::ZERO),
        // It is no socket, or the task has gone on.
        Err(_) => None,
    }
}

/// Keeps those waits, unless there are none.
fn keep_if_any(waits: &mut Vec<Wait>, is_wanted: impl Fn(&Wait) -> bool) {
    if waits.iter().any(&is_wanted) {
        waits.retain(is_wanted);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::tasks::Task;

    /// Nobody has these numbers.
    const TOOL: i32 = i32::MAX - 1;
    const CHILD: i32 = i32::MAX - 2;

    fn asleep(switches: u64, number: i64, args: [u64; 6]) -> Task {
        Task { doing: Doing::Asleep(Call { number, args, sp: 1, pc: 1 }), switches }
    }

    fn waits(switches: u64) -> Task {
        asleep(switches, libc::SYS_wait4, [0; 6])
    }

    fn polls(switches: u64, ms: i32) -> Task {
        asleep(switches, libc::SYS_poll, [0, 0, ms as u64, 0, 0, 0])
    }

    fn sample(tool: Task, child: Task) -> Sample {
        Sample { tasks: [((TOOL, TOOL), tool), ((CHILD, CHILD), child)].into() }
    }

    /// After how many looks it is certain that a tool stands still that looks like this at each of them; none if not after 500.
    fn stands_still(tool: i32, look: impl Fn(u64) -> Sample) -> Option<u64> {
        let mut standstill = Standstill::new(tool);
        (1..500).find(|at| standstill.look(&look(*at), false))
    }

    #[test]
    fn it_stands_still_when_no_wait_ends() {
        let once = u64::from(SURE) + 1;
        assert_eq!(stands_still(TOOL, |_| sample(waits(5), polls(7, -1))), Some(once));
        assert_eq!(stands_still(TOOL, |_| sample(waits(5), polls(7, 77_000))), Some(once));
    }

    #[test]
    fn it_does_not_while_one_ends_soon_or_something_runs() {
        assert_eq!(stands_still(TOOL, |_| sample(waits(5), polls(7, 30_000))), None);
        let running = Task { doing: Doing::Running, switches: 7 };
        assert_eq!(stands_still(TOOL, |_| sample(waits(5), running.clone())), None);
        assert_eq!(stands_still(TOOL, |at| sample(waits(5), polls(at / 5, -1))), None);
        // A program may count its sleeps.
        assert_eq!(stands_still(TOOL, |at| sample(waits(5), polls(at / 5, 500))), None);
    }

    #[test]
    fn what_comes_from_it_and_what_begins_is_a_beginning_anew() {
        let mut standstill = Standstill::new(TOOL);
        let still = sample(waits(5), polls(7, -1));
        let mut look =
            |sample: &Sample, moved| (0..SURE).map(|_| standstill.look(sample, moved)).filter(|is| *is).count();
        assert_eq!(look(&still, false), 0);
        assert_eq!(look(&still, true), 0);
        assert_eq!(look(&sample(waits(5), polls(8, -1)), false), 0);
        assert_eq!(look(&still, false), 0);
        assert_eq!(look(&still, false), SURE as usize);
    }

    #[test]
    fn nothing_is_said_beside_a_wait_of_which_nobody_knows_the_end() {
        let opens = asleep(7, libc::SYS_openat, [0; 6]);
        assert_eq!(stands_still(TOOL, |_| sample(waits(5), opens.clone())), None);
        let hidden = Task { doing: Doing::Hidden, switches: 7 };
        assert_eq!(stands_still(TOOL, |_| sample(waits(5), hidden.clone())), None);
    }

    /// A time-out in memory, for which this process stands.
    fn until(time: &[i64; 2], switches: u64) -> Task {
        let absolute = libc::TIMER_ABSTIME as u64;
        let clock = libc::CLOCK_MONOTONIC as u64;
        asleep(switches, libc::SYS_clock_nanosleep, [clock, absolute, time.as_ptr() as u64, 0, 0, 0])
    }

    #[test]
    fn a_wait_stays_what_it_was_when_it_was_first_seen() {
        let own = std::process::id().cast_signed();
        let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic).tv_sec;
        let (soon, late) = ([now + 5, 0], [now + 3600, 0]);
        let look = |task| Sample { tasks: [((own, own), task)].into() };
        for (first, is_long) in [(&late, true), (&soon, false)] {
            let mut standstill = Standstill::new(TOOL);
            standstill.look(&look(until(first, 7)), false);
            let looks = [&soon, &late].map(|time| {
                (0..SURE).map(|_| standstill.look(&look(until(time, 7)), false)).filter(|is| *is).count() > 0
            });
            assert_eq!(looks, [is_long; 2]);
        }
    }

    #[test]
    fn the_tool_itself_may_look_around() {
        let own = std::process::id().cast_signed();
        let half_a_second: [i64; 2] = [0, 500_000_000];
        let wait = [0, libc::FUTEX_WAIT as u64, 0, half_a_second.as_ptr() as u64, 0, 0];
        let ticks = |at: u64| asleep(at / 5, libc::SYS_futex, wait);
        let look = |at| Sample { tasks: [((own, own), ticks(at)), ((CHILD, CHILD), polls(7, -1))].into() };
        // Three whole cycles, and then as many looks as always.
        assert_eq!(stands_still(own, look), Some(15 + u64::from(SURE) - 1));
        // Another may not.
        assert_eq!(stands_still(TOOL, look), None);
        // What it does in between is seen.
        let look = |at| Sample { tasks: [((own, own), ticks(at)), ((CHILD, CHILD), polls(at / 20, -1))].into() };
        assert_eq!(stands_still(own, look), None);
    }

    #[test]
    fn who_is_waited_for_is_told_and_not_who_waits_for_it() {
        let told = |tasks: &[(i32, Task)]| {
            let sample = Sample { tasks: tasks.iter().map(|(pid, task)| ((*pid, *pid), task.clone())).collect() };
            let waits = Standstill::new(TOOL).waits(&sample);
            waits.iter().map(|wait| (wait.pid, wait.timeout_ms)).collect::<Vec<_>>()
        };
        let children = [CHILD - 3, CHILD - 2, CHILD - 1, CHILD];
        let [first, second, third, _] = children;
        let looks_around = (TOOL, polls(1, 500));
        assert_eq!(told(&[looks_around.clone(), (first, waits(1)), (second, polls(1, 7))]), [(second, Some(7))]);
        assert_eq!(told(&[looks_around.clone(), (first, waits(1))]), [(first, None)]);
        assert_eq!(told(&[looks_around]), [(TOOL, Some(500))]);
        // The same of many is told once, and not all that there is.
        let same = [(first, polls(1, 7)), (second, polls(1, 7)), (third, polls(1, 8))];
        assert_eq!(told(&same), [(first, Some(7)), (third, Some(8))]);
        assert_eq!(told(&children.map(|pid| (pid, polls(1, pid)))).len(), TOLD);
    }
}
