//! `cargo xtask list`: the exercises and their checks.

use crate::report::{self, columns, columns::harmless};
use crate::select::Select;
use crate::trouble::Trouble;
use anstyle::Style;
use clap::Args;
use exercises::{Exercise, ExerciseCheck, Visibility};
use std::process::ExitCode;

const BOLD: Style = Style::new().bold();

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
        let course = self.select.course().read()?;
        let title = course.as_ref().and_then(|course| course.title.as_deref());
        let mut sections: Vec<_> = title.iter().map(|title| format!("{BOLD}{}{BOLD:#}\n", harmless(title))).collect();
        sections.extend(exercises.iter().map(|exercise| section(exercise, course.is_some(), width)));
        report::write(&sections.join("\n"))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// One exercise with its checks; `in_a_course` also with what a course can change.
fn section(exercise: &Exercise, in_a_course: bool, width: usize) -> String {
    let mut lines = vec![format!("{BOLD}{}{BOLD:#}  {}", exercise.name, exercise.title)];
    lines.extend(columns::wrap(&exercise.summary, width, 2));
    if in_a_course {
        let values = exercise.params.0.iter().map(|(name, value)| format!("{{{name}}} is {value}"));
        lines.extend(values.flat_map(|value| columns::wrap(&value, width, 2)));
    }
    let names = exercise.checks.iter().map(|check| columns::width(&check.name)).max().unwrap_or(0);
    for check in &exercise.checks {
        let mut about = check.check.about.clone();
        if in_a_course {
            about = format!("({}) {about}", counts_for(check));
        }
        let mut about = columns::wrap(&about, width, 4 + names + 2).into_iter();
        let first = about.next().unwrap_or_default();
        lines.push(format!("    {}  {}", columns::pad(&check.name, names), first.trim_start()));
        lines.extend(about);
    }
    lines.push(String::new());
    lines.join("\n")
}

/// What a check is worth, and who sees it.
fn counts_for(check: &ExerciseCheck) -> String {
    let unit = if check.points == 1 { "point" } else { "points" };
    let seen = match check.visibility {
        Visibility::Visible => String::new(),
        other => format!(", {}", other.name()),
    };
    format!("{} {unit}{seen}", check.points)
}
