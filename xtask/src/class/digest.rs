//! Whether a submission is still the same: [`content`] reads all of it, [`stamp`] only what the file system knows about it.
//!
//! Both go through the same list, sorted by name: what was handed in, without what is not graded. Everything in it has its
//! length in front or a fixed one, so two submissions that differ anywhere are two texts for the hash.

use super::entry::{At, copied, open};
use blake3::{Hash, Hasher};
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Something in a submission.
struct Item {
    /// Its path in the submission.
    name: Vec<u8>,
    path: PathBuf,
    data: Metadata,
    /// Of the permissions what decides whether a program is graded.
    permissions: u32,
}

/// Of a file's permissions: who can execute it, and whether labs can read it.
const OF_FILES: u32 = 0o115;
/// Of a folder's: whether labs can look into it.
const OF_FOLDERS: u32 = 0o005;

/// A hash of everything in a submission.
///
/// # Errors
/// When something cannot be read.
pub fn content(at: &At) -> io::Result<Hash> {
    let mut hash = Hasher::new();
    if let Some(archive) = archive(at)? {
        hash.update(b"archive").update(of_file(archive)?.as_bytes());
        return Ok(hash.finalize());
    }
    hash.update(b"folder.");
    for item in items(at)? {
        head(&mut hash, &item);
        match kind(&item.data) {
            b'f' => _ = hash.update(of_file(&item.path)?.as_bytes()),
            b'l' => sized(&mut hash, fs::read_link(&item.path)?.as_os_str().as_bytes()),
            _ => {}
        }
    }
    Ok(hash.finalize())
}

/// A hash of the metadata of everything in a submission. Of folders only what they are counts: everything in them is in the
/// list itself, and they change when something is made in them that is not graded.
///
/// # Errors
/// When something cannot be read.
pub fn stamp(at: &At) -> io::Result<Hash> {
    let mut hash = Hasher::new();
    if let Some(archive) = archive(at)? {
        hash.update(b"archive");
        state(&mut hash, &fs::metadata(archive)?);
        return Ok(hash.finalize());
    }
    hash.update(b"folder.");
    for item in items(at)? {
        head(&mut hash, &item);
        if kind(&item.data) != b'd' {
            state(&mut hash, &item.data);
        }
    }
    Ok(hash.finalize())
}

/// The file that is the whole submission, if it is one.
fn archive(at: &At) -> io::Result<Option<&Path>> {
    let At::Path(path) = at else { return Ok(None) };
    Ok((!fs::metadata(path)?.is_dir()).then_some(path))
}

/// What a thing is called, what it is, and what may be done with it.
fn head(hash: &mut Hasher, item: &Item) {
    sized(hash, &item.name);
    hash.update(&[kind(&item.data)]).update(&item.permissions.to_le_bytes());
}

fn kind(data: &Metadata) -> u8 {
    match data.file_type() {
        kind if kind.is_file() => b'f',
        kind if kind.is_dir() => b'd',
        kind if kind.is_symlink() => b'l',
        // A FIFO, a socket or a device: nothing is read of it.
        _ => b'o',
    }
}

/// What changes when a file does. The kernel alone sets the time of the last change (ctime), so a time that somebody has set
/// back does not hide one.
fn state(hash: &mut Hasher, data: &Metadata) {
    for number in [data.dev(), data.ino(), data.size()] {
        hash.update(&number.to_le_bytes());
    }
    for number in [data.mtime(), data.mtime_nsec(), data.ctime(), data.ctime_nsec()] {
        hash.update(&number.to_le_bytes());
    }
}

fn sized(hash: &mut Hasher, bytes: &[u8]) {
    hash.update(&(bytes.len() as u64).to_le_bytes()).update(bytes);
}

/// The hash of one file: always 32 bytes, so no length has to be known in front of it.
fn of_file(path: &Path) -> io::Result<Hash> {
    let mut hash = Hasher::new();
    hash.update_reader(open(path)?)?;
    Ok(hash.finalize())
}

/// Everything in a submission that is graded, by name.
fn items(at: &At) -> io::Result<Vec<Item>> {
    let mut out = Vec::new();
    match at {
        At::Files(files) => {
            for (name, path) in files {
                let data = fs::symlink_metadata(path)?;
                let permissions = copied(data.mode()) & OF_FILES;
                out.push(Item { name: name.clone().into_bytes(), path: path.clone(), data, permissions });
            }
        }
        At::Path(dir) => {
            let mut dirs = vec![(Vec::new(), dir.clone())];
            while let Some((prefix, dir)) = dirs.pop() {
                for (name, data) in listed(&dir)? {
                    let path = dir.join(&name);
                    let name = [&prefix, name.as_bytes()].concat();
                    if data.is_dir() {
                        dirs.push(([&name[..], b"/"].concat(), path.clone()));
                    }
                    let permissions = match kind(&data) {
                        b'f' => data.mode() & OF_FILES,
                        b'd' => data.mode() & OF_FOLDERS,
                        _ => 0,
                    };
                    out.push(Item { name, path, data, permissions });
                }
            }
        }
    }
    out.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(out)
}

/// What is in a folder, without what is not graded.
fn listed(dir: &Path) -> io::Result<Vec<(OsString, Metadata)>> {
    let mut out = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        if name != ".git" {
            out.push((name, entry.metadata()?));
        }
    }
    if out.iter().any(|(name, _)| name == "Cargo.toml") {
        out.retain(|(name, data)| !(name == "target" && data.is_dir()));
    }
    Ok(out)
}
