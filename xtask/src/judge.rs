//! From what was seen of a program to a verdict with its reasons.

use crate::files::Files;
use crate::outcome::{CheckResult, Explanation, Failure};
use crate::run::{Ran, Runner};
use crate::trouble::Trouble;
use exercises::{Exercise, ExerciseCheck};
use harness::diagnosis::diagnose;
use harness::ladder::Ladder;
use harness::program::Program;
use harness::transcript::Transcript;
use harness::verdict::{self, Difference, Verdict, doing};

/// What came of a check, and what was drawn of it.
pub type Done = (CheckResult, Option<Ladder>);

/// Runs one check on a program.
///
/// # Errors
/// When the reviewed transcript cannot be read.
pub async fn run_one(
    exercise: &Exercise,
    check: &ExerciseCheck,
    program: &Program,
    runner: &Runner,
) -> Result<CheckResult, Trouble> {
    run_and_draw(exercise, check, program, runner, &Files::default()).await.map(|(result, _)| result)
}

/// The same with a drawing, and with the files that are asked for.
///
/// # Errors
/// The same, and when a file cannot be written.
pub async fn run_and_draw(
    exercise: &Exercise,
    check: &ExerciseCheck,
    program: &Program,
    runner: &Runner,
    files: &Files,
) -> Result<Done, Trouble> {
    let reviewed = check.expected()?;
    let ran = match runner.run(exercise, check, program).await {
        Ok(ran) => ran,
        Err(error) if error.missing => return Ok((CheckResult::NotRun(error), None)),
        Err(error) => return Ok((CheckResult::Error(error), None)),
    };
    let (result, ladder) = judge(exercise, check, &reviewed, &ran);
    files.keep(exercise, check, &ran.seen, &ladder)?;
    Ok((result, Some(ladder)))
}

/// What comes of what was seen of a check, and the drawing of it.
#[must_use]
pub fn judge(exercise: &Exercise, check: &ExerciseCheck, reviewed: &Transcript, ran: &Ran) -> (CheckResult, Ladder) {
    let title = format!("{}::{}", exercise.name, check.name);
    let ladder = Ladder::new(&title, &exercise.name, &check.check, &exercise.params, &ran.seen);
    let result = match verdict::compare(reviewed, &ran.transcript) {
        Verdict::Pass => CheckResult::Pass,
        Verdict::Fail(difference) => {
            let Difference { step, stimulus, expected, seen } = difference;
            let before = ran.transcript.steps[..step].iter().map(|step| step.stimulus.clone()).collect();
            let doing = doing(&check.check, &ran.seen.steps, step);
            let diagnosis = diagnose(&check.check, &exercise.params, &ran.seen, reviewed, &ran.transcript, step);
            let steps = check.check.stimuli.len();
            CheckResult::Fail(Box::new(Failure {
                step: step + 1,
                steps,
                before,
                stimulus,
                expected,
                seen,
                doing,
                diagnosis: diagnosis.map(Explanation::from),
            }))
        }
    };
    (result, ladder)
}
