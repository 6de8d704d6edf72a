//! How slow the processor is.
//!
//! A program that never comes to rest is known by the CPU time that it burns. How much an interpreter needs to start is a matter of the
//! processor: on one that is emulated, importing a large library took 17 s instead of half a second, and right programs were taken for
//! spinning. So limits of CPU time are meant for a processor of today, and are multiplied for slower ones.

use rustix::time::{ClockId, clock_gettime};
use std::fmt::Write;
use std::time::Duration;

/// What the work takes on a processor for which the limits were chosen, generously: two to three times what was measured there.
const USUAL: Duration = Duration::from_millis(1);
/// More is not believed.
const SLOWEST: u32 = 100;
/// Of so many times the shortest counts: the others were disturbed.
const TIMES: u32 = 3;
/// So many numbers are written as text. The standard library does that, so the work is the same in each build of ours.
const NUMBERS: u32 = 4_000;

/// How many times as long as on a processor of today something takes on this one, at least 1. Takes a millisecond or two here.
pub(super) fn slowness() -> u32 {
    let shortest = (0..TIMES).map(|_| time_of_work()).min().unwrap_or_default();
    compared(shortest)
}

fn compared(time: Duration) -> u32 {
    let times = time.as_micros() / USUAL.as_micros();
    u32::try_from(times).unwrap_or(SLOWEST).clamp(1, SLOWEST)
}

/// The CPU time of a fixed piece of work.
fn time_of_work() -> Duration {
    let before = own_time();
    let mut text = String::with_capacity(32);
    for number in 1..=NUMBERS {
        text.clear();
        // Writing into a string cannot fail.
        let _ = write!(text, "{}", std::hint::black_box(1.0 / f64::from(number)));
        std::hint::black_box(&text);
    }
    own_time().saturating_sub(before)
}

/// What the calling thread has used.
fn own_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::faster(0, 1)]
    #[case::usual(900, 1)]
    #[case::a_little_slower(1_900, 1)]
    #[case::a_small_computer(4_200, 4)]
    #[case::emulated(31_000, 31)]
    #[case::not_believed(10_000_000, 100)]
    fn it_is_a_whole_number_of_times(#[case] micros: u64, #[case] expected: u32) {
        assert_eq!(compared(Duration::from_micros(micros)), expected);
    }

    #[test]
    fn the_work_takes_time() {
        assert!(time_of_work() > Duration::from_micros(10));
        assert!((1..=SLOWEST).contains(&slowness()));
    }
}
