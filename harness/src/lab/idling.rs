//! A tool that does nothing but wait, again and again: a loop of short sleeps never stands still, and comes to nothing.
//!
//! Counted are looks at which everything slept, since work was last seen. Work is CPU time, of which even a starved machine gives
//! some to everybody; a look at which something runs is not counted, but it is no work yet.

use std::time::Duration;

/// How much CPU time is hardly any, of one look. Whoever waits looks around from time to time.
const HARDLY_ANY: Duration = Duration::from_millis(10);
/// So much at once, between two looks at which everything slept, is work.
const WORK: Duration = Duration::from_millis(100);

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Idling {
    looks: u32,
    /// CPU time when work was last seen, and when everything last slept.
    cpu_at_work: Duration,
    cpu_asleep: Duration,
}

impl Idling {
    /// Takes in a look: whether everything sleeps, whether something has come from the tool, and its CPU time so far. Returns
    /// how many looks there have been at which it only waited.
    pub(super) fn look(&mut self, is_asleep: bool, moved: bool, cpu: Duration) -> u32 {
        let works = cpu.saturating_sub(self.cpu_asleep) >= WORK
            || cpu.saturating_sub(self.cpu_at_work) >= HARDLY_ANY * (self.looks + 1);
        if moved || works {
            *self = Self { looks: 0, cpu_at_work: cpu, cpu_asleep: cpu };
        }
        if is_asleep {
            self.looks += 1;
            self.cpu_asleep = cpu;
        }
        self.looks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    /// How many of 100 looks count at last, of a tool that uses so many milliseconds between two looks, and runs at every n-th.
    #[rstest]
    #[case::sleeps(0, 1000, 100)]
    #[case::looks_around(5, 1000, 100)]
    #[case::runs_now_and_then(1, 2, 50)]
    #[case::works(50, 1000, 1)]
    #[case::works_and_is_always_running(50, 1, 0)]
    fn looks_are_counted_at_which_it_only_waits(#[case] ms: u64, #[case] runs_at: u64, #[case] counted: u32) {
        let mut idling = Idling::default();
        let looks = (1..=100).map(|at| idling.look(at % runs_at != 0, false, Duration::from_millis(ms * at)));
        assert_eq!(looks.last(), Some(counted));
    }

    #[test]
    fn work_and_output_begin_the_count_anew() {
        let mut idling = Idling::default();
        let mut look = |moved, ms| idling.look(true, moved, Duration::from_millis(ms));
        assert_eq!([look(false, 0), look(false, 0), look(true, 0), look(false, 0)], [1, 2, 1, 2]);
        assert_eq!((0..20).map(|_| look(false, 0)).last(), Some(22));
        assert_eq!([look(false, 90), look(false, 200)], [23, 1]);
    }

    /// A child that nobody waits for takes its time with it.
    #[test]
    fn cpu_time_that_vanishes_is_no_work() {
        let mut idling = Idling::default();
        idling.look(true, false, Duration::from_secs(5));
        assert_eq!(idling.look(true, false, Duration::ZERO), 2);
    }
}
