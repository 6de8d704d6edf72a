//! A memory cgroup for each lab (`man 7 cgroups`), where a part of the tree of version 2 is delegated to us: then all that a lab has in
//! memory has an end that the kernel keeps, also what the kernel itself holds for it in sockets and pipes.
//!
//! ```text
//!   delegated to us ─┬─ netlings-outside   the grader, and who has started it: the inner part of a tree may have no processes
//!                    ├─ netlings-4711      the lab of the helper 4711, with limits
//!                    └─ netlings-4712      …
//! ```
//!
//! The helper of a lab makes its cgroup, and is the parent of who does the rest, born into it: to move a process costs 5 to 15 ms, in which
//! the kernel waits for all processors. The helper stays outside, waits, and removes the cgroup when everything in it has ended. Being born
//! comes before all else: root becomes another user afterwards, to whom no cgroup belongs, and a cgroup namespace begins where its first
//! process is.
#![expect(unsafe_code, reason = "a child that is a copy of this process")]

mod birth;
mod delegated;
mod events;

pub(super) use delegated::{Missing, find};
pub(super) use events::Events;

use birth::clone_into;
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

/// How the folders of labs begin: then comes the process id of the helper.
const PREFIX: &str = "netlings-";

/// Where the cgroup of a lab shall be, and how much it may have in memory, in bytes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Bounds {
    pub(super) base: PathBuf,
    pub(super) memory: u64,
}

/// Who goes on after a birth.
pub(super) enum Born {
    /// The child, in the cgroup.
    Inside(Events),
    /// Who has made it, and must remove it when the child has ended.
    Outside(Cgroup, libc::pid_t),
}

/// Makes a cgroup, and a child of the calling process, which has one thread, inside it.
///
/// # Errors
/// Those of making it.
pub(super) fn enter(bounds: &Bounds) -> io::Result<Born> {
    let cgroup = Cgroup::make(bounds)?;
    let events = Events::open(&cgroup.dir, bounds.memory)?;
    // SAFETY: this process has one thread, so its child may do everything.
    Ok(match unsafe { clone_into(File::open(&cgroup.dir)?.as_fd()) }? {
        0 => {
            // Only who is outside can remove it.
            std::mem::forget(cgroup);
            Born::Inside(events)
        }
        child => Born::Outside(cgroup, child),
    })
}

/// A cgroup that is removed when this is dropped. One in which there still are processes stays, and the next grader removes it.
pub(super) struct Cgroup {
    dir: PathBuf,
}

impl Cgroup {
    fn make(bounds: &Bounds) -> io::Result<Self> {
        let dir = bounds.base.join(format!("{PREFIX}{}", std::process::id()));
        if let Err(error) = fs::create_dir(&dir) {
            if error.kind() != io::ErrorKind::AlreadyExists {
                return Err(error);
            }
            // Of one who had our process id and was killed.
            fs::remove_dir(&dir)?;
            fs::create_dir(&dir)?;
        }
        let made = Self { dir };
        fs::write(made.dir.join("memory.max"), bounds.memory.to_string())?;
        match fs::write(made.dir.join("memory.swap.max"), "0") {
            // A kernel that does not count swap has no such file.
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(made),
        }
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.dir);
    }
}

/// Tries whether a process can be born into a cgroup that is made there.
fn try_it(base: &Path) -> io::Result<()> {
    let cgroup = Cgroup::make(&Bounds { base: base.to_owned(), memory: 1 << 30 })?;
    birth::try_it(File::open(&cgroup.dir)?.as_fd())
}
