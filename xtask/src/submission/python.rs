//! Programs in Python.

use super::{Built, text};
use harness::program::Program;
use std::path::{Path, PathBuf};
use tokio::process::Command;

/// Prints, a line each: the interpreter itself (`python3` can be a shim that only finds it), and the folders with its
/// libraries. Then compiles the file that is named, without running it.
const ASK: &str = "\
import sys
for path in (sys.executable, sys.base_prefix, sys.prefix):
    print(path)
sys.stdout.flush()
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
pub(super) async fn interpreter(name: &str) -> Result<(String, Vec<PathBuf>), String> {
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

/// Finds the interpreter, and lets it look at the program's syntax.
pub(super) async fn prepare(path: &Path) -> Built {
    let name = path.file_name().unwrap_or_default();
    let output = match Command::new("python3").args(["-I", "-c", ASK]).arg(path).arg(name).output().await {
        Ok(output) => output,
        Err(error) => {
            return Built::NotBuilt(format!("python3 cannot be run: {error}. Install it to grade {}", path.display()));
        }
    };
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let answer = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines: Vec<_> = answer.lines().collect();
    let [python, prefixes @ ..] = lines.as_slice() else {
        return Built::NotBuilt(format!("python3 does not say where it is: {}", said.trim()));
    };
    if !output.status.success() {
        return Built::DoesNotCompile(said);
    }
    let dir = path.parent().unwrap_or(path).to_owned();
    let mut needs = vec![dir];
    for prefix in prefixes.iter().map(PathBuf::from).filter(|prefix| !needs_nothing(prefix)) {
        if !needs.contains(&prefix) {
            needs.push(prefix);
        }
    }
    Built::Ready(Program { command: vec![(*python).to_owned(), text(path)], needs })
}

/// Whether a folder is among those that every lab shows.
fn needs_nothing(prefix: &Path) -> bool {
    prefix.starts_with("/usr")
}
