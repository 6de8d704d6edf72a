//! What is going on, on standard error: a line that changes where that is a terminal, a line for each submission where it is not.

use super::batch::Tally;
use crate::outcome::CheckResult;
use crate::report::columns::harmless;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

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
    failed: AtomicUsize,
    done: AtomicUsize,
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
        bar.set_style(style("  {pos} of {len} checks, {prefix}{rate}, {eta} left  {wide_msg}"));
        Self { bar, counts: Arc::default(), submissions: Some(submissions) }
    }

    /// Says what is being done.
    pub fn say(&self, what: &'static str) {
        self.bar.set_message(what);
    }

    /// So many checks of one submission are to be run.
    pub(super) fn begins(&self, submission: &str, exercise: &str, check: &str) {
        let of = if self.submissions.is_some() { format!("{}: ", harmless(submission)) } else { String::new() };
        self.bar.set_message(format!("{of}{exercise}::{check}"));
    }

    /// A check has run.
    pub(super) fn check(&self, result: &CheckResult) {
        if matches!(result, CheckResult::Fail(_)) {
            self.failed(1);
        }
        self.bar.inc(1);
    }

    /// So many checks need not, or cannot, be run.
    pub(super) fn skip(&self, count: usize) {
        // They say nothing about the rate.
        self.bar.dec_length(count as u64);
    }

    /// A submission was finished before.
    pub(super) fn known(&self, tally: Tally) {
        self.failed(tally.failed);
        self.skip(tally.all());
    }

    fn failed(&self, count: usize) {
        if count > 0 {
            let failed = self.counts.failed.fetch_add(count, Ordering::Relaxed) + count;
            self.bar.set_prefix(format!("{failed} failed, "));
        }
    }

    /// A submission of the class is done.
    pub(super) fn submission(&self, name: &str, tally: &Tally) {
        let done = self.counts.done.fetch_add(1, Ordering::Relaxed) + 1;
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
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    style.with_key("rate", |state: &ProgressState, out: &mut dyn Write| {
        // What cannot be written is not seen.
        let _ = write!(out, "{:.1} a second", state.per_sec());
    })
}
