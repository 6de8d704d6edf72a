//! The course's table of contents: one line an exercise, in teaching order. [`load`] reads what is in an exercise's
//! folder, [`Course`] changes what a course wants otherwise.

mod course;
#[cfg(test)]
mod course_mistakes;
#[cfg(test)]
mod course_tests;
#[cfg(test)]
mod damaged;
mod error;
mod hints;
mod load;
mod manifest;
mod programs;
mod toml_file;
mod values;

pub use course::{Course, CourseError, Visibility};
pub use error::LoadError;
pub use hints::{Hint, Hints, Series};
pub use load::{Exercise, ExerciseCheck, load, snapshot_file};
pub use programs::{Right, Wrong};

use std::path::{Path, PathBuf};

/// The exercises by name; each is the folder of that name beside this file.
pub const EXERCISES: [&str; 6] = [
    "udp_sender", //
    "udp_receiver",
    "udp_chat",
    "tcp_client",
    "tcp_server",
    "zero_length_recv",
];

/// The folder of all exercises. It is a submission too: the starters.
#[must_use]
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The folder of one exercise.
#[must_use]
pub fn folder(exercise: &str) -> PathBuf {
    root().join(exercise)
}
