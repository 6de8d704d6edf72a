//! Leaving root behind: no program ever runs as real user 0.

use rustix::io::Errno;
use rustix::process::{DumpableBehavior, Gid, Uid, set_dumpable_behavior};
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};
use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, lchown};
use std::path::PathBuf;

/// Whom root becomes before it makes a lab: a real user id that nobody has. Root itself is never mapped into a lab.
pub(super) const OF_LABS: u32 = 1_000_000;
/// The same where that one does not exist (inside a container).
const OTHERWISE: u32 = 65_534;
/// How many ids there are from [`OF_LABS`] on.
const MANY: u64 = 1_000_000_000;

/// Whom root becomes in a borrowed lab. The machine counts the processes of a user in all containers together, so each network
/// has an id of its own; else many programs in one container would leave none to another.
pub(super) fn of_this_network() -> io::Result<u32> {
    let number = fs::metadata("/proc/self/ns/net")?.ino();
    Ok(OF_LABS + (number % MANY) as u32)
}

/// Whether a user id is one that root becomes.
pub(super) fn is_ours(uid: u32) -> bool {
    uid == OTHERWISE || (OF_LABS..OF_LABS + MANY as u32).contains(&uid)
}

/// From root to a user id that owns nothing but the folders that are to be written.
pub(super) fn leave_root(writes: &[PathBuf], id: u32) -> io::Result<()> {
    set_thread_groups(&[])?;
    let mut result = Err(Errno::INVAL);
    for id in [id, OTHERWISE] {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_root_becomes_is_known_again() {
        assert!([OF_LABS, OTHERWISE, of_this_network().unwrap()].into_iter().all(is_ours));
        assert!(of_this_network().unwrap() > OF_LABS, "each network has one of its own");
        assert!(![0, 1000, 65_533, 999_999].into_iter().any(is_ours));
    }
}
