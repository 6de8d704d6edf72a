//! A command as a person types it, made ready for a lab: where its program is, and what must be visible to it.

use super::find::{mode, readable_in_a_lab};
use super::{Built, Source, python, text};
use crate::trouble::Trouble;
use harness::lab::Launcher;
use harness::program::Program;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders that every lab shows.
const SYSTEM: [&str; 5] = ["/usr", "/bin", "/sbin", "/lib", "/lib64"];

/// Makes a command ready. Files that it names are given by their whole paths, because it runs in a folder of its own, and the
/// folders that they lie in are shown. A source file in the place of a program is built, as in a submission.
///
/// # Errors
/// When there is no such program, or a lab could not read what it needs.
pub async fn command(words: &[String], launcher: &Launcher) -> Result<Program, Trouble> {
    let Some((name, args)) = words.split_first() else {
        return Err(Trouble::Usage("there is no command to run".to_owned()));
    };
    let mut program = program(name, launcher).await?;
    for arg in args {
        let file = fs::canonicalize(arg).ok().filter(|path| path.is_file());
        let Some(path) = file else {
            program.command.push(arg.clone());
            continue;
        };
        program.command.push(text(&path));
        readable_in_a_lab(&Source::Python(path.clone())).map_err(Trouble::Usage)?;
        show(&mut program.needs, path.parent().unwrap_or(&path));
    }
    Ok(program)
}

async fn program(name: &str, launcher: &Launcher) -> Result<Program, Trouble> {
    let file = Path::new(name).file_name().and_then(OsStr::to_str).unwrap_or_default();
    if is_python(file) {
        let (python, needs) = python::interpreter(name).await.map_err(Trouble::Usage)?;
        return Ok(Program { command: vec![python], needs });
    }
    let Some(path) = find(name) else {
        return Err(Trouble::Usage(format!("there is no program `{name}`, neither here nor in PATH")));
    };
    let source = Source::file(&path);
    if let Source::Executable(path) = &source {
        if mode(path) & 0o111 == 0 {
            return Err(Trouble::Usage(format!("{name} is not executable. Try: chmod +x {name}")));
        }
        let mut needs = Vec::new();
        show(&mut needs, path.parent().unwrap_or(path));
        if !needs.is_empty() {
            readable_in_a_lab(&source).map_err(Trouble::Usage)?;
        }
        return Ok(Program { command: vec![text(path)], needs });
    }
    match source.build(launcher).await {
        Built::Ready(program) => Ok(program),
        Built::DoesNotCompile(message) => {
            Err(Trouble::Usage(format!("{name} does not compile.\n{}", message.trim_end())))
        }
        Built::NotBuilt(message) => Err(Trouble::Ours(message)),
    }
}

/// `python`, `python3`, `python3.12`
fn is_python(file: &str) -> bool {
    file.strip_prefix("python").is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.'))
}

/// A program by its path, or by its name in one of the folders of `PATH`.
fn find(name: &str) -> Option<PathBuf> {
    let real = |path: PathBuf| fs::canonicalize(path).ok().filter(|path| path.is_file());
    // Somebody who names a file of this folder means that file.
    let here = real(PathBuf::from(name));
    if name.contains('/') || here.is_some() {
        return here;
    }
    // A link is not followed there: under its name a program of several names knows what it is to do.
    in_path(name.as_ref())
}

/// A file in the first folder of `PATH` that has one of this name.
pub(super) fn in_path(name: &OsStr) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|dir| dir.join(name)).find(|path| path.is_file())
}

fn show(needs: &mut Vec<PathBuf>, dir: &Path) {
    if !SYSTEM.iter().any(|system| dir.starts_with(system)) && !needs.iter().any(|known| dir.starts_with(known)) {
        needs.push(dir.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("python3", true)]
    #[case("python3.12", true)]
    #[case("python-config", false)]
    #[case("server.py", false)]
    fn an_interpreter_is_known_by_its_name(#[case] file: &str, #[case] python: bool) {
        assert_eq!(is_python(file), python);
    }

    #[test]
    fn what_lies_in_a_folder_that_is_shown_needs_no_other() {
        let mut needs = Vec::new();
        for dir in ["/home/kim", "/home/kim/net", "/usr/local/bin", "/srv"] {
            show(&mut needs, Path::new(dir));
        }
        assert_eq!(needs, [Path::new("/home/kim"), Path::new("/srv")]);
    }
}
