//! `cargo xtask list`: the exercises and their checks.

use crate::report::{self, columns};
use crate::select::Select;
use crate::trouble::Trouble;
use anstyle::Style;
use clap::Args;
use exercises::Exercise;
use std::process::ExitCode;

/// Show the exercises and their checks, and what each is about
#[derive(Args)]
pub struct List {
    #[command(flatten)]
    select: Select,
}

impl List {
    /// Writes the list to standard output.
    ///
    /// # Errors
    /// When an exercise cannot be read.
    pub fn run(self) -> Result<ExitCode, Trouble> {
        let width = columns::terminal_width();
        let exercises = self.select.load()?;
        let sections: Vec<_> = exercises.iter().map(|exercise| section(exercise, width)).collect();
        report::write(&sections.join("\n"))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// One exercise with its checks.
fn section(exercise: &Exercise, width: usize) -> String {
    let bold = Style::new().bold();
    let mut lines = vec![format!("{bold}{}{bold:#}  {}", exercise.name, exercise.title)];
    lines.extend(columns::wrap(&exercise.summary, width, 2));
    let names = exercise.checks.iter().map(|check| columns::width(&check.name)).max().unwrap_or(0);
    for check in &exercise.checks {
        let mut about = columns::wrap(&check.check.about, width, 4 + names + 2).into_iter();
        let first = about.next().unwrap_or_default();
        lines.push(format!("    {}  {}", columns::pad(&check.name, names), first.trim_start()));
        lines.extend(about);
    }
    lines.push(String::new());
    lines.join("\n")
}
