//! `cargo xtask bench`: what a check costs, as figures of one run that can be compared with each other.

use crate::programs::{self, Known};
use crate::report::columns::{pad, width};
use crate::run::{Ran, Runner, default_jobs};
use crate::select::Select;
use crate::trouble::{FAILED, PASSED, Trouble};
use anstream::println;
use clap::Args;
use exercises::{Exercise, ExerciseCheck};
use harness::check::Stimulus;
use harness::event::Rest;
use harness::program::Program;
use std::process::{ExitCode, Stdio};
use std::time::{Duration, Instant};
use tokio::process::Command;

/// A passing check of a Rust program may cost this much beyond the program's own run.
const OVERHEAD: Duration = Duration::from_millis(15);
/// A hanging program's check may take this many times as long as the passing one's.
const HANGING: f64 = 2.0;

/// Measure what a check costs beyond the program's own run, and what a hanging program costs
///
/// One lab at a time; the runs that are compared alternate. The program's own run is the time from its start to its
/// end when it is called without arguments, once for each start in the check: the least it could take.
#[derive(Args)]
pub struct Bench {
    /// How often each check runs
    #[arg(long, short = 'n', value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    #[command(flatten)]
    select: Select,
}

impl Bench {
    /// Measures, and says whether the limits are kept.
    ///
    /// # Errors
    /// When it could not be done.
    pub async fn run(self) -> Result<ExitCode, Trouble> {
        let exercises = self.select.load()?;
        let mut rust = programs::references(&exercises, default_jobs()).await?;
        rust.retain(|known| !known.name.contains("/python/") && !known.name.contains("/c/"));
        let mut wrong = programs::wrong(&exercises, default_jobs()).await?;
        wrong.retain(|known| known.name.ends_with(".rs"));
        let runner = Runner::new(1)?;
        let build = if cfg!(debug_assertions) { "debug" } else { "release" };
        println!("{} runs of each check, one lab at a time, {build} build. Times are medians.", self.runs);
        println!();
        let overhead = self.passing(&exercises, &rust, &runner).await?;
        println!();
        let ratio = self.hanging(&exercises, &rust, &wrong, &runner).await?;
        Ok(ExitCode::from(if overhead <= OVERHEAD && ratio <= HANGING { PASSED } else { FAILED }))
    }

    /// What passing checks cost; returns the median over all checks beyond the program's own run.
    async fn passing(&self, exercises: &[Exercise], rust: &[Known], runner: &Runner) -> Result<Duration, Trouble> {
        let mut rows = vec![["passing check".into(), "whole".into(), "own run".into(), "beyond it".into()]];
        let mut all = Vec::new();
        for known in rust {
            let exercise = &exercises[known.exercise];
            for check in &exercise.checks {
                let (mut whole, mut own) = (Vec::new(), Vec::new());
                let starts = check.check.stimuli.iter().filter(|line| matches!(line, Stimulus::Start(_))).count();
                for _ in 0..self.runs {
                    whole.push(timed(exercise, check, &known.program, runner).await?.0);
                    own.push(own_run(&known.program).await? * u32::try_from(starts).unwrap_or(1));
                }
                let (whole, own) = (median(whole), median(own));
                let beyond = whole.saturating_sub(own);
                all.push(beyond);
                rows.push([format!("{}::{}", exercise.name, check.name), ms(whole), ms(own), ms(beyond)]);
            }
        }
        table(&rows);
        let median = median(all);
        println!();
        println!("The median check costs {} beyond the program's own run; the limit is {}.", ms(median), ms(OVERHEAD));
        Ok(median)
    }

    /// What hanging programs cost; returns the highest ratio to the passing one.
    async fn hanging(
        &self,
        exercises: &[Exercise],
        rust: &[Known],
        wrong: &[Known],
        runner: &Runner,
    ) -> Result<f64, Trouble> {
        let mut rows = vec![["hanging program".into(), "it".into(), "reference".into(), "ratio".into()]];
        let mut highest: f64 = 0.0;
        for known in wrong {
            let exercise = &exercises[known.exercise];
            let Some(reference) = rust.iter().find(|other| other.exercise == known.exercise) else { continue };
            for check in &exercise.checks {
                if !hangs(&timed(exercise, check, &known.program, runner).await?.1) {
                    continue;
                }
                let (mut it, mut passing) = (Vec::new(), Vec::new());
                for _ in 0..self.runs {
                    it.push(timed(exercise, check, &known.program, runner).await?.0);
                    passing.push(timed(exercise, check, &reference.program, runner).await?.0);
                }
                let (it, passing) = (median(it), median(passing));
                let ratio = it.as_secs_f64() / passing.as_secs_f64();
                highest = highest.max(ratio);
                rows.push([format!("{} {}", known.name, check.name), ms(it), ms(passing), format!("{ratio:.2}")]);
            }
        }
        table(&rows);
        println!();
        println!("The highest ratio is {highest:.2}; the limit is {HANGING:.2}.");
        Ok(highest)
    }
}

async fn timed(
    exercise: &Exercise,
    check: &ExerciseCheck,
    program: &Program,
    runner: &Runner,
) -> Result<(Duration, Ran), Trouble> {
    let began = Instant::now();
    let ran = runner.run(exercise, check, program).await;
    let time = began.elapsed();
    Ok((time, ran.map_err(|error| Trouble::Ours(format!("{}::{}: {error}", exercise.name, check.name)))?))
}

/// From the start of a program without arguments to its end.
async fn own_run(program: &Program) -> Result<Duration, Trouble> {
    let [command, args @ ..] = program.command.as_slice() else { return Ok(Duration::ZERO) };
    let began = Instant::now();
    let mut command = Command::new(command);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().await.map_err(Trouble::ours("running a program"))?;
    Ok(began.elapsed())
}

/// Whether a program still waited when its check was over.
fn hangs(ran: &Ran) -> bool {
    ran.seen.steps.last().is_some_and(|step| matches!(step.rest, Rest::Idle(_)))
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn ms(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

/// The first column to the left, numbers to the right.
fn table(rows: &[[String; 4]]) {
    let widest = |column: usize| rows.iter().map(|row| width(&row[column])).max().unwrap_or(0);
    for row in rows {
        let mut line = pad(&row[0], widest(0));
        for (column, cell) in row.iter().enumerate().skip(1) {
            let blank = widest(column) - width(cell) + 2;
            line.push_str(&format!("{:blank$}{cell}", ""));
        }
        println!("{line}");
    }
}
