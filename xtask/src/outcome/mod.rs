//! What came of grading, as plain data. Every report is made of this, and the one for programs is this, as it stands.

mod head;

pub use head::{CheckHead, ExerciseHead, Head, grader};

use crate::trouble::{FAILED, OURS, PASSED, Trouble};
use exercises::Visibility;
use harness::diagnosis::{Cause, Diagnosis};
use harness::lab::LabError;
use harness::ladder::Ladder;
use harness::verdict::Doing;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The outcomes of all submissions, one after the other: there can be more than fit into memory.
pub trait Outcomes {
    /// Calls `f` with each, in the order of the submissions' names. Can be done again.
    ///
    /// # Errors
    /// Those of `f`, and of reading what is kept.
    fn each(&self, f: &mut dyn FnMut(Outcome) -> Result<(), Trouble>) -> Result<(), Trouble>;
}

impl Outcomes for Vec<Outcome> {
    fn each(&self, f: &mut dyn FnMut(Outcome) -> Result<(), Trouble>) -> Result<(), Trouble> {
        self.iter().cloned().try_for_each(f)
    }
}

/// The grade of a whole submission.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// The submission, as it was named on the command line, or in its class.
    pub submission: String,
    /// Of all exercises together.
    pub points: Points,
    /// Why it could not be graded at all, if that is so. Then all its checks are skipped.
    pub problem: Option<Problem>,
    /// In teaching order.
    pub exercises: Vec<ExerciseOutcome>,
}

/// Why a submission could not be graded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What is wrong, and what to do.
    pub message: String,
    /// Whether that is trouble of ours, which says nothing about the submission.
    pub ours: bool,
}

impl Problem {
    /// What is wrong, in one line; what helps to mend it stands below that.
    #[must_use]
    pub fn short(&self) -> &str {
        self.message.lines().next().unwrap_or_default()
    }
}

impl From<Trouble> for Problem {
    fn from(trouble: Trouble) -> Self {
        Self { message: trouble.to_string(), ours: matches!(trouble, Trouble::Ours(_)) }
    }
}

/// The grade of one exercise.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ExerciseOutcome {
    /// `tcp_server`
    pub name: String,
    /// A few words about it.
    pub title: String,
    /// Of all its checks together.
    pub points: Points,
    /// The values that the checks name, as text.
    pub parameters: BTreeMap<String, String>,
    /// What became of the program before any check.
    pub program: ProgramOutcome,
    /// In teaching order. All are skipped when there is no program to run.
    pub checks: Vec<CheckOutcome>,
}

impl ExerciseOutcome {
    /// Puts the outcomes of an exercise's checks together. A cause that another check proves takes the place of one that is
    /// only likely.
    #[must_use]
    pub fn new(exercise: &ExerciseHead, mut checks: Vec<CheckOutcome>, program: ProgramOutcome) -> Self {
        let proved: Vec<(String, Explanation)> =
            checks.iter().filter_map(|check| Some((check.name.clone(), check.explanation()?.clone()))).collect();
        for check in &mut checks {
            if let CheckResult::Fail(failure) = &mut check.result
                && let Some(explanation) = &mut failure.diagnosis
            {
                let behind = std::mem::take(&mut explanation.behind);
                if let Some((name, other)) = proved.iter().find(|(_, other)| behind.contains(&other.cause)) {
                    *explanation = other.as_in(name);
                }
            }
        }
        Self {
            name: exercise.name.clone(),
            title: exercise.title.clone(),
            points: Points::of(&checks),
            parameters: exercise.parameters.clone(),
            program,
            checks,
        }
    }
}

/// What became of a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ProgramOutcome {
    /// It can be run.
    Ready {
        /// The file it was made from, or the Cargo package.
        source: String,
    },
    /// The submission has none for this exercise.
    NotHandedIn,
    /// Grading was ended before it was looked for.
    NotYet,
    /// The compiler refuses it.
    DoesNotCompile {
        /// The file it should have been made from, or the Cargo package.
        source: String,
        /// The compiler's own words.
        message: String,
    },
    /// It could not be built, and that says nothing about it.
    NotBuilt {
        /// What went wrong.
        message: String,
    },
}

/// The result of one check.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CheckOutcome {
    /// `restarts_at_once`
    pub name: String,
    /// What it is about, in a sentence.
    pub about: String,
    /// What passing it is worth.
    pub points: u32,
    /// When its result is to be seen by whoever handed the program in.
    pub visibility: Visibility,
    /// What came of it.
    #[serde(flatten)]
    pub result: CheckResult,
    /// How long it took, if it ran.
    pub milliseconds: Option<u64>,
    /// The drawn conversation, if the check ran and it is kept.
    #[serde(skip)]
    pub ladder: Option<Ladder>,
}

impl CheckOutcome {
    /// The cause of its failure, where it is known.
    fn explanation(&self) -> Option<&Explanation> {
        match &self.result {
            CheckResult::Fail(failure) => failure.diagnosis.as_ref(),
            _ => None,
        }
    }
}

/// What came of a check.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum CheckResult {
    /// The program did what is asked.
    Pass,
    /// It did something else.
    Fail(Box<Failure>),
    /// There is nothing to try: no program was handed in, or the compiler refuses it.
    Skip,
    /// It needs something that this system does not have; or the program could not be built, which says nothing about it.
    NotRun(LabError),
    /// Grading was ended before it.
    NotYet,
    /// Trouble of ours.
    Error(LabError),
}

impl CheckResult {
    /// Whether it says something about the program, so that the check need not be run again.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::Pass | Self::Fail(_))
    }

    /// The verdict in one word, as reports for programs have it.
    #[must_use]
    pub const fn verdict(&self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail(_) => "fail",
            Self::Skip => "skip",
            Self::NotRun(_) => "not_run",
            Self::NotYet => "not_yet",
            Self::Error(_) => "error",
        }
    }

    /// Of a check whose program could not be built, through no fault of its own. Why stands with the program.
    #[must_use]
    pub fn not_built() -> Self {
        Self::NotRun(LabError {
            doing: "building the program".to_owned(),
            error: "it could not be built".to_owned(),
            remedy: None,
            missing: true,
        })
    }
}

/// The evidence of a failure: the first step whose transcript is not the reviewed one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Failure {
    /// Its number, from 1.
    pub step: usize,
    /// How many steps the check has.
    pub steps: usize,
    /// The stimuli of the steps before it, which went as they should.
    pub before: Vec<String>,
    /// Its stimulus.
    pub stimulus: String,
    /// What follows in the reviewed transcript. `None` where that has ended already.
    pub expected: Option<Vec<String>>,
    /// What followed. `None` where the check did not come this far.
    pub seen: Option<Vec<String>>,
    /// What the program was doing at the end of the step.
    pub doing: Doing,
    /// The cause, where it is certain.
    pub diagnosis: Option<Explanation>,
}

/// A diagnosis with the texts of its cause.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Explanation {
    /// The cause's stable identifier.
    pub cause: Cause,
    /// The cause in a few words, a sentence about the program.
    pub title: String,
    /// How it is seen, in sentences.
    pub because: String,
    /// Further facts, a sentence each.
    pub evidence: Vec<String>,
    /// What to do next.
    pub next: String,
    /// The causes that take the place of this one if another check proves one of them. Empty once that is done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub behind: Vec<Cause>,
}

impl Explanation {
    /// The same, for another check than the one that has proved it.
    fn as_in(&self, check: &str) -> Self {
        Self { because: format!("As in {check}: {}", self.because), behind: Vec::new(), ..self.clone() }
    }
}

impl From<Diagnosis> for Explanation {
    fn from(diagnosis: Diagnosis) -> Self {
        let next = diagnosis.next().to_owned();
        let Diagnosis { cause, because, evidence, behind, .. } = diagnosis;
        Self { cause, title: cause.title().to_owned(), because, evidence, next, behind }
    }
}

/// How much was reached, of how much.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Points {
    /// Of the checks that are passed.
    pub got: u32,
    /// Of all checks.
    pub of: u32,
}

impl Points {
    /// The points of some checks.
    #[must_use]
    pub fn of<'a>(checks: impl IntoIterator<Item = &'a CheckOutcome>) -> Self {
        checks.into_iter().fold(Self::default(), |sum, check| Self {
            got: sum.got + if check.passed() { check.points } else { 0 },
            of: sum.of + check.points,
        })
    }
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} points", self.got, self.of)
    }
}

impl Outcome {
    /// The exit code: 0 all passed, 1 something failed, 3 error of ours.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        let not_built = |exercise: &ExerciseOutcome| matches!(exercise.program, ProgramOutcome::NotBuilt { .. });
        if self.problem.as_ref().is_some_and(|problem| problem.ours)
            || self.exercises.iter().any(not_built)
            || self.checks().any(|check| matches!(check.result, CheckResult::Error(_) | CheckResult::NotRun(_)))
        {
            OURS
        } else if self.problem.is_none() && self.checks().all(CheckOutcome::passed) {
            PASSED
        } else {
            FAILED
        }
    }

    /// All checks.
    pub fn checks(&self) -> impl Iterator<Item = &CheckOutcome> {
        self.exercises.iter().flat_map(|exercise| &exercise.checks)
    }
}

impl CheckOutcome {
    /// Whether it is passed.
    #[must_use]
    pub const fn passed(&self) -> bool {
        matches!(self.result, CheckResult::Pass)
    }
}
