//! The matrix: starters fail, reference programs in every language pass, and each wrong program fails in the checks
//! that its head names and in no other, for the cause that it names. What is printed about it is reviewed.

mod common;
mod messages;

use common::{programs, runtime};
use exercises::Exercise;
use harness::diagnosis::Cause;
use harness::program::Program;
use harness::verdict::{Verdict, compare};
use rstest::rstest;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use xtask::programs::{languages, solutions};
use xtask::submission::{Built, Source};

/// The checks that a program fails, each with its transcript.
async fn failed(exercise: &Exercise, program: &Program) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for check in &exercise.checks {
        let ran = common::run(exercise, &check.name, program).await;
        if compare(&check.expected().unwrap(), &ran.transcript) != Verdict::Pass {
            out.insert(check.name.clone(), ran.transcript.to_string());
        }
    }
    out
}

#[rstest]
#[case::rust(solutions())]
#[case::python(solutions().join("python"))]
fn the_reference_programs_pass_every_check(#[case] submission: PathBuf) {
    runtime().block_on(async {
        for (name, program) in programs(&submission).await {
            let failed = failed(&exercises::load(&name).unwrap(), &program).await;
            assert!(failed.is_empty(), "{name}: {failed:#?}");
        }
    });
}

#[test]
fn there_is_a_reference_program_for_every_exercise_in_three_languages() {
    runtime().block_on(async {
        for (_, dir) in languages() {
            assert_eq!(programs(&dir).await.len(), exercises::EXERCISES.len(), "{}", dir.display());
        }
    });
}

#[test]
fn the_starters_fail_every_check() {
    runtime().block_on(async {
        for (name, program) in programs(exercises::root()).await {
            let exercise = exercises::load(&name).unwrap();
            let failed = failed(&exercise, &program).await;
            assert_eq!(failed.len(), exercise.checks.len(), "{name} fails only in {:?}", failed.keys());
        }
    });
}

#[rstest]
fn a_right_program_passes_every_check(
    #[files("../exercises/*/right/*.rs")]
    #[files("../exercises/*/right/*.py")]
    #[files("../exercises/*/right/*.c")]
    path: PathBuf,
) {
    let exercise = path.iter().rev().nth(2).unwrap().to_str().unwrap();
    let exercise = exercises::load(exercise).unwrap();
    let failed = runtime().block_on(async { failed(&exercise, &built(&path).await).await });
    assert!(failed.is_empty(), "{failed:#?}");
}

#[rstest]
fn a_wrong_program_fails_in_the_checks_that_it_names_and_in_no_other_and_is_explained(
    #[files("../exercises/*/wrong/*.rs")]
    #[files("../exercises/*/wrong/*.py")]
    #[files("../exercises/*/wrong/*.c")]
    path: PathBuf,
) {
    let exercise = path.iter().rev().nth(2).unwrap().to_str().unwrap();
    let exercise = exercises::load(exercise).unwrap();
    let wrong = exercise.read_wrong(&path).unwrap_or_else(|error| panic!("{error}"));
    let outcome = runtime().block_on(async { messages::grade(&exercise, &built(&path).await).await });
    let named: BTreeMap<_, _> = outcome.checks().filter_map(messages::cause_of).collect();
    let expected: BTreeMap<_, _> =
        wrong.fails.iter().map(|check| (check.clone(), wrong.cause_in(check).map(Cause::name))).collect();
    assert_eq!(named, expected, "{}\n{outcome:#?}", wrong.fault);
    messages::review(&exercise.name, path.file_name().unwrap().to_str().unwrap(), outcome);
}

async fn built(path: &Path) -> Program {
    let path = path.canonicalize().unwrap();
    match Source::file(&path).build(common::runner().launcher()).await {
        Built::Ready(program) => program,
        other => panic!("{}: {other:?}", path.display()),
    }
}

#[test]
fn every_cause_is_proved_by_two_wrong_programs() {
    let mut proved: BTreeMap<&str, usize> = BTreeMap::new();
    for name in exercises::EXERCISES {
        for wrong in exercises::load(name).unwrap().wrong().unwrap() {
            let others = wrong.otherwise.values().flatten().copied();
            let causes: BTreeSet<_> = others.chain([wrong.cause]).collect();
            causes.into_iter().for_each(|cause| *proved.entry(cause.name()).or_default() += 1);
        }
    }
    let few: Vec<_> = Cause::ALL
        .iter()
        .map(|cause| cause.name())
        .filter(|name| proved.get(name).is_none_or(|count| *count < 2))
        .collect();
    assert!(few.is_empty(), "{few:?} have less than two");
}
