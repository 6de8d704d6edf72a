//! When waits that only come back to themselves count as idle.

use super::*;
use crate::event::{Descriptor, Wait};
use crate::watch::tasks::{Call, Task};

fn look(switches: u64, pc: u64) -> Sample {
    let call = Call { number: 7, args: [0; 6], sp: 1, pc };
    let task = Task { doing: Doing::Asleep(call), switches };
    Sample { tasks: [((2, 2), task)].into() }
}

fn waits(ends: Ends) -> Vec<Waiting> {
    let on = vec![Descriptor { fd: 3, what: String::new() }];
    let told = Wait { pid: 2, tid: 2, on, ..Wait::default() };
    vec![Waiting { told, ends, timers: Vec::new() }]
}

fn are_final(cycles: &mut Cycles, sample: &Sample, waits: &[Waiting]) -> bool {
    cycles.are_final(sample, waits, false, &mut Memory::default())
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
    let mut memory = Memory::default();
    let mut look = |switches, ms| Cycles::default().are_final(&look(switches, 1), &every(ms), false, &mut memory);
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

/// A look at a lab in which nobody has run; of each timer what is left, in milliseconds, and how often it has expired.
fn with_timers(cycles: &mut Cycles, timers: &[(Option<u64>, u64)]) -> bool {
    let timers: Vec<_> = (4..)
        .zip(timers)
        .map(|(fd, (left, ticks))| Timer { at: (2, fd), left: left.map(Duration::from_millis), ticks: *ticks })
        .collect();
    let wait = waits(Ends::Never).remove(0);
    are_final(cycles, &look(1, 1), &[wait.with(deadline::of_timers(&timers), timers)])
}

#[test]
fn a_timer_that_expires_and_wakes_nobody_is_nobodys() {
    let mut cycles = Cycles::default();
    assert!(!with_timers(&mut cycles, &[(Some(700), 0)]));
    // It has expired, and its interrupt has not come.
    assert!(!with_timers(&mut cycles, &[(None, 0)]));
    assert!(with_timers(&mut cycles, &[(None, 1)]));
}

#[test]
fn a_periodic_one_too() {
    let mut cycles = Cycles::default();
    assert!(!with_timers(&mut cycles, &[(Some(700), 3)]));
    assert!(!with_timers(&mut cycles, &[(Some(100), 3)]));
    assert!(with_timers(&mut cycles, &[(Some(600), 4)]));
}

#[test]
fn one_that_is_nobodys_says_nothing_of_the_others() {
    let mut cycles = Cycles::default();
    assert!(!with_timers(&mut cycles, &[(Some(700), 0), (Some(800), 0)]));
    assert!(!with_timers(&mut cycles, &[(None, 1), (Some(10), 0)]));
    assert!(!with_timers(&mut cycles, &[(None, 1), (None, 0)]));
    assert!(with_timers(&mut cycles, &[(None, 1), (None, 1)]));
}

#[test]
fn three_whole_cycles_of_100_ms_are_enough_and_two_are_not() {
    let mut cycles = Cycles::default();
    let finals: Vec<_> = (1..=4).map(|wakes| are_final(&mut cycles, &look(wakes, 1), &every(100))).collect();
    assert_eq!(finals, [false, false, false, true]);
    assert!(cycles.goes_round((2, 2)));
}

#[test]
fn a_single_wait_that_nobody_waits_out_goes_round_nowhere() {
    let mut cycles = Cycles::default();
    assert!(are_final(&mut cycles, &look(1, 1), &every(3_600_000)));
    assert!(!cycles.goes_round((2, 2)));
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

#[test]
fn waits_at_ever_other_places_come_to_an_end_after_10_s() {
    let mut cycles = Cycles::default();
    let needed = (1..).find(|wakes| are_final(&mut cycles, &look(*wakes, *wakes), &every(100)));
    assert_eq!(needed, Some(101));
}

#[test]
fn waits_of_ever_other_processes_come_to_an_end_after_30_s() {
    let mut cycles = Cycles::default();
    let needed = (1..1000).find(|pid| {
        let mut sample = look(1, 1);
        let task = sample.tasks.remove(&(2, 2)).unwrap();
        sample.tasks.insert((*pid, *pid), task);
        let mut waits = every(1_000);
        (waits[0].told.pid, waits[0].told.tid) = (*pid, *pid);
        are_final(&mut cycles, &sample, &waits)
    });
    assert_eq!(needed, Some(31));
}

/// A program that waits for a second again and again, through the stimuli of one check.
struct Lab {
    memory: Memory,
    cycles: Cycles,
    switches: u64,
    sleeps: bool,
    only_output: bool,
}

impl Lab {
    /// One whose only wait was found idle after its start.
    fn started(sleeps: bool) -> Self {
        let mut lab = Self::new(sleeps);
        assert_eq!(lab.step(None, false), 3);
        lab
    }

    fn new(sleeps: bool) -> Self {
        Self { memory: Memory::default(), cycles: Cycles::default(), switches: 1, sleeps, only_output: false }
    }

    /// How many cycles it takes until the lab is settled.
    fn step(&mut self, line: Option<usize>, again: bool) -> u32 {
        self.step_with(line, again, |_| false)
    }

    /// The same, with something that happens after some of the cycles.
    fn step_with(&mut self, line: Option<usize>, again: bool, has_effect: impl Fn(u32) -> bool) -> u32 {
        self.cycles = Cycles::new(Occasion { starting: false, line, again });
        self.switches += 1;
        for cycles in 0..20 {
            if cycles > 0 && has_effect(cycles) {
                self.cycles.note_effect(self.only_output, &self.memory);
            }
            let mut waits = every(1_000);
            if self.sleeps {
                waits[0].told.on.clear();
            }
            if self.cycles.are_final(&look(self.switches, 1), &waits, line.is_some(), &mut self.memory) {
                return cycles;
            }
            self.switches += 1;
        }
        panic!("never final");
    }
}

#[test]
fn one_cycle_is_enough_at_a_place_that_was_idle_before() {
    let mut lab = Lab::started(false);
    assert_eq!(lab.step(Some(1), false), 1);
}

#[test]
fn not_so_after_what_cannot_be_seen_as_read() {
    let mut lab = Lab::started(false);
    assert_eq!(lab.step(None, false), 3);
}

#[test]
fn nor_in_a_plain_sleep_which_may_be_a_pause_between_two_acts() {
    let mut lab = Lab::started(true);
    assert_eq!(lab.step(Some(1), false), 3);
}

#[test]
fn a_repeated_line_that_was_dealt_with_at_once_takes_no_cycle() {
    for sleeps in [false, true] {
        let mut lab = Lab::started(sleeps);
        lab.step(Some(1), false);
        assert_eq!(lab.step(Some(1), true), 0);
    }
}

#[test]
fn one_that_had_an_effect_after_a_time_out_is_always_waited_out() {
    let mut lab = Lab::started(false);
    assert_eq!(lab.step_with(Some(1), false, |cycle| cycle == 1), 2);
    assert_eq!(lab.step(Some(1), true), 1);
    assert_eq!(lab.step(Some(1), true), 1);
}

#[test]
fn a_task_that_only_prints_is_waited_for_once() {
    let mut lab = Lab { only_output: true, ..Lab::new(true) };
    assert_eq!(lab.step_with(None, false, |_| true), 10);
    assert_eq!(lab.step_with(Some(1), false, |_| true), 1);
    assert_eq!(lab.step_with(Some(1), true, |_| true), 0);
}

#[test]
fn one_that_sends_is_waited_for_each_time() {
    let mut lab = Lab::new(true);
    assert_eq!(lab.step_with(None, false, |_| true), 10);
    assert_eq!(lab.step_with(Some(1), false, |_| true), 10);
    assert_eq!(lab.step_with(Some(1), true, |_| true), 10);
}

#[test]
fn a_place_is_the_same_in_every_thread() {
    let in_thread = |stack: u64| {
        let call = Call { number: 7, args: [0; 6], sp: stack + 0x123, pc: 1 };
        Place::of(&call)
    };
    let mut memory = Memory::default();
    memory.note_idle(in_thread(0x7000_0000));
    assert!(memory.is_idle(in_thread(0x9000_0000)));
    assert!(!memory.is_idle(in_thread(0x9000_0010)));
}
