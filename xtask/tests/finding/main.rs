//! Which submissions a class has: folders and files as learning platforms export them, and as people have them. Nothing is
//! built or run here.

mod digest;
mod exports;
mod given;
mod staged;

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use xtask::class::entry::At;
use xtask::class::find::{Class, Given, given};
use xtask::trouble::Trouble;

const EXERCISES: [&str; 2] = ["tcp_server", "tcp_client"];

/// A folder with these in it:
///
/// | written               | what is made                                      |
/// |-----------------------|---------------------------------------------------|
/// | `kim/`                | an empty folder                                   |
/// | `kim/a.py`            | a file                                            |
/// | `kim.zip < a.py b.py` | a zip archive with these files                    |
/// | `kim -> lee`          | a symbolic link                                   |
fn tree(things: &[&str]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for thing in things {
        let (name, rest) = thing.split_once(" < ").or(thing.split_once(" -> ")).unwrap_or((thing, ""));
        let path = dir.path().join(name);
        if name.ends_with('/') {
            fs::create_dir_all(path).unwrap();
            continue;
        }
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        if thing.contains(" -> ") {
            symlink(rest, path).unwrap();
        } else if thing.contains(" < ") {
            fs::write(path, zipped(rest)).unwrap();
        } else {
            fs::write(path, name).unwrap();
        }
    }
    dir
}

/// A zip archive with files of these names.
fn zipped(names: &str) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for name in names.split_whitespace() {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(name.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn find(paths: &[PathBuf]) -> Result<Given, Trouble> {
    given(paths, &EXERCISES)
}

/// The class in this folder.
fn class(dir: &Path) -> Class {
    match find(&[dir.to_owned()]).unwrap() {
        Given::Class(class) => class,
        Given::One(path) => panic!("{} is one submission", path.display()),
    }
}

/// A class as text: each submission with where it is, and the notes.
fn told(class: &Class, dir: &Path) -> String {
    let short = |path: &Path| path.strip_prefix(dir).unwrap().display().to_string();
    let mut out = String::new();
    for entry in &class.entries {
        match &entry.at {
            At::Path(path) => writeln!(out, "{}  =  {}", entry.name, short(path)).unwrap(),
            At::Files(files) => {
                writeln!(out, "{}", entry.name).unwrap();
                for (name, path) in files {
                    writeln!(out, "    {name}  =  {}", short(path)).unwrap();
                }
            }
        }
    }
    for note in &class.notes {
        writeln!(out, "note: {note}").unwrap();
    }
    out
}
