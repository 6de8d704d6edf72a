//! The tools: how each is called, and how it says what passed.

use super::CHECKS;
use super::venv::Tools;
use crate::trouble::Trouble;
use serde::Deserialize;
use std::env;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::Command;

/// A tool that grades.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// `cargo xtask grade`, as cargo has built it.
    Ours,
    /// check50.
    Check50,
    /// pytest, with gradescope-utils.
    Pytest,
}

/// What a tool said of a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ran {
    /// From the start of its process to the end.
    pub time: Duration,
    /// How many checks passed.
    pub passed: usize,
    /// How many failed.
    pub failed: usize,
}

impl Tool {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Ours, Self::Check50, Self::Pytest];

    /// As its users call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Check50 => "check50",
            Self::Pytest => "pytest",
        }
    }

    /// Grades the submission in a folder; `room` is for its report.
    ///
    /// # Errors
    /// When it cannot be run, or its report cannot be read.
    pub async fn run(self, submission: &Path, tools: &Tools, room: &Path) -> Result<Ran, Trouble> {
        let report = room.join("report.json");
        let mut command = match self {
            Self::Ours => {
                let mut command = Command::new(env::current_exe().map_err(Trouble::ours("finding this program"))?);
                command.args(["grade", ".", "--report"]).arg(format!("json={}", report.display()));
                command.args(CHECKS.iter().flat_map(|check| ["--check", check]));
                command
            }
            Self::Check50 => {
                let mut command = Command::new(tools.bin.join("check50"));
                command.arg("--dev").arg(tools.checks.join("check50"));
                command.args(["--output", "json", "--output-file"]).arg(&report);
                command
            }
            Self::Pytest => {
                let mut command = Command::new(tools.bin.join("pytest"));
                command.arg("--quiet").arg(tools.checks.join("pytest")).env("RESULTS", &report);
                command
            }
        };
        // The same interpreter for the programs of a submission, and none that first looks for the real one.
        let before = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths([tools.bin.clone()].into_iter().chain(env::split_paths(&before)));
        command.env("PATH", path.map_err(|error| Trouble::Ours(format!("the variable PATH: {error}")))?);
        command.current_dir(submission).stdin(Stdio::null());
        let began = Instant::now();
        let output = command.output().await.map_err(Trouble::ours(format!("running {}", self.name())))?;
        let time = began.elapsed();
        let said = String::from_utf8_lossy(&output.stderr);
        let no_report =
            |what: &dyn std::fmt::Display| Trouble::Ours(format!("{} made no report: {what}\n{said}", self.name()));
        let text = fs::read(&report).map_err(|error| no_report(&error))?;
        fs::remove_file(&report).map_err(Trouble::ours("removing a report"))?;
        let verdicts = self.verdicts(&text).map_err(|error| no_report(&error))?;
        let count = |wanted| verdicts.iter().filter(|verdict| **verdict == Some(wanted)).count();
        Ok(Ran { time, passed: count(true), failed: count(false) })
    }

    /// Whether each check passed; `None`, where it is neither that nor failed.
    fn verdicts(self, report: &[u8]) -> serde_json::Result<Vec<Option<bool>>> {
        let word = |word: &str| match word {
            "pass" | "passed" => Some(true),
            "fail" | "failed" => Some(false),
            _ => None,
        };
        Ok(match self {
            Self::Ours => {
                let report: Ours = serde_json::from_slice(report)?;
                let exercises = report.submissions.into_iter().flat_map(|submission| submission.exercises);
                exercises.flat_map(|exercise| exercise.checks).map(|check| word(&check.verdict)).collect()
            }
            Self::Check50 => {
                let report: OfCheck50 = serde_json::from_slice(report)?;
                report.results.into_iter().map(|check| check.passed).collect()
            }
            Self::Pytest => {
                let report: OfGradescope = serde_json::from_slice(report)?;
                report.tests.into_iter().map(|test| word(&test.status)).collect()
            }
        })
    }
}

#[derive(Deserialize)]
struct Ours {
    submissions: Vec<Submission>,
}

#[derive(Deserialize)]
struct Submission {
    exercises: Vec<OfExercise>,
}

#[derive(Deserialize)]
struct OfExercise {
    checks: Vec<Check>,
}

#[derive(Deserialize)]
struct Check {
    verdict: String,
}

#[derive(Deserialize)]
struct OfCheck50 {
    results: Vec<CheckOfCheck50>,
}

#[derive(Deserialize)]
struct CheckOfCheck50 {
    passed: Option<bool>,
}

#[derive(Deserialize)]
struct OfGradescope {
    tests: Vec<Test>,
}

#[derive(Deserialize)]
struct Test {
    status: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(
        Tool::Ours,
        r#"{"submissions":[{"exercises":[{"checks":[{"verdict":"pass"},{"verdict":"fail"},{"verdict":"error"}]}]}]}"#
    )]
    #[case(Tool::Check50, r#"{"results":[{"passed":true},{"passed":false},{"passed":null}]}"#)]
    #[case(Tool::Pytest, r#"{"tests":[{"status":"passed"},{"status":"failed"},{"status":"skipped"}]}"#)]
    fn what_neither_passed_nor_failed_is_neither(#[case] tool: Tool, #[case] report: &str) {
        assert_eq!(tool.verdicts(report.as_bytes()).unwrap(), [Some(true), Some(false), None]);
        assert!(tool.verdicts(b"{}").is_err());
    }
}
