//! Leaving root behind: no program ever runs as real user 0.

use rustix::io::Errno;
use rustix::process::{DumpableBehavior, Gid, Uid, set_dumpable_behavior};
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};
use std::fs;
use std::io;
use std::os::unix::fs::lchown;
use std::path::PathBuf;

/// Whom root becomes before it makes a lab: real user ids that nobody has, the second for where the first does not
/// exist (inside a container). Root itself is never mapped into a lab.
const INSTEAD_OF_ROOT: [u32; 2] = [1_000_000, 65_534];

/// Whether a user id is one that root becomes.
pub(super) fn is_ours(uid: u32) -> bool {
    INSTEAD_OF_ROOT.contains(&uid)
}

/// From root to a user id that owns nothing but the folders that are to be written.
pub(super) fn leave_root(writes: &[PathBuf]) -> io::Result<()> {
    set_thread_groups(&[])?;
    let mut result = Err(Errno::INVAL);
    for id in INSTEAD_OF_ROOT {
        let (uid, gid) = (Uid::from_raw(id), Gid::from_raw(id));
        if writes.iter().any(|dir| lchown(dir, Some(id), Some(id)).is_err()) {
            continue;
        }
        result = set_thread_res_gid(gid, gid, gid).and_then(|()| set_thread_res_uid(uid, uid, uid));
        if result.is_ok() {
            break;
        }
    }
    result?;
    // A process that changed its user id may not be looked into, not even by itself: it could not write its own map.
    Ok(set_dumpable_behavior(DumpableBehavior::Dumpable)?)
}

/// Whether user 0 is the system's root, as far as can be seen, and not an ordinary user whom a namespace calls 0: that one
/// has nothing to leave behind, and often no other id to become.
pub(super) fn is_real_root() -> bool {
    let map = fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    let mut ranges = map.lines().filter_map(|line| {
        let mut numbers = line.split_whitespace();
        Some((numbers.next()?, numbers.next()?))
    });
    // The first number is the id here, the second what it is outside.
    ranges.find(|(here, _)| *here == "0").is_none_or(|(_, outside)| outside == "0")
}
