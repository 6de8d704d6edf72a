//! Records and reviews the snapshots: each check run on the Rust reference program, one test a check.
//!
//! `cargo insta test --review` shows what is new or different. The grader reads the same files by itself.

mod common;

use rstest::rstest;
use std::path::PathBuf;

#[rstest]
fn the_reference_program_gives_the_reviewed_transcript(#[files("../exercises/*/checks/*.check")] path: PathBuf) {
    let check = path.file_stem().unwrap().to_str().unwrap();
    let exercise = path.iter().rev().nth(2).unwrap().to_str().unwrap();
    let exercise = exercises::load(exercise).unwrap_or_else(|error| panic!("{error}"));
    let ran = common::runtime().block_on(async {
        let programs = common::programs(&xtask::programs::solutions()).await;
        common::run(&exercise, check, &programs[&exercise.name]).await
    });
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(exercises::snapshot_file(&exercise.name, check).parent().unwrap());
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description(format!("{}::{check}", exercise.name));
    settings.bind(|| insta::assert_snapshot!(check, ran.transcript.to_string()));
}
