//! Which of many files and folders are whose: by the names that exports give them, and else each folder and each archive is
//! a submission. What is none of these is noted.

use super::entry::At;
use super::exports::{canvas, gradescope, moodle};
use super::look::{Child, Kind, Lies, Look, Program};
use super::names::{Draft, shown, with_folder};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Everything in a folder, sorted.
#[derive(Default)]
pub(super) struct Sorted {
    pub(super) drafts: Vec<Draft>,
    /// Whether a platform has named them, so that they are many people's whatever is in them.
    pub(super) is_export: bool,
    /// Where programs are, or could be.
    pub(super) programs: Vec<Lies>,
    /// What was not looked at and why, with the names.
    pub(super) left: BTreeMap<Why, Vec<String>>,
}

/// Why something is not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Why {
    GivenTwice,
    Link,
    NoSubmission,
    NoFile,
    Replaced,
    WrittenOnline,
    Unreadable,
}

/// A file of one person among those of others, as it was called when it was handed in.
struct Theirs {
    name: String,
    uploaded: bool,
    child: Child,
}

/// A person's name, and the folder that it was found in.
type Person = (String, PathBuf);

/// Whether these are certainly an export of many submissions, whatever is in them.
pub(super) fn is_export(children: &[Child]) -> bool {
    let is_named = |child: &Child, named: fn(&str) -> bool| child.name.to_str().is_some_and(named);
    let of_moodle = |child: &Child| match child.kind {
        Kind::Folder => is_named(child, |name| moodle::folder(name).is_some()),
        Kind::File | Kind::Archive => is_named(child, |name| moodle::file(name).is_some()),
        Kind::Link | Kind::Other => false,
    };
    let metadata = children.iter().any(|child| child.kind == Kind::File && child.name == gradescope::METADATA);
    let of_gradescope = |child: &Child| child.kind == Kind::Folder && is_named(child, gradescope::is_folder);
    children.iter().any(|child| of_moodle(child) || metadata && of_gradescope(child))
}

/// Sorts what is in a folder, or on the command line.
pub(super) fn sort(children: Vec<Child>, look: Look<'_>) -> Sorted {
    let mut sorted = Sorted { is_export: is_export(&children), ..Sorted::default() };
    let rest = sorted.linked_or_strange(children);
    let rest = sorted.of_moodle(rest, look);
    let rest = sorted.of_canvas(rest, look);
    let rest = sorted.of_gradescope(rest, look);
    sorted.others(rest, look);
    sorted
}

impl Sorted {
    pub(super) fn leave(&mut self, why: Why, what: String) {
        self.left.entry(why).or_default().push(what);
    }

    fn add(&mut self, names: Vec<String>, at: At, program: Program) {
        if let At::Path(path) = &at {
            self.programs.push(Lies { path: path.clone(), program });
        } else if program == Program::Yes {
            self.programs.push(Lies { path: PathBuf::new(), program });
        }
        self.drafts.push(Draft { names, at });
    }

    fn add_folder(&mut self, names: Vec<String>, path: &Path, look: Look<'_>) {
        let lies = look.submission_in(path);
        self.add(names, At::Path(lies.path), lies.program);
    }

    fn linked_or_strange(&mut self, children: Vec<Child>) -> Vec<Child> {
        let mut rest = Vec::new();
        for child in children {
            match child.kind {
                Kind::Link => self.leave(Why::Link, child.shown()),
                Kind::Other => self.leave(Why::NoFile, child.shown()),
                Kind::Folder | Kind::File | Kind::Archive => rest.push(child),
            }
        }
        rest
    }

    fn of_moodle(&mut self, children: Vec<Child>, look: Look<'_>) -> Vec<Child> {
        let mut people = BTreeMap::<Person, Vec<Theirs>>::new();
        let mut rest = Vec::new();
        for child in children {
            let named = if child.kind == Kind::Folder { moodle::folder } else { moodle::file };
            let name = child.name.clone();
            let Some(part) = name.to_str().and_then(named) else {
                rest.push(child);
                continue;
            };
            let person = (part.person.to_owned(), child.folder.clone());
            let theirs = Theirs { name: part.file.to_owned(), uploaded: part.uploaded, child };
            people.entry(person).or_default().push(theirs);
        }
        for ((person, folder), theirs) in people {
            let names = with_folder(shown(&person), &folder);
            let theirs = self.without_online_text(theirs);
            match theirs.iter().find(|theirs| theirs.child.kind == Kind::Folder) {
                Some(theirs) => self.add_folder(names, &theirs.child.path, look),
                None => self.add_files(names, theirs, look),
            }
        }
        rest
    }

    fn of_canvas(&mut self, children: Vec<Child>, look: Look<'_>) -> Vec<Child> {
        let part = |child: &Child| match child.kind {
            Kind::File | Kind::Archive => child.name.to_str().and_then(canvas::file).map(|part| part.person),
            Kind::Folder | Kind::Link | Kind::Other => None,
        };
        let is_source = |name: &Path| name.extension().is_some_and(|kind| ["rs", "py", "c"].iter().any(|k| kind == *k));
        // Other tools number files, too (`IMG_20260101_120000_1.jpg`).
        let counts = |child: &Child| {
            let is_program = |part: canvas::Part<'_>| part.number.is_some() && look.is_program(part.file);
            let name = child.name.to_str().and_then(canvas::file);
            child.kind == Kind::Archive || is_source(Path::new(&child.name)) || name.is_some_and(is_program)
        };
        if !children.iter().any(|child| part(child).is_some() && counts(child)) {
            return children;
        }
        self.is_export = true;
        let mut people = BTreeMap::<Person, Vec<Child>>::new();
        let mut rest = Vec::new();
        for child in children {
            match part(&child) {
                Some(person) => people.entry((person, child.folder.clone())).or_default().push(child),
                None => rest.push(child),
            }
        }
        for ((person, folder), children) in people {
            let theirs = self.newest_of_canvas(children, look);
            let theirs = self.without_online_text(theirs);
            self.add_files(with_folder(shown(&person), &folder), theirs, look);
        }
        rest
    }

    /// The files of one person with the names that they were handed in with. Of a program or an archive that was handed in several
    /// times, the newest; other files keep Canvas' name where two would have the same.
    fn newest_of_canvas(&mut self, children: Vec<Child>, look: Look<'_>) -> Vec<Theirs> {
        let mut numbered = Vec::new();
        for child in children {
            let Some(part) = child.name.to_str().and_then(canvas::file) else { continue };
            let (number, file, uploaded) = (part.number, part.file.to_owned(), part.number.is_some());
            numbered.push((number, file, uploaded, child));
        }
        numbered.sort_by_key(|(number, ..)| *number);
        let firsts: Vec<_> = numbered.iter().map(|(_, file, ..)| canvas::first_name(file)).collect();
        let all: Vec<_> = numbered
            .iter()
            .zip(&firsts)
            .map(|((_, file, ..), first)| first.clone().unwrap_or_else(|| file.clone()))
            .collect();
        let mut out: BTreeMap<String, Theirs> = BTreeMap::new();
        for ((_, file, uploaded, child), first) in numbered.into_iter().zip(firsts) {
            let name = match first {
                Some(first) => {
                    let one_counts = look.is_program(&first) || child.kind == Kind::Archive;
                    let alone = all.iter().filter(|other| **other == first).count() == 1;
                    if one_counts || alone { first } else { file }
                }
                None => file,
            };
            if let Some(older) = out.insert(name.clone(), Theirs { name, uploaded, child }) {
                self.leave(Why::Replaced, older.child.shown());
            }
        }
        out.into_values().collect()
    }

    fn of_gradescope(&mut self, children: Vec<Child>, look: Look<'_>) -> Vec<Child> {
        let mut people = BTreeMap::new();
        for child in children.iter().filter(|child| child.kind == Kind::File && child.name == gradescope::METADATA) {
            match gradescope::people(&child.path) {
                Ok(known) => _ = people.insert(child.folder.clone(), known),
                Err(error) => self.leave(Why::Unreadable, format!("{} ({error})", child.shown())),
            }
        }
        let is_metadata = |child: &Child| child.kind == Kind::File && child.name == gradescope::METADATA;
        let mut rest = Vec::new();
        for child in children.into_iter().filter(|child| !is_metadata(child)) {
            let known = people.get(&child.folder).filter(|_| child.kind == Kind::Folder);
            let Some(person) = known.and_then(|known| known.get(child.name.to_str()?)) else {
                rest.push(child);
                continue;
            };
            let mut names = vec![shown(person)];
            names.extend(with_folder(format!("{} {}", shown(person), child.shown()), &child.folder));
            self.add_folder(names, &child.path, look);
        }
        rest
    }

    fn others(&mut self, children: Vec<Child>, look: Look<'_>) {
        for child in children {
            match child.kind {
                Kind::Folder => self.add_folder(with_folder(child.shown(), &child.folder), &child.path, look),
                Kind::Archive => {
                    let mut names = vec![shown(without_its_kind(&child.name))];
                    names.extend(with_folder(child.shown(), &child.folder));
                    self.add(names, At::Path(child.path), Program::Perhaps);
                }
                Kind::File | Kind::Link | Kind::Other => self.leave(Why::NoSubmission, child.shown()),
            }
        }
    }

    /// What was uploaded; text that was written online only where there is nothing else.
    fn without_online_text(&mut self, theirs: Vec<Theirs>) -> Vec<Theirs> {
        let (uploaded, online): (Vec<_>, Vec<_>) = theirs.into_iter().partition(|theirs| theirs.uploaded);
        if uploaded.is_empty() {
            return online;
        }
        for theirs in online {
            self.leave(Why::WrittenOnline, theirs.child.shown());
        }
        uploaded
    }

    /// Files of one person: all of them, or the archive that the programs are in.
    fn add_files(&mut self, names: Vec<String>, theirs: Vec<Theirs>, look: Look<'_>) {
        let has_program = theirs.iter().any(|theirs| look.is_program(&theirs.name));
        let mut archives = theirs.iter().filter(|theirs| theirs.child.kind == Kind::Archive);
        if let (false, Some(archive), None) = (has_program, archives.next(), archives.next())
            && let Some(lies) = look.in_archive(&archive.child.path, theirs.len() == 1)
        {
            return self.add(names, At::Path(lies.path), lies.program);
        }
        let files = theirs.into_iter().map(|theirs| (theirs.name, theirs.child.path)).collect();
        self.add(names, At::Files(files), if has_program { Program::Yes } else { Program::No });
    }
}

/// The name of an archive without what says that it is one.
fn without_its_kind(name: &OsStr) -> &OsStr {
    const KINDS: [&str; 11] = ["zip", "tar", "gz", "tgz", "rar", "7z", "bz2", "xz", "zst", "lz", "z"];
    let mut name = name;
    loop {
        let path = Path::new(name);
        let kind = path.extension().map(OsStr::to_ascii_lowercase);
        let is_known = kind.is_some_and(|kind| KINDS.iter().any(|known| kind == *known));
        match path.file_stem() {
            Some(stem) if is_known => name = stem,
            _ => return name,
        }
    }
}
