//! Finding the programs of a submission, by the names of the exercises.

use super::{Source, Submission, cargo};
use crate::trouble::Trouble;
use harness::lab::Launcher;
use rustix::process::geteuid;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Finds the programs for these exercises in the folder `dir`.
///
/// # Errors
/// When it is no folder, when there are two programs for one exercise, or none at all.
pub async fn find(dir: &Path, exercises: &[&str], launcher: &Launcher) -> Result<Submission, Trouble> {
    let shown = dir.display();
    let usage = |problem: String| Trouble::Usage(format!("{shown}: {problem}"));
    let dir = fs::canonicalize(dir).map_err(|error| usage(error.to_string()))?;
    if dir.to_str().is_none() {
        return Err(usage("the path of a submission must be UTF-8".to_owned()));
    }
    if !dir.is_dir() {
        let parent = shown.to_string();
        let parent = Path::new(&parent).parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.map_or_else(|| ".".to_owned(), |parent| parent.display().to_string());
        return Err(usage(format!("a submission is a folder, and this is a file. Try: cargo xtask grade {parent}")));
    }
    let binaries = cargo::binaries(&dir, launcher).await.map_err(usage)?;
    let mut sources = BTreeMap::new();
    let mut notes = Vec::new();
    for exercise in exercises {
        let mut candidates = files(&dir, exercise, &mut notes);
        for binary in binaries.iter().filter(|binary| binary.name == *exercise) {
            // The package's own source file is not a second program.
            candidates.retain(|source| !matches!(source, Source::Rust(path) if *path == binary.source));
            candidates.push(Source::Cargo { package: binary.package.clone() });
        }
        if candidates.len() > 1 {
            let names: Vec<_> = candidates.iter().map(Source::name).collect();
            return Err(usage(format!(
                "there are {} programs for {exercise}: {}. Keep the one that is to be graded",
                names.len(),
                names.join(", ")
            )));
        }
        sources.extend(candidates.pop().map(|source| ((*exercise).to_owned(), source)));
    }
    if sources.is_empty() {
        return Err(usage(nothing_found(exercises, &notes)));
    }
    for source in sources.values() {
        readable_in_a_lab(source).map_err(usage)?;
    }
    Ok(Submission { dir, sources })
}

fn files(dir: &Path, exercise: &str, notes: &mut Vec<String>) -> Vec<Source> {
    // A link is followed: where it leads is what runs, and what a lab must show.
    let file = |name: String| fs::canonicalize(dir.join(name)).ok().filter(|path| path.is_file());
    let mut out = Vec::new();
    out.extend(file(format!("{exercise}.rs")).map(Source::Rust));
    out.extend(file(format!("{exercise}.py")).map(Source::Python));
    out.extend(file(format!("{exercise}.c")).map(Source::C));
    if let Some(path) = file(exercise.to_owned()) {
        if mode(&path) & 0o111 != 0 {
            out.push(Source::Executable(path));
        } else {
            notes.push(format!("There is a file `{exercise}`, but it is not executable. Try: chmod +x {exercise}"));
        }
    }
    out
}

fn nothing_found(exercises: &[&str], notes: &[String]) -> String {
    let example = exercises.first().copied().unwrap_or_default();
    let width = example.len().max("Cargo".len()) + ".toml".len();
    let rows = [
        (format!("{example}.py"), "a Python program".to_owned()),
        (format!("{example}.rs"), "a Rust program in one file".to_owned()),
        (format!("{example}.c"), "a C program in one file".to_owned()),
        (example.to_owned(), "an executable file".to_owned()),
        ("Cargo.toml".to_owned(), format!("a Cargo package with a binary `{example}`")),
    ];
    let mut out = format!("no program found. For {example} it would be one of:");
    for (file, what) in rows {
        out.push_str(&format!("\n  {file:width$}  {what}"));
    }
    if exercises.len() > 1 {
        out.push_str(&format!("\nThe exercises are: {}.", exercises.join(", ")));
    }
    for note in notes {
        out.push('\n');
        out.push_str(note);
    }
    out
}

/// Root gives its rights up before it runs anything, so what only root may read cannot be graded by root.
pub(super) fn readable_in_a_lab(source: &Source) -> Result<(), String> {
    let (Source::Python(path) | Source::Executable(path)) = source else { return Ok(()) };
    let needed = if matches!(source, Source::Python(_)) { 0o004 } else { 0o005 };
    let name = source.name();
    if geteuid().is_root() && mode(path) & needed != needed {
        return Err(format!(
            "{name} cannot be read by others than its owner, and programs never run as root. Try: chmod o+rX {name}"
        ));
    }
    let dir = path.parent().unwrap_or(path);
    if geteuid().is_root() && mode(dir) & 0o005 != 0o005 {
        return Err(
            "others than its owner cannot look into this folder, and programs never run as root. Try: chmod o+rx on it"
                .to_owned(),
        );
    }
    Ok(())
}

pub(super) fn mode(path: &Path) -> u32 {
    fs::metadata(path).map(|data| data.permissions().mode()).unwrap_or_default()
}
