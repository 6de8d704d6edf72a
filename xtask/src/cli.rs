//! What can be asked for on the command line.

use crate::{bench, ci, doctor, grade, hint, list, matrix, merge, package, soak, trace};
use clap::{Parser, Subcommand};

/// Netlings: graded exercises in network programming.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", arg_required_else_help = true, max_term_width = 100)]
pub struct Cli {
    /// What is to be done.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands, each in a file of its own.
#[derive(Subcommand)]
#[expect(missing_docs, reason = "what stood here would be shown instead of what each says of itself")]
pub enum Command {
    Grade(grade::Grade),
    Merge(merge::Merge),
    Hint(hint::Hint),
    Trace(trace::Trace),
    List(list::List),
    Doctor(doctor::Doctor),
    Package(package::Package),
    Matrix(matrix::Matrix),
    Bench(bench::Bench),
    Soak(soak::Soak),
    Ci(ci::Ci),
}
