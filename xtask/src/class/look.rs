//! What a folder has in it, and where in it a submission lies: people hand in a folder within a folder, or an archive beside
//! a report.

use super::names::shown;
use crate::submission::archive;
use std::ffi::OsString;
use std::fs::{self, FileType};
use std::io;
use std::path::{Path, PathBuf};

/// Something in a folder, or on the command line.
pub(super) struct Child {
    pub(super) name: OsString,
    pub(super) path: PathBuf,
    pub(super) kind: Kind,
    /// The folder that it lies in, where there are several: what tells it apart from something with the same name.
    pub(super) folder: PathBuf,
}

/// What it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Folder,
    File,
    /// A file that begins like an archive; before it was opened it is a file.
    Archive,
    Link,
    Other,
}

/// Where a submission lies, and whether a program is there.
pub(super) struct Lies {
    pub(super) path: PathBuf,
    pub(super) program: Program,
}

/// Whether there is something that looks like a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Program {
    Yes,
    No,
    /// It lies in an archive. That one is only opened if it matters.
    Perhaps,
}

/// Folders in one another that are gone into.
const DEEPEST: usize = 8;

/// What programs are called, for these exercises.
#[derive(Clone, Copy)]
pub(super) struct Look<'a>(pub(super) &'a [&'a str]);

impl Child {
    /// What is given by its path: a link there is meant to be followed.
    pub(super) fn given(path: &Path) -> io::Result<Self> {
        let kind = kind(fs::metadata(path)?.file_type());
        // `..` has no name, and is still a folder with one.
        let real = fs::canonicalize(path)?;
        let name = path.file_name().or(real.file_name()).unwrap_or(real.as_os_str());
        let folder = real.parent().unwrap_or(&real).to_owned();
        // Later nothing is followed.
        let is_link = fs::symlink_metadata(path)?.is_symlink();
        let path = if is_link { real.clone() } else { path.to_owned() };
        Ok(Self { name: name.to_owned(), path, kind, folder }.opened())
    }

    /// The same, after a look at whether it is an archive.
    pub(super) fn opened(self) -> Self {
        let is_archive = self.kind == Kind::File && archive::is_meant_as_one(&self.path) && archive::is_one(&self.path);
        if is_archive { Self { kind: Kind::Archive, ..self } } else { self }
    }

    /// Its name as it is shown.
    pub(super) fn shown(&self) -> String {
        shown(&self.name)
    }
}

/// What is in a folder, by name; no file is opened. Hidden files are left out, and what systems add by themselves.
pub(super) fn children(dir: &Path) -> io::Result<Vec<Child>> {
    let mut out = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        let text = name.to_string_lossy();
        if text.starts_with('.') || archive::is_left_out(&text) {
            continue;
        }
        let path = entry.path();
        out.push(Child { kind: kind(entry.file_type()?), name, path, folder: PathBuf::new() });
    }
    out.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(out)
}

fn kind(kind: FileType) -> Kind {
    match kind {
        kind if kind.is_dir() => Kind::Folder,
        kind if kind.is_symlink() => Kind::Link,
        kind if kind.is_file() => Kind::File,
        _ => Kind::Other,
    }
}

impl Look<'_> {
    /// Whether a file of this name is a program, or what cargo makes one from.
    pub(super) fn is_program(&self, name: &str) -> bool {
        let stem = [".rs", ".py", ".c"].iter().find_map(|kind| name.strip_suffix(kind)).unwrap_or(name);
        name == "Cargo.toml" || self.0.contains(&stem)
    }

    /// Whether one of these is a program. Like everywhere in a submission, a link is followed.
    pub(super) fn has_program(&self, children: &[Child]) -> bool {
        children.iter().any(|child| {
            let is_file = || match child.kind {
                Kind::File | Kind::Archive => true,
                Kind::Link => fs::metadata(&child.path).is_ok_and(|data| data.is_file()),
                Kind::Folder | Kind::Other => false,
            };
            child.name.to_str().is_some_and(|name| self.is_program(name)) && is_file()
        })
    }

    /// Whether an archive has a program at its top, or at the top of its only folder.
    pub(super) fn has_archived_program(&self, path: &Path) -> bool {
        let names = archive::names(path).unwrap_or_default();
        without_their_only_folder(&names).any(|name| self.is_program(name))
    }

    /// Where in a folder the submission lies: there, if it has a program or nothing that could have one. Else in its only
    /// folder or archive: in any case if that is alone, and beside other files if a program is in it.
    pub(super) fn submission_in(&self, dir: &Path) -> Lies {
        self.within(dir, DEEPEST)
    }

    fn within(&self, dir: &Path, depth: usize) -> Lies {
        let here = |program| Lies { path: dir.to_owned(), program };
        // What cannot be read now cannot be graded either, and is said then.
        let children = children(dir).unwrap_or_default();
        if self.has_program(&children) {
            return here(Program::Yes);
        }
        let children: Vec<_> = children.into_iter().map(Child::opened).collect();
        let mut inner = children.iter().filter(|child| matches!(child.kind, Kind::Folder | Kind::Archive));
        let (Some(only), None) = (inner.next(), inner.next()) else { return here(Program::No) };
        let alone = children.len() == 1;
        match only.kind {
            Kind::Folder if depth > 0 => {
                let inner = self.within(&only.path, depth - 1);
                if alone || inner.program == Program::Yes { inner } else { here(Program::No) }
            }
            Kind::Archive => self.in_archive(&only.path, alone).unwrap_or_else(|| here(Program::No)),
            _ => here(Program::No),
        }
    }

    /// An archive as a submission: in any case if it is alone, and beside other files if a program is in it.
    pub(super) fn in_archive(&self, path: &Path, alone: bool) -> Option<Lies> {
        let lies = |program| Lies { path: path.to_owned(), program };
        if alone {
            return Some(lies(Program::Perhaps));
        }
        self.has_archived_program(path).then(|| lies(Program::Yes))
    }
}

/// The names in an archive, without the folder that all of them lie in, if there is one.
pub(super) fn without_their_only_folder(names: &[String]) -> impl Iterator<Item = &str> {
    let folder = |name: &str| name.split_once('/').map(|(folder, _)| folder.to_owned());
    let first = names.first().and_then(|name| folder(name));
    let only = first.filter(|first| names.iter().all(|name| folder(name).as_ref() == Some(first)));
    let skipped = only.map_or(0, |only| only.len() + 1);
    names.iter().map(move |name| &name[skipped..])
}
