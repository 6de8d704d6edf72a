//! `cargo xtask merge`: the results of several machines, joined; and reports of results that are there already.

use crate::class::batch::Ended;
use crate::class::store::Store;
use crate::report::{Format, Out, Reports, print_class};
use crate::trouble::Trouble;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

/// Join the results of a class that was graded in parts, and write reports of them; nothing is graded
///
/// Of one file of results the reports are written once more.
#[derive(Args)]
#[command(after_long_help = "\
Exit codes:
  0  everything passed
  1  something failed, is missing, or is not graded yet
  2  the files do not belong together, or are none of results
  3  trouble of ours, or some check could not be run")]
pub struct Merge {
    /// Files of results, as `cargo xtask grade --store FILE` leaves them
    #[arg(required = true, value_name = "RESULTS")]
    stores: Vec<PathBuf>,
    /// Keep the joined results in this file
    #[arg(long, value_name = "FILE")]
    into: Option<PathBuf>,
    /// How the result is written to standard output
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    reports: Reports,
}

impl Merge {
    /// Joins, and writes the reports.
    ///
    /// # Errors
    /// When the files do not belong together, or something cannot be read or written.
    pub fn run(self) -> Result<ExitCode, Trouble> {
        let out = self.reports.leave(self.format)?;
        self.merge(out).map_err(|trouble| self.reports.not_written(trouble))
    }

    fn merge(&self, out: Out) -> Result<ExitCode, Trouble> {
        self.reports.can_be_written()?;
        let mut joined = match &self.into {
            Some(path) => Store::open(path)?,
            None => Store::in_memory()?,
        };
        for store in &self.stores {
            joined.join(store)?;
        }
        let head = joined.head()?;
        self.reports.write(&head, &joined)?;
        let kept = self.into.as_ref().or(self.stores.first().filter(|_| self.stores.len() == 1));
        print_class(&head, &joined, self.format, Ended::Done, kept.map(PathBuf::as_path), out).map(ExitCode::from)
    }
}
