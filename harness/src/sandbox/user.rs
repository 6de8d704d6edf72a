//! The program's own user and mount namespace.
#![expect(unsafe_code, reason = "unshare")]

use super::init;
use rustix::mount::mount_bind;
use rustix::process::{getgid, getuid};
use rustix::thread::{UnshareFlags, unshare_unsafe};
use std::fs;
use std::io;

/// Moves the calling process, which has one thread, into a user namespace that owns nothing, with the ids that it has, and
/// shows it the `/proc` of the programs.
pub(super) fn enter() -> io::Result<()> {
    let (uid, gid) = (getuid().as_raw(), getgid().as_raw());
    // SAFETY: neither flag splits the table of descriptors.
    unsafe { unshare_unsafe(UnshareFlags::NEWUSER | UnshareFlags::NEWNS) }?;
    fs::write("/proc/self/setgroups", "deny")?;
    fs::write("/proc/self/uid_map", format!("{uid} {uid} 1"))?;
    fs::write("/proc/self/gid_map", format!("{gid} {gid} 1"))?;
    // No further user namespace can be made inside this one.
    fs::write("/proc/sys/user/max_user_namespaces", "0")?;
    mount_bind(init::PROC, "/proc")?;
    Ok(())
}
