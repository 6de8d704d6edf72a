//! The beginning of the page: how many submissions, how their points are spread, and how they were graded.

use super::escape::Text;
use super::mark::Mark;
use crate::isolation::Held;
use crate::outcome::{Head, Outcome};
use harness::lab::{Isolation, State};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Bars of the histogram: ten, and one for all points.
const BARS: usize = 11;
/// Its size in its own units: a bar with the space beside it, the highest bar, and room for words.
const BAR: usize = 56;
const HIGH: usize = 96;
const WORDS: usize = 20;

/// What is counted of all submissions.
#[derive(Default)]
pub(super) struct Summary {
    submissions: usize,
    passed: usize,
    failed: usize,
    not_yet: usize,
    ours: usize,
    /// How many submissions have so many points; of those that are graded to their end.
    points: BTreeMap<u32, usize>,
}

impl Summary {
    pub(super) fn add(&mut self, outcome: &Outcome, mark: Mark) {
        self.submissions += 1;
        match mark {
            Mark::Passed => self.passed += 1,
            Mark::NotYet => self.not_yet += 1,
            Mark::Error | Mark::NotRun => self.ours += 1,
            Mark::Failed | Mark::Skipped | Mark::DoesNotCompile => self.failed += 1,
        }
        if matches!(mark, Mark::Passed | Mark::Failed) {
            *self.points.entry(outcome.points.got).or_default() += 1;
        }
    }

    pub(super) fn submissions(&self) -> usize {
        self.submissions
    }

    pub(super) fn write(&self, head: &Head, out: &mut dyn Write) -> io::Result<()> {
        let of: u32 = head.exercises.iter().flat_map(|exercise| &exercise.checks).map(|check| check.points).sum();
        writeln!(
            out,
            "<p class=\"lead\">{}, {}, {}, {of} points</p>",
            count(self.submissions, "submission"),
            count(head.exercises.len(), "exercise"),
            count(head.checks(), "check")
        )?;
        self.warnings(head, out)?;
        writeln!(out, "<section class=\"summary\" aria-labelledby=\"h-summary\">")?;
        writeln!(out, "<h2 id=\"h-summary\" class=\"unseen\">Summary</h2>")?;
        self.tiles(of, out)?;
        self.histogram(of, out)?;
        how(head, out)?;
        writeln!(out, "</section>")
    }

    /// What a reader must know before any number.
    fn warnings(&self, head: &Head, out: &mut dyn Write) -> io::Result<()> {
        if head.isolation.iter().any(|held| held.level == Isolation::Borrowed) {
            writeln!(
                out,
                "<p class=\"note warn\">The checks were run in the network that is there, with less isolation than in labs of their own.</p>"
            )?;
        }
        if self.ours > 0 {
            writeln!(
                out,
                "<p class=\"note warn\">! {} could not be graded to the end: trouble of the grader, which says nothing about the programs. There is no \
                 grade for them until every check can be run.</p>",
                count(self.ours, "submission")
            )?;
        }
        if self.not_yet > 0 {
            writeln!(
                out,
                "<p class=\"note\">… {} {} not graded to the end yet. The same command goes on.</p>",
                count(self.not_yet, "submission"),
                if self.not_yet == 1 { "is" } else { "are" }
            )?;
        }
        Ok(())
    }

    fn tiles(&self, of: u32, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "<dl class=\"tiles\">")?;
        let mut tile = |class: char, name: &str, value: String| {
            writeln!(out, "<div class=\"{class}\"><dt>{name}</dt><dd>{value}</dd></div>")
        };
        tile('p', "✓ passed everything", self.passed.to_string())?;
        tile('f', "✗ failed something", self.failed.to_string())?;
        if self.not_yet > 0 {
            tile('y', "… not graded to the end", self.not_yet.to_string())?;
        }
        if self.ours > 0 {
            tile('e', "! trouble of the grader", self.ours.to_string())?;
        }
        if let Some(median) = self.median() {
            tile('n', "median of points", format!("{median} <small>of {of}</small>"))?;
        }
        writeln!(out, "</dl>")
    }

    /// The points of the submission in the middle; of two, those of the lower.
    fn median(&self) -> Option<u32> {
        let all: usize = self.points.values().sum();
        let mut below = 0;
        self.points.iter().find_map(|(points, count)| {
            below += count;
            (below * 2 >= all).then_some(*points)
        })
    }

    fn bars(&self, of: u32) -> [usize; BARS] {
        let mut bars = [0; BARS];
        for (points, count) in &self.points {
            let bar = (u64::from(*points) * 10).checked_div(u64::from(of)).unwrap_or(0);
            bars[usize::try_from(bar).unwrap_or(0).min(BARS - 1)] += count;
        }
        bars
    }

    fn histogram(&self, of: u32, out: &mut dyn Write) -> io::Result<()> {
        let bars = self.bars(of);
        let Some(most) = bars.iter().copied().max().filter(|most| *most > 0) else { return Ok(()) };
        let name = |bar: usize| if bar + 1 == BARS { "all".to_owned() } else { format!("{}%", bar * 10) };
        let told: Vec<_> = bars
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0)
            .map(|(bar, n)| format!("{}: {n}", name(bar)))
            .collect();
        let (width, height) = (BARS * BAR, HIGH + 2 * WORDS);
        writeln!(
            out,
            "<figure class=\"histogram\"><figcaption>Submissions by their share of the points, from … on</figcaption>"
        )?;
        writeln!(
            out,
            "<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"Submissions by their share of the points, from … on. {}\">",
            Text(told.join(", "))
        )?;
        for (bar, count) in bars.iter().enumerate() {
            let (x, middle) = (bar * BAR, bar * BAR + BAR / 2);
            let high = (count * HIGH).div_ceil(most);
            let y = WORDS + HIGH - high;
            let class = if bar + 1 == BARS { "all" } else { "some" };
            if *count > 0 {
                write!(
                    out,
                    "<rect class=\"{class}\" x=\"{}\" y=\"{y}\" width=\"{}\" height=\"{high}\" rx=\"3\"/>",
                    x + 4,
                    BAR - 8
                )?;
                write!(out, "<text x=\"{middle}\" y=\"{}\">{count}</text>", y - 5)?;
            }
            writeln!(out, "<text class=\"axis\" x=\"{middle}\" y=\"{}\">{}</text>", height - 5, name(bar))?;
        }
        writeln!(out, "<path d=\"M0 {y}H{width}\"/></svg></figure>", y = WORDS + HIGH)
    }
}

/// Who has graded, and what kept the programs in.
fn how(head: &Head, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<details class=\"how\"><summary>How this was graded</summary>")?;
    writeln!(out, "<p>Grader <code>{}</code></p>", Text(&head.grader))?;
    for held in &head.isolation {
        of_system(held, out)?;
    }
    writeln!(out, "</details>")
}

fn of_system(held: &Held, out: &mut dyn Write) -> io::Result<()> {
    let level = match held.level {
        Isolation::Full => "in a lab of its own (isolation: full)",
        Isolation::Borrowed => "in the network that is there (isolation: borrowed)",
    };
    let lacks: Vec<_> = held.protections.iter().filter(|part| part.state != State::Enforced).collect();
    let all = held.protections.len();
    writeln!(
        out,
        "<p>Linux {}: each check {level}; {} of {all} protections enforced",
        Text(&held.kernel),
        all - lacks.len()
    )?;
    if lacks.is_empty() {
        return writeln!(out, ".</p>");
    }
    writeln!(out, ", and these not:</p><ul>")?;
    for part in lacks {
        let state = if part.state == State::Partial { "in part" } else { "absent" };
        write!(out, "<li><b>{}</b> ({state}): {}", Text(&part.name), Text(&part.purpose))?;
        if let Some(why) = &part.why {
            write!(out, " <small>{}</small>", Text(why))?;
        }
        writeln!(out, "</li>")?;
    }
    writeln!(out, "</ul>")
}

/// `1 check`, `2 checks`
pub(super) fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(&[], None, [0; BARS])]
    #[case(&[(0, 1), (97, 2)], Some(97), [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2])]
    #[case(&[(9, 1), (10, 1), (96, 2), (97, 1)], Some(96), [1, 1, 0, 0, 0, 0, 0, 0, 0, 2, 1])]
    fn points_are_spread_over_bars(
        #[case] points: &[(u32, usize)],
        #[case] median: Option<u32>,
        #[case] bars: [usize; BARS],
    ) {
        let summary = Summary { points: points.iter().copied().collect(), ..Summary::default() };
        assert_eq!(summary.median(), median);
        assert_eq!(summary.bars(97), bars);
    }

    #[test]
    fn a_submission_of_checks_without_points_is_in_the_first_bar() {
        let summary = Summary { points: [(0, 3)].into(), ..Summary::default() };
        assert_eq!(summary.bars(0)[0], 3);
    }
}
