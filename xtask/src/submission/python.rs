//! Programs in Python.

use super::command::in_path;
use super::unusual::unusual;
use super::{Built, needs_nothing, text};
use harness::lab::{End, Launcher, Limits, Tool};
use harness::program::Program;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tokio::process::Command;
use tokio::sync::OnceCell;

/// Compiles the file that is named, without running it.
const CHECK: &str = "\
import sys
try:
    compile(open(sys.argv[1], 'rb').read(), sys.argv[2], 'exec')
except (SyntaxError, ValueError):
    import traceback
    traceback.print_exc(limit=0)
    sys.exit(1)
";

/// Prints where an interpreter and its libraries are.
const WHERE: &str = "import sys; print(sys.executable, sys.base_prefix, sys.prefix, sep='\\n')";

/// Where an interpreter is, and what of it a lab must show.
///
/// # Errors
/// In words, when it cannot be run or does not say.
pub(crate) async fn interpreter(name: &str) -> Result<(String, Vec<PathBuf>), String> {
    let path = if name.contains('/') { Some(PathBuf::from(name)) } else { in_path(name.as_ref()) };
    if let Some(path) = path.filter(|path| is_the_systems(path)) {
        return Ok((text(&path), Vec::new()));
    }
    ask(name).await
}

async fn ask(name: &str) -> Result<(String, Vec<PathBuf>), String> {
    let output = Command::new(name).args(["-I", "-c", WHERE]).output().await;
    let output = output.map_err(|error| format!("{name} cannot be run: {error}"))?;
    let answer = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut lines = answer.lines();
    let python = lines.next().filter(|_| output.status.success());
    let python = python.ok_or_else(|| {
        format!("{name} does not say where it is: {}", String::from_utf8_lossy(&output.stderr).trim())
    })?;
    let prefixes = lines.map(PathBuf::from).filter(|prefix| !needs_nothing(prefix));
    Ok((python.to_owned(), prefixes.collect()))
}

/// Whether it is plain to see what an interpreter would answer: it lies in a folder that every lab shows, with its library where it looks for it
/// first (`man 1 python`, `sys.prefix`). To ask it takes as long as a check of a small program.
fn is_the_systems(path: &Path) -> bool {
    let (Some(dir), Ok(real)) = (path.parent(), fs::canonicalize(path)) else { return false };
    let is_shown = |path: &Path| path.is_absolute() && needs_nothing(path);
    // Beside an interpreter of a virtual environment it is written where the others are.
    let is_virtual = [Some(dir), dir.parent()].into_iter().flatten().any(|dir| dir.join("pyvenv.cfg").exists());
    is_shown(path) && is_shown(&real) && !is_virtual && library(&real).is_some_and(|file| file.is_file())
}

/// A file of the library of `<prefix>/bin/python3.<minor>`: the one that it knows its prefix by.
fn library(real: &Path) -> Option<PathBuf> {
    let name = real.file_name()?.to_str()?;
    let version = name.strip_prefix("python3.")?;
    let is_version = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
    is_version.then_some(real.parent()?.parent()?.join("lib").join(name).join("os.py"))
}

/// Finds the interpreter, and lets it look at the program's syntax, in a lab.
pub(super) async fn prepare(path: &Path, launcher: &Launcher) -> Built {
    static PYTHON3: OnceCell<(String, Vec<PathBuf>)> = OnceCell::const_new();
    let (python, prefixes) = match PYTHON3.get_or_try_init(|| interpreter("python3")).await {
        Ok(found) => found.clone(),
        Err(error) => return Built::NotBuilt(format!("{error}. Install python3 to grade {}", path.display())),
    };
    let dir = path.parent().unwrap_or(path).to_owned();
    let mut needs = vec![dir.clone()];
    for prefix in prefixes {
        if !needs.contains(&prefix) {
            needs.push(prefix);
        }
    }
    let file = text(Path::new(path.file_name().unwrap_or_default()));
    let tool = Tool {
        // Without `site`, which looks for further libraries, it starts in two thirds of the time.
        command: [&python, "-I", "-S", "-c", CHECK, &file, &file].map(str::to_owned).to_vec(),
        env: BTreeMap::new(),
        dir,
        needs: needs.clone(),
        writes: Vec::new(),
        room: Vec::new(),
        limits: Limits::COMPILER,
    };
    match launcher.run_tool(&tool).await {
        Ok(finished) if finished.end == End::Status(0) => {
            Built::Ready(Program { command: vec![python, text(path)], needs })
        }
        Ok(finished) => {
            let said = String::from_utf8_lossy(&finished.stderr).into_owned();
            Built::DoesNotCompile(said + &unusual("python3", &finished).unwrap_or_default())
        }
        Err(error) => Built::NotBuilt(format!("looking at {}: {error}", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::as_distributions_have_it("/usr/bin/python3.11", Some("/usr/lib/python3.11/os.py"))]
    #[case::as_containers_have_it("/usr/local/bin/python3.14", Some("/usr/local/lib/python3.14/os.py"))]
    #[case::one_that_chooses_another("/usr/bin/python-exec2c", None)]
    #[case::without_a_version("/usr/bin/python3", None)]
    #[case::for_debugging("/usr/bin/python3.11d", None)]
    fn the_library_of_an_interpreter_is_known_by_its_name(#[case] real: &str, #[case] expected: Option<&str>) {
        assert_eq!(library(Path::new(real)).as_deref(), expected.map(Path::new));
    }

    #[test]
    fn only_an_interpreter_that_every_lab_shows_is_not_asked() {
        let dir = tempfile::tempdir().unwrap();
        let (bin, lib) = (dir.path().join("bin"), dir.path().join("lib/python3.11"));
        fs::create_dir_all(&bin).unwrap();
        fs::create_dir_all(&lib).unwrap();
        for file in [bin.join("python3.11"), lib.join("os.py")] {
            fs::write(file, "").unwrap();
        }
        assert!(!is_the_systems(&bin.join("python3.11")));
        assert!(!is_the_systems(Path::new("/usr/bin/no-such-python")));
    }

    /// What is taken for plain to see is what the interpreter itself says.
    #[tokio::test]
    async fn the_systems_interpreter_says_the_same() {
        let Some(path) = in_path("python3".as_ref()).filter(|path| is_the_systems(path)) else { return };
        let seen = interpreter("python3").await.unwrap();
        assert_eq!(seen, (text(&path), Vec::new()));
        assert_eq!(ask("python3").await.unwrap(), seen);
    }
}
