//! The outcome of grading as people and machines read it: one file a format.

pub mod columns;
mod json;
mod text;

use crate::outcome::Outcome;
use crate::trouble::Trouble;
use clap::ValueEnum;
use std::io::{ErrorKind, Write};

/// A format of the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

/// The report for people, with the sequences of a terminal of so many columns.
#[must_use]
pub fn text(outcome: &Outcome, columns: usize) -> String {
    text::render(outcome, columns)
}

/// Writes the report to standard output.
///
/// # Errors
/// When standard output cannot be written.
pub fn print(outcome: &Outcome, format: Format) -> Result<(), Trouble> {
    write(&match format {
        Format::Text => text::render(outcome, columns::terminal_width()),
        Format::Json => json::render(outcome),
    })
}

/// Writes a text to standard output, without its colours if that is no terminal. A reader who has gone (`| head`) has
/// seen enough.
///
/// # Errors
/// When standard output cannot be written.
pub fn write(text: &str) -> Result<(), Trouble> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Trouble::ours("writing to standard output")(error)),
        _ => Ok(()),
    }
}
