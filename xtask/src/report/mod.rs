//! The outcome of grading as people and machines read it: one file a format.

mod class;
pub mod columns;
mod files;
mod github;
mod grades;
mod gradescope;
mod html;
mod json;
mod junit;
pub mod ladder;
mod tap;
mod text;
mod words;

pub use class::print_class;
pub use files::{Reports, render};

use crate::outcome::{Head, Outcome, Outcomes};
use crate::trouble::Trouble;
use clap::ValueEnum;
use harness::ladder::text::{Charset, Look};
use std::io::{ErrorKind, Write};

/// A format of the report on standard output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

/// Where the report for people goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Out {
    /// Standard output
    Stdout,
    /// Standard error, where another report has standard output for itself
    Stderr,
}

/// What a report can show beside the results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Show {
    /// The conversation as a drawing: segments, TCP states, output, and where the program waited
    Ladder,
}

/// The report for people, with the sequences of a terminal of so many columns.
#[must_use]
pub fn text(head: &Head, outcome: &Outcome, columns: usize) -> String {
    text::render(head, outcome, Look { columns, charset: Charset::Ascii }, None)
}

/// The report for programs.
///
/// # Errors
/// Those of reading the outcomes.
pub fn json(head: &Head, outcomes: &dyn Outcomes) -> Result<String, Trouble> {
    let mut out = Vec::new();
    json::write(head, outcomes, &mut out)?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}

/// The report for browsers.
///
/// # Errors
/// Those of writing, and of reading the outcomes.
pub fn html(head: &Head, outcomes: &dyn Outcomes, out: &mut dyn Write) -> Result<(), Trouble> {
    html::write(head, outcomes, out)
}

/// Writes the report of one submission to standard output, or the one for people where it goes. The one for programs shows no
/// drawings.
///
/// # Errors
/// When it cannot be written.
pub fn print(head: &Head, outcome: &Outcome, format: Format, show: Option<Show>, out: Out) -> Result<(), Trouble> {
    match format {
        Format::Text => out.write(&text::render(head, outcome, ladder::look(out), show)),
        Format::Json => write(&json(head, &vec![outcome.clone()])?),
    }
}

impl Out {
    /// Writes a text there, without its colours if that is no terminal.
    ///
    /// # Errors
    /// When standard output cannot be written.
    fn write(self, text: &str) -> Result<(), Trouble> {
        match self {
            Self::Stdout => write(text),
            Self::Stderr => {
                anstream::eprint!("{text}");
                Ok(())
            }
        }
    }
}

/// Writes a text to standard output, without its colours if that is no terminal. A reader who has gone (`| head`) has
/// seen enough.
///
/// # Errors
/// When standard output cannot be written.
pub fn write(text: &str) -> Result<(), Trouble> {
    write_on(text).map(drop)
}

/// The same of a piece of something longer: says whether anybody still reads.
///
/// # Errors
/// When standard output cannot be written.
pub fn write_on(text: &str) -> Result<bool, Trouble> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Trouble::ours("writing to standard output")(error)),
        Ok(()) => Ok(true),
    }
}
