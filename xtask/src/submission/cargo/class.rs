//! Building packages of a class: nothing that was built is built again.

use super::home::Home;
use super::run::{Cargo, Target, cargo};
use super::stub::Stub;
use super::workshop::{Opened, Workshop, touch};
use super::{Found, build_args, hash, results, words};
use crate::run::Runner;
use crate::submission::toolchain::toolchain;
use crate::submission::{Built, text};
use crate::trouble::Trouble;
use harness::program::Program;
use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What cargo answered about a package.
const ANSWER: &str = "binaries.json";

/// A submission of a class.
#[derive(Clone, Debug)]
pub struct OfClass {
    /// Where packages are built.
    pub workshop: Arc<Workshop>,
    /// The hash of all that was handed in.
    pub digest: [u8; 32],
}

/// The same, ready to build.
pub(super) struct Kept<'a> {
    of: &'a OfClass,
    opened: &'a Opened,
    /// What decides about programs beside the submission: the compiler, and where packages come from.
    version: String,
}

impl OfClass {
    pub(super) async fn open(&self) -> Result<Kept<'_>, String> {
        let opened =
            self.workshop.open().await.map_err(|error| format!("making a folder to build packages in: {error}"))?;
        let version = hash([toolchain().await?.version.as_str(), &Home::find().config]);
        Ok(Kept { of: self, opened, version })
    }

    /// Builds binaries, given as package and name, as far as they were not built before. One that does not compile does not stop the others.
    pub(super) async fn build(
        &self,
        dir: &Path,
        binaries: &[(&str, &str)],
        stubs: &BTreeMap<String, Stub>,
        runner: &Runner,
    ) -> Result<BTreeMap<String, Built>, Trouble> {
        let kept = self.open().await.map_err(Trouble::Ours)?;
        let mut out = BTreeMap::new();
        let mut missing = Vec::new();
        for (package, name) in binaries {
            match kept.program(package, name) {
                Some(program) => drop(out.insert((*name).to_owned(), Built::Ready(program))),
                None => missing.push((*package, *name)),
            }
        }
        if !missing.is_empty() {
            out.extend(kept.build(dir, &missing, stubs, runner).await?);
        }
        Ok(out)
    }
}

impl Kept<'_> {
    /// The folder for what is known of a part of the submission.
    fn folder(&self, part: &[&str]) -> PathBuf {
        let digest = blake3::Hash::from_bytes(self.of.digest).to_hex();
        self.opened.programs.join(hash([digest.as_str(), &self.version].into_iter().chain(part.iter().copied())))
    }

    /// What cargo answered before.
    pub(super) fn answer(&self) -> Option<Found> {
        let folder = self.folder(&[]);
        let found = serde_json::from_slice(&fs::read(folder.join(ANSWER)).ok()?).ok()?;
        touch(&folder);
        Some(found)
    }

    /// Keeps what cargo has answered.
    pub(super) fn keep_answer(&self, found: &Found) -> io::Result<()> {
        let made = self.opened.place()?;
        fs::write(made.path().join(ANSWER), serde_json::to_vec(found)?)?;
        keep(made.path(), &self.folder(&[]), ANSWER)
    }

    /// A program that was built before.
    fn program(&self, package: &str, name: &str) -> Option<Program> {
        let folder = self.folder(&[package, name]);
        let executable = folder.join(name);
        executable.is_file().then(|| {
            touch(&folder);
            ready(executable)
        })
    }

    /// Keeps a program.
    fn keep_program(&self, package: &str, name: &str, executable: &Path) -> io::Result<Program> {
        let made = self.opened.place()?;
        fs::set_permissions(made.path(), Permissions::from_mode(0o755))?;
        let own = made.path().join(name);
        // Whoever built it may have put a link there, which would lead elsewhere from its new place.
        fs::rename(fs::canonicalize(executable)?, &own)?;
        fs::set_permissions(&own, Permissions::from_mode(0o755))?;
        let folder = self.folder(&[package, name]);
        keep(made.path(), &folder, name)?;
        Ok(ready(folder.join(name)))
    }

    async fn build(
        &self,
        dir: &Path,
        binaries: &[(&str, &str)],
        stubs: &BTreeMap<String, Stub>,
        runner: &Runner,
    ) -> Result<BTreeMap<String, Built>, Trouble> {
        // Several packages at once have what they depend on together built with other features than each.
        let one = binaries.first().filter(|(first, _)| binaries.iter().all(|(package, _)| package == first));
        let template = match one.and_then(|(package, _)| stubs.get(*package)) {
            Some(stub) => self.of.workshop.templates.get(stub, &self.version, self.opened, runner).await,
            None => None,
        };
        let _room = runner.room().await;
        let place = self.opened.place().map_err(Trouble::ours("making a folder to build a package in"))?;
        // Others use the other processors.
        let args = [build_args(binaries), words(&["--jobs", "1"])].concat();
        let target = Target::OfClass { dir: place.path(), template: template.as_deref() };
        let said = cargo(&Cargo { dir, args, target }, runner.launcher()).await.map_err(Trouble::Ours)?;
        let mut out = results(&said, dir, Some(place.path()), binaries);
        for (package, name) in binaries {
            if let Some(Built::Ready(program)) = out.get_mut(*name)
                && let Some(path) = program.needs.first()
            {
                let kept = self.keep_program(package, name, path);
                *program = kept.map_err(Trouble::ours(format!("keeping {name}")))?;
            }
        }
        Ok(out)
    }
}

/// Moves what was made to its place, all of it or nothing.
fn keep(made: &Path, folder: &Path, file: &str) -> io::Result<()> {
    match fs::rename(made, folder) {
        // Somebody was faster, with the same.
        Err(_) if folder.join(file).exists() => Ok(()),
        moved => moved,
    }
}

fn ready(executable: PathBuf) -> Program {
    Program { command: vec![text(&executable)], needs: vec![executable] }
}
