//! `cargo xtask soak`: the proof that a verdict does not depend on load or luck.

use crate::programs::{self, Known};
use crate::run::{Ran, Runner, default_jobs};
use crate::select::Only;
use crate::trouble::{FAILED, OURS, PASSED, Trouble};
use anstream::println;
use clap::Args;
use exercises::Exercise;
use harness::lab::LabError;
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;
use tokio::task::JoinSet;

/// For maintainers: run every check many times, with many labs at once, and compare every transcript
///
/// The programs are the reference programs in every language and all wrong programs. A transcript must be the same in
/// every run; those of reference programs must be the reviewed ones. What differs is kept, with all that was seen.
#[derive(Args)]
pub struct Soak {
    /// How often each check runs on each program
    #[arg(long, short = 'n', value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// How often those that never come to rest [default: as often as all others]
    ///
    /// Each of these runs costs a second of CPU time, the others some hundredths.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    restless: Option<u32>,
    /// How many labs run at once [default: eight for each processor]
    #[arg(long, short, value_name = "J", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: Option<u16>,
    #[command(flatten)]
    only: Only,
}

/// A check on a program, by number: which program, which of its exercise's checks.
type Place = (usize, usize);

impl Soak {
    /// Runs, and says what differed.
    ///
    /// # Errors
    /// When it could not be done.
    pub async fn run(self) -> Result<ExitCode, Trouble> {
        let jobs = self.jobs.map_or_else(|| 8 * default_jobs(), usize::from);
        let exercises = self.only.load()?;
        let runner = Runner::new(jobs)?;
        let mut known = programs::references(&exercises, default_jobs(), runner.launcher()).await?;
        let references = known.len();
        known.extend(programs::wrong(&exercises, default_jobs(), runner.launcher()).await?);

        let mut found = Found::new(references, &known, &exercises)?;
        let places: Vec<Place> = known
            .iter()
            .enumerate()
            .flat_map(|(index, program)| (0..exercises[program.exercise].checks.len()).map(move |check| (index, check)))
            .collect();
        println!(
            "{} programs, {} pairs of program and check, {} runs of each, {jobs} labs at once",
            known.len(),
            places.len(),
            self.runs
        );
        let (known, exercises) = (Arc::new(known), Arc::new(exercises));
        let restless = self.restless.unwrap_or(self.runs);
        let bar = ProgressBar::new(places.len() as u64 * u64::from(self.runs)).with_style(style());
        let began = Instant::now();
        let mut running = JoinSet::new();
        // Runs of one pair lie as far apart as can be: what happens to run beside it is another thing each time.
        for (round, place) in (0..self.runs).flat_map(|round| places.iter().map(move |place| (round, *place))) {
            if round >= restless && found.restless.contains(&place) {
                bar.inc(1);
                continue;
            }
            if running.len() >= 2 * jobs
                && let Some(done) = running.join_next().await
            {
                found.note(done.map_err(|error| Trouble::Ours(error.to_string()))?, &bar)?;
            }
            let (known, exercises, runner) = (Arc::clone(&known), Arc::clone(&exercises), runner.clone());
            running.spawn(async move {
                let _room = runner.room().await;
                let Known { exercise, program, .. } = &known[place.0];
                let exercise = &exercises[*exercise];
                (place, runner.run(exercise, &exercise.checks[place.1], program).await)
            });
        }
        while let Some(done) = running.join_next().await {
            found.note(done.map_err(|error| Trouble::Ours(error.to_string()))?, &bar)?;
        }
        bar.finish_and_clear();
        let seconds = began.elapsed().as_secs_f64();
        println!("{0} runs in {seconds:.0} s, {1:.0} a second", found.runs, found.runs as f64 / seconds);
        if restless < self.runs {
            println!("{} pairs never come to rest: {restless} runs of each", found.restless.len());
        }
        println!("{} differ, {} could not be run", found.differ, found.errors);
        Ok(ExitCode::from(match (found.differ, found.errors) {
            (0, 0) => PASSED,
            (_, 0) => FAILED,
            _ => OURS,
        }))
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("  {pos} of {len}  {elapsed}, {eta} to go")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// What was found so far.
struct Found {
    /// The name of each pair.
    names: HashMap<Place, String>,
    /// The transcript that each pair must give.
    expected: HashMap<Place, String>,
    /// Where differing transcripts are kept.
    kept: PathBuf,
    /// The pairs that do not come to rest.
    restless: HashSet<Place>,
    runs: u64,
    differ: u64,
    errors: u64,
}

impl Found {
    fn new(references: usize, known: &[Known], exercises: &[Exercise]) -> Result<Self, Trouble> {
        let (mut names, mut expected) = (HashMap::new(), HashMap::new());
        for (index, program) in known.iter().enumerate() {
            for (number, check) in exercises[program.exercise].checks.iter().enumerate() {
                names.insert((index, number), format!("{} {}", program.name, check.name));
                if index < references {
                    expected.insert((index, number), check.expected()?.to_string());
                }
            }
        }
        let kept = std::env::temp_dir().join(format!("netlings-soak-{}", std::process::id()));
        Ok(Self { names, expected, kept, restless: HashSet::new(), runs: 0, differ: 0, errors: 0 })
    }

    fn note(&mut self, (place, ran): (Place, Result<Ran, LabError>), bar: &ProgressBar) -> Result<(), Trouble> {
        self.runs += 1;
        bar.inc(1);
        // Where no bar can be drawn, a line now and then says how far it is.
        let part = bar.length().map_or(u64::MAX, |total| (total / 20).max(1));
        if bar.is_hidden() && bar.position().is_multiple_of(part) {
            println!("{} runs so far, {} differ, {} could not be run", self.runs, self.differ, self.errors);
        }
        let name = &self.names[&place];
        match ran {
            Err(error) => {
                self.errors += 1;
                bar.suspend(|| println!("{name}: could not be run: {error}"));
            }
            Ok(ran) => {
                if ran.seen.steps.last().is_some_and(|step| !step.rest.is_rest()) {
                    self.restless.insert(place);
                }
                let text = ran.transcript.to_string();
                let expected = self.expected.entry(place).or_insert_with(|| text.clone());
                if *expected != text {
                    self.differ += 1;
                    let file = self.kept.join(format!("{}-{}.txt", self.differ, name.replace(['/', ' '], "-")));
                    let seen = serde_json::to_string_pretty(&ran.seen).unwrap_or_default();
                    let story = format!("{name}\n\nexpected:\n{expected}\nseen:\n{text}\nall that was seen:\n{seen}\n");
                    fs::create_dir_all(&self.kept)
                        .and_then(|()| fs::write(&file, story))
                        .map_err(Trouble::ours(format!("writing {}", file.display())))?;
                    bar.suspend(|| println!("{name}: differs, see {}", file.display()));
                }
            }
        }
        Ok(())
    }
}
