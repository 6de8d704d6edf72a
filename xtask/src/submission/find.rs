//! Finding the programs of a submission, by the names of the exercises.

use super::cargo::{OfClass, Packages};
use super::{Source, Submission, archive, cargo, nothing};
use crate::trouble::Trouble;
use harness::lab::Launcher;
use rustix::process::geteuid;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

/// Finds the programs for these exercises in the folder or the archive `path`.
///
/// # Errors
/// When it is neither, or an archive that is refused; when there are two programs for one exercise, or none at all.
pub async fn find(path: &Path, exercises: &[&str], launcher: &Launcher) -> Result<Submission, Trouble> {
    find_in(path, exercises, None, launcher).await
}

/// The same in a class.
///
/// # Errors
/// The same.
pub async fn find_of_class(
    path: &Path,
    exercises: &[&str],
    class: OfClass,
    launcher: &Launcher,
) -> Result<Submission, Trouble> {
    find_in(path, exercises, Some(class), launcher).await
}

async fn find_in(
    path: &Path,
    exercises: &[&str],
    class: Option<OfClass>,
    launcher: &Launcher,
) -> Result<Submission, Trouble> {
    let shown = path.display();
    let usage = |problem: String| Trouble::Usage(format!("{shown}: {problem}"));
    let given = fs::canonicalize(path).map_err(|error| usage(error.to_string()))?;
    let mut notes = Vec::new();
    let (dir, unpacked) = if given.is_dir() {
        (given, None)
    } else {
        let Some(unpacked) = archive::open(&given, &shown.to_string())? else {
            let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let what = "a submission is a folder or an archive (zip, tar, tar.gz), and this is another file";
            // Beside what should be an archive lie other people's.
            let is_source =
                path.extension().is_none_or(|kind| ["rs", "py", "c", "toml"].iter().any(|known| kind == *known));
            return Err(usage(if is_source {
                format!("{what}. Try: cargo xtask grade {}", parent.display())
            } else {
                format!("{what}. Ask for it again, as one of these")
            }));
        };
        (unpacked.submission(), Some(Arc::new(unpacked)))
    };
    if dir.to_str().is_none() {
        return Err(usage("the path of a submission must be UTF-8".to_owned()));
    }
    // What is told about an archive's files names the archive, and no folder that is gone by then.
    let usage = |problem: String| match &unpacked {
        Some(_) => usage(problem.replace(&*dir.to_string_lossy(), &shown.to_string())),
        None => usage(problem),
    };
    let found = cargo::find(&dir, class.as_ref(), launcher).await.map_err(Trouble::Ours)?.map_err(usage)?;
    let mut sources = BTreeMap::new();
    for exercise in exercises {
        let mut candidates = files(&dir, exercise, &mut notes);
        for binary in found.binaries.iter().filter(|binary| binary.name == *exercise) {
            // The package's own source file is not a second program.
            candidates.retain(|source| !matches!(source, Source::Rust(path) if *path == dir.join(&binary.source)));
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
        if let Some(folder) = unpacked.as_ref().and_then(|unpacked| unpacked.only_folder()) {
            notes.push(format!("This is about the archive's only folder, `{folder}`."));
        }
        return Err(usage(nothing::found(&dir, exercises, &notes)));
    }
    for source in sources.values() {
        readable_in_a_lab(source).map_err(usage)?;
    }
    Ok(Submission { dir, sources, unpacked, packages: Packages::new(found, class) })
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
