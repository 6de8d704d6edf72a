//! The canonical text of an observation: the same for every correct program in every language, on every run.
//!
//! Each step is the stimulus and, indented, what followed, in fixed lanes: the wire by peer, then sockets, output, and
//! the program's end. What is removed is removed here and nowhere else: ephemeral ports and addresses of peers (they
//! become names), sequence numbers, pure acknowledgements, how a byte stream was cut into segments, retransmissions,
//! `0.0.0.0` against `[::]`, exact exit codes other than 0, and the wording of output. `CHECKS.md` lists every line
//! that can appear.

mod data;
mod ending;
mod known;
mod names;
mod output;
mod repeat;
mod sockets;
mod stream;
mod wire;

pub use data::describe;
pub(crate) use ending::{is_crash, signal_name};

use crate::check::{Check, Parameters, printable};
use crate::event::{Observation, Output, Stream};
use names::Names;
use std::fmt;

/// What happened in one check, as canonical text by steps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transcript {
    /// One for each stimulus that was carried out.
    pub steps: Vec<Step>,
}

/// A stimulus and what followed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// The stimulus as it stands in the check.
    pub stimulus: String,
    /// What followed, a fact a line.
    pub lines: Vec<String>,
}

impl Transcript {
    /// Writes down an observation of a check.
    #[must_use]
    pub fn new(check: &Check, params: &Parameters, seen: &Observation) -> Self {
        let programs = check.programs();
        let mut wire = wire::Wire::default();
        let mut sockets = sockets::Sockets::default();
        let mut talks = output::Talks::new(programs.len());
        let mut owners = names::Owners::new();
        let mut repeats: Option<repeat::Repeats> = None;
        let mut steps: Vec<Step> = Vec::new();
        for (number, step) in seen.steps.iter().enumerate() {
            let (Some(stimulus), Some(line)) = (check.stimuli.get(step.stimulus), check.stimuli.get(step.line()))
            else {
                continue;
            };
            if programs.len() > 1 {
                let known = step.sockets.iter().filter(|socket| !socket.peers && socket.inode != 0);
                owners.extend(known.map(|socket| ((socket.protocol, socket.local.port()), socket.program)));
            }
            let names = Names { check, params, seen, step: number, programs: &programs, owners: &owners };
            talks.listen(&names, stimulus);
            let mut lines: Vec<String> =
                step.impossible.iter().map(|why| format!("cannot be done: {}", printable(why, usize::MAX))).collect();
            lines.extend(wire.lines(&names, stimulus, &step.packets, !step.rest.is_rest()));
            lines.extend(sockets.lines(&names, step));
            lines.extend(talks.lines(&names, step));
            lines.extend(ending::lines(&names, stimulus, step, &talks));
            let Some(repeated) = step.repeated else {
                steps.push(Step { stimulus: stimulus.to_string(), lines });
                continue;
            };
            let before = number.checked_sub(1).map(|before| &seen.steps[before]);
            let first = &steps[step.stimulus];
            repeats.get_or_insert_with(|| repeat::Repeats::new(line, before)).take(repeated, first, &lines);
            if seen.steps.get(number + 1).is_none_or(|next| next.line() != step.line()) {
                let lines = repeats.take().map(|repeats| repeats.lines(step)).unwrap_or_default();
                steps.push(Step { stimulus: line.to_string(), lines });
            }
        }
        Self { steps }
    }

    /// Reads a transcript back from its text, a reviewed snapshot for instance.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut out = Self::default();
        for line in text.lines() {
            match (line.strip_prefix("  "), out.steps.last_mut()) {
                (Some(fact), Some(step)) => step.lines.push(fact.to_owned()),
                _ => out.steps.push(Step { stimulus: line.to_owned(), lines: Vec::new() }),
            }
        }
        out
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.steps {
            writeln!(f, "{}", step.stimulus)?;
            step.lines.iter().try_for_each(|line| writeln!(f, "  {line}"))?;
        }
        Ok(())
    }
}

/// All bytes of one stream of one program, joined.
fn bytes_of(output: &[Output], program: usize, stream: Stream) -> Vec<u8> {
    let pieces = output.iter().filter(|piece| piece.program == program && piece.stream == stream);
    pieces.flat_map(|piece| piece.bytes.clone()).collect()
}

#[cfg(test)]
mod tests;
