//! The isolated world of one check, and the supervisor that runs the check in it.
//!
//! ```text
//!   grader ──asks──► nursery ──fork──┐
//!     │  ▲   (a re-executed copy)      ▼
//!     └──┼─job, then a pipe that──► helper ──fork──► supervisor (pid 1 of the lab)
//!        │ stays open               unshares,        owns the peers, watches, settles
//!        │                          then only waits       │ launches
//!        └───────────────observation, over a pipe of its own──────────────┤
//!                                                             program and its descendants
//! ```
//!
//! A [`Tool`] that works on a submission, a compiler for instance, has a lab, too, without peers and without a network. A trace goes
//! the same way: programs without a check, [`Fact`](crate::event::Fact)s as they are seen instead of one observation at the end, and what
//! the user types through the pipe that stays open.
//!
//! - The grader has many threads and never unshares: `unshare(CLONE_NEWUSER)` wants a process with one. The nursery has one, too.
//! - When the grader dies, also by SIGKILL, the job pipe hangs up, and the supervisor ends. When the supervisor, pid 1
//!   of the lab's process id namespace, ends, the kernel kills everything in the lab. Nothing has to be cleaned up.
//! - Where a lab has a memory cgroup, the helper stays outside of it, and what it would have done is done by a child that is born inside.
//! - The supervisor reads the system's files without a reactor between: to know that nothing is unread, it must itself
//!   have been told by the kernel that there is nothing (see ARCHITECTURE.md).

mod borrowed;
mod cgroup;
mod cpu;
mod enter;
mod error;
mod first;
mod idling;
mod input;
mod isolation;
mod job;
mod launch;
mod net;
mod nursery;
mod probe;
mod root;
mod routes;
mod supervise;
mod tool;
mod trace;
mod user;

pub use enter::main;
pub use error::LabError;
pub use isolation::Isolation;
pub use job::{End, Finished, Job, Limit, Limits, Put, Tool, Trace};
pub use launch::{Launcher, Tracing};
pub use probe::{Protection, State};

/// The host name inside the lab; it resolves to [`check::ADDRESS`](crate::check::ADDRESS).
pub const HOST_NAME: &str = "netlings";
