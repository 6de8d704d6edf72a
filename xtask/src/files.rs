//! Files that are asked for beside the report: what was on the wire, for Wireshark (`grade --pcap DIR`), and the drawn
//! conversation as a picture (`grade --svg DIR`).

use crate::trouble::Trouble;
use exercises::{Exercise, ExerciseCheck};
use harness::event::Observation;
use harness::ladder::{Ladder, svg};
use harness::pcapng;
use std::fs;
use std::path::{Path, PathBuf};

/// The folders, each with one file a check: `tcp_server-one_client.pcapng`.
#[derive(Clone, Debug, Default)]
pub struct Files {
    pcap: Option<PathBuf>,
    svg: Option<PathBuf>,
}

impl Files {
    /// Makes the folders, where they are not there.
    ///
    /// # Errors
    /// When one cannot be made, or nothing can be written there.
    pub fn new(pcap: Option<PathBuf>, svg: Option<PathBuf>) -> Result<Self, Trouble> {
        for (option, what, dir) in [("--pcap", "captures", &pcap), ("--svg", "pictures", &svg)] {
            let Some(dir) = dir else { continue };
            let usage =
                |error| Trouble::Usage(format!("{option} {}: {what} cannot be written there: {error}", dir.display()));
            fs::create_dir_all(dir).map_err(usage)?;
            // Better now than after the first check.
            tempfile::tempfile_in(dir).map_err(usage)?;
        }
        Ok(Self { pcap, svg })
    }

    /// The same for one submission of a class: in a folder of that name within each.
    ///
    /// # Errors
    /// When one cannot be made.
    pub fn within(&self, submission: &str) -> Result<Self, Trouble> {
        let name = submission.replace('/', "-");
        let within = |dir: &Option<PathBuf>| dir.as_ref().map(|dir| dir.join(&name));
        let files = Self { pcap: within(&self.pcap), svg: within(&self.svg) };
        for dir in [&files.pcap, &files.svg].into_iter().flatten() {
            fs::create_dir_all(dir).map_err(Trouble::ours(format!("making {}", dir.display())))?;
        }
        Ok(files)
    }

    /// Writes what was seen of a check. A file of that name is replaced.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep(
        &self,
        exercise: &Exercise,
        check: &ExerciseCheck,
        seen: &Observation,
        ladder: &Ladder,
    ) -> Result<(), Trouble> {
        let name = format!("{}::{}", exercise.name, check.name);
        let path = |dir: &Path, kind: &str| dir.join(format!("{}.{kind}", name.replace("::", "-")));
        if let Some(dir) = &self.pcap {
            write(&path(dir, "pcapng"), &pcapng::of_check(&name, &check.check, &exercise.params, seen))?;
        }
        if let Some(dir) = &self.svg {
            write(&path(dir, "svg"), svg::draw(ladder).as_bytes())?;
        }
        Ok(())
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Trouble> {
    fs::write(path, bytes).map_err(Trouble::ours(format!("writing {}", path.display())))
}
