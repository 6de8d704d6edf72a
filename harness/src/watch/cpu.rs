//! CPU time of all that runs in a lab, also of what nobody waits for.
//!
//! The kernel adds the time of a process that has ended to its parent's, when that waits for it. Where a parent has said that it
//! will not (SIGCHLD ignored, SA_NOCLDWAIT), the time goes with the process. So there is a sum of our own beside the kernel's:
//! what was last seen of each process. It misses what a process did after the last look at it, and whoever lived too short to
//! be seen at all; how many those can be is limited ([`Started`](super::started::Started)).
#![expect(unsafe_code, reason = "the clock of another process")]

use super::{proc, procfs, tasks};
use std::collections::HashMap;
use std::io;
use std::time::Duration;

/// See the module.
#[derive(Debug, Default)]
pub struct CpuTime {
    /// Of the processes that lived at the last look: the time of each, without that of its children.
    living: HashMap<i32, Duration>,
    /// Of those that have gone.
    gone: Duration,
}

impl CpuTime {
    /// Looks at all processes that there are. The more often that is done, the less is missed.
    pub fn look(&mut self, processes: impl IntoIterator<Item = i32>) {
        self.note(processes.into_iter().filter_map(|pid| Some((pid, of(pid)?))));
    }

    /// The time of all that has run so far, of which `reaped` is that of the processes that we have waited for ourselves.
    ///
    /// # Errors
    /// Those of reading `/proc`.
    pub fn total(&mut self, reaped: Duration) -> io::Result<Duration> {
        let pids = tasks::with_init()?;
        let seen_by_kernel = tasks::cpu_time(&pids)? + reaped;
        self.look(tasks::without_init(pids));
        let seen = self.gone + self.living.values().sum::<Duration>();
        Ok(seen.max(seen_by_kernel))
    }

    fn note(&mut self, times: impl Iterator<Item = (i32, Duration)>) {
        let mut living = HashMap::new();
        for (pid, time) in times {
            // Who has used less than before is another, with the same id.
            if self.living.get(&pid).is_none_or(|before| *before <= time) {
                self.living.remove(&pid);
            }
            living.insert(pid, time);
        }
        self.gone += self.living.values().sum::<Duration>();
        self.living = living;
    }
}

/// What a process has used itself, with all its threads; none if it does not live.
fn of(pid: i32) -> Option<Duration> {
    let mut clock = 0;
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the calls fill what they are given.
    let is_told = unsafe {
        libc::clock_getcpuclockid(pid, &raw mut clock) == 0 && libc::clock_gettime(clock, &raw mut time) == 0
    };
    if is_told {
        return Some(Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).ok()?));
    }
    // Not every kernel has such clocks; their steps are finer than these.
    Some(tasks::in_ticks(proc::own_cpu_ticks(&procfs::read(&format!("/proc/{pid}/stat")).ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// What is known after these looks, at each of which these processes had used so many milliseconds.
    fn known(looks: &[&[(i32, u64)]]) -> Duration {
        let mut cpu = CpuTime::default();
        looks.iter().for_each(|times| cpu.note(times.iter().map(|(pid, time)| (*pid, ms(*time)))));
        cpu.gone + cpu.living.values().sum::<Duration>()
    }

    #[test]
    fn who_has_gone_is_remembered_as_last_seen() {
        assert_eq!(known(&[&[(2, 10), (3, 5)], &[(2, 12), (4, 1)], &[(2, 13)], &[]]), ms(13 + 5 + 1));
    }

    #[test]
    fn an_id_that_has_come_round_is_another_process() {
        assert_eq!(known(&[&[(2, 10)], &[(2, 3)], &[(2, 4)]]), ms(14));
    }

    #[test]
    fn the_clock_of_a_process_runs_with_it() {
        let own = std::process::id().cast_signed();
        let before = of(own).unwrap();
        while of(own).unwrap() < before + ms(3) {}
        // The kernel gives no id above 2^22.
        assert_eq!(of(1 << 23), None);
    }
}
