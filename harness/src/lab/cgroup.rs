//! A memory cgroup for each lab, where the system lets us make one (`man 7 cgroups`): then everything that a lab has in memory has an
//! end that the kernel keeps, also what it holds for the lab in sockets and pipes.
//!
//! That is so for root with cgroups of version 1, and with version 2 where a part of the tree is delegated to us (`systemd-run --user
//! --scope -p Delegate=yes`). Elsewhere labs do without.

use rustix::fs::{access, getxattr};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How the folders of labs begin: then comes the grader's process id, and a number.
const PREFIX: &str = "netlings-";

/// Where the cgroups of labs are made.
#[derive(Clone, Debug)]
pub(super) struct Cgroups {
    base: Option<Arc<Base>>,
}

#[derive(Debug)]
struct Base {
    dir: PathBuf,
    version: Version,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    One,
    Two,
}

/// The cgroup of one lab. It goes when the lab has gone.
#[derive(Debug)]
pub(super) struct Cgroup(PathBuf);

impl Cgroups {
    /// Looks for a place where cgroups can be made, and tries.
    pub(super) fn find() -> Self {
        let own = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        let base = version_one(&own).or_else(|| version_two(&own)).map(|(dir, version)| {
            sweep(&dir);
            Arc::new(Base { dir, version })
        });
        let found = Self { base };
        // What can be written can be refused all the same.
        if found.make(1 << 30).is_ok_and(|made| made.is_some()) { found } else { Self { base: None } }
    }

    /// Whether labs have one.
    pub(super) const fn are_there(&self) -> bool {
        self.base.is_some()
    }

    /// Puts a process, which is to become a lab, into a cgroup of its own, which may have so many bytes in memory.
    ///
    /// # Errors
    /// Those of writing the files of a cgroup.
    pub(super) fn take_in(&self, pid: u32, memory: u64) -> io::Result<Option<Cgroup>> {
        let made = self.make(memory)?;
        if let Some(Cgroup(dir)) = &made {
            fs::write(dir.join("cgroup.procs"), pid.to_string())?;
        }
        Ok(made)
    }

    fn make(&self, most: u64) -> io::Result<Option<Cgroup>> {
        let Some(base) = &self.base else { return Ok(None) };
        // Several launchers of a process share its id.
        static MADE: AtomicU64 = AtomicU64::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let dir = base.dir.join(format!("{PREFIX}{}-{number}", std::process::id()));
        fs::create_dir(&dir)?;
        let made = Cgroup(dir);
        let (memory, swap) = match base.version {
            Version::One => ("memory.limit_in_bytes", ("memory.memsw.limit_in_bytes", most)),
            Version::Two => ("memory.max", ("memory.swap.max", 0)),
        };
        fs::write(made.0.join(memory), most.to_string())?;
        // A kernel that does not count swap has no such file.
        let _ = fs::write(made.0.join(swap.0), swap.1.to_string());
        Ok(Some(made))
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        // As long as something ends in it, it stays, and the next grader removes it.
        let _ = fs::remove_dir(&self.0);
    }
}

/// Version 1: the place of this process in the tree of the memory controller, if it may be written.
fn version_one(own: &str) -> Option<(PathBuf, Version)> {
    let path = own.lines().find_map(|line| {
        let (controllers, path) = line.split_once(':')?.1.split_once(':')?;
        controllers.split(',').any(|name| name == "memory").then_some(path)
    })?;
    // In a container the tree can begin where the container does.
    let tree = Path::new("/sys/fs/cgroup/memory");
    let dirs = [tree.join(path.trim_start_matches('/')), tree.to_owned()];
    let dir = dirs.into_iter().find(|dir| dir.join("cgroup.procs").exists())?;
    access(&dir, rustix::fs::Access::WRITE_OK).ok()?;
    Some((dir, Version::One))
}

/// Version 2: the place of this process in the tree, if it was delegated. Processes may be in leaves only, so those that are in it, the
/// grader and who has started it, move into one.
fn version_two(own: &str) -> Option<(PathBuf, Version)> {
    let path = own.lines().find_map(|line| line.strip_prefix("0::/"))?;
    let dir = Path::new("/sys/fs/cgroup").join(path);
    let controllers = fs::read_to_string(dir.join("cgroup.controllers")).ok()?;
    let is_delegated = ["user.delegate", "trusted.delegate"]
        .iter()
        .any(|name| getxattr(&dir, *name, &mut [0_u8; 8][..]).is_ok_and(|len| len > 0));
    if !is_delegated || !controllers.split_whitespace().any(|name| name == "memory") {
        return None;
    }
    let leaf = dir.join("grader");
    let _ = fs::create_dir(&leaf);
    for pid in fs::read_to_string(dir.join("cgroup.procs")).ok()?.lines() {
        // One that has just ended is none.
        let _ = fs::write(leaf.join("cgroup.procs"), pid);
    }
    fs::write(dir.join("cgroup.subtree_control"), "+memory").ok()?;
    Some((dir, Version::Two))
}

/// Removes what graders have left that were killed.
fn sweep(dir: &Path) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let pid = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.split('-').next());
        if pid.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
            // One with processes in it cannot be removed.
            let _ = fs::remove_dir(entry.path());
        }
    }
}
