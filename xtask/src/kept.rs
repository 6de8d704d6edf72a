//! What a command leaves for the next one, in files below `target/grade`. It is a convenience: what is missing or cannot be
//! read counts as never written.

use crate::outcome::{CheckOutcome, CheckResult, Outcome};
use crate::submission;
use harness::diagnosis::Cause;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::Write;
use std::{fs, io};
use tempfile::NamedTempFile;

/// The file of [`Graded`].
const LAST: &str = "last.json";

/// What failed when each exercise was last graded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Graded(BTreeMap<String, Vec<Failed>>);

/// A check that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// `restarts_at_once`
    pub check: String,
    /// Why, where it is certain.
    pub cause: Option<Cause>,
}

impl Graded {
    /// What was left by the commands before.
    #[must_use]
    pub fn read() -> Self {
        read(LAST)
    }

    /// The failed checks of an exercise in teaching order; `None` if it was never graded.
    #[must_use]
    pub fn failed(&self, exercise: &str) -> Option<&[Failed]> {
        self.0.get(exercise).map(Vec::as_slice)
    }

    /// Notes a grading. Exercises of which no check was run stay as they were.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn note(outcome: &Outcome) -> io::Result<()> {
        let mut graded = Self::read();
        let before = graded.clone();
        for exercise in &outcome.exercises {
            let was_run = |check: &CheckOutcome| matches!(check.result, CheckResult::Pass | CheckResult::Fail(_));
            if !exercise.checks.iter().any(was_run) {
                continue;
            }
            let failed = exercise.checks.iter().filter_map(|check| {
                let CheckResult::Fail(failure) = &check.result else { return None };
                let cause = failure.diagnosis.as_ref().map(|diagnosis| diagnosis.cause);
                Some(Failed { check: check.name.clone(), cause })
            });
            graded.0.insert(exercise.name.clone(), failed.collect());
        }
        if graded == before { Ok(()) } else { write(LAST, &graded) }
    }
}

/// Reads what was left in a file.
#[must_use]
pub fn read<T: Default + DeserializeOwned>(file: &str) -> T {
    let text = fs::read(submission::build_dir().join(file)).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

/// Leaves something in a file, all of it or nothing.
///
/// # Errors
/// When it cannot be written.
pub fn write(file: &str, kept: &impl Serialize) -> io::Result<()> {
    let dir = submission::build_dir();
    fs::create_dir_all(&dir)?;
    let mut new = NamedTempFile::new_in(&dir)?;
    new.write_all(&serde_json::to_vec_pretty(kept)?)?;
    new.persist(dir.join(file))?;
    Ok(())
}
