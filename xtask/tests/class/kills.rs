//! Nothing that was finished is lost when the grader is killed, whenever that is.

use super::{Class, results};
use std::io::{BufRead, BufReader};
use std::process::Stdio;

/// How often it is killed.
const KILLS: usize = 20;

#[test]
fn killed_twenty_times_the_results_are_those_of_an_undisturbed_run() {
    let class = Class::of_twenty();
    let undisturbed = class.results(&["--store", "undisturbed.sqlite"]);
    let mut random = blake3::Hasher::new().finalize_xof();
    let mut finished = 0;
    for _ in 0..KILLS {
        let mut grader = class.grade();
        let mut grader =
            grader.args(["--store", "killed.sqlite"]).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let mut byte = [0];
        random.fill(&mut byte);
        // After none, one or two submissions more, wherever the labs and the disk are just then.
        let mut more = usize::from(byte[0] % 3);
        let mut lines = BufReader::new(grader.stderr.take().unwrap()).lines();
        while more > 0
            && let Some(Ok(line)) = lines.next()
        {
            more -= usize::from(!line.ends_with("as before"));
        }
        grader.kill().unwrap();
        grader.wait().unwrap();
        let known = lines.map_while(Result::ok).filter(|line| line.ends_with("as before")).count();
        finished = finished.max(known);
    }
    let output = class.grade().args(["--store", "killed.sqlite", "--format", "json"]).output().unwrap();
    let (new, known) = super::graded(&output);
    // The kills have come in the middle, and what was finished is not done again.
    assert!(!known.is_empty() && !new.is_empty(), "{new:?} {known:?} {finished}");
    assert_eq!(results(&output), undisturbed);
}
