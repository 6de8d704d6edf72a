//! What the grader tells a lab to do, and how the words travel.

use super::LabError;
use crate::check::{Check, Parameters};
use crate::event::{Fact, Observation};
use crate::program::Program;
use crate::sandbox::Layers;
use serde::{Deserialize, Serialize};
use std::io::{self, Read};
use std::net::IpAddr;
use std::path::PathBuf;

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

/// Programs to be run while somebody looks on. No peers, no check; nobody judges anything.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Trace {
    /// Each is started when those before it have come to rest.
    pub programs: Vec<Program>,
    /// Addresses of the lab beside those that every lab has.
    pub addresses: Vec<IpAddr>,
}

/// What a lab can be made for.
#[derive(Debug, Deserialize)]
pub(super) enum Task {
    Check(Box<Job>),
    Trace(Trace),
}

/// The same, as it is written.
#[derive(Debug, Serialize)]
pub(super) enum TaskRef<'a> {
    Check(&'a Job),
    Trace(&'a Trace),
}

impl Task {
    /// Files and directories that must be visible in the lab.
    pub(super) fn needs(&self) -> Vec<PathBuf> {
        match self {
            Self::Check(job) => job.program.needs.clone(),
            Self::Trace(trace) => trace.programs.iter().flat_map(|program| program.needs.clone()).collect(),
        }
    }
}

/// What a lab that runs a check answers.
pub(super) type Reply = Result<Observation, LabError>;

/// A line of what a lab that runs a trace tells. Trouble of ours is the last one.
pub(super) type Told = Result<Fact, LabError>;

/// A job and where it runs, as the lab is told.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Order<J> {
    pub(super) job: J,
    /// The processor that the lab is confined to.
    pub(super) cpu: Option<usize>,
    /// What keeps programs in.
    pub(super) layers: Layers,
}

impl Order<TaskRef<'_>> {
    /// The order as it goes through the pipe: its length as four bytes, then JSON. The pipe stays open afterwards, so the
    /// end of the file cannot be the end of the job.
    pub(super) fn to_bytes(&self) -> io::Result<Vec<u8>> {
        let json = serde_json::to_vec(self)?;
        let len = u32::try_from(json.len()).map_err(io::Error::other)?;
        Ok([&len.to_le_bytes()[..], &json].concat())
    }
}

impl Order<Task> {
    pub(super) fn read(mut from: impl Read) -> io::Result<Self> {
        let mut len = [0; 4];
        from.read_exact(&mut len)?;
        let mut json = vec![0; u32::from_le_bytes(len) as usize];
        from.read_exact(&mut json)?;
        Ok(serde_json::from_slice(&json)?)
    }
}
