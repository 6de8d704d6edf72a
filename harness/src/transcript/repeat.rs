//! Lines that a check repeats: what followed each time is compared with what followed the first time.

use super::Step;
use crate::check::Stimulus;
use crate::event::{self, Repeated};

/// One `repeat` of a check, while its repetitions are read.
pub(super) struct Repeats {
    times: usize,
    /// What was open when the repeated lines had been carried out once.
    descriptors: Option<u32>,
    told: Vec<String>,
}

impl Repeats {
    /// The line `stimulus`, after the step `before`.
    pub(super) fn new(stimulus: &Stimulus, before: Option<&event::Step>) -> Self {
        let times = if let Stimulus::Repeat { times, .. } = stimulus { *times } else { 0 };
        Self { times, descriptors: before.and_then(|step| step.descriptors), told: Vec::new() }
    }

    /// Takes in one step of one repetition; `first` is what followed the same line at first.
    pub(super) fn take(&mut self, repeated: Repeated, first: &Step, lines: &[String]) {
        // What follows a difference is its consequence.
        if !self.told.is_empty() || first.lines == lines {
            return;
        }
        let place = format!("repetition {}, {}:", repeated.time, first.stimulus);
        self.told.extend(lines.iter().map(|line| format!("{place} {line}")));
        if lines.is_empty() {
            self.told.push(format!("{place} nothing happens"));
        }
    }

    /// What the repetitions came to; `last` is the last step of them.
    pub(super) fn lines(mut self, last: &event::Step) -> Vec<String> {
        if self.told.is_empty() {
            self.told.push("the same each time".to_owned());
        }
        let growth = last.descriptors.unwrap_or(0).saturating_sub(self.descriptors.unwrap_or(0)) as usize;
        // A run-time system opens one or two when it first needs them; a leak opens one each time, or every other time.
        if growth > 0 && 2 * growth >= self.times {
            self.told.push("has more and more descriptors open".to_owned());
        }
        self.told
    }
}
