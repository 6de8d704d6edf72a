//! Netlings' command line: finds the programs of a submission, builds them, runs the checks, and reports.
//!
//! One file a command: [`grade`], [`merge`], [`hint`], [`trace`], [`list`], [`package`], [`matrix`], [`mod@bench`], [`soak`], [`doctor`], [`ci`]. What they share:
//!
//! | module         | what it is                                                  |
//! |----------------|-------------------------------------------------------------|
//! | [`cli`]        | what can be asked for                                       |
//! | [`course`]     | the exercises as a course has them                          |
//! | [`select`]     | which exercises and checks were asked for                   |
//! | [`submission`] | finding a submission's programs, and building them          |
//! | [`programs`]   | the programs that we know the right verdicts of              |
//! | [`class`]      | grading submissions, one or those of a whole class           |
//! | [`judge`]      | from what was seen of a program to a verdict                 |
//! | [`run`]        | running checks, several at once, each in a lab of its own   |
//! | [`isolation`]  | how much labs keep apart here                                |
//! | [`files`]      | captures and pictures, a file a check                       |
//! | [`outcome`]    | what came of it, as plain data                              |
//! | [`report`]     | the same as text, JSON or HTML, one file a format           |
//! | [`kept`]       | what a command leaves for the next one                      |
//! | [`trouble`]    | what keeps a command from doing its work, and the exit code |

pub mod bench;
pub mod ci;
pub mod class;
pub mod cli;
pub mod course;
pub mod doctor;
pub mod files;
pub mod grade;
pub mod hint;
pub mod isolation;
pub mod judge;
pub mod kept;
pub mod list;
pub mod matrix;
pub mod merge;
pub mod outcome;
pub mod package;
pub mod programs;
pub mod report;
pub mod run;
pub mod select;
pub mod soak;
pub mod submission;
pub mod trace;
pub mod trouble;

/// The hidden first argument with which the command line re-executes itself as a lab.
pub const LAB: &str = "__lab";
