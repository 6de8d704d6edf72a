//! Where packages of a class are built, and what is kept there: each program, and each set of dependencies, is built once.
//!
//! | folder         | what                                                     | it grows by                        | it is swept to |
//! |----------------|----------------------------------------------------------|------------------------------------|----------------|
//! | `programs`     | what was built of a package, under the hash of all texts | each program that has changed      | [`PROGRAMS`]   |
//! | `dependencies` | what packages are built from, a target folder for each set | each new set, up to [`DEPENDENCIES`] | half of that |
//! | `building`     | where a package is built just now                        | nothing that stays                 | nothing        |
//!
//! Graders that are at work hold the lock together; whoever comes when nobody is at work sweeps: what was not used for longest goes
//! first.

use super::template::Templates;
use crate::submission::build_dir;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// How many bytes of programs the next grader leaves.
const PROGRAMS: u64 = 4 << 30;
/// With how many bytes of dependencies no more are added.
pub(super) const DEPENDENCIES: u64 = 4 << 30;

/// The folders that packages of a class are built in. They are made when there is a package.
#[derive(Debug, Default)]
pub struct Workshop {
    opened: OnceCell<Opened>,
    pub(super) templates: Templates,
}

/// The folders, as long as this grader is at work.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) programs: PathBuf,
    pub(super) dependencies: PathBuf,
    building: PathBuf,
    _lock: File,
}

impl Workshop {
    /// The folders.
    pub(super) async fn open(&self) -> io::Result<&Opened> {
        self.opened.get_or_try_init(|| async { Opened::new(&build_dir().join("class")) }).await
    }
}

impl Opened {
    fn new(dir: &Path) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        let dir = fs::canonicalize(dir)?;
        let lock = File::options().write(true).create(true).truncate(false).open(dir.join("lock"))?;
        let [programs, dependencies, building] = ["programs", "dependencies", "building"].map(|name| dir.join(name));
        for dir in [&programs, &dependencies, &building] {
            fs::create_dir_all(dir)?;
        }
        if lock.try_lock().is_ok() {
            sweep(&programs, PROGRAMS)?;
            sweep(&dependencies, DEPENDENCIES / 2)?;
            sweep(&building, 0)?;
            lock.unlock()?;
        }
        lock.lock_shared()?;
        Ok(Self { programs, dependencies, building, _lock: lock })
    }

    /// A new folder to build in, which is gone with what is returned.
    pub(super) fn place(&self) -> io::Result<TempDir> {
        tempfile::tempdir_in(&self.building)
    }
}

/// Notes that something is used.
pub(super) fn touch(path: &Path) {
    // Who cannot write this down is swept earlier, and has lost nothing else.
    let _ = File::open(path).and_then(|file| file.set_modified(SystemTime::now()));
}

/// Removes what was not used for longest, until no more than so many bytes are left.
fn sweep(dir: &Path, most: u64) -> io::Result<()> {
    let mut all = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        all.push((fs::symlink_metadata(&path)?.modified()?, path));
    }
    all.sort();
    let mut left = 0;
    for (_, path) in all.into_iter().rev() {
        left += size(&path);
        if left > most || most == 0 {
            let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            // It is tried again the next time.
            let _ = removed;
        }
    }
    Ok(())
}

/// How many bytes a file or a folder takes on the disk.
pub(super) fn size(path: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt;
    let Ok(data) = fs::symlink_metadata(path) else { return 0 };
    if !data.is_dir() {
        return data.blocks() * 512;
    }
    fs::read_dir(path).into_iter().flatten().flatten().map(|entry| size(&entry.path())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// A folder with these in it, the longest unused first, of a mebibyte each.
    fn folder(names: &[&str]) -> TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (number, name) in (0..).zip(names) {
            let path = dir.path().join(name);
            fs::create_dir(&path).unwrap();
            fs::write(path.join("file"), vec![1; 1 << 20]).unwrap();
            File::open(&path).unwrap().set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(number)).unwrap();
        }
        dir
    }

    fn names(dir: &TempDir) -> Vec<String> {
        let entries = fs::read_dir(dir.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn what_was_used_last_is_left() {
        let dir = folder(&["d", "a", "c", "b"]);
        sweep(dir.path(), 5 << 19).unwrap();
        assert_eq!(names(&dir), ["b", "c"]);
        touch(&dir.path().join("c"));
        sweep(dir.path(), 3 << 19).unwrap();
        assert_eq!(names(&dir), ["c"]);
        sweep(dir.path(), 0).unwrap();
        assert_eq!(names(&dir), [""; 0]);
    }

    #[test]
    fn nothing_is_swept_while_another_is_at_work() {
        let dir = tempfile::tempdir().unwrap();
        let first = Opened::new(dir.path()).unwrap();
        let place = first.place().unwrap();
        let second = Opened::new(dir.path()).unwrap();
        assert!(place.path().exists());
        drop((first, second));
        Opened::new(dir.path()).unwrap();
        assert!(!place.path().exists());
    }
}
