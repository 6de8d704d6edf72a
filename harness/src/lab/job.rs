//! What the grader tells a lab to do, and how the words travel.

use super::LabError;
use super::cgroup::Bounds;
use super::isolation::Setting;
use super::root::Room;
use crate::check::{Check, Parameters};
use crate::event::{Fact, Observation, Wait};
use crate::program::{self, Program};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
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

/// A tool that works on a submission: a compiler, or an interpreter that looks at a program's syntax. It has no network, sees
/// nothing but what it is shown, and is stopped at limits.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Tool {
    /// The command with all its arguments; the first is an absolute path.
    pub command: Vec<String>,
    /// The variables that it has beside those that every program has.
    pub env: BTreeMap<String, String>,
    /// The folder that it runs in.
    pub dir: PathBuf,
    /// Files and folders that it sees, beside the system's own.
    pub needs: Vec<PathBuf>,
    /// Folders in which it may write. They are given to whom the lab runs as.
    pub writes: Vec<PathBuf>,
    /// What is laid out for it in [`Tool::ROOM`], a folder that is gone afterwards; or, by a whole path, in one of `writes`.
    pub room: Vec<(PathBuf, Put)>,
    /// At what it is stopped.
    pub limits: Limits,
}

impl Tool {
    /// A folder of its own, empty but for [`Tool::room`], in memory.
    pub const ROOM: &str = program::WORK_DIR;
}

/// Something in a tool's own folder.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Put {
    /// A copy of a folder, with the times of its files, but without what builds leave behind (`target` beside a `Cargo.toml`) and without
    /// `.git`.
    Copy(PathBuf),
    /// A symbolic link.
    Link(PathBuf),
    /// A file with this text.
    Text(String),
}

/// What became of a tool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finished {
    /// How it ended.
    pub end: End,
    /// What it wrote to standard output.
    #[serde(with = "hex")]
    pub stdout: Vec<u8>,
    /// What it wrote to standard error.
    #[serde(with = "hex")]
    pub stderr: Vec<u8>,
    /// Some of what it waited for, where it was stopped for waiting.
    pub waits: Vec<Wait>,
}

/// How a tool ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// With this exit code.
    Status(i32),
    /// By this signal.
    Signal(i32),
    /// It was stopped.
    Stopped(Limit),
}

/// Why a tool was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Limit {
    /// [`Limits::cpu_seconds`]
    Cpu,
    /// [`Limits::memory`]
    Memory,
    /// [`Limits::disk`]
    Disk,
    /// [`Limits::output`]
    Output,
    /// None: it waited for something that never comes.
    Waiting,
    /// [`Limits::patience`]
    Idling,
    /// [`Limits::processes`]
    Processes,
}

/// At what a tool is stopped, counted over all that it has started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// CPU time, in seconds.
    pub cpu_seconds: u64,
    /// Memory in use, in bytes.
    pub memory: u64,
    /// What its folders hold that stay, in bytes.
    pub disk: u64,
    /// What it prints, in bytes.
    pub output: usize,
    /// Looks at which everything slept, a tenth of a second each, and between which hardly any CPU time was used.
    pub patience: u32,
    /// Processes and threads that were started, also those that have ended.
    pub processes: u64,
}

impl Limits {
    /// Those of compilers. What cargo tells of a large package is some megabytes.
    pub const COMPILER: Self =
        Self { cpu_seconds: 600, memory: 3 << 30, disk: 2 << 30, output: 16 << 20, patience: 600, processes: 100_000 };
}

/// What a lab can be made for.
#[derive(Debug, Deserialize)]
pub(super) enum Task {
    Check(Box<Job>),
    Trace(Trace),
    Tool(Tool),
    Probe,
}

/// The same, as it is written.
#[derive(Debug, Serialize)]
pub(super) enum TaskRef<'a> {
    Check(&'a Job),
    Trace(&'a Trace),
    Tool(&'a Tool),
    Probe,
}

impl Task {
    /// Files and directories that must be visible in the lab.
    pub(super) fn needs(&self) -> Vec<PathBuf> {
        match self {
            Self::Check(job) => job.program.needs.clone(),
            Self::Trace(trace) => trace.programs.iter().flat_map(|program| program.needs.clone()).collect(),
            Self::Tool(tool) => tool.needs.clone(),
            Self::Probe => Vec::new(),
        }
    }

    /// How much room there is in the lab's own folders.
    pub(super) const fn room(&self) -> Room {
        match self {
            Self::Check(_) | Self::Trace(_) | Self::Probe => Room::OF_PROGRAMS,
            Self::Tool(_) => Room::OF_TOOLS,
        }
    }

    /// Folders that can be written in the lab, and stay.
    pub(super) fn writes(&self) -> &[PathBuf] {
        match self {
            Self::Check(_) | Self::Trace(_) | Self::Probe => &[],
            Self::Tool(tool) => &tool.writes,
        }
    }
}

impl TaskRef<'_> {
    /// What may be in memory for the lab. A lab is stopped before, at what its processes have; the rest is for its files and what the
    /// kernel holds for it.
    pub(super) const fn memory(&self) -> u64 {
        const REST: u64 = 256 << 20;
        REST + match self {
            Self::Check(_) | Self::Trace(_) | Self::Probe => crate::settle::MEMORY_MAX,
            Self::Tool(tool) => tool.limits.memory,
        }
    }
}

/// What a lab that runs a check answers.
pub(super) type Reply = Result<Observation, LabError>;

/// What a lab that runs a tool answers.
pub(super) type ToolReply = Result<Finished, LabError>;

/// A line of what a lab that runs a trace tells. Trouble of ours is the last one.
pub(super) type Told = Result<Fact, LabError>;

/// A job and where it runs, as the lab is told.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Order<J> {
    pub(super) job: J,
    /// The processor that the lab is confined to.
    pub(super) cpu: Option<usize>,
    /// The cgroup that it is born into, where there can be one.
    pub(super) cgroup: Option<Bounds>,
    pub(super) setting: Setting,
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
