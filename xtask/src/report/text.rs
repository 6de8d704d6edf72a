//! The report for people: a line an exercise, then for each failed check where it first differs, what was expected and
//! seen side by side, and what the program was doing.

use super::columns::{cell, harmless, pad, width, wrap};
use super::{Show, ladder};
use crate::outcome::{CheckOutcome, CheckResult, ExerciseOutcome, Explanation, Failure, Head, Outcome, ProgramOutcome};
use crate::trouble;
use anstream::adapter::strip_str;
use anstyle::{AnsiColor, Style};
use harness::diagnosis::Cause;
use harness::lab::{Isolation, LabError};
use harness::ladder::text::{Charset, Look};
use harness::verdict::Doing;
use similar::{Algorithm, DiffTag, capture_diff_slices};
use std::cmp::Ordering;

pub(super) const GOOD: Style = AnsiColor::Green.on_default();
pub(super) const BAD: Style = AnsiColor::Red.on_default();
pub(super) const OURS: Style = AnsiColor::Yellow.on_default();
pub(super) const FAINT: Style = Style::new().dimmed();
pub(super) const BOLD: Style = Style::new().bold();
/// What is said of an exercise of which nothing was begun.
pub(super) const NOT_YET: &str = "not graded yet";
/// Most lines of a compiler's message that are shown for one program.
const COMPILER: usize = 60;
/// Lines at the beginning and at the end of a long run of facts that are all expected, or all not, and are shown.
const ALIKE: (usize, usize) = (6, 2);

/// The report, with drawings of that look.
pub(super) fn render(head: &Head, outcome: &Outcome, look: Look, show: Option<Show>) -> String {
    let mut out = Page { text: String::new(), columns: look.columns, look, show };
    out.overview(outcome);
    for exercise in &outcome.exercises {
        out.program(exercise);
        for alike in alike(exercise) {
            out.failure(exercise, &alike);
        }
        if show == Some(Show::Ladder) {
            out.ladders(exercise);
        }
    }
    out.errors(outcome);
    out.summary(head, outcome);
    out.text
}

/// What is told of one failed check, in 80 columns, without the sequences of a terminal.
pub(super) fn failed(exercise: &ExerciseOutcome, check: &CheckOutcome, failure: &Failure) -> String {
    let look = Look { columns: 80, charset: Charset::Ascii };
    let mut page = Page { text: String::new(), columns: look.columns, look, show: None };
    page.failure(exercise, &[(check, failure)]);
    strip_str(page.text.trim()).to_string()
}

struct Page {
    text: String,
    columns: usize,
    look: Look,
    show: Option<Show>,
}

impl Page {
    fn line(&mut self, line: &str) {
        let line = line.trim_end();
        let words = line.trim_start();
        if words.starts_with("::") {
            // GitHub takes such a line for a command, whatever stands before it: `::error::`, `::add-mask::`. It is none of ours.
            self.text.push_str(&line[..line.len() - words.len()]);
            self.text.push('\\');
            self.text.push_str(words);
        } else {
            self.text.push_str(line);
        }
        self.text.push('\n');
    }

    fn paragraph(&mut self, text: &str, indent: usize) {
        wrap(text, self.columns, indent).iter().for_each(|line| self.line(line));
    }

    /// A line an exercise.
    fn overview(&mut self, outcome: &Outcome) {
        let rows: Vec<_> = outcome
            .exercises
            .iter()
            .map(|exercise| [exercise.name.clone(), exercise.title.clone(), result_of(exercise)])
            .collect();
        let widest = |column: usize| rows.iter().map(|row| width(&row[column])).max().unwrap_or(0);
        let (names, titles) = (widest(0), widest(1));
        for (row, exercise) in rows.iter().zip(&outcome.exercises) {
            let (mark, style) = mark_of(exercise);
            let (name, title) = (pad(&row[0], names), pad(&row[1], titles));
            self.line(&format!("{style}{mark}{style:#} {BOLD}{name}{BOLD:#}  {title}  {}", row[2]));
        }
    }

    /// What kept a program from being run.
    fn program(&mut self, exercise: &ExerciseOutcome) {
        match &exercise.program {
            ProgramOutcome::DoesNotCompile { source, message } => {
                self.line("");
                self.line(&format!("{BAD}✗{BAD:#} {BOLD}{}{BOLD:#}: {source} does not compile.", exercise.name));
                self.message(message);
            }
            ProgramOutcome::NotBuilt { message } => {
                self.line("");
                self.line(&format!("{OURS}!{OURS:#} {BOLD}{}{BOLD:#} could not be built.", exercise.name));
                self.message(message);
            }
            ProgramOutcome::Ready { .. } | ProgramOutcome::NotHandedIn | ProgramOutcome::NotYet => {}
        }
    }

    fn message(&mut self, message: &str) {
        let message = harmless(message.trim_end());
        let lines: Vec<_> = message.lines().collect();
        for line in lines.iter().take(COMPILER) {
            self.line(&format!("  {line}"));
        }
        if lines.len() > COMPILER {
            self.line(&format!("  … and {} more lines", lines.len() - COMPILER));
        }
    }

    /// Failed checks that differ at the same stimulus in the same way.
    fn failure(&mut self, exercise: &ExerciseOutcome, alike: &[(&CheckOutcome, &Failure)]) {
        let Some((check, failure)) = alike.first() else { return };
        self.line("");
        self.line(&format!("{BAD}✗{BAD:#} {BOLD}{}::{}{BOLD:#}", exercise.name, check.name));
        self.paragraph(&check.about, 2);
        self.line("");
        if let Some(diagnosis) = &failure.diagnosis {
            self.diagnosis(diagnosis);
        }
        let so_far = if failure.before.is_empty() { "" } else { ". Before it, without a difference:" };
        self.line(&format!("  {FAINT}Step {} of {}{so_far}{FAINT:#}", failure.step, failure.steps));
        for stimulus in &failure.before {
            for line in wrap(stimulus, self.columns, 4) {
                self.line(&format!("{FAINT}{line}{FAINT:#}"));
            }
        }
        if !failure.before.is_empty() {
            self.line(&format!("  {FAINT}And now:{FAINT:#}"));
        }
        for line in wrap(&failure.stimulus, self.columns, 4) {
            self.line(&format!("{BOLD}{line}{BOLD:#}"));
        }
        self.line("");
        self.side_by_side(failure.expected.as_deref(), failure.seen.as_deref());
        let meaning = meaning_of(failure, exercise);
        if !meaning.is_empty() {
            self.line("");
            self.paragraph(&format!("({meaning})"), 4);
        }
        // Where all drawings are shown whole, the part is not shown by itself.
        if self.show != Some(Show::Ladder) {
            let look = self.look;
            let drawn = check.ladder.iter().flat_map(|drawing| ladder::of_step(drawing, failure.step - 1, look));
            drawn.for_each(|line| self.line(&line));
        }
        self.doing(&failure.doing);
        let others: Vec<_> = alike[1..].iter().map(|(check, _)| check.name.as_str()).collect();
        if !others.is_empty() {
            let checks = if others.len() == 1 { "one more check" } else { "these checks too" };
            let what = if failure.diagnosis.is_some() { "The same cause shows" } else { "The same happens" };
            self.line("");
            self.paragraph(&format!("{what} in {checks}: {}.", others.join(", ")), 2);
        }
    }

    /// The cause, how it is seen, and what to do next.
    fn diagnosis(&mut self, diagnosis: &Explanation) {
        for line in wrap(&diagnosis.title, self.columns, 2) {
            self.line(&format!("{BOLD}{BAD}{line}{BAD:#}{BOLD:#}"));
        }
        self.paragraph(&diagnosis.because, 4);
        diagnosis.evidence.iter().for_each(|fact| self.paragraph(fact, 4));
        self.paragraph(&format!("Next: {}", diagnosis.next), 4);
        self.line("");
    }

    /// The whole conversation of each check that ran.
    fn ladders(&mut self, exercise: &ExerciseOutcome) {
        for check in &exercise.checks {
            let Some(drawing) = &check.ladder else { continue };
            let (mark, style) = if check.passed() { ("✓", GOOD) } else { ("✗", BAD) };
            self.line("");
            self.line(&format!("{style}{mark}{style:#} {BOLD}{}::{}{BOLD:#}", exercise.name, check.name));
            self.paragraph(&check.about, 2);
            self.line("");
            ladder::whole(drawing, self.look).iter().for_each(|line| self.line(line));
        }
    }

    /// Expected facts on the left, those seen on the right, equal ones beside each other.
    fn side_by_side(&mut self, expected: Option<&[String]>, seen: Option<&[String]>) {
        let nothing = |lines: Option<&[String]>, missing: &str| match lines {
            None => vec![missing.to_owned()],
            Some([]) => vec!["(nothing)".to_owned()],
            Some(lines) => lines.to_vec(),
        };
        let expected = nothing(expected, "(the check ends before this)");
        let seen = nothing(seen, "(the check ended before this)");
        let half = (self.columns - 4 - 3) / 2;
        self.line(&format!("    {FAINT}{} │ seen{FAINT:#}", pad("expected", half)));
        for op in capture_diff_slices(Algorithm::Lcs, &expected, &seen) {
            let (tag, left, right) = op.as_tag_tuple();
            let (left, right) = (&expected[left], &seen[right]);
            let count = left.len().max(right.len());
            for index in 0..count {
                let same = tag == DiffTag::Equal;
                let mut cells = [left, right].map(|lines| lines.get(index).cloned().unwrap_or_default());
                if count > ALIKE.0 + ALIKE.1 + 1 {
                    match index.cmp(&ALIKE.0) {
                        Ordering::Less => {}
                        Ordering::Equal => cells = [left, right].map(|lines| left_out(lines.len(), count)),
                        Ordering::Greater if index < count - ALIKE.1 => continue,
                        Ordering::Greater => {}
                    }
                }
                let cells = cells.map(|text| cell(&text, half));
                let styles = if same { [FAINT, FAINT] } else { [GOOD, BAD] };
                for row in 0..cells[0].len().max(cells[1].len()) {
                    let [a, b] = [0, 1].map(|side| cells[side].get(row).map_or("", String::as_str));
                    let (green, red) = (styles[0], styles[1]);
                    self.line(&format!(
                        "    {green}{}{green:#} {FAINT}{}{FAINT:#} {red}{b}{red:#}",
                        pad(a, half),
                        if same || row > 0 { "│" } else { "≠" },
                    ));
                }
            }
        }
    }

    /// What the program was doing.
    fn doing(&mut self, doing: &Doing) {
        if !doing.state.is_empty() {
            self.line("");
        }
        for sentence in &doing.state {
            self.paragraph(sentence, 2);
        }
        for (title, lines) in [("Written in this step:", &doing.stdout), ("Last words on stderr:", &doing.stderr)] {
            if lines.is_empty() {
                continue;
            }
            self.line(&format!("  {title}"));
            let room = self.columns - 4;
            for line in lines.iter().flat_map(|line| cell(line, room)) {
                self.line(&format!("    {line}"));
            }
        }
    }

    /// Trouble of ours, each kind once.
    fn errors(&mut self, outcome: &Outcome) {
        let mut kinds: Vec<(&LabError, Vec<String>)> = Vec::new();
        // Why a program could not be built has been said with the program.
        let is_built = |exercise: &&ExerciseOutcome| !matches!(exercise.program, ProgramOutcome::NotBuilt { .. });
        for exercise in outcome.exercises.iter().filter(is_built) {
            for check in &exercise.checks {
                let (CheckResult::Error(error) | CheckResult::NotRun(error)) = &check.result else { continue };
                let id = format!("{}::{}", exercise.name, check.name);
                match kinds.iter_mut().find(|(known, _)| *known == error) {
                    Some((_, ids)) => ids.push(id),
                    None => kinds.push((error, vec![id])),
                }
            }
        }
        for (error, ids) in kinds {
            self.line("");
            let count = if ids.len() == 1 { ids[0].clone() } else { format!("{} checks", ids.len()) };
            let what = if error.missing { "not run, because something is missing here" } else { "could not be run" };
            let were = if error.missing && ids.len() == 1 {
                "was "
            } else if error.missing {
                "were "
            } else {
                ""
            };
            self.line(&format!(
                "{OURS}!{OURS:#} {BOLD}{count}{BOLD:#} {were}{what}. This says nothing about the programs."
            ));
            self.paragraph(&harmless(&format!("While {}: {}", error.doing, error.error)), 2);
            if let Some(remedy) = &error.remedy {
                self.line("");
                remedy.lines().for_each(|line| self.paragraph(line, 2));
            }
        }
    }

    fn summary(&mut self, head: &Head, outcome: &Outcome) {
        self.line("");
        let all = outcome.checks().count();
        let count = |wanted: fn(&CheckResult) -> bool| outcome.checks().filter(|check| wanted(&check.result)).count();
        let passed = count(|result| matches!(result, CheckResult::Pass));
        let parts = [
            (count(|result| matches!(result, CheckResult::Fail(_))), "failed"),
            (count(|result| matches!(result, CheckResult::Skip)), "skipped"),
            (count(|result| matches!(result, CheckResult::NotRun(_))), "not run"),
            (count(|result| matches!(result, CheckResult::NotYet)), "not graded yet"),
            (count(|result| matches!(result, CheckResult::Error(_))), "could not be run"),
        ];
        let rest: String =
            parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!(", {count} {what}")).collect();
        let style = if passed == all { GOOD } else { BAD };
        let grade = match outcome.exit_code() {
            // What could not be run was not failed either.
            trouble::OURS => "There is no grade until every check can be run.".to_owned(),
            _ => format!("{}.", outcome.points),
        };
        self.line(&format!("{style}{passed} of {all} checks passed{style:#}{rest}. {grade}"));
        if head.isolation.iter().any(|held| held.level == Isolation::Borrowed) {
            self.line(
                "The checks were run in the network that is there, with less isolation than in labs of their own.",
            );
        }
        if count(|result| matches!(result, CheckResult::Fail(_))) > 0 {
            self.line("");
            self.paragraph(
                "The task is in exercises/<exercise>/README.md; what each line above means is in CHECKS.md. A hint: \
                 cargo xtask hint EXERCISE",
                0,
            );
        }
    }
}

/// The failures of an exercise, those together that have the same cause, or (without one) differ at the same stimulus in the
/// same way: a program that does not even start fails every check, and once is enough to read why.
fn alike(exercise: &ExerciseOutcome) -> Vec<Vec<(&CheckOutcome, &Failure)>> {
    let mut out: Vec<Vec<(&CheckOutcome, &Failure)>> = Vec::new();
    for check in &exercise.checks {
        let CheckResult::Fail(failure) = &check.result else { continue };
        // Two crashes are the same only at the same place.
        let cause = |failure: &Failure| {
            let Explanation { cause, because, .. } = failure.diagnosis.as_ref()?;
            Some((*cause, (*cause == Cause::Crashed).then(|| because.clone())))
        };
        let place = |failure: &Failure| (failure.stimulus.clone(), failure.expected.clone(), failure.seen.clone());
        let same = |known: &Failure| {
            cause(known) == cause(failure) && (cause(known).is_some() || place(known) == place(failure))
        };
        match out.iter_mut().find(|group| same(group[0].1)) {
            Some(group) => group.push((check, failure)),
            None => out.push(vec![(check, failure)]),
        }
    }
    out
}

/// What stands for the middle of a run of `count` facts, on a side that has `len` of them.
fn left_out(len: usize, count: usize) -> String {
    match len.min(count - ALIKE.1).saturating_sub(ALIKE.0) {
        0 => String::new(),
        more => format!("… and {more} more"),
    }
}

fn mark_of(exercise: &ExerciseOutcome) -> (&'static str, Style) {
    let has = |wanted: fn(&CheckResult) -> bool| exercise.checks.iter().any(|check| wanted(&check.result));
    if matches!(exercise.program, ProgramOutcome::NotBuilt { .. })
        || has(|result| matches!(result, CheckResult::Error(_) | CheckResult::NotRun(_)))
    {
        ("!", OURS)
    } else if exercise.checks.iter().all(CheckOutcome::passed) {
        ("✓", GOOD)
    } else {
        ("✗", BAD)
    }
}

/// A few words about an exercise.
pub(super) fn result_of(exercise: &ExerciseOutcome) -> String {
    match exercise.program {
        ProgramOutcome::Ready { .. } => {
            let (all, passed) = (exercise.checks.len(), exercise.checks.iter().filter(|check| check.passed()).count());
            format!("{passed}/{all} checks, {}/{} points", exercise.points.got, exercise.points.of)
        }
        ProgramOutcome::NotHandedIn => "not handed in".to_owned(),
        ProgramOutcome::NotYet => NOT_YET.to_owned(),
        ProgramOutcome::DoesNotCompile { .. } => "does not compile".to_owned(),
        ProgramOutcome::NotBuilt { .. } => "could not be built".to_owned(),
    }
}

/// The values of the parameters that are named up to the differing step, in a stimulus or in what followed.
pub(super) fn meaning_of(failure: &Failure, exercise: &ExerciseOutcome) -> String {
    let facts = [&failure.expected, &failure.seen].into_iter().flatten().flatten();
    let lines: Vec<_> = facts.chain(&failure.before).chain([&failure.stimulus]).collect();
    let named = exercise.parameters.iter().filter(|(name, _)| {
        let name = format!("{{{name}}}");
        lines.iter().any(|line| line.contains(&name))
    });
    named.map(|(name, value)| format!("{{{name}}} is {value}")).collect::<Vec<_>>().join(", ")
}
