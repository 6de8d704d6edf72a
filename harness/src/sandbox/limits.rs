//! Resource limits (`setrlimit(2)`). Each keeps other checks and the machine from harm; none is meant to be met by a program
//! that does an exercise.

use super::Purpose;
use crate::event::MEMORY_OF_A_PROCESS;
use rustix::process::{Resource, Rlimit, setrlimit};
use std::io;

const MIB: u64 = 1 << 20;

/// Processes and threads. A server with a thread for each of fifty clients fits, and a virtual machine's own threads beside.
const PROCESSES: u64 = 100;
/// Open descriptors.
const DESCRIPTORS: u64 = 256;
/// What several processes share is not counted; settling watches the memory of all.
const DATA: u64 = MEMORY_OF_A_PROCESS;
/// Size of a file.
const FILE: u64 = 16 * MIB;
/// Stack of the first thread.
const STACK: u64 = 64 * MIB;
/// Seconds of CPU time, also of a tool. Settling ends a program that burns more than ten in one step, and on a slow processor more than that;
/// this ends one that nobody watches.
const CPU: u64 = 600;

/// The same for tools: compilers of several crates at once, each with many threads, and large programs.
const PROCESSES_OF_TOOLS: u64 = 1000;
const DESCRIPTORS_OF_TOOLS: u64 = 4096;
const DATA_OF_TOOLS: u64 = 4096 * MIB;
const FILE_OF_TOOLS: u64 = 512 * MIB;

pub(super) fn set(purpose: Purpose) -> io::Result<()> {
    let (processes, descriptors, data, file) = match purpose {
        Purpose::Program => (PROCESSES, DESCRIPTORS, DATA, FILE),
        Purpose::Tool => (PROCESSES_OF_TOOLS, DESCRIPTORS_OF_TOOLS, DATA_OF_TOOLS, FILE_OF_TOOLS),
    };
    let limits = [
        (Resource::Core, 0),
        (Resource::Nproc, processes),
        (Resource::Nofile, descriptors),
        (Resource::Data, data),
        (Resource::Fsize, file),
        (Resource::Stack, STACK),
        (Resource::Cpu, CPU),
        (Resource::Memlock, 64 << 10),
        (Resource::Msgqueue, 0),
    ];
    for (resource, limit) in limits {
        // A lower one of the system's stays.
        let limit = rustix::process::getrlimit(resource).maximum.map_or(limit, |maximum| maximum.min(limit));
        setrlimit(resource, Rlimit { current: Some(limit), maximum: Some(limit) })?;
    }
    Ok(())
}

/// Whether the calling process has those of a program.
pub(crate) fn are_set() -> bool {
    let is = |resource, most: u64| rustix::process::getrlimit(resource).maximum.is_some_and(|limit| limit <= most);
    is(Resource::Nproc, PROCESSES)
        && is(Resource::Nofile, DESCRIPTORS)
        && is(Resource::Data, DATA)
        && is(Resource::Cpu, CPU)
}
