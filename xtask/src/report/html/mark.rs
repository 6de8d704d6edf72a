//! What stands in a cell: a letter for the page's program, a glyph and a colour for people, and words for those who see neither.

use crate::outcome::{CheckOutcome, CheckResult, ExerciseOutcome, Outcome, ProgramOutcome};
use crate::trouble;

/// What came of a check, or of a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Passed,
    Failed,
    /// There is nothing to run.
    Skipped,
    DoesNotCompile,
    NotYet,
    /// Something that it needs is not there.
    NotRun,
    /// Trouble of ours.
    Error,
}

impl Mark {
    /// In the order of the legend.
    pub(super) const ALL: [Self; 7] =
        [Self::Passed, Self::Failed, Self::Skipped, Self::DoesNotCompile, Self::NotYet, Self::NotRun, Self::Error];

    /// Of a check of a submission.
    pub(super) fn of(outcome: &Outcome, exercise: &ExerciseOutcome, check: &CheckOutcome) -> Self {
        match (&check.result, &exercise.program) {
            (CheckResult::Pass, _) => Self::Passed,
            (CheckResult::Fail(_), _) => Self::Failed,
            (CheckResult::NotYet, _) => Self::NotYet,
            (CheckResult::NotRun(_), _) => Self::NotRun,
            (CheckResult::Error(_), _) | (CheckResult::Skip, ProgramOutcome::NotBuilt { .. }) => Self::Error,
            (CheckResult::Skip, _) if outcome.problem.as_ref().is_some_and(|problem| problem.ours) => Self::Error,
            (CheckResult::Skip, ProgramOutcome::DoesNotCompile { .. }) => Self::DoesNotCompile,
            (CheckResult::Skip, _) => Self::Skipped,
        }
    }

    /// Of a whole submission: whether there is a grade, and whether all is passed.
    pub(super) fn of_all(outcome: &Outcome) -> Self {
        match outcome.exit_code() {
            trouble::OURS => Self::Error,
            _ if outcome.checks().any(|check| matches!(check.result, CheckResult::NotYet)) => Self::NotYet,
            trouble::PASSED => Self::Passed,
            _ => Self::Failed,
        }
    }

    /// In `data-marks` and in class names.
    pub(super) const fn letter(self) -> char {
        match self {
            Self::Passed => 'p',
            Self::Failed => 'f',
            Self::Skipped => 's',
            Self::DoesNotCompile => 'c',
            Self::NotYet => 'y',
            Self::NotRun => 'm',
            Self::Error => 'e',
        }
    }

    pub(super) const fn glyph(self) -> &'static str {
        match self {
            Self::Passed => "✓",
            Self::Failed => "✗",
            Self::Skipped => "–",
            Self::DoesNotCompile => "⊘",
            Self::NotYet => "…",
            Self::NotRun => "?",
            Self::Error => "!",
        }
    }

    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Skipped => "skipped, nothing to run",
            Self::DoesNotCompile => "skipped, does not compile",
            Self::NotYet => "not graded yet",
            Self::NotRun => "not run, something is missing on the grader's system",
            Self::Error => "error of the grader, no fault of the program",
        }
    }
}
