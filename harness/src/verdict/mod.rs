//! The verdict on one check: its transcript compared with the reviewed snapshot, as strings.
//!
//! insta's macros write the snapshots in the maintainers' tests; they never run here: with `INSTA_FORCE_PASS` or
//! `INSTA_UPDATE` in the environment they would let a wrong program pass.

mod doing;
mod snapshot;

pub use doing::{Doing, doing};
pub use snapshot::{SnapshotError, body};

use crate::transcript::{Step, Transcript};

/// What came of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The transcript is the reviewed one.
    Pass,
    /// It is not.
    Fail(Difference),
}

/// Where a transcript first differs from the reviewed one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Number of the step, from 0.
    pub step: usize,
    /// Its stimulus.
    pub stimulus: String,
    /// What follows in the reviewed transcript. `None` where that has ended already.
    pub expected: Option<Vec<String>>,
    /// What followed. `None` where the check did not come this far.
    pub seen: Option<Vec<String>>,
}

/// Compares a transcript with the reviewed one.
#[must_use]
pub fn compare(expected: &Transcript, seen: &Transcript) -> Verdict {
    let steps = expected.steps.len().max(seen.steps.len());
    let first = (0..steps).find(|step| expected.steps.get(*step) != seen.steps.get(*step));
    let Some(step) = first else { return Verdict::Pass };
    let lines = |of: &Transcript| of.steps.get(step).map(|step| step.lines.clone());
    let stimulus = |of: &Transcript| of.steps.get(step).map(|Step { stimulus, .. }| stimulus.clone());
    Verdict::Fail(Difference {
        step,
        stimulus: stimulus(seen).or_else(|| stimulus(expected)).unwrap_or_default(),
        expected: lines(expected),
        seen: lines(seen),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Transcript {
        Transcript::parse(text)
    }

    #[test]
    fn equal_transcripts_pass() {
        assert_eq!(compare(&read("start a\n  exits 0\n"), &read("start a\n  exits 0")), Verdict::Pass);
    }

    #[test]
    fn the_first_differing_step_is_named() {
        let expected = read("start a\nA closes\n  exits 0\nB closes\n");
        let seen = read("start a\nA closes\n  crashes\nB closes\n  exits 0\n");
        let Verdict::Fail(difference) = compare(&expected, &seen) else { panic!("they differ") };
        assert_eq!((difference.step, difference.stimulus.as_str()), (1, "A closes"));
        assert_eq!(difference.expected, Some(vec!["exits 0".to_owned()]));
        assert_eq!(difference.seen, Some(vec!["crashes".to_owned()]));
    }

    #[test]
    fn a_check_that_ended_early_fails_at_the_first_step_that_is_missing() {
        let Verdict::Fail(difference) = compare(&read("start a\nA closes\n"), &read("start a\n")) else {
            panic!("they differ")
        };
        assert_eq!((difference.step, difference.seen), (1, None));
    }
}
