//! The report of a class for people: a line a submission, what fails in most of them, and a summary.

use super::columns::{harmless, pad, terminal_width, width, wrap};
use super::text::{BAD, BOLD, FAINT, GOOD, OURS, result_of};
use super::{Format, json, write};
use crate::class::batch::Ended;
use crate::outcome::{CheckOutcome, CheckResult, ExerciseOutcome, Head, Outcome, Outcomes, Points, ProgramOutcome};
use crate::trouble::{self, Trouble};
use anstyle::Style;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Most causes that are told of the class.
const CAUSES: usize = 10;
/// Most columns for a submission's name.
const NAME: usize = 32;

/// Writes the report of a class to standard output, and gives the exit code.
///
/// # Errors
/// When standard output cannot be written, or the outcomes cannot be read.
pub fn print_class(
    head: &Head,
    outcomes: &dyn Outcomes,
    format: Format,
    ended: Ended,
    kept: Option<&Path>,
) -> Result<u8, Trouble> {
    let mut page = Page::default();
    outcomes.each(&mut |outcome| {
        page.add(&outcome);
        Ok(())
    })?;
    match format {
        Format::Json => {
            let mut out = std::io::stdout().lock();
            json::write(head, outcomes, &mut out)?;
        }
        Format::Text => write(&page.render(head, ended, kept, terminal_width()))?,
    }
    Ok(page.exit_code())
}

/// What is told of one submission.
struct Row {
    name: String,
    code: u8,
    /// Whether it is not graded to its end.
    not_yet: bool,
    points: Points,
    /// What is not as it should be, a few words an exercise.
    lacks: Vec<String>,
}

#[derive(Default)]
struct Page {
    rows: Vec<Row>,
    /// Whose checks fail for the same reason: by exercise and the cause's title.
    causes: BTreeMap<(String, String), BTreeSet<usize>>,
    /// How many submissions are not graded to their end.
    not_yet: usize,
}

impl Page {
    fn add(&mut self, outcome: &Outcome) {
        let number = self.rows.len();
        let mut lacks = Vec::new();
        if let Some(problem) = &outcome.problem {
            let first = problem.message.lines().next().unwrap_or_default();
            lacks.push(harmless(first.split_inclusive(". ").next().unwrap_or_default().trim_end()));
        } else {
            lacks = lacking(&outcome.exercises);
            outcome.exercises.iter().for_each(|exercise| self.causes_of(exercise, number));
        }
        let not_yet = outcome.checks().any(|check| matches!(check.result, CheckResult::NotYet));
        self.not_yet += usize::from(not_yet);
        self.rows.push(Row {
            name: harmless(&outcome.submission),
            code: outcome.exit_code(),
            not_yet,
            points: outcome.points,
            lacks,
        });
    }

    fn causes_of(&mut self, exercise: &ExerciseOutcome, number: usize) {
        for check in &exercise.checks {
            if let CheckResult::Fail(failure) = &check.result
                && let Some(diagnosis) = &failure.diagnosis
            {
                let key = (exercise.name.clone(), diagnosis.title.clone());
                self.causes.entry(key).or_default().insert(number);
            }
        }
    }

    /// The worst of all, as far as it is the grader's to say.
    fn exit_code(&self) -> u8 {
        let has = |code: u8| self.rows.iter().any(|row| row.code == code);
        if has(trouble::OURS) {
            trouble::OURS
        } else if has(trouble::FAILED) || self.not_yet > 0 {
            trouble::FAILED
        } else {
            trouble::PASSED
        }
    }

    fn render(&self, head: &Head, ended: Ended, kept: Option<&Path>, columns: usize) -> String {
        let mut out = String::new();
        let mut line = |text: &str| {
            out.push_str(text.trim_end());
            out.push('\n');
        };
        let names = self.rows.iter().map(|row| width(&row.name)).max().unwrap_or(0).min(NAME);
        let points = self.rows.iter().map(|row| row.points.got.to_string().len()).max().unwrap_or(0);
        for row in &self.rows {
            let (mark, style) = if row.not_yet { ("…", FAINT) } else { mark(row.code) };
            let of = format!("{:>points$} of {}", row.points.got, row.points.of);
            let begin = format!("{} {}  {of}  ", mark, pad(&row.name, names));
            let indent = width(&begin).min(columns / 2);
            let lacks = wrap(&row.lacks.join("; "), columns, indent);
            let first = lacks.first().map_or("", |first| first.trim_start());
            line(&format!("{style}{mark}{style:#} {BOLD}{}{BOLD:#}  {of}  {first}", pad(&row.name, names)));
            lacks.iter().skip(1).for_each(|rest| line(rest));
        }
        let mut causes: Vec<_> = self.causes.iter().collect();
        causes.sort_by_key(|(key, of)| (Reverse(of.len()), key.0.clone(), key.1.clone()));
        if !causes.is_empty() {
            line("");
            line("What fails most:");
        }
        for ((exercise, title), of) in causes.iter().take(CAUSES) {
            let title = title.trim_end_matches('.');
            wrap(&format!("{:>4}  {exercise}: {title}", of.len()), columns, 2).iter().for_each(|text| line(text));
        }
        if causes.len() > CAUSES {
            line(&format!("  {FAINT}… and {} more reasons{FAINT:#}", causes.len() - CAUSES));
        }
        line("");
        let all = self.rows.len();
        let count = |code: u8| self.rows.iter().filter(|row| row.code == code).count();
        let passed = count(trouble::PASSED);
        let style = if passed == all { GOOD } else { BAD };
        let mut rest = String::new();
        if count(trouble::OURS) > 0 {
            rest.push_str(&format!(" {} could not be graded to the end: trouble of ours.", count(trouble::OURS)));
        }
        if self.not_yet > 0 {
            rest.push_str(&format!(" {} are not graded to the end yet.", self.not_yet));
        }
        let submissions = if all == 1 { "submission" } else { "submissions" };
        line(&format!("{style}{passed} of {all} {submissions} passed all {} checks{style:#}.{rest}", head.checks()));
        let goes_on = match ended {
            Ended::Done => "",
            Ended::FailedFast => " Stopped at the first that failed; the same command without --fail-fast goes on.",
            Ended::Interrupted => " Interrupted; the same command goes on.",
        };
        let kept = kept.map(|kept| format!("The results are kept in {}.", kept.display())).unwrap_or_default();
        wrap(&format!("{kept}{goes_on}"), columns, 0).iter().for_each(|text| line(text));
        out
    }
}

/// A few words about each exercise in which something is missing; those without a program stand together, and last.
fn lacking(exercises: &[ExerciseOutcome]) -> Vec<String> {
    let mut out = Vec::new();
    let mut without: Vec<(String, Vec<&str>)> = Vec::new();
    for exercise in exercises.iter().filter(|exercise| !exercise.checks.iter().all(CheckOutcome::passed)) {
        let result = result_of(exercise);
        match (&exercise.program, result.split_once(" checks,")) {
            // The points are told of all together.
            (ProgramOutcome::Ready { .. }, Some((checks, _))) => {
                let not_yet = exercise.checks.iter().any(|check| matches!(check.result, CheckResult::NotYet));
                let so_far = if not_yet { " so far" } else { "" };
                out.push(format!("{} {checks}{so_far}", exercise.name));
            }
            _ => match without.iter_mut().find(|(known, _)| *known == result) {
                Some((_, names)) => names.push(&exercise.name),
                None => without.push((result, vec![&exercise.name])),
            },
        }
    }
    let all = exercises.len();
    out.extend(without.into_iter().map(|(what, names)| match names.len() {
        count if count == all => format!("{what}: all"),
        _ => format!("{what}: {}", names.join(", ")),
    }));
    out
}

const fn mark(code: u8) -> (&'static str, Style) {
    match code {
        trouble::PASSED => ("✓", GOOD),
        trouble::FAILED => ("✗", BAD),
        _ => ("!", OURS),
    }
}
