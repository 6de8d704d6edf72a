//! Values that a check looks for in the program's output.

use super::data::quote;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Something that the program must show to a person, in any words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Value {
    /// `A's ip`: the address of a peer.
    Ip(String),
    /// `A's port`: the port of a peer's most recent socket.
    Port(String),
    /// `"hello"`: a text.
    Text(String),
    /// `5`: a number standing by itself.
    Number(u32),
    /// `{answer}`: the value of a parameter.
    Parameter(String),
    /// `1024 bytes`: the pattern that a line of the check sends, see [`super::pattern`].
    Pattern(usize),
    /// `words`: something that the program has not said before.
    Words,
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(peer) => write!(f, "{peer}'s ip"),
            Self::Port(peer) => write!(f, "{peer}'s port"),
            Self::Text(text) => f.write_str(&quote(text)),
            Self::Number(number) => number.fmt(f),
            Self::Parameter(name) => write!(f, "{{{name}}}"),
            Self::Pattern(len) => write!(f, "{len} bytes"),
            Self::Words => f.write_str("words"),
        }
    }
}
