//! Why a check failed: from what was seen and what should have been, one named cause with its evidence, or none.
//!
//! A pure function. The rules look at the first step that differs, because what follows is its consequence, and at what
//! lies before it. They are asked in the order in which one thing causes another: a program that is at the wrong place gets
//! nothing, one that crashed answers nothing, one that waits shows nothing. Each rule decides by what the kernel shows (the
//! wire, sockets, waits, exits), and none by the wording of a message. A rule that is not certain says nothing, and where all are silent
//! there is no diagnosis: then the two columns of the report stand for themselves.

mod agreement;
mod bytes;
mod case;
mod cause;
mod closing;
mod crash;
mod ending;
mod fact;
mod giving_up;
mod lost;
mod output;
mod places;
mod refusals;
mod sending;
#[cfg(test)]
mod tests;
mod text;

pub use cause::Cause;

use crate::check::{Check, Parameters};
use crate::event::Observation;
use crate::transcript::Transcript;
use case::Case;
use fact::Kind;
use serde::Serialize;

/// The most bytes that a UDP datagram over IPv4 can carry: 65,535 without the headers (RFC 768, RFC 791).
const DATAGRAM: usize = 65_507;

/// The cause of a failure, and how it is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    /// The cause.
    pub cause: Cause,
    /// Sentences: how it is seen.
    pub because: String,
    /// Further facts, a sentence each.
    pub evidence: Vec<String>,
    /// What fits everything that was seen in this check just as well, and so lies behind it if another check of the same
    /// program proves it.
    pub behind: Vec<Cause>,
    /// What to do next, where that is something else than the cause's own advice.
    advice: Option<&'static str>,
}

impl Diagnosis {
    const fn new(cause: Cause, because: String) -> Self {
        Self { cause, because, evidence: Vec::new(), behind: Vec::new(), advice: None }
    }

    /// What to do next, in a sentence or two.
    #[must_use]
    pub fn next(&self) -> &'static str {
        self.advice.unwrap_or_else(|| self.cause.next())
    }
}

/// Finds the cause of a failure: `transcript`, written down from `seen`, first differs from the reviewed one in `step`. `None` where
/// nothing certain can be said.
#[must_use]
pub fn diagnose(
    check: &Check,
    params: &Parameters,
    seen: &Observation,
    reviewed: &Transcript,
    transcript: &Transcript,
    step: usize,
) -> Option<Diagnosis> {
    let case = Case::new(check, params, seen, reviewed, transcript, step);
    leak(transcript, step).or_else(|| {
        let case = case?;
        let found = first_rule(&case)?;
        Some(Diagnosis { behind: agreement::behind(&case, found.cause), ..found })
    })
}

/// The first rule that is certain.
fn first_rule(case: &Case<'_>) -> Option<Diagnosis> {
    ending::fixed_port(case)
        .or_else(|| giving_up::find(case))
        .or_else(|| lost::no_room(case))
        .or_else(|| places::find(case))
        .or_else(|| ending::crashed(case))
        .or_else(|| ending::restless(case))
        .or_else(|| refusals::find(case))
        .or_else(|| runs_out(case))
        .or_else(|| ending::not_accepted(case))
        .or_else(|| lost::find(case))
        .or_else(|| sending::find(case))
        .or_else(|| closing::find(case))
        .or_else(|| ending::ended(case))
        .or_else(|| ending::waiting(case))
        .or_else(|| output::find(case))
}

/// Descriptors that grow in number while a line is repeated.
fn leak(transcript: &Transcript, step: usize) -> Option<Diagnosis> {
    let lines = &transcript.steps.get(step)?.lines;
    let grows = lines.iter().any(|line| line == "has more and more descriptors open");
    // Where a repetition went otherwise, too, that came of it.
    grows.then(|| {
        let told =
            "With every client one descriptor more stays open. A program may have about a thousand (`ulimit -n`).";
        Diagnosis::new(Cause::DescriptorsLeaked, told.to_owned())
    })
}

/// What went well at first, and then no more.
fn runs_out(case: &Case<'_>) -> Option<Diagnosis> {
    let repeated = case.now().repeated?;
    if case.has(|kind| matches!(kind, Kind::Ends(_))) {
        return None;
    }
    let (shown, wire) = (
        case.misses(|kind| matches!(kind, Kind::Shows(_) | Kind::Says)),
        case.misses(|kind| matches!(kind, Kind::Wire(..))),
    );
    let then = match (shown, wire) {
        (true, false) => "what the next one sent is not shown any more",
        (false, true) => "the next one gets no answer, or its connection is not dealt with",
        _ => "the next one is not served any more",
    };
    let told = format!("It worked {} times; then {then}.", repeated.time);
    Some(Diagnosis::new(Cause::RunsOut, told))
}
