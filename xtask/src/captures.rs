//! Captures of checks, as files that Wireshark opens: `grade --pcap DIR`.

use crate::trouble::Trouble;
use exercises::{Exercise, ExerciseCheck};
use harness::event::Observation;
use harness::pcapng;
use std::fs;
use std::path::{Path, PathBuf};

/// A folder with one file a check, `tcp_server-one_client.pcapng`.
#[derive(Clone, Debug)]
pub struct Captures {
    dir: PathBuf,
}

impl Captures {
    /// Makes the folder, if it is not there.
    ///
    /// # Errors
    /// When it cannot be made, or nothing can be written there.
    pub fn new(dir: &Path) -> Result<Self, Trouble> {
        let usage =
            |error| Trouble::Usage(format!("--pcap {}: captures cannot be written there: {error}", dir.display()));
        fs::create_dir_all(dir).map_err(usage)?;
        // Better now than after the first check.
        tempfile::tempfile_in(dir).map_err(usage)?;
        Ok(Self { dir: dir.to_owned() })
    }

    /// Writes what was seen of a check. A file of that name is replaced.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep(&self, exercise: &Exercise, check: &ExerciseCheck, seen: &Observation) -> Result<(), Trouble> {
        let name = format!("{}::{}", exercise.name, check.name);
        let file = pcapng::of_check(&name, &check.check, &exercise.params, seen);
        write(&self.dir.join(format!("{}.pcapng", name.replace("::", "-"))), &file)
    }
}

/// Writes a capture to a file of its own.
///
/// # Errors
/// When it cannot be written.
pub fn write(path: &Path, capture: &[u8]) -> Result<(), Trouble> {
    fs::write(path, capture).map_err(Trouble::ours(format!("writing {}", path.display())))
}
