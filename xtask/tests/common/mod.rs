//! What the tests of graded programs share.

use exercises::{EXERCISES, Exercise};
use harness::lab::Launcher;
use harness::program::Program;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use xtask::run::{Ran, Runner};
use xtask::submission::{self, Built};

/// A runtime for one test.
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// A runner whose labs are the real command line.
pub fn runner() -> Runner {
    Runner::with(Launcher::new(env!("CARGO_BIN_EXE_xtask"), xtask::LAB), 1)
}

/// The programs of a submission, ready to run. They are built once for all tests of this process.
pub async fn programs(dir: &Path) -> BTreeMap<String, Program> {
    type Programs = BTreeMap<PathBuf, BTreeMap<String, Program>>;
    static BUILT: tokio::sync::Mutex<Programs> = tokio::sync::Mutex::const_new(Programs::new());
    let mut all = BUILT.lock().await;
    if let Some(programs) = all.get(dir) {
        return programs.clone();
    }
    let submission = submission::find(dir, &EXERCISES, runner().launcher()).await.unwrap();
    let pool = Runner::with(runner().launcher().clone(), 2);
    let built = submission.build(&EXERCISES, &pool).await.unwrap();
    let ready = |built| match built {
        Built::Ready(program) => program,
        other => panic!("{other:?}"),
    };
    let programs: BTreeMap<_, _> = built.into_iter().map(|(name, built)| (name, ready(built))).collect();
    all.insert(dir.to_owned(), programs.clone());
    programs
}

/// Runs one check of an exercise.
pub async fn run(exercise: &Exercise, check: &str, program: &Program) -> Ran {
    let check = exercise.checks.iter().find(|known| known.name == check).unwrap();
    runner().run(exercise, check, program).await.unwrap_or_else(|error| panic!("{error}"))
}
