//! Which submissions the paths of a command line mean: one, or those of a class.
//!
//! | given                           | what it is                                                           |
//! |---------------------------------|----------------------------------------------------------------------|
//! | an archive                      | one submission                                                       |
//! | a folder with a program at top  | one submission                                                       |
//! | a folder with those of many     | a class, as platforms export it, or with a folder or archive for each |
//! | another folder                  | one submission, so that it is told what is missing                   |
//! | several paths                   | a class: each is a submission, so `class/*` is what `class` is       |
//!
//! A folder is a class only if a program for one of the exercises is in it, or if a platform has named what is in it: else a mistyped
//! path would be a class of submissions without programs.

use super::entry::{At, Entry};
use super::exports::{canvas, gradescope, moodle};
use super::look::{Child, Kind, Look, Program, children, without_their_only_folder};
use super::names::{differ_in_case_only, unique};
use super::sort::{Sorted, Why, is_export, sort};
use crate::submission::archive;
use crate::trouble::Trouble;
use harness::check::printable;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What the paths mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// A single submission.
    One(PathBuf),
    /// Those of many.
    Class(Class),
}

/// The submissions of many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// Sorted by name.
    pub entries: Vec<Entry>,
    /// What was not looked at and why, a sentence each.
    pub notes: Vec<String>,
}

/// Folders in one another that are looked into for a class.
const DEEPEST: usize = 8;

/// Finds the submissions.
///
/// # Errors
/// When a path of several does not exist or is itself a class, and when an archive has a class in it.
pub fn given(paths: &[PathBuf], exercises: &[&str]) -> Result<Given, Trouble> {
    let look = Look(exercises);
    match paths {
        [path] => one(path, look),
        _ => several(paths, look).map(Given::Class),
    }
}

fn one(path: &Path, look: Look<'_>) -> Result<Given, Trouble> {
    let alone = Ok(Given::One(path.to_owned()));
    if archive::is_one(path) && holds_a_class(&archive::names(path).unwrap_or_default(), look) {
        let problem = "this is an archive of many submissions. Try: unpack it, and give the folder";
        return Err(Trouble::Usage(format!("{}: {problem}", path.display())));
    }
    let mut dir = path.to_owned();
    for _ in 0..DEEPEST {
        // What cannot be read is told when it is graded.
        let Ok(children) = children(&dir) else { return alone };
        if look.has_program(&children) {
            return alone;
        }
        let only = match &*children {
            [child] if child.kind == Kind::Folder => Some(child.path.clone()),
            _ => None,
        };
        let sorted = sort(children.into_iter().map(Child::opened).collect(), look);
        if sorted.is_export || has_a_program(&sorted, look) {
            return Ok(Given::Class(class(sorted)));
        }
        // Exports are unpacked into a folder of their own, and often into one more.
        let Some(only) = only else { return alone };
        dir = only;
    }
    alone
}

fn several(paths: &[PathBuf], look: Look<'_>) -> Result<Class, Trouble> {
    let mut seen = BTreeSet::new();
    let (mut given, mut twice) = (Vec::new(), Vec::new());
    for path in paths {
        let usage = |problem: String| Trouble::Usage(format!("{}: {problem}", path.display()));
        let child = Child::given(path).map_err(|error| usage(error.to_string()))?;
        let real = fs::canonicalize(path).map_err(|error| usage(error.to_string()))?;
        if !seen.insert(real) {
            twice.push(printable(&path.to_string_lossy(), usize::MAX));
            continue;
        }
        if child.kind == Kind::Folder && children(path).is_ok_and(|children| is_export(&children)) {
            return Err(usage("this is a folder of many submissions. Try: give it alone".to_owned()));
        }
        given.push(child);
    }
    name_folders(&mut given);
    let mut sorted = sort(given, look);
    for path in twice {
        sorted.leave(Why::GivenTwice, path);
    }
    // A folder, and the one within that its programs lie in.
    let mut known = BTreeSet::new();
    let mut again = Vec::new();
    sorted.drafts.retain(|draft| {
        let At::Path(path) = &draft.at else { return true };
        let is_new = known.insert(fs::canonicalize(path).unwrap_or_else(|_| path.clone()));
        if !is_new {
            again.extend(draft.names.first().cloned());
        }
        is_new
    });
    for name in again {
        sorted.leave(Why::GivenTwice, name);
    }
    if sorted.drafts.is_empty() {
        let problem = "none of these is a submission. Try: give folders with programs, or archives of such folders";
        return Err(Trouble::Usage(problem.to_owned()));
    }
    Ok(class(sorted))
}

/// Leaves of the folders what tells them apart: the rest is the same for all, and another on another machine.
fn name_folders(given: &mut [Child]) {
    let Some(mut common) = given.first().map(|child| child.folder.clone()) else { return };
    while !given.iter().all(|child| child.folder.starts_with(&common)) {
        common.pop();
    }
    for child in given {
        child.folder = child.folder.strip_prefix(&common).map(Path::to_owned).unwrap_or_default();
    }
}

fn has_a_program(sorted: &Sorted, look: Look<'_>) -> bool {
    let is = |wanted| sorted.programs.iter().filter(move |lies| lies.program == wanted);
    is(Program::Yes).next().is_some() || is(Program::Perhaps).any(|lies| look.has_archived_program(&lies.path))
}

/// Whether an archive with these files is an export, or has a folder for each of several people.
fn holds_a_class(names: &[String], look: Look<'_>) -> bool {
    let names: Vec<_> = without_their_only_folder(names).collect();
    if names.iter().any(|name| look.is_program(name)) {
        return false;
    }
    let of_canvas = |name: &str| {
        let part = canvas::file(name).filter(|part| part.number.is_some());
        part.is_some_and(|part| look.is_program(part.file) || part.file.ends_with(".zip"))
    };
    let is_export = |name: &&str| match name.split_once('/') {
        Some((folder, _)) => moodle::folder(folder).is_some(),
        None => moodle::file(name).is_some() || of_canvas(name) || *name == gradescope::METADATA,
    };
    let with_programs = names.iter().filter_map(|name| name.split_once('/'));
    let with_programs = with_programs.filter(|(_, inner)| look.is_program(inner)).map(|(folder, _)| folder);
    names.iter().any(is_export) || with_programs.collect::<BTreeSet<_>>().len() > 1
}

fn class(sorted: Sorted) -> Class {
    let entries = unique(sorted.drafts);
    let mut notes: Vec<_> = sorted.left.into_iter().map(|(why, names)| note(why, &names)).collect();
    let alike = differ_in_case_only(&entries);
    if !alike.is_empty() {
        notes.push(format!(
            "These are different submissions, though their names differ in case only: {}.",
            some(&alike)
        ));
    }
    Class { entries, notes }
}

fn note(why: Why, names: &[String]) -> String {
    let names = some(names);
    match why {
        Why::GivenTwice => format!("Given twice and taken once: {names}."),
        Why::Link => format!("Symbolic links are not followed: {names}."),
        Why::NoSubmission => format!("Files beside the submissions are not looked at: {names}."),
        Why::NoFile => format!("What is neither a file nor a folder is not looked at: {names}."),
        Why::Replaced => format!("Files that were handed in anew later are not looked at: {names}."),
        Why::WrittenOnline => format!("Text that was written online beside files is not looked at: {names}."),
        Why::Unreadable => format!("People have the names of folders, because this cannot be read: {names}."),
    }
}

/// The first of many names.
fn some(names: &[impl AsRef<str>]) -> String {
    const SHOWN: usize = 5;
    let first: Vec<_> = names.iter().take(SHOWN).map(AsRef::as_ref).collect();
    match names.len().checked_sub(SHOWN) {
        Some(more) if more > 0 => format!("{} and {more} more", first.join(", ")),
        _ => first.join(", "),
    }
}
