//! All programs that we know the right verdicts of: the reference programs in every language, and the wrong ones.

use crate::submission::{self, Built, Source};
use crate::trouble::Trouble;
use exercises::Exercise;
use harness::program::Program;
use std::path::PathBuf;

/// A program of ours.
#[derive(Clone, Debug)]
pub struct Known {
    /// `solutions/tcp_server`, `tcp_server/wrong/never_accepts.rs`
    pub name: String,
    /// The number of its exercise, in the list that was given.
    pub exercise: usize,
    /// Ready to run.
    pub program: Program,
}

/// The folder of the reference programs.
#[must_use]
pub fn solutions() -> PathBuf {
    exercises::root().with_file_name("solutions")
}

/// Builds the reference programs of these exercises in every language; `jobs` compilers at once.
///
/// # Errors
/// When one is missing or does not compile.
pub async fn references(exercises: &[Exercise], jobs: usize) -> Result<Vec<Known>, Trouble> {
    let names: Vec<_> = exercises.iter().map(|exercise| exercise.name.as_str()).collect();
    let mut out = Vec::new();
    for (dir, label) in [(solutions(), "solutions"), (solutions().join("python"), "solutions/python")] {
        let mut built = submission::find(&dir, &names).await?.build(&names, jobs).await?;
        for (exercise, name) in names.iter().enumerate() {
            let name_of = format!("{label}/{name}");
            let Some(built) = built.remove(*name) else {
                return Err(Trouble::Ours(format!("there is no {name_of}")));
            };
            out.push(Known { program: ready(&name_of, built)?, name: name_of, exercise });
        }
    }
    Ok(out)
}

/// Builds the wrong programs of these exercises.
///
/// # Errors
/// When one does not compile.
pub async fn wrong(exercises: &[Exercise]) -> Result<Vec<Known>, Trouble> {
    let mut out = Vec::new();
    for (exercise, of) in exercises.iter().enumerate() {
        for wrong in of.wrong()? {
            let file = wrong.path.file_name().unwrap_or_default().to_string_lossy();
            let name = format!("{}/wrong/{file}", of.name);
            let built = Source::file(&wrong.path).build().await;
            out.push(Known { program: ready(&name, built)?, name, exercise });
        }
    }
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
