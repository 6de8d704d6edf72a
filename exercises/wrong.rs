//! The wrong programs: one known fault each, and the checks that must catch it.

use crate::load::check_file;
use crate::{Exercise, LoadError, folder};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A program with one known fault.
#[derive(Clone, Debug)]
pub struct Wrong {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it, in a sentence.
    pub fault: String,
    /// The checks that must fail; every other one must pass.
    pub fails: BTreeSet<String>,
}

impl Exercise {
    /// The wrong programs of an exercise, by name.
    ///
    /// # Errors
    /// When one does not say what its fault is, or names a check that does not exist.
    pub fn wrong(&self) -> Result<Vec<Wrong>, LoadError> {
        let dir = folder(&self.name).join("wrong");
        let entries = fs::read_dir(&dir).map_err(|source| LoadError::File { path: dir, source })?;
        let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        files.retain(|path| path.extension().is_some_and(|kind| kind == "rs" || kind == "py"));
        files.sort();
        files.iter().map(|path| self.read_wrong(path)).collect()
    }

    /// Reads the head of one wrong program.
    ///
    /// # Errors
    /// As for [`Self::wrong`].
    pub fn read_wrong(&self, path: &Path) -> Result<Wrong, LoadError> {
        let text = fs::read_to_string(path).map_err(|source| LoadError::File { path: path.to_owned(), source })?;
        let field = |name: &str| {
            let mut comments =
                text.lines().map_while(|line| line.strip_prefix("//").or_else(|| line.strip_prefix('#')));
            comments.find_map(|line| Some(line.trim().strip_prefix(name)?.trim().to_owned()))
        };
        let wrong = |problem: &str| LoadError::Manifest { path: path.to_owned(), problem: problem.to_owned() };
        let fault = field("fault:").ok_or_else(|| wrong("its head has no line `fault: …`"))?;
        let list = field("fails:").ok_or_else(|| wrong("its head has no line `fails: …`"))?;
        let all = || self.checks.iter().map(|check| check.name.clone()).collect();
        let fails: BTreeSet<String> =
            if list == "all" { all() } else { list.split(',').map(|name| name.trim().to_owned()).collect() };
        if let Some(name) = fails.iter().find(|name| !check_file(&self.name, name).exists()) {
            return Err(wrong(&format!("`fails:` names `{name}`, which is no check of {}", self.name)));
        }
        Ok(Wrong { path: path.to_owned(), fault, fails })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn every_check_has_a_wrong_program_that_it_catches() {
        for name in crate::EXERCISES {
            let exercise = crate::load(name).unwrap();
            let wrong = exercise.wrong().unwrap_or_else(|error| panic!("{error}"));
            let caught: BTreeSet<_> = wrong.iter().flat_map(|wrong| &wrong.fails).collect();
            for check in &exercise.checks {
                assert!(caught.contains(&check.name), "nothing proves that {name}::{} can fail", check.name);
            }
        }
    }
}
