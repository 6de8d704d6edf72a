//! A check: a list of stimuli, one a line, in plain words.
//!
//! `CHECKS.md` at the root of the repository is the reference of the language. [`parse`] reads a file,
//! [`Stimulus`]'s `Display` gives a line back, and [`Parameters`] are the values that `{name}` stands for.

mod data;
mod error;
mod lexer;
mod params;
mod parse;
mod stimulus;
mod value;

pub use data::{Data, Encoding, must_be_escaped, pattern, printable, printable_lines};
pub(crate) use data::{is_text, quote};
pub use error::{CheckError, nearest};
pub use params::{Parameter, Parameters, ResolveError, Template};
pub use parse::parse;
pub use stimulus::{Action, ProgramName, Start, Stimulus, THE_PROGRAM};
pub use value::Value;

use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr};

/// The address of the machine on which the program runs, beside 127.0.0.1: the one of the lecture notes. A bare port
/// in a check means a port of this address.
pub const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 168, 1, 103));

/// Most peers of a check. Each has an address of its own, from 192.168.1.11 up to the one before [`ADDRESS`].
pub(crate) const PEERS: usize = 92;

/// A parsed `.check` file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What the check is about: its first comment line.
    pub about: String,
    /// What is looked for in the program's output, in the order of the file.
    pub look_for: Vec<LookFor>,
    /// The first stimulus from which on `the exit code is free`.
    pub free_exit_from: Option<usize>,
    /// What is done to the program, in order.
    pub stimuli: Vec<Stimulus>,
}

/// One `look for` of a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookFor {
    /// Index of the first stimulus that it concerns; it holds until the next one.
    pub from: usize,
    /// The values whose appearance in the program's output is recorded.
    pub values: Vec<Value>,
}

impl Check {
    /// The values that are looked for after a stimulus.
    #[must_use]
    pub fn looks_for(&self, stimulus: usize) -> &[Value] {
        let valid = self.look_for.iter().rev().find(|look_for| look_for.from <= stimulus);
        valid.map_or(&[], |look_for| &look_for.values)
    }

    /// All that is sent and typed.
    pub fn data(&self) -> impl Iterator<Item = &Data> {
        self.stimuli.iter().flat_map(|stimulus| match stimulus {
            Stimulus::Start(start) => start.given.as_slice(),
            Stimulus::Type { data, .. } => data,
            Stimulus::Peer { action, .. } => match action {
                Action::Sends(data) | Action::Connects { sends: Some(data), .. } => std::slice::from_ref(data),
                Action::SendsTo { data, .. } => data,
                _ => &[],
            },
            _ => &[],
        })
    }

    /// All texts that are sent, typed or looked for.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let sent = self.data().filter_map(|data| match data {
            Data::Text(text) | Data::Encoded(text, _) => Some(text.as_str()),
            _ => None,
        });
        let values = self.look_for.iter().flat_map(|look_for| &look_for.values);
        sent.chain(values.filter_map(|value| match value {
            Value::Text(text) => Some(text.as_str()),
            _ => None,
        }))
    }

    /// All stimuli and all values that are looked for, as the file has them.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let values = self.look_for.iter().flat_map(|look_for| &look_for.values).map(ToString::to_string);
        self.stimuli.iter().map(ToString::to_string).chain(values).collect()
    }

    /// Whether a program that ends after a stimulus may do so with any exit code.
    #[must_use]
    pub fn exit_is_free(&self, stimulus: usize) -> bool {
        self.free_exit_from.is_some_and(|from| from <= stimulus)
    }

    /// The names of the programs that run in the lab: `program` is the first, then those that are started `as` another.
    #[must_use]
    pub fn programs(&self) -> Vec<&str> {
        let mut out = vec![THE_PROGRAM];
        for stimulus in &self.stimuli {
            if let Stimulus::Start(Start { name: Some(name), .. }) = stimulus
                && !out.contains(&name.as_str())
            {
                out.push(name);
            }
        }
        out
    }

    /// The names of the peers with their addresses: 192.168.1.11 for the first that is mentioned, and on.
    #[must_use]
    pub fn peers(&self) -> Vec<(String, IpAddr)> {
        let mut out: Vec<(String, IpAddr)> = Vec::new();
        for stimulus in &self.stimuli {
            if let Stimulus::Peer { name, .. } = stimulus
                && out.iter().all(|(known, _)| known != name)
            {
                let last = 11 + u8::try_from(out.len().min(PEERS - 1)).unwrap_or_default();
                out.push((name.clone(), Ipv4Addr::new(192, 168, 1, last).into()));
            }
        }
        out
    }

    /// The number of a program in [`Self::programs`].
    #[must_use]
    pub fn program(&self, name: &ProgramName) -> usize {
        let name = name.as_deref().unwrap_or(THE_PROGRAM);
        self.programs().iter().position(|known| *known == name).unwrap_or(0)
    }
}
