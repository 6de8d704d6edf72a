//! Trouble of ours: a lab that could not be made or did not do its work. It never says anything about a program.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::io;

/// Why a check could not be carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabError {
    /// What was being done: `making a user namespace`.
    pub doing: String,
    /// What went wrong, in the system's words.
    pub error: String,
    /// What a person can do about it, where that is known.
    pub remedy: Option<String>,
    /// Whether it is something that this system does not have, and that a check needs: then the check is not run.
    #[serde(default)]
    pub missing: bool,
}

impl std::error::Error for LabError {}

impl fmt::Display for LabError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.doing, self.error)?;
        if let Some(remedy) = &self.remedy {
            write!(f, "\n{remedy}")?;
        }
        Ok(())
    }
}

impl LabError {
    /// An error without a remedy.
    pub(super) fn new(doing: impl Into<String>, error: impl fmt::Display) -> Self {
        Self { doing: doing.into(), error: error.to_string(), remedy: None, missing: false }
    }

    /// The same with what can be done about it.
    pub(super) fn with(self, remedy: impl Into<String>) -> Self {
        Self { remedy: Some(remedy.into()), ..self }
    }

    /// Something that this system does not have.
    pub(super) fn missing(doing: impl Into<String>, error: impl fmt::Display) -> Self {
        Self { missing: true, ..Self::new(doing, error) }
    }
}

/// Says what was being done when an error came.
pub(super) trait While<T> {
    fn during(self, doing: &str) -> Result<T, LabError>;
}

impl<T, E: Into<io::Error>> While<T> for Result<T, E> {
    fn during(self, doing: &str) -> Result<T, LabError> {
        self.map_err(|error| LabError::new(doing, error.into()))
    }
}
