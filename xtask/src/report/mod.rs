//! The outcome of grading as people and machines read it: one file a format.

pub mod columns;
mod json;
mod text;

use crate::outcome::Outcome;
use crate::trouble::Trouble;
use clap::ValueEnum;
use std::io::Write;

/// A format of the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

/// Writes the report to standard output.
///
/// # Errors
/// When standard output cannot be written.
pub fn print(outcome: &Outcome, format: Format) -> Result<(), Trouble> {
    let text = match format {
        Format::Text => text::render(outcome, columns::terminal_width()),
        Format::Json => json::render(outcome),
    };
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(Trouble::ours("writing the report"))
}
