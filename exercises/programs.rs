//! The programs that are kept with an exercise to prove its checks: right ones, which every check must let pass, and
//! wrong ones with one known fault each, which their checks must catch.

use crate::load::check_file;
use crate::{Exercise, LoadError, folder};
use harness::check::nearest;
use harness::diagnosis::Cause;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The kinds of files that can be there.
const KINDS: [&str; 3] = ["rs", "py", "c"];

/// A correct program in another style than the reference programs.
#[derive(Clone, Debug)]
pub struct Right {
    /// The file.
    pub path: PathBuf,
    /// What is different, in a few words.
    pub style: String,
}

/// A program with one known fault.
#[derive(Clone, Debug)]
pub struct Wrong {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it, in a sentence.
    pub fault: String,
    /// The checks that must fail; every other one must pass.
    pub fails: BTreeSet<String>,
    /// The cause that the diagnosis must name.
    pub cause: Cause,
    /// The checks in which it must name another one, or (`None`) none.
    pub otherwise: BTreeMap<String, Option<Cause>>,
}

impl Wrong {
    /// The cause that the diagnosis of a check must name.
    #[must_use]
    pub fn cause_in(&self, check: &str) -> Option<Cause> {
        self.otherwise.get(check).copied().unwrap_or(Some(self.cause))
    }
}

impl Exercise {
    /// The right programs of an exercise, by name.
    ///
    /// # Errors
    /// When one does not say what its style is.
    pub fn right(&self) -> Result<Vec<Right>, LoadError> {
        self.files("right")?.iter().map(|path| Head::read(path)?.right()).collect()
    }

    /// The wrong programs of an exercise, by name.
    ///
    /// # Errors
    /// When one does not say what its fault is, or names a check that does not exist.
    pub fn wrong(&self) -> Result<Vec<Wrong>, LoadError> {
        self.files("wrong")?.iter().map(|path| self.read_wrong(path)).collect()
    }

    /// Reads the head of one wrong program.
    ///
    /// # Errors
    /// As for [`Self::wrong`].
    pub fn read_wrong(&self, path: &Path) -> Result<Wrong, LoadError> {
        let head = Head::read(path)?;
        let fault = head.field("fault")?;
        let list = head.field("fails")?;
        let all = || self.checks.iter().map(|check| check.name.clone()).collect();
        let fails: BTreeSet<String> =
            if list == "all" { all() } else { list.split(',').map(|name| name.trim().to_owned()).collect() };
        if let Some(name) = fails.iter().find(|name| !check_file(&self.name, name).exists()) {
            return Err(head.wrong(format!("`fails:` names `{name}`, which is no check of {}", self.name)));
        }
        let (cause, otherwise) = head.causes()?;
        if let Some(name) = otherwise.keys().find(|name| !fails.contains(*name)) {
            return Err(head.wrong(format!("`cause:` names `{name}`, in which the program does not fail")));
        }
        Ok(Wrong { path: path.to_owned(), fault, fails, cause, otherwise })
    }

    fn files(&self, kind: &str) -> Result<Vec<PathBuf>, LoadError> {
        let dir = folder(&self.name).join(kind);
        let entries = fs::read_dir(&dir).map_err(|source| LoadError::File { path: dir, source })?;
        let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        files.sort();
        match files.iter().find(|path| path.extension().is_none_or(|kind| KINDS.iter().all(|known| kind != *known))) {
            None => Ok(files),
            Some(path) => {
                let problem =
                    format!("a program here ends in one of: {}", KINDS.map(|kind| format!(".{kind}")).join(", "));
                Err(LoadError::Manifest { path: path.clone(), problem })
            }
        }
    }
}

/// The comment at the beginning of a program.
struct Head<'a> {
    path: &'a Path,
    lines: Vec<String>,
}

impl<'a> Head<'a> {
    fn read(path: &'a Path) -> Result<Self, LoadError> {
        let text = fs::read_to_string(path).map_err(|source| LoadError::File { path: path.to_owned(), source })?;
        let comment = |line: &str| line.strip_prefix("//").or_else(|| line.strip_prefix('#')).map(str::to_owned);
        Ok(Self { path, lines: text.lines().map_while(comment).collect() })
    }

    /// What stands behind `name:`.
    fn field(&self, name: &str) -> Result<String, LoadError> {
        let line = self.lines.iter().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix(':'));
        line.map(|text| text.trim().to_owned()).ok_or_else(|| self.wrong(format!("its head has no line `{name}: …`")))
    }

    /// `cause: newline_sent; crashed in too_large, empty_line; nothing in utf8_text`
    fn causes(&self) -> Result<(Cause, BTreeMap<String, Option<Cause>>), LoadError> {
        let text = self.field("cause")?;
        let mut parts = text.split(';').map(str::trim);
        let main = self.cause(parts.next().unwrap_or_default())?;
        let mut otherwise = BTreeMap::new();
        for part in parts {
            let Some((cause, checks)) = part.split_once(" in ") else {
                return Err(self.wrong(format!("`cause:` has `{part}`; write CAUSE in CHECK, CHECK")));
            };
            let cause = if cause == "nothing" { None } else { Some(self.cause(cause)?) };
            otherwise.extend(checks.split(',').map(|check| (check.trim().to_owned(), cause)));
        }
        Ok((main, otherwise))
    }

    fn cause(&self, name: &str) -> Result<Cause, LoadError> {
        let known = Cause::ALL.iter().find(|cause| cause.name() == name);
        known.copied().ok_or_else(|| {
            let nearest = nearest(name, Cause::ALL.iter().map(|cause| cause.name()));
            let hint = nearest.map(|nearest| format!("; did you mean `{nearest}`?")).unwrap_or_default();
            self.wrong(format!("`cause:` names `{name}`, which is none{hint}"))
        })
    }

    fn right(&self) -> Result<Right, LoadError> {
        Ok(Right { path: self.path.to_owned(), style: self.field("style")? })
    }

    fn wrong(&self, problem: String) -> LoadError {
        LoadError::Manifest { path: self.path.to_owned(), problem }
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

    #[test]
    fn every_exercise_has_right_programs_in_several_styles() {
        for name in crate::EXERCISES {
            let right = crate::load(name).unwrap().right().unwrap_or_else(|error| panic!("{error}"));
            assert!(right.len() >= 6, "{name} has only {}", right.len());
        }
    }
}
