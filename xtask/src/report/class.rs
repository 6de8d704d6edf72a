//! The report of a class for people: a line a submission, what fails in most of them, and a summary.

use super::columns::{harmless, pad, width, width_of, wrap};
use super::text::{BAD, BOLD, FAINT, GOOD, NOT_YET, OURS, result_of};
use super::{Format, Out, json};
use crate::class::batch::Ended;
use crate::outcome::{CheckOutcome, CheckResult, ExerciseOutcome, Head, Outcome, Outcomes, Points, ProgramOutcome};
use crate::trouble::{self, Trouble};
use anstyle::Style;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Most causes that are told of the class.
const CAUSES: usize = 10;
/// Columns before a cause, for how often it is there.
const CAUSE: usize = 8;
/// Most columns for a submission's name.
const NAME: usize = 32;

/// Writes the report of a class to standard output, or the one for people where it goes, and gives the exit code.
///
/// # Errors
/// When standard output cannot be written, or the outcomes cannot be read.
pub fn print_class(
    head: &Head,
    outcomes: &dyn Outcomes,
    format: Format,
    ended: Ended,
    kept: Option<&Path>,
    out: Out,
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
        Format::Text => out.write(&page.render(head, ended, kept, width_of(out)))?,
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
            let sentence = problem.short().split_inclusive(". ").next().unwrap_or_default();
            lacks.push(harmless(sentence.trim_end()));
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
            line("What fails most, and in how many submissions:");
        }
        for ((exercise, title), of) in causes.iter().take(CAUSES) {
            let title = title.trim_end_matches('.');
            let lines = wrap(&format!("{exercise}: {title}"), columns, CAUSE);
            let first = lines.first().map_or("", |first| first.trim_start());
            line(&format!("{:>count$}  {first}", of.len(), count = CAUSE - 2));
            lines.iter().skip(1).for_each(|rest| line(rest));
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
        let not_yet = exercise.checks.iter().filter(|check| matches!(check.result, CheckResult::NotYet)).count();
        let result = if not_yet == exercise.checks.len() { NOT_YET.to_owned() } else { result_of(exercise) };
        match (&exercise.program, result.split_once(" checks,")) {
            // The points are told of all together.
            (ProgramOutcome::Ready { .. }, Some((checks, _))) => {
                let left = if not_yet == 0 { String::new() } else { format!(", {not_yet} not run yet") };
                out.push(format!("{} {checks}{left}", exercise.name));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isolation::Held;
    use crate::outcome::{CheckHead, ExerciseHead, Explanation, Failure};
    use anstream::adapter::strip_str;
    use exercises::Visibility;
    use harness::diagnosis::Cause;
    use harness::lab::Isolation;

    const EXERCISES: [&str; 3] = ["udp_sender", "tcp_client", "tcp_server"];

    fn head() -> Head {
        let check = |name: &str| CheckHead {
            name: name.to_owned(),
            about: String::new(),
            points: 1,
            visibility: Visibility::Visible,
            digest: String::new(),
        };
        let exercise = |name: &str| ExerciseHead {
            name: name.to_owned(),
            title: String::new(),
            parameters: BTreeMap::new(),
            checks: ["one", "two", "three"].map(check).to_vec(),
        };
        Head {
            grader: String::new(),
            course: None,
            leaderboard: false,
            isolation: vec![Held::new(Isolation::Full, Vec::new())],
            exercises: EXERCISES.map(exercise).to_vec(),
        }
    }

    /// A failure whose reason is known.
    fn failed() -> CheckResult {
        let cause = Cause::Crashed;
        let text = || "x".to_owned();
        let (title, next) = (cause.title().to_owned(), text());
        CheckResult::Fail(Box::new(Failure {
            step: 1,
            steps: 1,
            before: Vec::new(),
            stimulus: text(),
            expected: None,
            seen: None,
            doing: harness::verdict::Doing::default(),
            diagnosis: Some(Explanation {
                cause,
                title,
                because: text(),
                evidence: Vec::new(),
                next,
                behind: Vec::new(),
            }),
        }))
    }

    /// A submission whose exercises have a program, or are not looked at yet; a letter is a check.
    fn submission(name: &str, exercises: [Option<&str>; 3]) -> Outcome {
        let of = |(head, letters): (&ExerciseHead, Option<&str>)| {
            let results = letters.unwrap_or("---").chars().map(|letter| match letter {
                'p' => CheckResult::Pass,
                'f' => failed(),
                _ => CheckResult::NotYet,
            });
            let check = |(check, result): (&CheckHead, CheckResult)| CheckOutcome {
                name: check.name.clone(),
                about: String::new(),
                points: 1,
                visibility: check.visibility,
                result,
                milliseconds: None,
                ladder: None,
            };
            let ready = || ProgramOutcome::Ready { source: "x.py".to_owned() };
            let program = letters.map_or(ProgramOutcome::NotYet, |_| ready());
            ExerciseOutcome::new(head, head.checks.iter().zip(results).map(check).collect(), program)
        };
        let exercises: Vec<_> = head().exercises.iter().zip(exercises).map(of).collect();
        let points = Points::of(exercises.iter().flat_map(|exercise| &exercise.checks));
        Outcome { submission: name.to_owned(), points, problem: None, exercises }
    }

    #[test]
    fn of_a_class_that_was_interrupted_it_is_said_what_was_not_begun_and_what_not_ended() {
        let mut page = Page::default();
        page.add(&submission("ann", [Some("ppp"), Some("pff"), Some("fpp")]));
        page.add(&submission("bob", [Some("pff"), Some("f--"), Some("---")]));
        page.add(&submission("eve", [None, None, None]));
        let text = page.render(&head(), Ended::Interrupted, Some(Path::new("class.netlings.sqlite")), 80);
        insta::assert_snapshot!(strip_str(&text).to_string(), @"
        ✗ ann  6 of 9  tcp_client 1/3; tcp_server 2/3
        … bob  1 of 9  udp_sender 1/3; tcp_client 0/3, 2 not run yet; not graded yet:
                       tcp_server
        … eve  0 of 9  not graded yet: all

        What fails most, and in how many submissions:
             2  tcp_client: It crashes
             1  tcp_server: It crashes
             1  udp_sender: It crashes

        0 of 3 submissions passed all 9 checks. 2 are not graded to the end yet.
        The results are kept in class.netlings.sqlite. Interrupted; the same command
        goes on.
        ");
    }
}
