//! Gradescope's `results.json`, for one submission: Gradescope grades each by itself.

use super::words::{self, Status, Told};
use crate::outcome::{Head, Outcome, Outcomes};
use crate::trouble::Trouble;
use exercises::Visibility;
use serde::Serialize;
use std::io::Write;

/// The whole document. Fields that are not there have Gradescope's own value.
#[derive(Serialize)]
struct Results {
    score: u32,
    execution_time: f64,
    output: String,
    output_format: &'static str,
    test_output_format: &'static str,
    test_name_format: &'static str,
    visibility: &'static str,
    stdout_visibility: &'static str,
    extra_data: Extra,
    tests: Vec<Test>,
    #[serde(skip_serializing_if = "Option::is_none")]
    leaderboard: Option<[Rank; 2]>,
}

/// A column of the leaderboard.
#[derive(Serialize)]
struct Rank {
    name: &'static str,
    value: u32,
    order: &'static str,
}

#[derive(Serialize)]
struct Extra {
    grader: String,
    isolation: Vec<crate::isolation::Held>,
    finished: bool,
}

#[derive(Serialize)]
struct Test {
    score: u32,
    max_score: u32,
    status: &'static str,
    name: String,
    number: String,
    output: String,
    tags: Vec<String>,
    visibility: &'static str,
    extra_data: Verdict,
}

#[derive(Serialize)]
struct Verdict {
    verdict: &'static str,
    cause: Option<&'static str>,
}

/// Writes the report.
pub(super) fn write(head: &Head, outcomes: &dyn Outcomes, out: &mut dyn Write) -> Result<(), Trouble> {
    let mut all = Vec::new();
    outcomes.each(&mut |outcome| {
        if all.is_empty() {
            all.push(results(head, &outcome));
            return Ok(());
        }
        Err(Trouble::Usage("a report for Gradescope is about one submission. Grade each by itself".to_owned()))
    })?;
    let Some(results) = all.pop() else { return Ok(()) };
    serde_json::to_writer_pretty(&mut *out, &results)
        .map_err(std::io::Error::from)
        .and_then(|()| out.write_all(b"\n"))
        .map_err(Trouble::ours("writing results for Gradescope"))
}

fn results(head: &Head, outcome: &Outcome) -> Results {
    let mut tests = Vec::new();
    let mut milliseconds = 0;
    for (number, exercise) in outcome.exercises.iter().enumerate() {
        let of = words::checks(outcome).filter(|told| std::ptr::eq(told.exercise, exercise));
        for (index, told) in of.enumerate() {
            milliseconds += told.check.milliseconds.unwrap_or(0);
            tests.push(test(&told, format!("{}.{}", number + 1, index + 1)));
        }
    }
    let not_yet = outcome.checks().any(|check| check.result.verdict() == "not_yet");
    Results {
        score: outcome.points.got,
        execution_time: words::seconds(Some(milliseconds)),
        output: output(outcome, not_yet),
        output_format: "text",
        test_output_format: "text",
        test_name_format: "text",
        visibility: "visible",
        // What the grader itself prints repeats what stands here, hidden tests with it.
        stdout_visibility: "hidden",
        extra_data: Extra { grader: head.grader.clone(), isolation: head.isolation.clone(), finished: !not_yet },
        leaderboard: head.leaderboard.then(|| leaderboard(&tests)),
        tests,
    }
}

/// How far a submission has come, by the checks that students see at once: of the others it would tell before the time.
fn leaderboard(tests: &[Test]) -> [Rank; 2] {
    let seen = || tests.iter().filter(|test| test.visibility == Visibility::Visible.name());
    let points = seen().map(|test| test.score).sum();
    let checks = seen().filter(|test| test.status == "passed").count() as u32;
    [("Points", points), ("Checks", checks)].map(|(name, value)| Rank { name, value, order: "desc" })
}

fn output(outcome: &Outcome, not_yet: bool) -> String {
    let mut out = Vec::new();
    if let Some(problem) = &outcome.problem {
        out.push(harness::check::printable_lines(&problem.message, usize::MAX));
    }
    if words::checks(outcome).any(|told| told.status == Status::Error) {
        out.push(
            "Some checks could not be run. That is trouble of the grader's and says nothing about the programs."
                .to_owned(),
        );
    }
    if not_yet {
        out.push("Grading was ended before all checks had run.".to_owned());
    }
    out.join("\n\n")
}

fn test(told: &Told<'_>, number: String) -> Test {
    let passed = told.status == Status::Passed;
    let cause = match &told.check.result {
        crate::outcome::CheckResult::Fail(failure) => {
            failure.diagnosis.as_ref().map(|diagnosis| diagnosis.cause.name())
        }
        _ => None,
    };
    let about = &told.check.about;
    Test {
        score: if passed { told.check.points } else { 0 },
        max_score: told.check.points,
        status: if passed { "passed" } else { "failed" },
        name: told.id.clone(),
        number,
        output: if told.details.is_empty() { about.clone() } else { told.details.clone() },
        tags: vec![told.exercise.name.clone()],
        visibility: told.check.visibility.name(),
        extra_data: Verdict { verdict: told.check.result.verdict(), cause },
    }
}
