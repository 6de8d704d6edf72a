//! The pieces that are looked at one at a time: all of a submission, and one failed check.

use super::escape::Text;
use super::mark::Mark;
use super::matrix::Row;
use super::words;
use crate::outcome::{
    CheckOutcome, CheckResult, ExerciseOutcome, Explanation, Failure, Outcome, Problem, ProgramOutcome,
};
use crate::report::columns::harmless;
use crate::report::text::{meaning_of, result_of};
use harness::lab::LabError;
use harness::ladder::{Ladder, svg};
use harness::verdict::Doing;
use similar::{Algorithm, DiffTag, capture_diff_slices};
use std::fmt::Write;

/// Most lines of a compiler's message, and most rows of two columns, that are shown.
const LINES: usize = 300;

/// Writes to a string, which does not fail.
macro_rules! put {
    ($out:expr, $($arg:tt)*) => { { let _ = write!($out, $($arg)*); } };
}

/// A drawing: the picture, and after it the same in sentences.
pub(super) fn drawing(ladder: &Ladder) -> String {
    svg::draw(ladder) + &words::list(ladder)
}

/// What a submission's page begins with, and each of its exercises.
pub(super) fn submission(row: &Row<'_>) -> String {
    let Outcome { problem, exercises, points, .. } = row.outcome;
    let mut out = String::new();
    let passed = row.marks.iter().filter(|mark| **mark == Mark::Passed).count();
    let grade = match row.mark {
        Mark::Error => "There is no grade until every check can be run".to_owned(),
        Mark::NotYet => format!("{points} so far: not graded to the end yet"),
        _ => points.to_string(),
    };
    put!(out, "<p class=\"grade {}\">{grade}. {passed} of {} checks passed.</p>", row.mark.letter(), row.marks.len());
    if let Some(Problem { message, ours }) = problem {
        let what = if *ours {
            "Trouble of the grader, which says nothing about the submission:"
        } else {
            "It could not be graded:"
        };
        put!(out, "<div class=\"note warn\"><p>{what}</p><pre>{}</pre></div>", Text(harmless(message)));
    }
    let mut marks = row.marks.iter().zip(0..);
    let mut pieces = row.pieces.iter();
    for exercise in exercises {
        put!(
            out,
            "<section data-exercise=\"{name}\"><h3>{name} <small>{} · {}</small></h3>",
            Text(&exercise.title),
            Text(result_of(exercise)),
            name = Text(&exercise.name)
        );
        program(&exercise.program, &mut out);
        put!(out, "<ul class=\"all\">");
        for (check, (mark, column)) in exercise.checks.iter().zip(marks.by_ref()) {
            let piece = if *mark == Mark::Failed { pieces.next().copied() } else { None };
            in_list(exercise, check, *mark, column, piece, &mut out);
        }
        put!(out, "</ul></section>");
    }
    out
}

/// What became of the program before any check.
fn program(program: &ProgramOutcome, out: &mut String) {
    match program {
        ProgramOutcome::Ready { source } => put!(out, "<p class=\"source\">Program: <code>{}</code></p>", Text(source)),
        ProgramOutcome::NotHandedIn => put!(out, "<p class=\"source\">Not handed in.</p>"),
        ProgramOutcome::NotYet => put!(out, "<p class=\"source\">Not graded yet.</p>"),
        ProgramOutcome::DoesNotCompile { source, message } => {
            put!(out, "<p class=\"source c\">⊘ <code>{}</code> does not compile:</p>", Text(source));
            log(message, out);
        }
        ProgramOutcome::NotBuilt { message } => {
            put!(out, "<p class=\"source e\">! It could not be built, which says nothing about it:</p>");
            log(message, out);
        }
    }
}

/// A build log.
fn log(message: &str, out: &mut String) {
    let message = harmless(message.trim_end());
    let more = message.lines().count().saturating_sub(LINES);
    let lines: Vec<_> = message.lines().take(LINES).collect();
    put!(out, "<pre class=\"log\" tabindex=\"0\" role=\"region\" aria-label=\"Build log\">{}", Text(lines.join("\n")));
    if more > 0 {
        put!(out, "\n… and {more} more lines");
    }
    put!(out, "</pre>");
}

/// A check in the list of a submission. The piece of a failed one is unpacked when it is opened.
fn in_list(
    exercise: &ExerciseOutcome,
    check: &CheckOutcome,
    mark: Mark,
    column: usize,
    piece: Option<usize>,
    out: &mut String,
) {
    let (letter, glyph, words) = (mark.letter(), mark.glyph(), mark.words());
    let time = check.milliseconds.map(|ms| format!(" <span class=\"time\">{ms} ms</span>")).unwrap_or_default();
    let name = format!(
        "<i class=\"{letter}\" aria-hidden=\"true\">{glyph}</i> <b>{}</b><span class=\"unseen\">: {words}</span>",
        Text(&check.name)
    );
    put!(out, "<li data-check=\"{}::{}\">", Text(&exercise.name), Text(&check.name));
    match (&check.result, piece) {
        (CheckResult::Fail(failure), Some(piece)) => {
            let title = failure.diagnosis.as_ref().map_or("", |diagnosis| &diagnosis.title);
            put!(
                out,
                "<details data-series=\"{column}\" data-piece=\"{piece}\"><summary>{name} <span class=\"what\">{}</span>{time}</summary></details>",
                Text(title)
            );
        }
        (CheckResult::Error(error) | CheckResult::NotRun(error), _) => {
            put!(out, "<details><summary>{name} <span class=\"what\">{words}</span>{time}</summary>");
            of_error(error, out);
            put!(out, "</details>");
        }
        _ => put!(out, "<p>{name} <span class=\"what about\">{}</span>{time}</p>", Text(&check.about)),
    }
    put!(out, "</li>");
}

fn of_error(error: &LabError, out: &mut String) {
    put!(out, "<p>While {}: {}</p>", Text(harmless(&error.doing)), Text(harmless(&error.error)));
    if let Some(remedy) = &error.remedy {
        put!(out, "<pre>{}</pre>", Text(harmless(remedy)));
    }
}

/// A failed check: the cause, the step at which it differs, and what the program was doing. `drawing` is the number of the picture.
pub(super) fn failure(
    exercise: &ExerciseOutcome,
    check: &CheckOutcome,
    failure: &Failure,
    drawing: Option<usize>,
) -> String {
    let mut out = format!("<p class=\"about\">{}</p>", Text(&check.about));
    if let Some(Explanation { title, because, evidence, next, .. }) = &failure.diagnosis {
        put!(out, "<div class=\"cause\"><h4>{}</h4><p>{}</p>", Text(title), Text(because));
        for fact in evidence {
            put!(out, "<p>{}</p>", Text(fact));
        }
        put!(out, "<p><b>Next:</b> {}</p></div>", Text(next));
    }
    let Failure { step, steps, before, stimulus, .. } = failure;
    put!(out, "<h4>Step {step} of {steps}</h4><ol class=\"steps\">");
    for stimulus in before {
        put!(out, "<li>{}</li>", Text(stimulus));
    }
    put!(out, "<li class=\"now\"><span class=\"unseen\">And here it differs: </span>{}</li></ol>", Text(stimulus));
    side_by_side(failure, &mut out);
    let meaning = meaning_of(failure, exercise);
    if !meaning.is_empty() {
        put!(out, "<p class=\"meaning\">{}</p>", Text(meaning));
    }
    of_doing(&failure.doing, &mut out);
    if let Some(number) = drawing {
        put!(out, "<figure class=\"ladder\" data-piece=\"{number}\"></figure>");
    }
    out
}

/// Expected facts on the left, those seen on the right, equal ones beside each other.
fn side_by_side(failure: &Failure, out: &mut String) {
    let lines = |lines: &Option<Vec<String>>, missing: &str| match lines.as_deref() {
        None => vec![missing.to_owned()],
        Some([]) => vec!["(nothing)".to_owned()],
        Some(lines) => lines.to_vec(),
    };
    let expected = lines(&failure.expected, "(the check ends before this)");
    let seen = lines(&failure.seen, "(the check ended before this)");
    put!(
        out,
        "<table class=\"diff\"><thead><tr><th scope=\"col\">Expected</th><td></td><th scope=\"col\">Seen</th></tr></thead><tbody>"
    );
    let mut rows = 0;
    for op in capture_diff_slices(Algorithm::Lcs, &expected, &seen) {
        let (tag, left, right) = op.as_tag_tuple();
        let (left, right) = (&expected[left], &seen[right]);
        for index in 0..left.len().max(right.len()) {
            rows += 1;
            if rows > LINES {
                continue;
            }
            let [left, right] = [left, right].map(|side| Text(side.get(index).map_or("", String::as_str)));
            let (class, sign) = if tag == DiffTag::Equal { ("same", "") } else { ("other", "≠") };
            put!(out, "<tr class=\"{class}\"><td>{left}</td><td>{sign}</td><td>{right}</td></tr>");
        }
    }
    if rows > LINES {
        put!(out, "<tr><td colspan=\"3\">… and {} more</td></tr>", rows - LINES);
    }
    put!(out, "</tbody></table>");
}

/// What the program was doing, and its last words.
fn of_doing(doing: &Doing, out: &mut String) {
    for sentence in &doing.state {
        put!(out, "<p class=\"state\">{}</p>", Text(sentence));
    }
    for (title, lines) in
        [("Written in this step (stdout)", &doing.stdout), ("Last words on standard error (stderr)", &doing.stderr)]
    {
        if !lines.is_empty() {
            put!(
                out,
                "<h4>{title}</h4><pre tabindex=\"0\" role=\"region\" aria-label=\"{title}\">{}</pre>",
                Text(lines.join("\n"))
            );
        }
    }
}
