//! The private folder that an archive is unpacked into, gone when nobody needs it any longer.

use crate::submission::build_dir;
use crate::submission::lock::lock;
use std::fs::{self, DirBuilder, File, Permissions, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// A folder below the build folder, for one archive and one grader:
///
/// | what     | for                                                                                         |
/// |----------|---------------------------------------------------------------------------------------------|
/// | `files`  | what was in the archive                                                                     |
/// | `target` | what `cargo` makes of it: nothing of one archive may be taken for something of the next one |
/// | `lock`   | held as long as this grader lives                                                           |
///
/// Nobody else can list it; who knows its name can pass through, as the user of a borrowed lab must. A lab is shown `files` alone. It is named after the archive's bytes, so a program that
/// prints where it is prints the same when it is graded again. It is removed on drop, and what a grader that was killed
/// has left, by the next one.
#[derive(Debug)]
pub struct Unpacked {
    path: PathBuf,
    _lock: File,
}

/// The file that a grader holds as long as it lives. A file and no folder, because only a file can be locked on NFS.
const LOCK: &str = "lock";

impl Unpacked {
    /// A new folder for the archive with these bytes, or for what these bytes stand for.
    pub(crate) fn new(bytes: &[u8]) -> io::Result<Self> {
        let all = build_dir().join("unpacked");
        fs::create_dir_all(&all)?;
        let all = fs::canonicalize(all)?;
        let (path, lock) = {
            let _door = hold(&all)?;
            remove_left(&all)?;
            let path = make(&all, &blake3::hash(bytes).to_hex()[..16])?;
            let lock = hold(&path)?;
            (path, lock)
        };
        let unpacked = Self { path, _lock: lock };
        fs::create_dir(unpacked.files())?;
        fs::set_permissions(unpacked.files(), Permissions::from_mode(0o755))?;
        Ok(unpacked)
    }

    /// What was in the archive.
    pub(crate) fn files(&self) -> PathBuf {
        self.path.join("files")
    }

    /// The submission: what was in the archive, or the only folder there, as most tools pack one.
    #[must_use]
    pub fn submission(&self) -> PathBuf {
        let files = self.files();
        self.only_folder().map_or(files.clone(), |name| files.join(name))
    }

    /// The name of the folder that everything in the archive lies in, if there is one.
    #[must_use]
    pub fn only_folder(&self) -> Option<String> {
        let mut entries = fs::read_dir(self.files()).ok()?.flatten();
        let only = entries.next().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))?;
        if entries.next().is_some() { None } else { only.file_name().into_string().ok() }
    }

    /// The folder for what `cargo` makes of the submission.
    #[must_use]
    pub fn target(&self) -> PathBuf {
        self.path.join("target")
    }
}

impl Drop for Unpacked {
    fn drop(&mut self) {
        // What cannot be removed now is tried again by the next grader.
        let _door = self.path.parent().map(hold);
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Makes a folder with this name, or with a number behind it where another grader is at the same archive.
fn make(all: &Path, name: &str) -> io::Result<PathBuf> {
    let mut path = all.join(name);
    let mut number = 1;
    loop {
        match DirBuilder::new().mode(0o711).create(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                number += 1;
                path = all.join(format!("{name}-{number}"));
            }
            made => return made.map(|()| path),
        }
    }
}

/// Removes the folders that nobody holds any longer.
fn remove_left(all: &Path) -> io::Result<()> {
    for entry in fs::read_dir(all)? {
        let path = entry?.path();
        if !path.is_dir() {
            continue;
        }
        let is_held = match File::options().write(true).open(path.join(LOCK)) {
            Ok(lock) => matches!(lock.try_lock(), Err(TryLockError::WouldBlock)),
            // Its grader was killed before it held it.
            Err(_) => false,
        };
        if !is_held {
            let _ = fs::remove_dir_all(&path);
        }
    }
    Ok(())
}

/// Holds a folder, until the file is closed. Who makes or removes folders holds the one that they are in: so nobody finds
/// one that is half made or half removed.
fn hold(dir: &Path) -> io::Result<File> {
    lock(&dir.join(LOCK))
}
