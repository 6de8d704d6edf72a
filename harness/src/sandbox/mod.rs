//! What keeps a program in, beside the lab's own network, root and processes: namespaces of the program's own, limits, no
//! capability, no new privileges, and filters for files and system calls.
//!
//! ```text
//!   supervisor (pid 1 of the lab)  ──starts once──►  init (pid 1 of the programs' process ids)
//!        │ no capability from then on                      reaps orphans, mounts the programs' /proc
//!        └──starts──►  program: user and mount namespace of its own, process ids of init's
//! ```
//!
//! The program can name no process but its own and init, and owns nothing of the lab. The supervisor, in the parent of the
//! program's user namespace and with the same user id, may look into it without a capability.

mod calls;
mod capabilities;
mod files;
mod init;
mod layer;
mod limits;
pub(crate) mod notices;
pub(crate) mod passing;
mod user;

pub(crate) use init::{PROC, is_init};
pub use layer::{Layer, Layers};
pub(crate) use limits::are_set as are_limits_set;
pub(crate) use notices::Teller;

use calls::Calls;
use files::Files;
use std::io;
use std::path::PathBuf;

/// What is confined.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    /// A program under test.
    Program,
    /// A compiler, or another tool that works on a submission.
    Tool,
}

/// What a sandbox is made of and for.
pub(crate) struct Plan<'a> {
    pub(crate) layers: &'a Layers,
    pub(crate) purpose: Purpose,
    /// What may be read, where a program sees more than that.
    pub(crate) readable: Option<&'a [PathBuf]>,
    /// Folders of the machine in which it may write.
    pub(crate) writable: &'a [PathBuf],
    /// Whether the kernel shall end it before the supervisor where memory ends.
    pub(crate) ends_first: bool,
    /// Through what it is told which options are set on sockets, where that has to be.
    pub(crate) teller: Option<Teller>,
}

/// What a program is confined by, prepared once for a lab.
pub(crate) struct Sandbox {
    layers: Layers,
    purpose: Purpose,
    ends_first: bool,
    calls: Calls,
    files: Files,
    teller: Option<Teller>,
}

impl Sandbox {
    /// Starts the programs' init, and gives up every capability of the calling process, the first of a lab. From now on its
    /// children are born into the programs' process id namespace. (Where there can be none there is no init either.)
    ///
    /// # Errors
    /// When something that must hold cannot be had.
    pub(crate) fn new(plan: Plan<'_>) -> io::Result<Self> {
        let Plan { layers, purpose, readable, writable, ends_first, teller } = plan;
        if readable.is_none() {
            init::start(layers).map_err(|error| doing("starting the programs' init", &error))?;
        }
        let calls = Calls::new(purpose).map_err(|error| doing("preparing the filter for system calls", &error))?;
        let files = Files::new(readable, writable).map_err(|error| doing("preparing the rules for files", &error))?;
        if layers.has(Layer::Capabilities) {
            capabilities::drop_all().map_err(|error| doing("giving up the supervisor's capabilities", &error))?;
        }
        Ok(Self { layers: layers.clone(), purpose, ends_first, calls, files, teller })
    }

    /// Confines the calling process, a child between fork and exec.
    ///
    /// # Errors
    /// When something cannot be had. Then the program must not start.
    pub(crate) fn enter(&self) -> io::Result<()> {
        if self.ends_first {
            // It cannot take this back: its own `/proc` is read-only.
            std::fs::write("/proc/self/oom_score_adj", "1000")?;
        }
        if self.layers.has(Layer::User) {
            user::enter()?;
        }
        if self.layers.has(Layer::Limits) {
            limits::set(self.purpose)?;
        }
        if self.layers.has(Layer::Capabilities) {
            capabilities::drop_all()?;
        }
        // Whoever has no capability needs this for both of the next two.
        rustix::thread::set_no_new_privs(true)?;
        // Landlock looks at mounts that are made later, too, so it comes after them; the filter for system calls forbids what
        // all others need, so it is the last.
        if self.layers.has(Layer::Files) {
            self.files.restrict()?;
        }
        if self.layers.has(Layer::Calls) {
            self.calls.restrict()?;
        }
        self.teller.as_ref().map_or(Ok(()), Teller::tell)
    }
}

fn doing(what: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{what}: {error}"))
}
