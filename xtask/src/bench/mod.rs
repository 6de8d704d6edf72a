//! `cargo xtask bench`: what grading costs, as figures of one run that can be compared with each other.
//!
//! | module     | what it measures                                                          |
//! |------------|---------------------------------------------------------------------------|
//! | `check`    | a single check, passing and hanging                                       |
//! | `class`    | a class: rate, memory, whether its size matters, going on with a finished one |
//! | `others`   | the same checks, written for other tools                                  |
//! | `programs` | nothing; it starts programs of ours and reads what they used              |
//! | `figures`  | nothing; these are limits, medians and tables                             |

mod check;
mod class;
mod figures;
mod others;
mod programs;

use crate::report::columns::{terminal_width, wrap};
use crate::select::Only;
use crate::submission::build_dir;
use crate::trouble::{FAILED, INTERRUPTED, PASSED, Trouble};
use anstream::println;
use clap::Args;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

/// How often each check runs.
const RUNS: u32 = 50;
/// How often each of several tools runs.
const RUNS_OF_TOOLS: u32 = 10;

/// For maintainers: measure what a check costs, what a class costs, or what other tools cost for the same checks
///
/// Of a check: what it costs beyond the program's own run, and what a hanging program costs. One lab at a time; the runs that are
/// compared alternate. The program's own run is the time from its start to its end when it is called without arguments,
/// once for each start in the check: the least it could take.
#[derive(Args)]
#[command(after_long_help = "\
Exit codes:
  0  every limit is kept
  1  one is not
  2  the command is not what it should be
  3  it could not be measured
130  interrupted")]
pub struct Bench {
    /// How often each check runs, or each tool [default: 50, of tools 10]
    #[arg(long, short = 'n', value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    runs: Option<u32>,
    /// Grade a class of so many submissions; without a number, of 1000
    ///
    /// They are made of the reference programs and of wrong ones, in Python and as Rust executables that are built beforehand, in
    /// a temporary folder below `target` (1000 take 1.6 GB). `cargo xtask grade` grades them at once, a tenth at a time, and once again when
    /// all is done.
    #[arg(
        long,
        value_name = "N",
        num_args = 0..=1,
        default_missing_value = "1000",
        value_parser = clap::value_parser!(u32).range(1..),
        conflicts_with = "runs"
    )]
    class: Option<u32>,
    /// Run the same checks written for check50 and for pytest, too, side by side
    ///
    /// Both are installed by pip into a virtual environment below `target`, which needs a network the first time.
    #[arg(long, conflicts_with_all = ["class", "exercises", "checks"])]
    others: bool,
    #[command(flatten)]
    only: Only,
}

impl Bench {
    /// Measures, and says whether the limits are kept.
    ///
    /// # Errors
    /// When it could not be done.
    pub async fn run(self) -> Result<ExitCode, Trouble> {
        tokio::select! {
            kept = self.measure() => Ok(ExitCode::from(if kept? { PASSED } else { FAILED })),
            // What was made for it, which can be a gigabyte, goes with it.
            _ = tokio::signal::ctrl_c() => Ok(ExitCode::from(INTERRUPTED)),
        }
    }

    async fn measure(self) -> Result<bool, Trouble> {
        if self.others {
            return others::run(self.runs.unwrap_or(RUNS_OF_TOOLS)).await;
        }
        let exercises = self.only.load()?;
        match self.class {
            Some(count) => class::run(count as usize, &exercises, &self.only).await,
            None => check::run(self.runs.unwrap_or(RUNS), &exercises).await,
        }
    }
}

/// How we are built.
const fn build() -> &'static str {
    if cfg!(debug_assertions) { "debug" } else { "release" }
}

/// A folder for what is measured with, below `target` and so on the same disk as what is built.
fn below_target() -> Result<PathBuf, Trouble> {
    let dir = build_dir().with_file_name("bench");
    fs::create_dir_all(&dir).map_err(Trouble::ours(format!("making {}", dir.display())))?;
    Ok(dir)
}

/// Writes a paragraph.
fn told(text: &str) {
    wrap(text, terminal_width(), 0).iter().for_each(|line| println!("{line}"));
}
