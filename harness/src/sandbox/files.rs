//! Landlock: a second lock on files behind the mounts, and on signals and abstract sockets behind the namespaces.

use crate::program::WORK_DIR;
use landlock::{
    ABI, Access, AccessFs, BitFlags, PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreated, RulesetCreatedAttr,
    Scope,
};
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

/// The newest rights that are asked for; a kernel that knows fewer gives these.
const NEWEST: ABI = ABI::V7;

/// Where a program may write.
const WRITABLE: [&str; 4] = [WORK_DIR, "/tmp", "/var/tmp", "/dev/shm"];

/// The rules, ready to be taken on.
pub(super) struct Files {
    rules: RulesetCreated,
    /// Whether the terminals that there are are somebody else's.
    sees_terminals: bool,
}

impl Files {
    /// `readable` lists what may be read, if that is not all that there is; then a program has one folder of its own to write in, else
    /// those of a lab. `writable` lists others.
    pub(super) fn new(readable: Option<&[PathBuf]>, writable: &[PathBuf]) -> io::Result<Self> {
        let read = AccessFs::from_read(NEWEST);
        let device = device();
        let mut rules = Ruleset::default()
            .handle_access(AccessFs::from_all(NEWEST))
            .and_then(|rules| rules.scope(Scope::from_all(NEWEST)))
            .and_then(Ruleset::create)
            .map_err(io::Error::other)?;
        let mut allow = |path: &Path, access: BitFlags<AccessFs>| -> io::Result<()> {
            // What a system does not have needs no rule. Of a file only a file's rights can be allowed.
            let Ok(data) = std::fs::metadata(path) else { return Ok(()) };
            let access = if data.is_dir() { access } else { access & AccessFs::from_file(NEWEST) };
            let rule = PathBeneath::new(PathFd::new(path).map_err(io::Error::other)?, access);
            (&mut rules).add_rule(rule).map_err(io::Error::other)?;
            Ok(())
        };
        let own: &[&str] = match readable {
            None => {
                allow(Path::new("/"), read)?;
                allow(Path::new("/dev"), read | device)?;
                &WRITABLE
            }
            Some(paths) => {
                for path in paths {
                    let is_device = path.starts_with("/dev");
                    allow(path, if is_device { read | device } else { read })?;
                }
                &[WORK_DIR]
            }
        };
        for path in own.iter().map(Path::new).chain(writable.iter().map(PathBuf::as_path)) {
            allow(path, AccessFs::from_all(NEWEST))?;
        }
        Ok(Self { rules, sees_terminals: readable.is_some() })
    }

    /// Takes the rules on, for the calling thread and all that it starts.
    pub(super) fn restrict(&self) -> io::Result<()> {
        let mut rules = self.rules.try_clone()?;
        if self.sees_terminals && io::stdout().is_terminal() {
            // Its own can be opened once more. Others it cannot make: the whole machine has some thousand.
            let own = PathFd::new("/proc/self/fd/1").map_err(io::Error::other)?;
            rules = rules.add_rule(PathBeneath::new(own, device())).map_err(io::Error::other)?;
        }
        rules.restrict_self().map_err(io::Error::other)?;
        Ok(())
    }
}

/// What may be done with a device.
fn device() -> BitFlags<AccessFs> {
    AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::IoctlDev
}
