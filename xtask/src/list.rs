//! `cargo xtask list`: the exercises and their checks.

use crate::report::columns;
use crate::select::Select;
use crate::trouble::Trouble;
use anstream::println;
use clap::Args;
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
        for (index, exercise) in self.select.load()?.iter().enumerate() {
            if index > 0 {
                println!();
            }
            let bold = anstyle::Style::new().bold();
            println!("{bold}{}{bold:#}  {}", exercise.name, exercise.title);
            columns::wrap(&exercise.summary, width, 2).iter().for_each(|line| println!("{line}"));
            let names = exercise.checks.iter().map(|check| columns::width(&check.name)).max().unwrap_or(0);
            for check in &exercise.checks {
                let indent = 4 + names + 2;
                let about = columns::wrap(&check.check.about, width, indent);
                let name = columns::pad(&check.name, names);
                for (index, line) in about.iter().enumerate() {
                    if index == 0 { println!("    {name}  {}", line.trim_start()) } else { println!("{line}") }
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
