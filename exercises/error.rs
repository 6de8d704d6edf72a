//! What can be wrong with an exercise's folder.

use harness::check::CheckError;
use harness::verdict::SnapshotError;
use std::io;
use std::path::PathBuf;

/// An exercise that cannot be read. Its author has to do something about it, never a student.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file is missing or unreadable.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// `exercise.toml` is not what it should be.
    #[error("{}: {problem}", path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// What is wrong, with the place.
        problem: String,
    },
    /// A check is not in the language.
    #[error(transparent)]
    Check(#[from] Box<CheckError>),
    /// A check has no snapshot yet.
    #[error("{} is missing: the check has no reviewed snapshot. Record it with `cargo insta test --review`", path.display())]
    NoSnapshot {
        /// Where it should be.
        path: PathBuf,
    },
    /// A snapshot cannot be read.
    #[error("{}: {source}", path.display())]
    Snapshot {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: SnapshotError,
    },
}
