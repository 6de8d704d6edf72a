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

pub use data::{Data, Encoding, pattern};
pub(crate) use data::{must_be_escaped, quote};
pub use error::{CheckError, nearest};
pub use params::{Parameter, Parameters, ResolveError, Template};
pub use parse::parse;
pub use stimulus::{Action, Start, Stimulus};
pub use value::Value;

use serde::{Deserialize, Serialize};

/// A parsed `.check` file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What the check is about: its first comment line.
    pub about: String,
    /// The values whose appearance in the program's output is recorded.
    pub look_for: Vec<Value>,
    /// What is done to the program, in order.
    pub stimuli: Vec<Stimulus>,
}
