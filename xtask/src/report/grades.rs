//! The grades as a table of comma-separated values (RFC 4180): a line a submission.

use super::words::{self, Status};
use crate::outcome::{Head, Outcome, Outcomes, Points, Problem};
use crate::trouble::Trouble;
use std::io::Write;

/// Writes the table, with a line of names.
pub(super) fn write(head: &Head, outcomes: &dyn Outcomes, out: &mut dyn Write) -> Result<(), Trouble> {
    let failed = |error: csv::Error| Trouble::Ours(format!("writing the grades: {error}"));
    let mut table = csv::Writer::from_writer(out);
    let mut names = ["submission", "points", "max_points", "checks", "passed", "failed", "errors", "not_run"]
        .map(str::to_owned)
        .to_vec();
    names.extend(head.exercises.iter().map(|exercise| exercise.name.clone()));
    names.push("note".to_owned());
    table.write_record(&names).map_err(failed)?;
    outcomes.each(&mut |outcome| table.write_record(row(&outcome)).map_err(failed))?;
    table.flush().map_err(Trouble::ours("writing the grades"))
}

fn row(outcome: &Outcome) -> Vec<String> {
    let statuses: Vec<_> = words::checks(outcome).map(|told| told.status).collect();
    let count = |wanted: Status| statuses.iter().filter(|status| **status == wanted).count().to_string();
    let Points { got, of } = outcome.points;
    let mut row = vec![cell(&words::name(outcome)), got.to_string(), of.to_string(), statuses.len().to_string()];
    row.extend([Status::Passed, Status::Failed, Status::Error, Status::NotRun].map(count));
    row.extend(outcome.exercises.iter().map(|exercise| exercise.points.got.to_string()));
    let note = outcome.problem.as_ref().map(Problem::short);
    row.push(cell(note.unwrap_or_default()));
    row
}

/// A text that no spreadsheet takes for a formula: who is called `=1+1` gets a `'` before it.
fn cell(text: &str) -> String {
    let line = words::one_line(text);
    if line.starts_with(['=', '+', '-', '@']) { format!("'{line}") } else { line }
}
