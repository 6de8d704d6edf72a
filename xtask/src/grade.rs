//! `cargo xtask grade`: the programs of a submission, graded.

use crate::files::Files;
use crate::isolation::{Choice, Chosen};
use crate::kept::Graded;
use crate::outcome::{
    CheckOutcome, CheckResult, ExerciseOutcome, Explanation, Failure, Outcome, Points, ProgramOutcome,
};
use crate::report::{self, Format, Show};
use crate::run::{Ran, Runner, default_jobs, launcher};
use crate::select::Select;
use crate::submission::{self, Built, Submission};
use crate::trouble::Trouble;
use clap::Args;
use exercises::{Exercise, ExerciseCheck};
use harness::diagnosis::diagnose;
use harness::ladder::Ladder;
use harness::program::Program;
use harness::transcript::Transcript;
use harness::verdict::{self, Difference, Verdict, doing};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::task::JoinSet;

/// Grade a submission: find its programs, build them, run every check in a lab of its own
///
/// A submission is a folder with one program for each exercise, in any language. For the exercise tcp_server that is
/// one of: a Cargo package with a binary tcp_server, tcp_server.rs, tcp_server.py, tcp_server.c, or an executable file tcp_server.
/// A zip, tar or tar.gz archive of such a folder is one, too.
#[derive(Args)]
#[command(after_long_help = "\
Exit codes:
  0  everything passed
  1  something failed, or a program is missing
  2  the command or the submission is not what it should be
  3  trouble of ours, which says nothing about the submission")]
pub struct Grade {
    /// The folder with the programs, or an archive of it [default: the starters in `exercises`]
    submission: Option<PathBuf>,
    #[command(flatten)]
    select: Select,
    #[command(flatten)]
    isolation: Choice,
    /// How many labs run at once [default: one for each processor]
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: Option<u16>,
    /// How the result is written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// What else is shown of each check that ran, whether or not it passed
    #[arg(long, value_enum, value_name = "WHAT")]
    show: Option<Show>,
    /// Also write what was on the wire into this folder, one file a check, for Wireshark
    ///
    /// The file of the check tcp_server::one_client is DIR/tcp_server-one_client.pcapng. What was done to the program stands
    /// there as packet comments.
    #[arg(long, value_name = "DIR")]
    pcap: Option<PathBuf>,
    /// Also write the drawn conversations into this folder, one picture a check
    #[arg(long, value_name = "DIR")]
    svg: Option<PathBuf>,
}

/// What came of a check, and what was drawn of it.
type Done = (CheckResult, Option<Ladder>);

impl Grade {
    /// Grades, and writes the report to standard output.
    ///
    /// # Errors
    /// When grading was not possible at all.
    pub async fn run(self) -> Result<ExitCode, Trouble> {
        let exercises = self.select.load()?;
        let names: Vec<_> = exercises.iter().map(|exercise| exercise.name.as_str()).collect();
        let dir = self.submission.unwrap_or_else(|| exercises::root().to_owned());
        let jobs = self.jobs.map_or_else(default_jobs, usize::from);
        let files = Files::new(self.pcap, self.svg)?;
        let progress = progress();
        progress.set_message("looking for programs");
        let chosen = self.isolation.make(&launcher()?, jobs).await?;
        if let Some(error) = &chosen.fell_back {
            anstream::eprintln!(
                "note: labs of their own cannot be made here ({}: {}), so checks are run in the network that is there, one at a \
                 time. What that means: cargo xtask doctor",
                error.doing,
                error.error
            );
        }
        let runner = Runner::with(chosen.launcher.clone(), chosen.jobs);
        let submission = submission::find(&dir, &names, runner.launcher()).await?;
        let shown = if dir == exercises::root() { "exercises".to_owned() } else { dir.display().to_string() };
        let outcome = grade(&submission, shown, exercises, &runner, &chosen, &files, &progress).await?;
        progress.finish_and_clear();
        report::print(&outcome, self.format, self.show)?;
        if let Err(error) = Graded::note(&outcome) {
            anstream::eprintln!("note: `cargo xtask hint` will not know of this grading: {error}");
        }
        Ok(ExitCode::from(outcome.exit_code()))
    }
}

/// Builds the programs of a submission and runs the checks of these exercises on them. What was on the wire is kept, if
/// `files` says where.
///
/// # Errors
/// Trouble that leaves nothing to report.
pub async fn grade(
    submission: &Submission,
    shown: String,
    exercises: Vec<Exercise>,
    runner: &Runner,
    chosen: &Chosen,
    files: &Files,
    progress: &ProgressBar,
) -> Result<Outcome, Trouble> {
    let names: Vec<_> = exercises.iter().map(|exercise| exercise.name.as_str()).collect();
    progress.set_message("building");
    let mut built = submission.build(&names, chosen.jobs, runner.launcher()).await?;
    let exercises: Vec<_> = exercises.into_iter().map(Arc::new).collect();
    let mut results = run_all(&exercises, &built, runner, files, progress).await?;
    let outcomes = exercises.iter().enumerate().map(|(number, exercise)| {
        let source = submission.sources.get(&exercise.name).map(submission::Source::name).unwrap_or_default();
        let checks = exercise.checks.iter().enumerate().map(|(index, check)| {
            let (result, ladder) = results.remove(&(number, index)).unwrap_or((CheckResult::Skip, None));
            let (name, about) = (check.name.clone(), check.check.about.clone());
            CheckOutcome { name, about, points: check.points, result, ladder }
        });
        let program = match built.remove(&exercise.name) {
            None => ProgramOutcome::NotHandedIn,
            Some(Built::Ready(_)) => ProgramOutcome::Ready { source },
            Some(Built::DoesNotCompile(message)) => ProgramOutcome::DoesNotCompile { source, message },
            Some(Built::NotBuilt(message)) => ProgramOutcome::NotBuilt { message },
        };
        ExerciseOutcome::new(exercise, checks.collect(), program)
    });
    let exercises: Vec<ExerciseOutcome> = outcomes.collect();
    let points = Points::of(exercises.iter().flat_map(|exercise| &exercise.checks));
    Ok(Outcome { submission: shown, points, isolation: chosen.held.clone(), exercises })
}

/// The results of all checks whose programs are ready, by the numbers of exercise and check.
async fn run_all(
    exercises: &[Arc<Exercise>],
    built: &BTreeMap<String, Built>,
    runner: &Runner,
    files: &Files,
    progress: &ProgressBar,
) -> Result<BTreeMap<(usize, usize), Done>, Trouble> {
    progress.set_message("");
    progress.set_style(counting());
    let mut running = JoinSet::new();
    for (number, exercise) in exercises.iter().enumerate() {
        let Some(Built::Ready(program)) = built.get(&exercise.name) else { continue };
        for index in 0..exercise.checks.len() {
            let (exercise, program, runner) = (Arc::clone(exercise), program.clone(), runner.clone());
            let (files, progress) = (files.clone(), progress.clone());
            running.spawn(async move {
                let _room = runner.room().await;
                progress.set_message(format!("{}::{}", exercise.name, exercise.checks[index].name));
                let check = &exercise.checks[index];
                let result = run_and_draw(&exercise, check, &program, &runner, &files).await;
                result.map(|result| ((number, index), result))
            });
        }
    }
    progress.set_length(running.len() as u64);
    let mut results = BTreeMap::new();
    while let Some(done) = running.join_next().await {
        let (place, result) = done.map_err(|error| Trouble::Ours(format!("running a check: {error}")))??;
        progress.inc(1);
        results.insert(place, result);
    }
    Ok(results)
}

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
async fn run_and_draw(
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
            CheckResult::Fail(Failure {
                step: step + 1,
                steps,
                before,
                stimulus,
                expected,
                seen,
                doing,
                diagnosis: diagnosis.map(Explanation::from),
            })
        }
    };
    (result, ladder)
}

/// A line on standard error that says what is going on, if that is a terminal.
fn progress() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    bar.set_style(ProgressStyle::with_template("  {msg} …").unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar
}

fn counting() -> ProgressStyle {
    ProgressStyle::with_template("  {pos} of {len} checks  {wide_msg}").unwrap_or_else(|_| ProgressStyle::default_bar())
}
