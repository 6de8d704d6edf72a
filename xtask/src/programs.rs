//! All programs that we know the right verdicts of: the reference programs in every language, other right ones, and the
//! wrong ones.

use crate::run::Runner;
use crate::submission::{self, Built, Source};
use crate::trouble::Trouble;
use exercises::{Exercise, LoadError, Wrong};
use harness::diagnosis::Cause;
use harness::lab::Launcher;
use harness::program::Program;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// A program of ours.
#[derive(Clone, Debug)]
pub struct Known {
    /// `solutions/tcp_server`, `tcp_server/wrong/never_accepts.rs`
    pub name: String,
    /// The number of its exercise, in the list that was given.
    pub exercise: usize,
    /// The checks in which it must fail, with the cause that must be named, if any; it must pass every other.
    pub fails: BTreeMap<String, Option<Cause>>,
    /// Its fault's own cause.
    pub cause: Option<Cause>,
    /// Ready to run.
    pub program: Program,
}

/// The folder of the reference programs.
#[must_use]
pub fn solutions() -> PathBuf {
    exercises::root().with_file_name("solutions")
}

/// The folders of reference programs, one a language, with what they are called.
#[must_use]
pub fn languages() -> [(&'static str, PathBuf); 3] {
    [
        ("solutions", solutions()),
        ("solutions/python", solutions().join("python")),
        ("solutions/c", solutions().join("c")),
    ]
}

/// Builds the reference programs of these exercises in every language; `jobs` compilers at once.
///
/// # Errors
/// When one is missing or does not compile.
pub async fn references(exercises: &[Exercise], jobs: usize, launcher: &Launcher) -> Result<Vec<Known>, Trouble> {
    let names: Vec<_> = exercises.iter().map(|exercise| exercise.name.as_str()).collect();
    let runner = Runner::with(launcher.clone(), jobs);
    let mut out = Vec::new();
    for (label, dir) in languages() {
        let mut built = submission::find(&dir, &names, launcher).await?.build(&names, &runner).await?;
        for (exercise, name) in names.iter().enumerate() {
            let name_of = format!("{label}/{name}");
            let Some(built) = built.remove(*name) else {
                return Err(Trouble::Ours(format!("there is no {name_of}")));
            };
            let program = ready(&name_of, built)?;
            out.push(Known { name: name_of, exercise, fails: BTreeMap::new(), cause: None, program });
        }
    }
    Ok(out)
}

/// Builds the right programs of these exercises; `jobs` compilers at once.
///
/// # Errors
/// When one does not compile.
pub async fn right(exercises: &[Exercise], jobs: usize, launcher: &Launcher) -> Result<Vec<Known>, Trouble> {
    let files = |exercise: &Exercise| -> Result<Vec<_>, LoadError> {
        Ok(exercise
            .right()?
            .into_iter()
            .map(|right| File { path: right.path, fails: BTreeMap::new(), cause: None })
            .collect())
    };
    of_files(exercises, "right", files, jobs, launcher).await
}

/// Builds the wrong programs of these exercises; `jobs` compilers at once.
///
/// # Errors
/// When one does not compile.
pub async fn wrong(exercises: &[Exercise], jobs: usize, launcher: &Launcher) -> Result<Vec<Known>, Trouble> {
    let files = |exercise: &Exercise| -> Result<Vec<_>, LoadError> {
        let file = |wrong: Wrong| {
            let fails = wrong.fails.iter().map(|check| (check.clone(), wrong.cause_in(check))).collect();
            File { path: wrong.path, fails, cause: Some(wrong.cause) }
        };
        Ok(exercise.wrong()?.into_iter().map(file).collect())
    };
    of_files(exercises, "wrong", files, jobs, launcher).await
}

/// A program that is a file.
struct File {
    path: PathBuf,
    fails: BTreeMap<String, Option<Cause>>,
    cause: Option<Cause>,
}

async fn of_files(
    exercises: &[Exercise],
    kind: &str,
    files: impl Fn(&Exercise) -> Result<Vec<File>, LoadError>,
    jobs: usize,
    launcher: &Launcher,
) -> Result<Vec<Known>, Trouble> {
    let width = Arc::new(Semaphore::new(jobs));
    let mut compilers = JoinSet::new();
    for (exercise, of) in exercises.iter().enumerate() {
        for File { path, fails, cause } in files(of)? {
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            let name = format!("{}/{kind}/{file}", of.name);
            let (width, launcher) = (Arc::clone(&width), launcher.clone());
            compilers.spawn(async move {
                let _permit = width.acquire_owned().await;
                let built = Source::file(&path).build(&launcher).await;
                ready(&name, built).map(|program| Known { name, exercise, fails, cause, program })
            });
        }
    }
    let built = compilers.join_all().await;
    let mut out: Vec<Known> = built.into_iter().collect::<Result<_, _>>()?;
    out.sort_by(|a, b| (a.exercise, &a.name).cmp(&(b.exercise, &b.name)));
    Ok(out)
}

fn ready(name: &str, built: Built) -> Result<Program, Trouble> {
    match built {
        Built::Ready(program) => Ok(program),
        Built::DoesNotCompile(message) | Built::NotBuilt(message) => {
            Err(Trouble::Ours(format!("{name} cannot be built:\n{message}")))
        }
    }
}
