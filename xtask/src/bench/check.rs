//! What a check costs: a passing one beyond the program's own run, a hanging one against a passing one, and all of a submission.

use super::figures::{median, ms, table};
use super::programs::own_run;
use crate::programs::{self, Known};
use crate::run::{Ran, Runner, default_jobs};
use crate::trouble::Trouble;
use anstream::println;
use exercises::{Exercise, ExerciseCheck};
use harness::check::Stimulus;
use harness::event::Rest;
use harness::program::Program;
use harness::sandbox::Layers;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// A passing check of a Rust program may cost this much beyond the program's own run.
const OVERHEAD: Duration = Duration::from_millis(15);
/// Of that the sandbox may cost so much, over a lab without one.
const SANDBOX: Duration = Duration::from_millis(5);
/// A hanging program's check may take this many times as long as the passing one's.
const HANGING: f64 = 2.0;

/// All checks of the reference programs, already built, may take this long together.
const WHOLE: Duration = Duration::from_secs(2);
/// Those of a submission in which every program hangs may take this many times as long.
const WHOLE_HANGING: f64 = 3.0;
/// A lab may use this much memory, without the program.
const MEMORY_KIB: u64 = 20 * 1024;

/// Measures each check of these exercises so often, and says whether the limits are kept.
///
/// # Errors
/// When it could not be done.
pub async fn run(runs: u32, exercises: &[Exercise]) -> Result<bool, Trouble> {
    let runner = Runner::new(1)?;
    let mut rust = programs::references(exercises, default_jobs(), runner.launcher()).await?;
    rust.retain(|known| !known.name.contains("/python/") && !known.name.contains("/c/"));
    let mut wrong = programs::wrong(exercises, default_jobs(), runner.launcher()).await?;
    wrong.retain(|known| known.name.ends_with(".rs"));
    let build = super::build();
    println!("{runs} runs of each check, one lab at a time, {build} build. Times are medians.");
    println!();
    let bench = Checks { runs, exercises, rust: &rust, wrong: &wrong, runner: &runner };
    let (overhead, sandbox) = bench.passing().await?;
    println!();
    let ratio = bench.hanging().await?;
    println!();
    let whole = Whole::measure(runs.min(10), exercises, &rust).await?;
    whole.print();
    Ok(overhead <= OVERHEAD && sandbox <= SANDBOX && ratio <= HANGING && whole.is_within_limits())
}

/// What is measured, with what.
struct Checks<'a> {
    runs: u32,
    exercises: &'a [Exercise],
    /// The reference programs.
    rust: &'a [Known],
    wrong: &'a [Known],
    runner: &'a Runner,
}

impl Checks<'_> {
    /// What passing checks cost; returns the median over all checks beyond the program's own run, and what of it is the sandbox's.
    async fn passing(&self) -> Result<(Duration, Duration), Trouble> {
        let Self { exercises, rust, runner, .. } = *self;
        let header = ["passing check", "whole", "bare lab", "own run", "beyond it"];
        let mut rows = vec![header.map(str::to_owned)];
        let bare = Runner::with(runner.launcher().clone().with_only(Layers::none()), 1);
        let (mut all, mut sandbox) = (Vec::new(), Vec::new());
        for known in rust {
            let exercise = &exercises[known.exercise];
            for check in &exercise.checks {
                let (mut whole, mut unconfined, mut own) = (Vec::new(), Vec::new(), Vec::new());
                let starts = check.check.stimuli.iter().filter(|line| matches!(line, Stimulus::Start(_))).count();
                for _ in 0..self.runs {
                    whole.push(timed(exercise, check, &known.program, runner).await?.0);
                    unconfined.push(timed(exercise, check, &known.program, &bare).await?.0);
                    own.push(own_run(&known.program).await? * u32::try_from(starts).unwrap_or(1));
                }
                let (whole, unconfined, own) = (median(whole), median(unconfined), median(own));
                let beyond = whole.saturating_sub(own);
                all.push(beyond);
                sandbox.push(whole.saturating_sub(unconfined));
                rows.push([
                    format!("{}::{}", exercise.name, check.name),
                    ms(whole),
                    ms(unconfined),
                    ms(own),
                    ms(beyond),
                ]);
            }
        }
        table(&rows);
        let (beyond, sandbox) = (median(all), median(sandbox));
        println!();
        println!("The median check costs {} beyond the program's own run; the limit is {}.", ms(beyond), ms(OVERHEAD));
        println!(
            "Of that the sandbox costs {} in the median, over a lab without one; the limit is {}.",
            ms(sandbox),
            ms(SANDBOX)
        );
        Ok((beyond, sandbox))
    }

    /// What hanging programs cost; returns the highest ratio to the passing one.
    async fn hanging(&self) -> Result<f64, Trouble> {
        let Self { exercises, rust, wrong, runner, .. } = *self;
        let mut rows = vec![["hanging program".into(), "it".into(), "reference".into(), "ratio".into()]];
        let mut highest: f64 = 0.0;
        for known in wrong {
            let exercise = &exercises[known.exercise];
            let Some(reference) = rust.iter().find(|other| other.exercise == known.exercise) else { continue };
            for check in &exercise.checks {
                if !hangs(&timed(exercise, check, &known.program, runner).await?.1)
                    || hangs(&timed(exercise, check, &reference.program, runner).await?.1)
                {
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

/// What a whole submission costs, with as many labs at once as `grade` uses.
struct Whole {
    passing: Duration,
    hanging: Duration,
    memory_kib: u64,
}

impl Whole {
    async fn measure(runs: u32, exercises: &[Exercise], rust: &[Known]) -> Result<Self, Trouble> {
        let hanging: Vec<Known> =
            rust.iter().map(|known| Known { program: hangs_at_once(), ..known.clone() }).collect();
        let (mut it, mut passing, mut memory_kib) = (Vec::new(), Vec::new(), 0);
        for _ in 0..runs {
            let (time, memory) = all_checks(exercises, rust).await?;
            passing.push(time);
            memory_kib = memory_kib.max(memory);
            it.push(all_checks(exercises, &hanging).await?.0);
        }
        Ok(Self { passing: median(passing), hanging: median(it), memory_kib })
    }

    fn ratio(&self) -> f64 {
        self.hanging.as_secs_f64() / self.passing.as_secs_f64()
    }

    fn is_within_limits(&self) -> bool {
        self.passing <= WHOLE && self.ratio() <= WHOLE_HANGING && self.memory_kib <= MEMORY_KIB
    }

    fn print(&self) {
        let jobs = default_jobs();
        println!(
            "All checks of the reference programs, {jobs} at once: {}; the limit is {}.",
            ms(self.passing),
            ms(WHOLE)
        );
        println!(
            "The same of programs that do nothing for ever: {}, {:.2} times as long; the limit is {WHOLE_HANGING:.2}.",
            ms(self.hanging),
            self.ratio()
        );
        println!("The largest lab used {} KiB, without the program; the limit is {MEMORY_KIB} KiB.", self.memory_kib);
    }
}

/// A program that never does anything.
fn hangs_at_once() -> Program {
    Program { command: ["/bin/sh", "-c", "exec sleep infinity"].map(str::to_owned).into(), needs: Vec::new() }
}

/// Runs all checks of all exercises; returns how long that took, and the memory of the largest lab in KiB.
async fn all_checks(exercises: &[Exercise], known: &[Known]) -> Result<(Duration, u64), Trouble> {
    let runner = Runner::new(default_jobs())?;
    let mut running = JoinSet::new();
    let began = Instant::now();
    for known in known {
        for check in &exercises[known.exercise].checks {
            let (exercise, check) = (exercises[known.exercise].clone(), check.clone());
            let (program, runner) = (known.program.clone(), runner.clone());
            running.spawn(async move {
                let _room = runner.room().await;
                timed(&exercise, &check, &program, &runner).await.map(|(_, ran)| ran.seen.memory_kib)
            });
        }
    }
    let mut largest = 0;
    while let Some(done) = running.join_next().await {
        largest = largest.max(done.map_err(|error| Trouble::Ours(error.to_string()))??);
    }
    Ok((began.elapsed(), largest))
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

/// Whether a program still waited when its check was over, which a server that never ends does rightly.
fn hangs(ran: &Ran) -> bool {
    ran.seen.steps.last().is_some_and(|step| matches!(step.rest, Rest::Idle(_)))
}
