//! Writes entries below a folder: new files and folders only, with permissions of ours.

use super::limits::{ENTRIES, ENTRY};
use super::refusal::{Problem, Refusal};
use super::rules::{self, Make};
use super::{Entry, damaged};
use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Writes the entries of one archive.
pub(super) struct Writer<'a> {
    into: &'a Path,
    /// What was made, by its path, with whether it is a file. Names are told apart letter by letter, as the file system
    /// does it: `Makefile` and `makefile` are two files here, also in a submission that is a folder.
    made: BTreeMap<String, bool>,
    told: usize,
}

impl<'a> Writer<'a> {
    /// A writer into this folder. It must be empty, and only we may write there: then there is no link in it.
    pub(super) fn new(into: &'a Path) -> Self {
        Self { into, made: BTreeMap::new(), told: 0 }
    }

    /// Writes an entry, or refuses it.
    pub(super) fn write(&mut self, entry: Entry<'_>) -> Result<(), Refusal> {
        self.told += 1;
        let result = self.place(entry.name, entry.kind).and_then(|place| match place {
            Some((path, executable)) => fill(&self.into.join(path), executable, entry.content),
            None => Ok(()),
        });
        result.map_err(|stop| match stop {
            Stop::Problem(problem) => problem.at(entry.name),
            Stop::Ours(error) => Refusal::Ours(error.to_string()),
        })
    }

    /// Makes the folders of an entry, and tells the path of its file, and whether that is executable.
    fn place(&mut self, raw: &[u8], kind: rules::Kind) -> Result<Option<(String, bool)>, Stop> {
        // Also what is left out counts: it takes time, too.
        if self.told > ENTRIES {
            return Err(Problem::Many.into());
        }
        let name = rules::name(raw)?;
        if rules::is_left_out(&name) {
            return Ok(None);
        }
        let make = rules::make(kind)?;
        for (slash, _) in name.match_indices('/') {
            self.folder(&name[..slash])?;
        }
        match make {
            Make::Folder if name.is_empty() => Ok(None),
            Make::Folder => self.folder(&name).map(|()| None),
            Make::File { .. } if name.is_empty() => Err(Problem::NoName.into()),
            Make::File { executable } => {
                match self.made.get(&name) {
                    Some(true) => return Err(Problem::Twice.into()),
                    Some(false) => return Err(Problem::FileAndFolder.into()),
                    None => self.note(&name, true)?,
                }
                Ok(Some((name, executable)))
            }
        }
    }

    /// Makes a folder, if we have not made it. Archives may name folders once, several times, or not at all. One that is
    /// there already, and not by us, is refused: so no name leads out, even if a rule had let it pass.
    fn folder(&mut self, name: &str) -> Result<(), Stop> {
        match self.made.get(name) {
            Some(true) => return Err(Problem::FileAndFolder.into()),
            Some(false) => return Ok(()),
            None => self.note(name, false)?,
        }
        let path = self.into.join(name);
        DirBuilder::new().mode(0o700).create(&path).map_err(already_there)?;
        // Not left to the umask: the programs are read inside labs by another user.
        fs::set_permissions(&path, Permissions::from_mode(0o755)).map_err(Stop::Ours)
    }

    fn note(&mut self, name: &str, is_file: bool) -> Result<(), Stop> {
        if self.made.len() == ENTRIES {
            return Err(Problem::Many.into());
        }
        self.made.insert(name.to_owned(), is_file);
        Ok(())
    }
}

/// Writes a new file. Of its permissions in the archive only one is taken over: that it can be executed.
fn fill(path: &Path, executable: bool, content: &mut dyn Read) -> Result<(), Stop> {
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(path).map_err(already_there)?;
    let mut buffer = vec![0; 64 << 10];
    let mut size = 0;
    loop {
        let got = match content.read(&mut buffer) {
            Ok(0) => break,
            Ok(got) => got,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(damaged(error).into()),
        };
        size += got as u64;
        if size > ENTRY {
            return Err(Problem::LargeEntry.into());
        }
        file.write_all(&buffer[..got]).map_err(Stop::Ours)?;
    }
    file.set_permissions(Permissions::from_mode(if executable { 0o755 } else { 0o644 })).map_err(Stop::Ours)
}

/// Some file systems take two names for one, by their letters' case or spelling. Then that is one file too many.
fn already_there(error: io::Error) -> Stop {
    if error.kind() == ErrorKind::AlreadyExists { Problem::Twice.into() } else { Stop::Ours(error) }
}

/// Why an entry was not written.
enum Stop {
    Problem(Problem),
    Ours(io::Error),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}
