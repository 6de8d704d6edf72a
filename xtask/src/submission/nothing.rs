//! What is said about a submission without a program: what is there instead, and what a program would be called.

use super::archive::{self, Seen};
use std::fs;
use std::path::{Path, PathBuf};

/// Most files that are named.
const NAMED: usize = 8;
/// Most archives that are looked into.
const OPENED: usize = 3;

/// Something in the folder.
struct Thing {
    path: PathBuf,
    /// As it is shown.
    name: String,
}

/// Why a submission cannot be graded that has no program for any of these exercises, with what else is known about it.
pub(super) fn found(dir: &Path, exercises: &[&str], notes: &[String]) -> String {
    let things = things(dir);
    let (refused, mut lines) = archives(&things, exercises);
    // A list of many submissions tells the first sentence, and a line of a table the first line.
    let mut out = "no program found".to_owned();
    if let Some(refused) = refused {
        out.push_str(&format!(", and {refused}"));
    }
    out.push_str(". ");
    out.push_str(&there(&things));
    out.push('\n');
    lines.push(names(exercises));
    lines.extend(notes.iter().cloned());
    out + &lines.join("\n")
}

/// What is in the folder, by name, without what systems add by themselves.
fn things(dir: &Path) -> Vec<Thing> {
    let mut paths: Vec<_> = fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let name = |path: &Path| path.file_name().unwrap_or_default().to_owned();
    paths.retain(|path| !archive::is_left_out(&name(path).to_string_lossy()));
    paths
        .into_iter()
        .map(|path| {
            let slash = if path.is_dir() { "/" } else { "" };
            let name = format!("{}{slash}", archive::shown(name(&path).as_encoded_bytes()));
            Thing { path, name }
        })
        .collect()
}

fn there(things: &[Thing]) -> String {
    let named: Vec<_> = things.iter().take(NAMED).map(|thing| thing.name.as_str()).collect();
    match things.len().saturating_sub(NAMED) {
        0 if named.is_empty() => "The folder is empty.".to_owned(),
        0 => format!("What is there: {}", named.join(", ")),
        more => format!("What is there: {} and {more} more", named.join(", ")),
    }
}

/// What keeps the first archive that is refused from being unpacked, and a line for each other one: whoever has handed in an archive
/// beside a report has handed in something.
fn archives(things: &[Thing], exercises: &[&str]) -> (Option<String>, Vec<String>) {
    let (mut refused, mut lines) = (None, Vec::new());
    let are = |thing: &&Thing| archive::is_meant_as_one(&thing.path) && archive::is_one(&thing.path);
    for Thing { path, name } in things.iter().filter(are).take(OPENED) {
        let why = match archive::look(path) {
            Ok(Seen { refusal: None, names }) => {
                lines.push(in_it(name, &names, exercises));
                continue;
            }
            Ok(Seen { refusal: Some(refusal), .. }) => refusal.to_string(),
            Err(error) => error.to_string(),
        };
        let why = format!("{name} cannot be unpacked: {why}");
        match &refused {
            None => refused = Some(why),
            Some(_) => lines.push(format!("And {why}.")),
        }
    }
    (refused, lines)
}

/// What is said about an archive that can be read.
fn in_it(name: &str, files: &[String], exercises: &[&str]) -> String {
    let is_program = |file: &String| {
        let file = file.rsplit('/').next().unwrap_or_default();
        let stem = [".rs", ".py", ".c"].iter().find_map(|kind| file.strip_suffix(kind)).unwrap_or(file);
        file == "Cargo.toml" || exercises.contains(&stem)
    };
    match files.iter().find(|file| is_program(file)) {
        Some(file) => {
            let file = archive::shown(file.as_bytes());
            format!(
                "In the archive {name} is {file}, but it is not unpacked. Try: unpack it, or give that archive alone"
            )
        }
        None => format!("In the archive {name} is no program either."),
    }
}

fn names(exercises: &[&str]) -> String {
    let example = exercises.first().copied().unwrap_or_default();
    let width = example.len().max("Cargo".len()) + ".toml".len();
    let rows = [
        (format!("{example}.py"), "a Python program".to_owned()),
        (format!("{example}.rs"), "a Rust program in one file".to_owned()),
        (format!("{example}.c"), "a C program in one file".to_owned()),
        (example.to_owned(), "an executable file".to_owned()),
        ("Cargo.toml".to_owned(), format!("a Cargo package with a binary `{example}`")),
    ];
    let mut out = format!("For {example} it would be one of:");
    for (file, what) in rows {
        out.push_str(&format!("\n  {file:width$}  {what}"));
    }
    if exercises.len() > 1 {
        out.push_str(&format!("\nThe exercises are: {}.", exercises.join(", ")));
    }
    out
}
