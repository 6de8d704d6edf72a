//! One submission of a class, and what makes it a folder or an archive that can be graded by itself.

use super::digest;
use crate::submission::archive::Unpacked;
use crate::trouble::Trouble;
use rustix::fs::OFlags;
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One submission of a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What an instructor recognises, for instance `Kim Lee_12345` or `assignment-kim`. No other of the class has it. It is
    /// safe to show, and one part of a path.
    pub name: String,
    /// Where it is.
    pub at: At,
}

/// Where a submission of a class is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum At {
    /// A folder or an archive with the programs.
    Path(PathBuf),
    /// Files that lie beside other people's: the name that each had when it was handed in, and where it is now.
    Files(BTreeMap<String, PathBuf>),
}

/// A submission that can be graded.
#[derive(Clone, Debug)]
pub struct Staged {
    path: PathBuf,
    unpacked: Option<Arc<Unpacked>>,
}

impl Entry {
    /// Makes it one that can be graded by itself: what lies beside other people's is copied into a folder of its own.
    ///
    /// # Errors
    /// When a file of it is a symbolic link that leads out of the submission: what lies there was not handed in, and may be
    /// somebody else's. When it cannot be read or copied.
    pub fn stage(&self) -> Result<Staged, Trouble> {
        match &self.at {
            At::Path(path) => {
                let leads_out = link_that_leads_out(path).map_err(|error| self.unreadable(path, &error))?;
                if let Some(link) = leads_out {
                    let problem = "is a symbolic link that leads out of the submission. Put the file in its place";
                    return Err(Trouble::Usage(format!("{}: {} {problem}", self.name, link.display())));
                }
                Ok(Staged { path: path.clone(), unpacked: None })
            }
            At::Files(files) => self.gather(files),
        }
    }

    /// A hash of everything that is handed in. It is equal for what nobody can tell apart, wherever it lies: names, kinds,
    /// contents, and the permissions that decide whether a program can be run.
    ///
    /// Left out is what is not graded: `.git`, and the `target` beside a `Cargo.toml`.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn digest(&self) -> io::Result<blake3::Hash> {
        digest::content(&self.at)
    }

    /// A hash of the metadata of everything that is handed in: while it is the same, [`Entry::digest`] is, too.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn stamp(&self) -> io::Result<blake3::Hash> {
        digest::stamp(&self.at)
    }

    /// A folder with copies of these files. It has the name of their content, so a program that prints its path prints
    /// the same each time.
    fn gather(&self, files: &BTreeMap<String, PathBuf>) -> Result<Staged, Trouble> {
        let key = self.digest().map_err(Trouble::ours(format!("reading the files of {}", self.name)))?;
        let making = || Trouble::ours(format!("making a folder for the files of {}", self.name));
        let unpacked = Unpacked::new(key.as_bytes()).map_err(making())?;
        for (name, from) in files {
            let mut from = open(from).map_err(|error| self.unreadable(from, &error))?;
            copy(&mut from, &unpacked.files().join(name)).map_err(making())?;
        }
        Ok(Staged { path: unpacked.files(), unpacked: Some(Arc::new(unpacked)) })
    }

    fn unreadable(&self, path: &Path, error: &io::Error) -> Trouble {
        Trouble::Usage(format!("{}: {}: {error}", self.name, path.display()))
    }
}

impl Staged {
    /// The folder or the archive.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the path lies in, if it was made for this: it is gone with the last copy of this, and what is built of it, too,
    /// if it is told to the [`Submission`](crate::submission::Submission).
    #[must_use]
    pub fn unpacked(&self) -> Option<Arc<Unpacked>> {
        self.unpacked.clone()
    }
}

/// Opens a file of a class. Nothing is followed or waited for: what was a file when it was found may be something else now.
pub(super) fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).map_err(io::Error::other)?;
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    Ok(file)
}

/// The permissions of the copy of a file: only one is kept, that it can be executed. Labs read it as another user.
pub(super) fn copied(mode: u32) -> u32 {
    if mode & 0o111 == 0 { 0o644 } else { 0o755 }
}

fn copy(from: &mut File, to: &Path) -> io::Result<()> {
    let permissions = Permissions::from_mode(copied(from.metadata()?.permissions().mode()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
    io::copy(from, &mut file)?;
    file.set_permissions(permissions)
}

/// The first link among the files of a folder whose end is outside of it. Deeper ones are no danger: they are read in labs,
/// and a lab shows nothing beside the submission.
fn link_that_leads_out(dir: &Path) -> io::Result<Option<PathBuf>> {
    if !fs::metadata(dir)?.is_dir() {
        return Ok(None);
    }
    let real = fs::canonicalize(dir)?;
    let mut links = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let end = if entry.file_type()?.is_symlink() { fs::canonicalize(entry.path()).ok() } else { None };
        if end.is_some_and(|end| !end.starts_with(&real) && end.is_file()) {
            links.push(PathBuf::from(entry.file_name()));
        }
    }
    Ok(links.into_iter().min())
}
