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

use super::Waiting;
use super::deadline::Ends;
use crate::watch::tasks::{Doing, Sample};
use std::collections::HashMap;
use std::time::Duration;

/// Whole cycles without effect after which a periodic wait counts as idle.
const CYCLES: u32 = 3;
/// How long those cycles must have waited altogether.
const WAITED: Duration = Duration::from_millis(300);
/// A wait that is longer than this counts as idle at once. Programs pause for up to 3 s between two acts; time-outs of
/// sockets are 5 s and more; tokio keeps an idle thread for 10 s. No round number, because round numbers are what
/// people choose, and a wait must be clearly on one side.
const PATIENCE: Duration = Duration::from_millis(4_500);
/// A task that has waited this long in one step, in however many waits, counts as idle too.
const PATIENCE_IN_ALL: Duration = Duration::from_secs(10);

/// Process id and thread id.
type Key = (i32, i32);

/// The waits that were found to be longer than [`PATIENCE`], with the switch counter of their tasks: they stay so until the
/// task runs, also over further stimuli, though less and less of them is left.
#[derive(Debug, Default)]
pub(super) struct LongWaits(HashMap<Key, u64>);

/// What is known of the timed waits since the stimulus.
#[derive(Debug, Default)]
pub(super) struct Cycles {
    tasks: HashMap<Key, Cycle>,
    /// The last sample that was not final.
    waiting: Option<Sample>,
}

#[derive(Debug, Default)]
struct Cycle {
    /// Where it waits: number, stack pointer and program counter of its call.
    place: (i64, u64, u64),
    switches: u64,
    /// Whole cycles without effect.
    whole: u32,
    waited: Duration,
    /// All its waiting in this step, with effect or without.
    waited_in_all: Duration,
}

impl Cycles {
    /// Something happened: cycles are counted anew.
    pub(super) fn forget(&mut self) {
        for cycle in self.tasks.values_mut() {
            cycle.whole = 0;
            cycle.waited = Duration::ZERO;
            // The cycle under way began before what happened.
            cycle.switches = 0;
        }
    }

    /// Looks at the sleeping tasks of a sample in which nobody ran, and says whether all waits are final.
    pub(super) fn are_final(&mut self, sample: &Sample, waits: &[Waiting], long: &mut LongWaits) -> bool {
        // Where nobody has run, nothing became final. A timer that has expired looks like one that was never set until its
        // interrupt has come, and on a busy virtual machine that can take longer than our next look.
        if self.waiting.as_ref() == Some(sample) {
            return false;
        }
        let mut all = true;
        for wait in waits {
            let key = (wait.told.pid, wait.told.tid);
            let Some(task) = sample.tasks.get(&key) else { continue };
            let (Doing::Asleep(call), Ends::After(time)) = (&task.doing, wait.ends) else { continue };
            if time > PATIENCE || long.0.get(&key) == Some(&task.switches) {
                long.0.insert(key, task.switches);
                continue;
            }
            let cycle = self.tasks.entry(key).or_default();
            let place = (call.number, call.sp, call.pc);
            if cycle.place != place {
                *cycle = Cycle { place, waited_in_all: cycle.waited_in_all, ..Cycle::default() };
            } else if cycle.switches != 0 && cycle.switches != task.switches {
                cycle.whole += 1;
                cycle.waited += time;
                cycle.waited_in_all += time;
            }
            cycle.switches = task.switches;
            let idle = cycle.whole >= CYCLES && cycle.waited >= WAITED;
            all &= idle || cycle.waited_in_all >= PATIENCE_IN_ALL;
        }
        self.waiting = (!all).then(|| sample.clone());
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Wait;
    use crate::watch::tasks::{Call, Task};

    fn look(switches: u64, pc: u64) -> Sample {
        let call = Call { number: 7, args: [0; 6], sp: 1, pc };
        let task = Task { doing: Doing::Asleep(call), switches };
        Sample { tasks: [((2, 2), task)].into() }
    }

    fn waits(ends: Ends) -> Vec<Waiting> {
        let (name, call) = (String::new(), String::new());
        let told = Wait { program: 0, pid: 2, tid: 2, name, call, on: Vec::new(), timeout_ms: None };
        vec![Waiting { told, ends }]
    }

    fn are_final(cycles: &mut Cycles, sample: &Sample, waits: &[Waiting]) -> bool {
        cycles.are_final(sample, waits, &mut LongWaits::default())
    }

    fn every(ms: u64) -> Vec<Waiting> {
        waits(Ends::After(Duration::from_millis(ms)))
    }

    #[test]
    fn an_endless_wait_is_final_at_once() {
        assert!(are_final(&mut Cycles::default(), &look(1, 1), &waits(Ends::Never)));
    }

    #[test]
    fn a_wait_beyond_all_patience_is_final_at_once() {
        assert!(are_final(&mut Cycles::default(), &look(1, 1), &every(3_600_000)));
    }

    #[test]
    fn a_long_wait_stays_long_until_its_task_runs() {
        let mut long = LongWaits::default();
        let mut look = |switches, ms| Cycles::default().are_final(&look(switches, 1), &every(ms), &mut long);
        assert!(look(1, 5_000));
        assert!(look(1, 1_000));
        assert!(!look(2, 1_000));
    }

    #[test]
    fn a_single_sleep_is_waited_out_however_often_one_looks() {
        let mut cycles = Cycles::default();
        assert!((0..1000).all(|_| !are_final(&mut cycles, &look(1, 1), &every(3_000))));
    }

    #[test]
    fn a_timed_wait_that_looks_endless_is_not_final_until_somebody_has_run() {
        let mut cycles = Cycles::default();
        assert!(!are_final(&mut cycles, &look(1, 1), &every(700)));
        assert!(!are_final(&mut cycles, &look(1, 1), &waits(Ends::Never)));
        assert!(are_final(&mut cycles, &look(2, 1), &waits(Ends::Never)));
    }

    #[test]
    fn three_whole_cycles_of_100_ms_are_enough_and_two_are_not() {
        let mut cycles = Cycles::default();
        let finals: Vec<_> = (1..=4).map(|wakes| are_final(&mut cycles, &look(wakes, 1), &every(100))).collect();
        assert_eq!(finals, [false, false, false, true]);
    }

    #[test]
    fn short_cycles_must_wait_300_ms_together() {
        let mut cycles = Cycles::default();
        let needed = (1..).find(|wakes| are_final(&mut cycles, &look(*wakes, 1), &every(10)));
        assert_eq!(needed, Some(31));
    }

    #[test]
    fn an_effect_makes_the_counting_begin_anew() {
        let mut cycles = Cycles::default();
        (1..=3).for_each(|wakes| assert!(!are_final(&mut cycles, &look(wakes, 1), &every(100))));
        cycles.forget();
        let finals: Vec<_> = (4..=7).map(|wakes| are_final(&mut cycles, &look(wakes, 1), &every(100))).collect();
        assert_eq!(finals, [false, false, false, true]);
    }

    #[test]
    fn another_place_is_no_cycle() {
        let mut cycles = Cycles::default();
        assert!((1..50).all(|wakes| !are_final(&mut cycles, &look(wakes, wakes), &every(100))));
    }
}
