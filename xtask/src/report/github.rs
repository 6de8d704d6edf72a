//! What GitHub takes: annotations as workflow commands, a job summary in Markdown, and the output of an autograding step of GitHub
//! Classroom.

use super::words::{self, Status};
use crate::outcome::{Head, Outcome, Outcomes, ProgramOutcome};
use crate::trouble::Trouble;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;
use std::io::Write;

/// GitHub shows no more annotations of a step than this.
const SHOWN: usize = 10;

/// Writes workflow commands: an error for what has failed, a warning for trouble of ours.
pub(super) fn annotations(_: &Head, outcomes: &dyn Outcomes, out: &mut dyn Write) -> Result<(), Trouble> {
    outcomes.each(&mut |outcome| {
        let mut text = String::new();
        for (name, told) in words::not_passed(&outcome) {
            let command = match told.status {
                Status::Failed => "error",
                Status::Error => "warning",
                Status::NotRun | Status::Passed => "notice",
            };
            let file = match &told.exercise.program {
                ProgramOutcome::Ready { source } | ProgramOutcome::DoesNotCompile { source, .. }
                    if !source.contains(' ') =>
                {
                    format!("file={},", property(source))
                }
                _ => String::new(),
            };
            let title = property(&name);
            text.push_str(&format!("::{command} {file}title={title}::{}\n", data(&told.reason)));
        }
        out.write_all(text.as_bytes()).map_err(Trouble::ours("writing annotations"))
    })
}

/// The text of a workflow command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a workflow command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Writes the job summary.
pub(super) fn summary(head: &Head, outcomes: &dyn Outcomes, out: &mut dyn Write) -> Result<(), Trouble> {
    let failed = || Trouble::ours("writing the job summary");
    let names: String = head.exercises.iter().map(|exercise| format!(" {} |", markdown(&exercise.name))).collect();
    let rule = "---:|".repeat(head.exercises.len());
    let begin = format!("## Netlings\n\n| submission | points |{names}\n|:---|---:|{rule}\n");
    out.write_all(begin.as_bytes()).map_err(failed())?;
    outcomes.each(&mut |outcome| {
        let mut row =
            format!("| {} | {} of {} |", markdown(&words::name(&outcome)), outcome.points.got, outcome.points.of);
        for exercise in &outcome.exercises {
            let passed = exercise.checks.iter().filter(|check| check.passed()).count();
            row.push_str(&format!(" {passed}/{} |", exercise.checks.len()));
        }
        row.push('\n');
        out.write_all(row.as_bytes()).map_err(failed())
    })?;
    let mut shown = 0;
    outcomes.each(&mut |outcome| {
        let mut text = String::new();
        for (name, told) in words::not_passed(&outcome) {
            shown += 1;
            if shown > SHOWN {
                continue;
            }
            text.push_str(&format!(
                "\n<details><summary>{}: {}: {}</summary>\n\n{}\n</details>\n",
                html(&words::name(&outcome)),
                html(&name),
                html(&told.reason),
                fenced(&told.details)
            ));
        }
        out.write_all(text.as_bytes()).map_err(failed())
    })?;
    if shown > SHOWN {
        out.write_all(format!("\n… and {} more.\n", shown - SHOWN).as_bytes()).map_err(failed())?;
    }
    Ok(())
}

/// A text in a table of Markdown.
fn markdown(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            c if c.is_control() => out.push(' '),
            c if c.is_ascii_punctuation() => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace(['\n', '\r'], " ")
}

/// Lines as they are: the fence is longer than any within.
fn fenced(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{}\n{fence}\n", text.trim_end())
}

/// What a step of GitHub Classroom's autograding puts out.
#[derive(Serialize)]
struct StepResult {
    version: u32,
    status: &'static str,
    max_score: u32,
    tests: Vec<Test>,
}

#[derive(Serialize)]
struct Test {
    name: String,
    status: &'static str,
    score: u32,
    message: String,
    test_code: String,
    filename: String,
    line_no: u32,
    execution_time: String,
}

/// Writes the step's output `result`, a line for the file that `$GITHUB_OUTPUT` names.
pub(super) fn classroom(_: &Head, outcomes: &dyn Outcomes, out: &mut dyn Write) -> Result<(), Trouble> {
    let mut lines = Vec::new();
    outcomes.each(&mut |outcome| {
        let json = serde_json::to_vec(&result(&outcome)).unwrap_or_default();
        lines.push(format!("result={}\n", BASE64_STANDARD.encode(json)));
        Ok(())
    })?;
    let [line] = lines.as_slice() else {
        return Err(Trouble::Usage(
            "GitHub Classroom's result is about one submission. Grade each by itself".to_owned(),
        ));
    };
    out.write_all(line.as_bytes()).map_err(Trouble::ours("writing the result for GitHub Classroom"))
}

fn result(outcome: &Outcome) -> StepResult {
    let tests: Vec<Test> = words::checks(outcome)
        .map(|told| Test {
            status: match told.status {
                Status::Passed => "pass",
                Status::Failed => "fail",
                Status::Error | Status::NotRun => "error",
            },
            score: if told.status == Status::Passed { told.check.points } else { 0 },
            message: told.details,
            test_code: told.check.about.clone(),
            filename: String::new(),
            line_no: 0,
            execution_time: format!("{}s", words::seconds(told.check.milliseconds)),
            name: told.id,
        })
        .collect();
    let has = |status: &str| tests.iter().any(|test| test.status == status);
    let status = if has("error") {
        "error"
    } else if has("fail") {
        "fail"
    } else {
        "pass"
    };
    StepResult { version: 1, status, max_score: outcome.points.of, tests }
}
