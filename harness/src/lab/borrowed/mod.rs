//! The borrowed lab: a check in the network that is there, where namespaces are denied, as in most containers. The container is
//! the sandbox then; what it does not keep apart is kept apart here as far as that goes.
//!
//! | of a lab of its own                     | instead                                                                  |
//! |-----------------------------------------|--------------------------------------------------------------------------|
//! | a network                               | addresses of 127.0.0.0/8 for those of the lab ([`addresses`]); what belongs to others is left out ([`strangers`]) |
//! | nothing left over from other checks     | connections that still wait are reset ([`remnants`]); one check at a time |
//! | processes                               | the descendants of the supervisor, which adopts orphans                  |
//! | a file system                           | Landlock, and a user who owns nothing but `/box`                         |
//!
//! The capture takes CAP_NET_RAW. Where that is missing, or a port that a check needs is taken, the check is not run.

mod addresses;
mod remnants;
mod strangers;

pub(super) use addresses::{back, there, there_ip};
pub(super) use remnants::Remnants;
pub(super) use strangers::{Ours, ports_are_free};

use super::error::{LabError, While};
use super::{first, user};
use crate::program::WORK_DIR;
use rustix::fs::{Access, access};
use rustix::process::{geteuid, set_child_subreaper};
use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::PathBuf;

/// Gets ready: orphans come to this process, and there is an empty folder for programs.
pub(super) fn prepare() -> Result<(), LabError> {
    adopt_orphans().during("adopting orphans")?;
    if let Ok(data) = fs::symlink_metadata(WORK_DIR) {
        // Somebody who was killed could not clean up.
        if !data.is_dir() || !user::is_ours(data.uid()) {
            let remedy = format!("A borrowed lab needs {WORK_DIR} for itself. Remedy: remove or rename what is there.");
            return Err(LabError::new("making the program's folder", "it is there already").with(remedy));
        }
        fs::remove_dir_all(WORK_DIR).during("emptying the program's folder")?;
    }
    let doing = "making the program's folder";
    fs::create_dir(WORK_DIR).map_err(|error| {
        let remedy =
            format!("A borrowed lab needs a folder {WORK_DIR} and CAP_NET_RAW. Remedy: run as root in the container.");
        LabError::missing(doing, error).with(remedy)
    })?;
    fs::set_permissions(WORK_DIR, fs::Permissions::from_mode(0o700)).during(doing)
}

/// Ends what is left, and removes the folder.
pub(super) fn clean_up() {
    // Nobody could do anything about an error any more; the next check looks for itself.
    let _ = first::end_all();
    let _ = fs::remove_dir_all(WORK_DIR);
}

/// Makes the calling process the parent of all orphans among its descendants.
pub(super) fn adopt_orphans() -> io::Result<()> {
    Ok(set_child_subreaper(Some(rustix::process::getpid()))?)
}

/// Whether the user of the lab can read what a program or a tool needs.
pub(super) fn can_be_read(needs: &[PathBuf]) -> Result<(), LabError> {
    for path in needs {
        if let Err(error) = access(path, Access::READ_OK) {
            let remedy = "A borrowed lab cannot show what only root may look into. Remedy: put it where everybody may look. Of an \
                          interpreter or a toolchain in root's own folder: let another one, below /usr for instance, come first in PATH.";
            return Err(LabError::new(format!("reading {}", path.display()), io::Error::from(error)).with(remedy));
        }
    }
    Ok(())
}

/// From root to a user id that owns nothing but the programs' folder and others that are to be written. Whoever is not root has
/// nothing to leave.
pub(super) fn leave_root(writes: &[PathBuf]) -> io::Result<()> {
    if !geteuid().is_root() {
        return Ok(());
    }
    // What a tool has written must still be its own in the next container.
    let id = if writes.is_empty() { user::of_this_network()? } else { user::OF_LABS };
    let all: Vec<_> = writes.iter().cloned().chain([WORK_DIR.into()]).collect();
    match user::leave_root(&all, id) {
        // Somebody else outside, whom only this container calls root: he has no other id to become.
        Err(_) if !user::is_real_root() => Ok(()),
        left => left,
    }
}
