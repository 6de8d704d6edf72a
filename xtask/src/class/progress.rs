//! What is going on, on standard error: a line that changes where that is a terminal, a line for each submission where it is not.

use super::batch::Tally;
use crate::outcome::CheckResult;
use crate::report::Out;
use crate::report::columns::{cut, harmless, width, width_of};
use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::fmt::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Tells how far grading has come.
#[derive(Clone)]
pub struct Progress {
    bar: ProgressBar,
    counts: Arc<Counts>,
    /// How many submissions there are; none, if it is no class.
    submissions: Option<usize>,
}

#[derive(Default)]
struct Counts {
    /// Submissions that are done.
    submissions: AtomicUsize,
    /// Checks that have failed, those that were finished before among them.
    failed: AtomicUsize,
    /// Checks that have run. What was finished before says nothing about the rate.
    ran: AtomicUsize,
    /// The check that was begun last.
    check: Mutex<Begun>,
}

/// A check that was begun.
#[derive(Clone, Default)]
struct Begun {
    submission: String,
    id: String,
}

impl Progress {
    /// For one submission. On anything but a terminal nothing is told.
    #[must_use]
    pub fn of_one() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        bar.set_style(style("  {msg} …"));
        Self { bar, counts: Arc::default(), submissions: None }
    }

    /// For a class.
    #[must_use]
    pub fn of_class(submissions: usize, checks: usize) -> Self {
        let target = ProgressDrawTarget::stderr_with_hz(5);
        let bar = ProgressBar::with_draw_target(Some((submissions * checks) as u64), target);
        let counts = Arc::<Counts>::default();
        let told = Arc::clone(&counts);
        bar.set_style(style("{line}").with_key("line", move |state: &ProgressState, out: &mut dyn Write| {
            let (done, all) = (state.pos(), state.len().unwrap_or_default());
            // A line that is as wide as the terminal is two lines on some.
            let line = told.line(done, all, state.elapsed(), width_of(Out::Stderr) - 1);
            // What cannot be written is not seen.
            let _ = out.write_str(&line);
        }));
        Self { bar, counts, submissions: Some(submissions) }
    }

    /// Says what is being done.
    pub fn say(&self, what: &'static str) {
        self.bar.set_message(what);
    }

    /// A check begins.
    pub(super) fn begins(&self, submission: &str, exercise: &str, check: &str) {
        let id = format!("{exercise}::{check}");
        let begun = Begun { submission: harmless(submission), id: id.clone() };
        *self.counts.check.lock().unwrap_or_else(PoisonError::into_inner) = begun;
        self.bar.set_message(id);
    }

    /// A check has run.
    pub(super) fn check(&self, result: &CheckResult) {
        self.counts.ran.fetch_add(1, Ordering::Relaxed);
        self.counts.failed.fetch_add(usize::from(matches!(result, CheckResult::Fail(_))), Ordering::Relaxed);
        self.bar.inc(1);
    }

    /// So many checks cannot be run: there is nothing to wait for.
    pub(super) fn skip(&self, count: usize) {
        self.bar.dec_length(count as u64);
    }

    /// What was finished before, of one submission or of one check.
    pub(super) fn known(&self, tally: Tally) {
        self.counts.failed.fetch_add(tally.failed, Ordering::Relaxed);
        self.skip(tally.others);
        self.bar.inc((tally.passed + tally.failed) as u64);
    }

    /// A submission of the class is done.
    pub(super) fn submission(&self, name: &str, tally: &Tally) {
        let done = self.counts.submissions.fetch_add(1, Ordering::Relaxed) + 1;
        let Some(all) = self.submissions.filter(|_| self.bar.is_hidden()) else { return };
        let came = match (tally.refused, tally.known == tally.all()) {
            (true, _) => "cannot be graded".to_owned(),
            (false, true) => format!("{} of {} checks passed, as before", tally.passed, tally.all()),
            (false, false) => format!("{} of {} checks passed", tally.passed, tally.all()),
        };
        anstream::eprintln!("{done}/{all} {}: {came}", harmless(name));
    }

    /// Takes the line away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

impl Counts {
    /// The line of a terminal that is so wide: what is being done stands there as far as there is room.
    fn line(&self, done: u64, all: u64, elapsed: Duration, columns: usize) -> String {
        let ran = self.ran.load(Ordering::Relaxed);
        let mut line = format!("  {done} of {all} checks");
        match self.failed.load(Ordering::Relaxed) {
            0 => {}
            failed => line.push_str(&format!(", {failed} failed")),
        }
        if ran > 0 && !elapsed.is_zero() {
            let rate = ran as f64 / elapsed.as_secs_f64();
            let left = Duration::from_secs_f64(all.saturating_sub(done) as f64 / rate);
            line.push_str(&format!(", {rate:.1} a second, {:#} left", HumanDuration(left)));
        }
        let room = columns.saturating_sub(width(&line) + 2);
        let Begun { submission, id } = self.check.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let whole = format!("{submission}: {id}");
        match (submission.is_empty(), width(&whole) <= room) {
            (true, _) => {}
            (false, true) => line.push_str(&format!("  {whole}")),
            (false, false) => line.push_str(&format!("  {}", cut(&submission, room))),
        }
        cut(line.trim_end(), columns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn counts(failed: usize, ran: usize, submission: &str) -> Counts {
        let check = Begun { submission: submission.to_owned(), id: "udp_sender::utf8_text".to_owned() };
        let (failed, ran) = (AtomicUsize::new(failed), AtomicUsize::new(ran));
        Counts { failed, ran, check: Mutex::new(check), ..Counts::default() }
    }

    #[rstest]
    #[case::before_the_first(counts(0, 0, ""), 0, "  0 of 180 checks")]
    #[case::all(counts(2, 20, "kim"), 20, "  20 of 180 checks, 2 failed, 4.0 a second, 40s left")]
    #[case::with_room(
        counts(0, 20, "kim"),
        20,
        "  20 of 180 checks, 4.0 a second, 40s left  kim: udp_sender::utf8_text"
    )]
    #[case::the_check_does_not_fit(
        counts(22, 20, "Kimberly"),
        20,
        "  20 of 180 checks, 22 failed, 4.0 a second, 40s left  Kimberly"
    )]
    #[case::the_name_does_not_fit(
        counts(22, 20, "Kimberly-Ann the elder"),
        20,
        "  20 of 180 checks, 22 failed, 4.0 a second, 40s left  Kimberly-Ann th…"
    )]
    #[case::what_was_finished_before_says_nothing_about_the_rate(
        counts(6, 20, ""),
        120,
        "  120 of 180 checks, 6 failed, 4.0 a second, 15s left"
    )]
    fn the_line_fits_and_is_true(#[case] counts: Counts, #[case] done: u64, #[case] expected: &str) {
        let line = counts.line(done, 180, Duration::from_secs(5), 71);
        assert!(line.starts_with(expected) && width(&line) <= 71, "{line}");
        assert!(line == expected || expected.ends_with("left"), "{line}");
    }

    #[test]
    fn what_is_known_is_done_and_what_cannot_be_run_is_not_waited_for() {
        let progress = Progress::of_class(3, 10);
        progress.known(Tally { passed: 6, failed: 2, others: 2, known: 10, refused: false });
        progress.skip(5);
        progress.check(&CheckResult::Pass);
        assert_eq!((progress.bar.position(), progress.bar.length()), (9, Some(23)));
        assert_eq!(
            progress.counts.line(9, 23, Duration::from_secs(1), 79),
            "  9 of 23 checks, 2 failed, 1.0 a second, 14s left"
        );
    }
}
