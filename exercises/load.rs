//! Reading an exercise's folder.

use crate::manifest::{Listed, Manifest};
use crate::{LoadError, Visibility, folder};
use harness::check::{self, Check, Parameters};
use harness::transcript::Transcript;
use harness::verdict;
use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// An exercise as its folder tells it.
#[derive(Clone, Debug)]
pub struct Exercise {
    /// The folder's name, which is the program's name too: `tcp_server`.
    pub name: String,
    /// A few words.
    pub title: String,
    /// What the program does, in one sentence.
    pub summary: String,
    /// The values that checks name.
    pub params: Parameters,
    /// In teaching order.
    pub checks: Vec<ExerciseCheck>,
}

/// A check and what it is worth.
#[derive(Clone, Debug)]
pub struct ExerciseCheck {
    /// The file's name without `.check`: `restarts_at_once`.
    pub name: String,
    /// What passing it is worth.
    pub points: u32,
    /// When a student may see its result.
    pub visibility: Visibility,
    /// What is done to the program.
    pub check: Check,
    snapshot: PathBuf,
}

/// Reads an exercise. Snapshots are not read yet: whoever records them has none.
///
/// # Errors
/// When a file is missing or wrong.
pub fn load(exercise: &str) -> Result<Exercise, LoadError> {
    let path = folder(exercise).join("exercise.toml");
    let manifest = Manifest::parse(&path, &read(&path)?)?;
    let unlisted = unlisted(exercise, &manifest)?;
    if let Some(file) = unlisted.first() {
        let problem = format!("`checks` does not list checks/{file}.check");
        return Err(LoadError::Manifest { path, problem });
    }
    let checks: Result<_, _> = manifest.checks.iter().map(|listed| load_check(exercise, listed)).collect();
    Ok(Exercise {
        name: exercise.to_owned(),
        title: manifest.title,
        summary: manifest.summary,
        params: manifest.parameters,
        checks: checks?,
    })
}

/// The names of all checks of an exercise, also of those that a course leaves out.
pub(crate) fn check_names(exercise: &str) -> Result<Vec<String>, LoadError> {
    let path = folder(exercise).join("exercise.toml");
    let manifest = Manifest::parse(&path, &read(&path)?)?;
    Ok(manifest.checks.into_iter().map(|check| check.name).collect())
}

/// Where a check is kept.
pub(crate) fn check_file(exercise: &str, check: &str) -> PathBuf {
    folder(exercise).join("checks").join(format!("{check}.check"))
}

/// Where a check's reviewed snapshot is kept.
#[must_use]
pub fn snapshot_file(exercise: &str, check: &str) -> PathBuf {
    folder(exercise).join("snapshots").join(format!("{check}.snap"))
}

impl ExerciseCheck {
    /// The reviewed transcript.
    ///
    /// # Errors
    /// When there is none, or the file cannot be read.
    pub fn expected(&self) -> Result<Transcript, LoadError> {
        let path = || self.snapshot.clone();
        let text = fs::read_to_string(&self.snapshot).map_err(|source| match source.kind() {
            ErrorKind::NotFound => LoadError::NoSnapshot { path: path() },
            _ => LoadError::File { path: path(), source },
        })?;
        let body = verdict::body(&text).map_err(|source| LoadError::Snapshot { path: path(), source })?;
        Ok(Transcript::parse(&body))
    }
}

fn load_check(exercise: &str, listed: &Listed) -> Result<ExerciseCheck, LoadError> {
    let Listed { name, points } = listed;
    let path = check_file(exercise, name);
    let check = check::parse(&format!("{exercise}/checks/{name}.check"), &read(&path)?)?;
    let (visibility, snapshot) = (Visibility::default(), snapshot_file(exercise, name));
    Ok(ExerciseCheck { name: name.clone(), points: *points, visibility, check, snapshot })
}

/// The check files that `exercise.toml` has forgotten.
fn unlisted(exercise: &str, manifest: &Manifest) -> Result<Vec<String>, LoadError> {
    let dir = folder(exercise).join("checks");
    let entries = fs::read_dir(&dir).map_err(|source| LoadError::File { path: dir.clone(), source })?;
    let files: BTreeSet<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_suffix(".check").map(str::to_owned))
        .filter(|name| manifest.checks.iter().all(|listed| listed.name != *name))
        .collect();
    Ok(files.into_iter().collect())
}

fn read(path: &Path) -> Result<String, LoadError> {
    fs::read_to_string(path).map_err(|source| LoadError::File { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exercise_of_the_catalog_can_be_read_and_has_all_its_snapshots() {
        for name in crate::EXERCISES {
            let exercise = load(name).unwrap_or_else(|error| panic!("{error}"));
            for check in &exercise.checks {
                let expected = check.expected().unwrap_or_else(|error| panic!("{error}"));
                assert_eq!(expected.steps.len(), check.check.stimuli.len(), "{name}::{}", check.name);
                assert!(!check.check.about.is_empty(), "{name}::{} does not say what it is about", check.name);
            }
        }
    }

    #[test]
    fn an_exercise_that_does_not_exist_is_named_by_the_file_that_is_missing() {
        let error = load("nothing").unwrap_err().to_string();
        assert!(error.contains("nothing/exercise.toml: No such file or directory"), "{error}");
    }
}
