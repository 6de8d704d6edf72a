//! `cargo xtask hint`: one hint for a check, and the next one when it is asked for.

use crate::course::CourseFile;
use crate::kept::{self, Failed, Graded};
use crate::report::{self, columns};
use crate::select;
use crate::trouble::Trouble;
use anstyle::Style;
use clap::Args;
use exercises::{Exercise, ExerciseCheck, Series};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::process::ExitCode;

/// The file of what was shown, see [`kept`].
const SHOWN: &str = "hints.json";
const FAINT: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();

/// Show one hint for a check, beginning with the one that fits what was last diagnosed
///
/// A check has up to three hints: where to look, then the call and its rule, then nearly the solution.
#[derive(Args)]
pub struct Hint {
    /// The check, for instance tcp_server::one_client. An exercise alone stands for its first check that failed when it was
    /// last graded
    #[arg(value_name = "EXERCISE[::CHECK]")]
    of: String,
    /// Show the hint after the one that was shown last
    #[arg(long)]
    next: bool,
    #[command(flatten)]
    course: CourseFile,
}

/// The hint that was shown last for a check.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Shown {
    /// Of which series.
    series: String,
    /// Its place there, from 0.
    place: usize,
}

impl Hint {
    /// Writes one hint to standard output.
    ///
    /// # Errors
    /// When a name is unknown, an exercise cannot be read, or nothing can be written.
    pub fn run(self) -> Result<ExitCode, Trouble> {
        let (exercise, check) = select::one(&self.of, &self.course)?;
        let graded = Graded::read();
        let failed = graded.failed(&exercise.name);
        let (check, chosen) = match check {
            Some(place) => (&exercise.checks[place], None),
            None => choose(&exercise, failed)?,
        };
        let cause = failed.into_iter().flatten().find(|failed| failed.check == check.name);
        let cause = cause.and_then(|failed| failed.cause);
        let id = format!("{}::{}", exercise.name, check.name);
        let hints = exercise.hints()?;
        let Some(series) = hints.series(&check.name, cause) else {
            report::write(&format!("There is no hint for {id} yet.\n"))?;
            return Ok(ExitCode::SUCCESS);
        };

        let mut shown: BTreeMap<String, Shown> = kept::read(SHOWN);
        let name = format!("{}.{}", series.kind, series.name);
        let last = shown.get(&id).filter(|shown| self.next && shown.series == name);
        let place = last.map_or(series.begin, |shown| (shown.place + 1).max(series.begin));
        let again = format!("cargo xtask hint {id}{}", self.course.as_arguments());
        report::write(&page(&id, &again, check, chosen, &series, place, columns::terminal_width()))?;
        if place < series.hints.len() {
            shown.insert(id, Shown { series: name, place });
            kept::write(SHOWN, &shown).map_err(Trouble::ours("noting which hint was shown"))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The check that an exercise alone stands for, and why that one.
fn choose<'a>(
    exercise: &'a Exercise,
    failed: Option<&[Failed]>,
) -> Result<(&'a ExerciseCheck, Option<&'static str>), Trouble> {
    let has_failed = |check: &&ExerciseCheck| failed.into_iter().flatten().any(|failed| failed.check == check.name);
    if let Some(check) = exercise.checks.iter().find(has_failed) {
        return Ok((check, Some("The first check that failed when this exercise was last graded:")));
    }
    let why = match failed {
        Some(_) => "Nothing failed when this exercise was last graded. Its first check:",
        None => "This exercise was not graded yet. Its first check:",
    };
    let first = exercise.checks.first().ok_or_else(|| Trouble::Ours(format!("{} has no check", exercise.name)))?;
    Ok((first, Some(why)))
}

/// What is shown: a hint, or that there is no further one. `again` is the command that shows the first one.
fn page(
    id: &str,
    again: &str,
    check: &ExerciseCheck,
    chosen: Option<&str>,
    series: &Series<'_>,
    place: usize,
    width: usize,
) -> String {
    let mut lines = Vec::new();
    let all = series.hints.len();
    match series.hints.get(place) {
        None => {
            lines.push(format!("That was the last hint for {BOLD}{id}{BOLD:#}."));
            lines.push(format!("From the beginning: {again}"));
        }
        Some(hint) => {
            lines.extend(chosen.map(|why| format!("{FAINT}{why}{FAINT:#}")));
            // Counted from the first that is shown: whoever knows the cause never sees the hints before it.
            let (number, count) = (place + 1 - series.begin, all - series.begin);
            lines.push(format!("{BOLD}{id}{BOLD:#}, hint {number} of {count}"));
            lines.extend(
                columns::wrap(&check.check.about, width, 2).iter().map(|line| format!("{FAINT}{line}{FAINT:#}")),
            );
            lines.push(String::new());
            lines.extend(columns::wrap(&hint.text, width, 2));
            lines.push(String::new());
            lines.push(if place + 1 < all {
                format!("The next one: {again} --next")
            } else {
                "That was the last one.".to_owned()
            });
        }
    }
    lines.push(String::new());
    lines.join("\n")
}
