//! What a report says about one check, in the words that all formats share.

use super::text;
use crate::outcome::{CheckOutcome, CheckResult, ExerciseOutcome, Failure, Outcome, ProgramOutcome};
use harness::check::printable_lines;
use harness::lab::LabError;

/// How a format that knows no more than these four tells a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// The program did what is asked.
    Passed,
    /// It did not; or there is none that could be run, which is the submission's doing.
    Failed,
    /// Trouble of ours.
    Error,
    /// It was not run, and that is nobody's fault.
    NotRun,
}

/// A check of a submission, with what is told of it.
pub(super) struct Told<'a> {
    /// The exercise.
    pub(super) exercise: &'a ExerciseOutcome,
    /// The check.
    pub(super) check: &'a CheckOutcome,
    /// `tcp_server::one_client`
    pub(super) id: String,
    /// How it went.
    pub(super) status: Status,
    /// The reason in one line; empty if it passed.
    pub(super) reason: String,
    /// The reason in many lines, for people, of at most 80 columns; empty if it passed.
    pub(super) details: String,
    /// Whether a check before it has the same details, because they hold for the whole program or submission.
    again: bool,
}

impl Told<'_> {
    /// The details where they are told first; of a check for which they hold, too, the reason.
    pub(super) fn details_once(&self) -> &str {
        if self.again { &self.reason } else { &self.details }
    }
}

/// All checks of a submission, in order.
pub(super) fn checks(outcome: &Outcome) -> impl Iterator<Item = Told<'_>> {
    outcome.exercises.iter().enumerate().flat_map(move |(place, exercise)| {
        exercise.checks.iter().enumerate().map(move |(number, check)| {
            let (status, reason, details) = of(outcome, exercise, check);
            let again = match (&outcome.problem, &exercise.program) {
                (Some(_), _) => place + number > 0,
                (None, ProgramOutcome::Ready { .. } | ProgramOutcome::NotYet) => false,
                (None, _) => number > 0,
            };
            let id = format!("{}::{}", exercise.name, check.name);
            Told {
                exercise,
                check,
                id,
                status,
                reason: one_line(&reason),
                details: printable_lines(&details, usize::MAX),
                again,
            }
        })
    })
}

fn of(outcome: &Outcome, exercise: &ExerciseOutcome, check: &CheckOutcome) -> (Status, String, String) {
    if outcome.problem.is_some() || matches!(exercise.program, ProgramOutcome::NotBuilt { .. }) {
        return skipped(outcome, exercise);
    }
    match &check.result {
        CheckResult::Pass => (Status::Passed, String::new(), String::new()),
        CheckResult::Fail(failure) => (Status::Failed, reason(failure), text::failed(exercise, check, failure)),
        CheckResult::Skip => skipped(outcome, exercise),
        CheckResult::NotRun(error) => {
            (Status::NotRun, format!("not run: {}: {}", error.doing, error.error), trouble(error))
        }
        CheckResult::NotYet => (Status::NotRun, "not graded yet".to_owned(), "Grading was ended before it.".to_owned()),
        CheckResult::Error(error) => {
            (Status::Error, format!("could not be run: {}: {}", error.doing, error.error), trouble(error))
        }
    }
}

fn skipped(outcome: &Outcome, exercise: &ExerciseOutcome) -> (Status, String, String) {
    if let Some(problem) = &outcome.problem {
        let status = if problem.ours { Status::Error } else { Status::Failed };
        let what = if problem.ours { "trouble of the grader's" } else { "the submission cannot be graded" };
        return (status, format!("{what}: {}", problem.short()), problem.message.clone());
    }
    match &exercise.program {
        ProgramOutcome::NotHandedIn => (
            Status::Failed,
            "no program was handed in".to_owned(),
            "No program was handed in for this exercise.".to_owned(),
        ),
        ProgramOutcome::DoesNotCompile { source, message } => {
            (Status::Failed, format!("{source} does not compile"), format!("{source} does not compile.\n\n{message}"))
        }
        ProgramOutcome::NotBuilt { message } => (
            Status::Error,
            "the program could not be built, which says nothing about it".to_owned(),
            format!("The program could not be built, which says nothing about it.\n\n{message}"),
        ),
        ProgramOutcome::Ready { .. } | ProgramOutcome::NotYet => {
            (Status::NotRun, "not graded yet".to_owned(), "Grading was ended before it.".to_owned())
        }
    }
}

/// Why a check failed: the cause, or else where it first differs.
fn reason(failure: &Failure) -> String {
    match &failure.diagnosis {
        Some(diagnosis) => format!("{}: {}", diagnosis.title.trim_end_matches('.'), diagnosis.because),
        None => {
            format!("step {} of {}, {}, went otherwise than it should", failure.step, failure.steps, failure.stimulus)
        }
    }
}

fn trouble(error: &LabError) -> String {
    let remedy = error.remedy.as_ref().map(|remedy| format!("\n\n{remedy}")).unwrap_or_default();
    format!("This says nothing about the program. While {}: {}{remedy}", error.doing, error.error)
}

/// What a submission is called, on one line.
pub(super) fn name(outcome: &Outcome) -> String {
    one_line(&outcome.submission)
}

/// Somebody's words on one line.
pub(super) fn one_line(text: &str) -> String {
    printable_lines(text, usize::MAX).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The checks that did not pass, but what holds for a whole submission or exercise only once: a name, and what is told.
pub(super) fn not_passed(outcome: &Outcome) -> Vec<(String, Told<'_>)> {
    let mut out: Vec<(String, Told<'_>)> = Vec::new();
    for told in checks(outcome).filter(|told| told.status != Status::Passed) {
        let is_run = matches!(told.exercise.program, ProgramOutcome::Ready { .. } | ProgramOutcome::NotYet);
        let name = match (&outcome.problem, is_run) {
            (Some(_), _) => name(outcome),
            (None, false) => told.exercise.name.clone(),
            (None, true) => told.id.clone(),
        };
        if out.last().is_none_or(|(last, _)| *last != name) {
            out.push((name, told));
        }
    }
    out
}

/// Milliseconds as seconds.
pub(super) fn seconds(milliseconds: Option<u64>) -> f64 {
    milliseconds.unwrap_or(0) as f64 / 1000.0
}
