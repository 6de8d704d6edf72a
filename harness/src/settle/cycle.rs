//! Waits that only come back to themselves: housekeeping threads, and loops that look every now and then.
//!
//! A task that wakes, does nothing that anybody can see, and sleeps again at the same place (system call, stack
//! pointer, program counter) has gone through one cycle. After [`CYCLES`] whole cycles that also took [`WAITED`] of
//! its own waiting, it counts as idle. Three, because the first may have begun before the stimulus, the second may
//! have noticed it, and the third shows that nothing came of it; 300 ms, so that a loop which looks every 5 ms gets
//! sixty chances and not three. Both are counted in the program's own time-outs, so a loaded machine makes it slower
//! and not different. A single wait, however long, is waited out up to [`PATIENCE`].

use super::Waiting;
use super::deadline::Ends;
use crate::watch::tasks::{Doing, Sample};
use std::collections::HashMap;
use std::time::Duration;

/// Whole cycles without effect after which a periodic wait counts as idle.
const CYCLES: u32 = 3;
/// How long those cycles must have waited altogether.
const WAITED: Duration = Duration::from_millis(300);
/// A wait that ends later than this counts as idle at once, and a task that has waited this long in one step, whatever
/// came of it, counts as idle too.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is known of the timed waits since the stimulus.
#[derive(Debug, Default)]
pub(super) struct Cycles {
    tasks: HashMap<(i32, i32), Cycle>,
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
    pub(super) fn are_final(&mut self, sample: &Sample, waits: &[Waiting]) -> bool {
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
            if time > PATIENCE {
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
            all &= idle || cycle.waited_in_all >= PATIENCE;
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
        let told = Wait { pid: 2, tid: 2, name: String::new(), call: String::new(), on: Vec::new(), timeout_ms: None };
        vec![Waiting { told, ends }]
    }

    fn every(ms: u64) -> Vec<Waiting> {
        waits(Ends::After(Duration::from_millis(ms)))
    }

    #[test]
    fn an_endless_wait_is_final_at_once() {
        assert!(Cycles::default().are_final(&look(1, 1), &waits(Ends::Never)));
    }

    #[test]
    fn a_wait_beyond_all_patience_is_final_at_once() {
        assert!(Cycles::default().are_final(&look(1, 1), &every(3_600_000)));
    }

    #[test]
    fn a_single_sleep_is_waited_out_however_often_one_looks() {
        let mut cycles = Cycles::default();
        assert!((0..1000).all(|_| !cycles.are_final(&look(1, 1), &every(3_000))));
    }

    #[test]
    fn a_timed_wait_that_looks_endless_is_not_final_until_somebody_has_run() {
        let mut cycles = Cycles::default();
        assert!(!cycles.are_final(&look(1, 1), &every(700)));
        assert!(!cycles.are_final(&look(1, 1), &waits(Ends::Never)));
        assert!(cycles.are_final(&look(2, 1), &waits(Ends::Never)));
    }

    #[test]
    fn three_whole_cycles_of_100_ms_are_enough_and_two_are_not() {
        let mut cycles = Cycles::default();
        let finals: Vec<_> = (1..=4).map(|wakes| cycles.are_final(&look(wakes, 1), &every(100))).collect();
        assert_eq!(finals, [false, false, false, true]);
    }

    #[test]
    fn short_cycles_must_wait_300_ms_together() {
        let mut cycles = Cycles::default();
        let needed = (1..).find(|wakes| cycles.are_final(&look(*wakes, 1), &every(10)));
        assert_eq!(needed, Some(31));
    }

    #[test]
    fn an_effect_makes_the_counting_begin_anew() {
        let mut cycles = Cycles::default();
        (1..=3).for_each(|wakes| assert!(!cycles.are_final(&look(wakes, 1), &every(100))));
        cycles.forget();
        let finals: Vec<_> = (4..=7).map(|wakes| cycles.are_final(&look(wakes, 1), &every(100))).collect();
        assert_eq!(finals, [false, false, false, true]);
    }

    #[test]
    fn another_place_is_no_cycle() {
        let mut cycles = Cycles::default();
        assert!((1..50).all(|wakes| !cycles.are_final(&look(wakes, wakes), &every(100))));
    }
}
