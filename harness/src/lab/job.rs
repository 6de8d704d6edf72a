//! What the grader tells a lab to do, and how the words travel.

use super::LabError;
use crate::check::{Check, Parameters};
use crate::event::Observation;
use crate::program::Program;
use serde::{Deserialize, Serialize};
use std::io::{self, Read};

/// One check to be run on one program.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Job {
    /// What is done to the program.
    pub check: Check,
    /// The values of the exercise's parameters.
    pub params: Parameters,
    /// The program under test.
    pub program: Program,
}

/// What a lab answers.
pub(super) type Reply = Result<Observation, LabError>;

/// A job and where it runs, as the lab is told.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Order<J> {
    pub(super) job: J,
    /// The processor that the lab is confined to.
    pub(super) cpu: Option<usize>,
}

impl Order<&Job> {
    /// The order as it goes through the pipe: its length as four bytes, then JSON. The pipe stays open afterwards, so the
    /// end of the file cannot be the end of the job.
    pub(super) fn to_bytes(&self) -> io::Result<Vec<u8>> {
        let json = serde_json::to_vec(self)?;
        let len = u32::try_from(json.len()).map_err(io::Error::other)?;
        Ok([&len.to_le_bytes()[..], &json].concat())
    }
}

impl Order<Job> {
    pub(super) fn read(mut from: impl Read) -> io::Result<Self> {
        let mut len = [0; 4];
        from.read_exact(&mut len)?;
        let mut json = vec![0; u32::from_le_bytes(len) as usize];
        from.read_exact(&mut json)?;
        Ok(serde_json::from_slice(&json)?)
    }
}
