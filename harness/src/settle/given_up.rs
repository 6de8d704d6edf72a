//! Waits that a time-out of the program's own has ended: it waited for something, nothing came, and it went on without.
//!
//! In a calm lab only time can end a wait. Where the look after a calm one finds that a single timed wait is over, it was
//! that one's time-out, whatever came of it. Where two are over, one may have woken the other, and nothing is said.

use super::Facts;
use super::deadline::Ends;
use super::memory::{Key, Place};
use crate::event::{Descriptor, GivenUp, Wait};
use crate::watch::tasks::{Doing, Sample};

/// A timed wait of a calm lab.
#[derive(Debug)]
struct Timed {
    task: Key,
    place: Place,
    told: Wait,
}

/// The time-outs that passed since the stimulus.
#[derive(Debug, Default)]
pub(super) struct TimeOuts {
    /// The timed waits of the calm lab, with the sample in which they were found.
    calm: Option<(Sample, Vec<Timed>)>,
    passed: Vec<(Timed, usize)>,
}

impl TimeOuts {
    /// A calm lab was confirmed.
    pub(super) fn note_calm(&mut self, facts: &Facts) {
        if self.calm.as_ref().is_some_and(|(sample, _)| *sample == facts.sample) {
            return;
        }
        let timed = facts.waits.iter().filter(|wait| wait.ends != Ends::Never).filter_map(|wait| {
            let task = (wait.told.pid, wait.told.tid);
            let Doing::Asleep(call) = &facts.sample.tasks.get(&task)?.doing else { return None };
            Some(Timed { task, place: Place::of(call), told: wait.told.clone() })
        });
        self.calm = Some((facts.sample.clone(), timed.collect()));
    }

    /// What a look finds; `packets` is how many had gone over the wire before it since the stimulus.
    pub(super) fn note(&mut self, sample: &Sample, packets: usize) {
        let Some((calm, timed)) = self.calm.take_if(|(calm, _)| calm != sample) else { return };
        let is_over = |timed: &Timed| sample.tasks.get(&timed.task) != calm.tasks.get(&timed.task);
        let mut over = timed.into_iter().filter(is_over);
        if let (Some(timed), None) = (over.next(), over.next())
            && timed.told.on.iter().any(Descriptor::is_from_outside)
        {
            self.passed.push((timed, packets));
        }
    }

    /// The waits whose tasks have not come back to them; `now` are the waits of the lab that has come to rest.
    pub(super) fn given_up(self, sample: &Sample, now: &[Wait]) -> Vec<GivenUp> {
        let is_back = |timed: &Timed| {
            let at_place = |task: &Key| match sample.tasks.get(task).map(|task| &task.doing) {
                Some(Doing::Asleep(call)) => Place::of(call).in_any_thread() == timed.place.in_any_thread(),
                _ => false,
            };
            now.iter().any(|wait| {
                wait.program == timed.told.program && at_place(&(wait.pid, wait.tid)) && wait.on == timed.told.on
            })
        };
        let left = self.passed.into_iter().filter(|(timed, _)| !is_back(timed));
        left.map(|(timed, packets)| GivenUp { wait: timed.told, packets }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settle::Waiting;
    use crate::watch::tasks::{Call, Task};
    use std::time::Duration;

    fn asleep(switches: u64, pc: u64) -> Task {
        Task { doing: Doing::Asleep(Call { number: 7, args: [0; 6], sp: 1, pc }), switches }
    }

    fn sample(tasks: &[(i32, Task)]) -> Sample {
        Sample { tasks: tasks.iter().map(|(pid, task)| ((*pid, *pid), task.clone())).collect() }
    }

    fn wait(pid: i32) -> Wait {
        let on = vec![Descriptor { fd: 3, what: "udp *:7788".to_owned() }];
        Wait { pid, tid: pid, on, timeout_ms: Some(2_000), ..Wait::default() }
    }

    fn facts(sample: Sample, waits: Vec<Wait>) -> Facts {
        let timed = |told| Waiting { told, ends: Ends::After(Duration::from_secs(2)), timers: Vec::new() };
        Facts { sample, sockets: Vec::new(), waits: waits.into_iter().map(timed).collect(), unread_input: false }
    }

    /// What is given up by programs that are found asleep, all in timed waits, and after a time as `later`.
    fn given_up(first: &[(i32, Task)], later: &[(i32, Task)]) -> Vec<i32> {
        let mut time_outs = TimeOuts::default();
        time_outs.note_calm(&facts(sample(first), first.iter().map(|(pid, _)| wait(*pid)).collect()));
        time_outs.note(&sample(later), 0);
        let now: Vec<_> = later.iter().map(|(pid, _)| wait(*pid)).collect();
        time_outs.given_up(&sample(later), &now).iter().map(|given_up| given_up.wait.pid).collect()
    }

    #[test]
    fn a_task_that_ends_after_its_time_out_has_given_up() {
        assert_eq!(given_up(&[(2, asleep(1, 1))], &[]), [2]);
    }

    #[test]
    fn one_that_waits_elsewhere_too() {
        assert_eq!(given_up(&[(2, asleep(1, 1))], &[(2, asleep(2, 5))]), [2]);
    }

    #[test]
    fn one_that_waits_again_has_not() {
        assert_eq!(given_up(&[(2, asleep(1, 1))], &[(2, asleep(2, 1))]), [0; 0]);
    }

    #[test]
    fn nor_has_one_that_another_may_have_woken() {
        let both = [(2, asleep(1, 1)), (3, asleep(1, 9))];
        assert_eq!(given_up(&both, &[]), [0; 0]);
        assert_eq!(given_up(&both, &[(3, asleep(1, 9))]), [2]);
    }

    #[test]
    fn a_plain_sleep_is_no_wait_for_anything() {
        let mut time_outs = TimeOuts::default();
        let slept = Wait { on: Vec::new(), ..wait(2) };
        time_outs.note_calm(&facts(sample(&[(2, asleep(1, 1))]), vec![slept]));
        time_outs.note(&sample(&[]), 0);
        assert_eq!(time_outs.given_up(&sample(&[]), &[]), []);
    }
}
