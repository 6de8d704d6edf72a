//! The student's program: what it takes to run it, launching it, and the three streams we hold of it.

mod launch;
mod running;
mod streams;

pub use launch::Launched;
pub(crate) use launch::{WORK_DIR, environment, launch, own_memory_kib, reaped_cpu};
pub use running::{Programs, join};
pub use streams::{Drained, Streams};

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// A program that is ready to run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// The command with its first arguments: `["/usr/bin/python3", "/home/kim/tcp_server.py"]`. Absolute paths.
    pub command: Vec<String>,
    /// Files and directories that must be visible to it, beside the system's own: the program, its interpreter.
    /// Absolute paths without symbolic links.
    pub needs: Vec<PathBuf>,
}
