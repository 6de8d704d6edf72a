//! What is printed about a failing program, as a reviewed snapshot.

use crate::common;
use exercises::Exercise;
use harness::program::Program;
use xtask::judge::run_one;
use xtask::outcome::{
    CheckOutcome, CheckResult, ExerciseHead, ExerciseOutcome, Failure, Head, Outcome, ProgramOutcome,
};
use xtask::report;

/// As wide as a terminal mostly is.
const COLUMNS: usize = 80;

/// The outcome of all checks of an exercise.
pub async fn grade(exercise: &Exercise, program: &Program) -> Outcome {
    let runner = common::runner();
    let mut checks = Vec::new();
    for check in &exercise.checks {
        checks.push(CheckOutcome {
            name: check.name.clone(),
            about: check.check.about.clone(),
            points: check.points,
            visibility: check.visibility,
            result: run_one(exercise, check, program, &runner).await.unwrap_or_else(|error| panic!("{error}")),
            milliseconds: None,
            ladder: None,
        });
    }
    let exercise = ExerciseHead::new(exercise).unwrap();
    let outcome = ExerciseOutcome::new(&exercise, checks, ProgramOutcome::Ready { source: String::new() });
    Outcome { submission: String::new(), points: outcome.points, problem: None, exercises: vec![outcome] }
}

/// The name of a failed check, with the cause that is named.
pub fn cause_of(check: &CheckOutcome) -> Option<(String, Option<&'static str>)> {
    match &check.result {
        CheckResult::Fail(failure) => {
            Some((check.name.clone(), failure.diagnosis.as_ref().map(|diagnosis| diagnosis.cause.name())))
        }
        CheckResult::Error(error) | CheckResult::NotRun(error) => panic!("{}: {error}", check.name),
        CheckResult::Pass | CheckResult::Skip | CheckResult::NotYet => None,
    }
}

/// Compares what is printed with the reviewed message.
pub fn review(exercise: &str, program: &str, mut outcome: Outcome) {
    for check in &mut outcome.exercises[0].checks {
        if let CheckResult::Fail(failure) = &mut check.result {
            make_repeatable(failure);
        }
    }
    let head =
        Head { grader: String::new(), course: None, leaderboard: false, isolation: Vec::new(), exercises: Vec::new() };
    let printed = anstream::adapter::strip_str(&report::text(&head, &outcome, COLUMNS)).to_string();
    insta::with_settings!({ snapshot_path => ".", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(format!("{exercise}-{program}"), printed);
    });
}

/// Takes out what differs from run to run and from machine to machine, and means nothing.
fn make_repeatable(failure: &mut Failure) {
    let doing = &mut failure.doing;
    // How far a program got that writes without end is luck.
    if doing.state.iter().any(|line| line.contains("CPU time") || line.contains("in this one step")) {
        doing.stdout.clear();
        doing.stderr.clear();
    }
    // Where Python points to within a line depends on its version.
    doing.stderr.retain(|line| !line.chars().all(|c| " ^~".contains(c)));
    for line in doing.state.iter_mut().chain(&mut doing.stdout).chain(&mut doing.stderr) {
        *line = repeatable(line);
    }
    if let Some(diagnosis) = &mut failure.diagnosis {
        diagnosis.because = repeatable(&diagnosis.because);
        diagnosis.evidence.iter_mut().for_each(|fact| *fact = repeatable(fact));
    }
}

/// A line with letters for ports that the system chose and for amounts of what has no end, and without the path of this folder.
fn repeatable(line: &str) -> String {
    let root = exercises::root().canonicalize().unwrap();
    let root = root.parent().unwrap().to_str().unwrap();
    let mut line = line.replace(root, "");
    // Names of built programs hold a number that is made from the path.
    if let Some(at) = line.find("/target/grade/") {
        let end = line[at..].find([' ', ':', '"']).map_or(line.len(), |end| at + end);
        line.replace_range(at..end, "PROGRAM");
    }
    let mut out = String::new();
    let mut rest = line.as_str();
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, number) = rest.split_at(at);
        let end = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
        let (digits, after) = number.split_at(end);
        out.push_str(before);
        let is_port = digits.len() == 5 && digits.parse().is_ok_and(|port: u32| (32_768..61_000).contains(&port));
        let endless = [" ms of CPU", " bytes of output", " packets went"];
        out.push_str(match () {
            () if is_port => "PPPPP",
            () if endless.iter().any(|unit| after.starts_with(unit)) => "N",
            () => digits,
        });
        rest = after;
    }
    out + rest
}
