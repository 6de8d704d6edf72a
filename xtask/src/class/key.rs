//! What a result depends on, as hashes: while they are the same, nothing has to be built or run again.

use crate::outcome::{CheckHead, Head};
use crate::submission::Source;
use harness::lab::Isolation;
use harness::program::Program;
use std::fs::File;
use std::io;

/// A hash of all that running a program depends on: the executable that was made, or, where a program runs as it was handed in, all
/// that was handed in with it, because it can read that.
///
/// # Errors
/// When the executable cannot be read.
pub fn of_program(source: &Source, program: &Program, submission: &[u8; 32]) -> io::Result<[u8; 32]> {
    let mut hash = blake3::Hasher::new();
    match source {
        Source::Cargo { .. } | Source::Rust(_) | Source::C(_) => {
            hash.update(b"made");
            if let Some(path) = program.command.first() {
                hash.update_reader(File::open(path)?)?;
            }
        }
        Source::Python(_) | Source::Executable(_) => {
            hash.update(b"as it is").update(submission).update(source.name().as_bytes());
        }
    }
    Ok(hash.finalize().into())
}

/// The key of a result.
#[must_use]
pub fn of_result(program: &[u8; 32], check: &CheckHead, head: &Head) -> Vec<u8> {
    let mut hash = blake3::Hasher::new();
    hash.update(program);
    let level = match head.isolation.first().map(|held| held.level) {
        Some(Isolation::Borrowed) => "borrowed",
        Some(Isolation::Full) | None => "full",
    };
    for part in [&check.name, &check.digest, &head.grader, level] {
        hash.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
    }
    hash.finalize().as_bytes()[..16].to_vec()
}
