//! What holds for all submissions that are graded together.

use crate::isolation::Held;
use crate::trouble::Trouble;
use exercises::{Exercise, ExerciseCheck, Visibility};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The head of a report.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Head {
    /// What has graded: a version, and what of its sources decides about verdicts.
    pub grader: String,
    /// The course's title, if it has one.
    pub course: Option<String>,
    /// Whether Gradescope shall show students how far each has come.
    #[serde(default)]
    pub leaderboard: bool,
    /// What kept the programs in: a record for each system on which was graded.
    pub isolation: Vec<Held>,
    /// The exercises, in teaching order.
    pub exercises: Vec<ExerciseHead>,
}

/// An exercise that was graded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExerciseHead {
    /// `tcp_server`
    pub name: String,
    /// A few words about it.
    pub title: String,
    /// The values that the checks name, as text.
    pub parameters: BTreeMap<String, String>,
    /// In teaching order.
    pub checks: Vec<CheckHead>,
}

/// A check that counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckHead {
    /// `restarts_at_once`
    pub name: String,
    /// What it is about, in a sentence.
    pub about: String,
    /// What passing it is worth.
    pub points: u32,
    /// When its result is to be seen.
    pub visibility: Visibility,
    /// A hash, in hexadecimal, of all that a verdict depends on beside the program and the grader: the check's lines, the
    /// parameters, and the reviewed transcript.
    pub digest: String,
}

impl Head {
    /// The head for these exercises.
    ///
    /// # Errors
    /// When a reviewed transcript cannot be read.
    pub fn new(exercises: &[Exercise], course: Option<String>, held: Held) -> Result<Self, Trouble> {
        let exercises = exercises.iter().map(ExerciseHead::new).collect::<Result<_, _>>()?;
        Ok(Self { grader: grader(), course, leaderboard: false, isolation: vec![held], exercises })
    }

    /// How many checks there are for a submission.
    #[must_use]
    pub fn checks(&self) -> usize {
        self.exercises.iter().map(|exercise| exercise.checks.len()).sum()
    }
}

impl ExerciseHead {
    /// What a report says about an exercise.
    ///
    /// # Errors
    /// When a reviewed transcript cannot be read.
    pub fn new(exercise: &Exercise) -> Result<Self, Trouble> {
        let checks = exercise.checks.iter().map(|check| CheckHead::new(exercise, check));
        Ok(Self {
            name: exercise.name.clone(),
            title: exercise.title.clone(),
            parameters: exercise.params.0.iter().map(|(name, value)| (name.clone(), value.to_string())).collect(),
            checks: checks.collect::<Result<_, _>>()?,
        })
    }
}

impl CheckHead {
    fn new(exercise: &Exercise, check: &ExerciseCheck) -> Result<Self, Trouble> {
        let all = (&exercise.name, &check.check, &exercise.params, check.expected()?.to_string());
        // Nothing in it is anything that JSON cannot say.
        let hash = blake3::hash(&serde_json::to_vec(&all).unwrap_or_default());
        let (name, about) = (check.name.clone(), check.check.about.clone());
        let (points, visibility) = (check.points, check.visibility);
        Ok(Self { name, about, points, visibility, digest: hash.to_hex()[..32].to_owned() })
    }
}

/// The grader's version, and a hash of its sources: after a change of those a verdict can be another.
#[must_use]
pub fn grader() -> String {
    format!("{}+{}", env!("CARGO_PKG_VERSION"), env!("NETLINGS_SOURCES"))
}
