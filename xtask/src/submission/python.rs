//! Programs in Python.

use super::unusual::unusual;
use super::{Built, needs_nothing, text};
use harness::lab::{End, Launcher, Limits, Tool};
use harness::program::Program;
use std::collections::BTreeMap;
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
        command: vec![python.clone(), "-I".into(), "-c".into(), CHECK.into(), file.clone(), file],
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
