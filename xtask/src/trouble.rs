//! What keeps a command from doing its work, and the exit codes.

use exercises::LoadError;
use std::io;
use std::process::ExitCode;

/// Everything passed.
pub const PASSED: u8 = 0;
/// A check failed, or a program is missing.
pub const FAILED: u8 = 1;
/// The command or the submission is not what it should be.
pub const USAGE: u8 = 2;
/// Trouble of ours. It says nothing about the submission.
pub const OURS: u8 = 3;
/// The user has ended it (SIGINT), as shells count it.
pub const INTERRUPTED: u8 = 130;

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The arguments or the submission are wrong; the message says what to do.
    #[error("{0}")]
    Usage(String),
    /// Something on our side: the exercises, the build machinery, the system.
    #[error("{0}")]
    Ours(String),
}

impl Trouble {
    /// The exit code of a command that ended with this.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Usage(_) => USAGE,
            Self::Ours(_) => OURS,
        })
    }

    /// The same without some words at its beginning.
    #[must_use]
    pub fn without(&self, words: &str) -> Self {
        let rest = |message: &str| message.strip_prefix(words).unwrap_or(message).to_owned();
        match self {
            Self::Usage(message) => Self::Usage(rest(message)),
            Self::Ours(message) => Self::Ours(rest(message)),
        }
    }

    /// The same with a line below it.
    #[must_use]
    pub fn and(&self, line: &str) -> Self {
        match self {
            Self::Usage(message) => Self::Usage(format!("{message}\n{line}")),
            Self::Ours(message) => Self::Ours(format!("{message}\n{line}")),
        }
    }

    /// Trouble of ours, with what was being done.
    pub fn ours(doing: impl std::fmt::Display) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::Ours(format!("{doing}: {error}"))
    }
}

impl From<LoadError> for Trouble {
    fn from(error: LoadError) -> Self {
        Self::Ours(format!("an exercise cannot be read: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::at_its_beginning("kim: no program found", "no program found")]
    #[case::and_only_there("kim: cargo says of kim: no", "cargo says of kim: no")]
    #[case::not_in_the_middle("building kim: no", "building kim: no")]
    fn words_are_taken_away_at_the_beginning(#[case] message: &str, #[case] rest: &str) {
        for trouble in [Trouble::Usage(message.to_owned()), Trouble::Ours(message.to_owned())] {
            assert_eq!(trouble.without("kim: ").to_string(), rest);
        }
    }
}
