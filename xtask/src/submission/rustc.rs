//! Programs that are one Rust file.

use super::{Built, build_dir, text};
use harness::program::Program;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tokio::process::Command;
use tokio::sync::OnceCell;

/// Compiles a file, or finds what was made of the same text before.
pub(super) async fn build(path: &Path) -> Built {
    match compile(path).await {
        Ok(Ok(executable)) => Built::Ready(Program { command: vec![text(&executable)], needs: vec![executable] }),
        Ok(Err(message)) => Built::DoesNotCompile(message),
        Err(error) => Built::NotBuilt(format!("compiling {}: {error}", path.display())),
    }
}

/// The executable, or the compiler's message.
async fn compile(path: &Path) -> io::Result<Result<PathBuf, String>> {
    let (dir, file) = (path.parent().unwrap_or(path), path.file_name().unwrap_or_default());
    let name = path.file_stem().unwrap_or_default();
    let place = |key: &str| build_dir().join("rs").join(key);
    let kept = place(&key(dir, &[file.into()]).await?);
    if inputs(&kept.join(DEPS)).is_some_and(|inputs| inputs == [Path::new(file)]) {
        return Ok(Ok(kept.join(name)));
    }
    fs::create_dir_all(build_dir().join("rs"))?;
    // Made aside and then moved, so that two graders at once do not see each other's half of the work.
    let made = tempfile::tempdir_in(build_dir().join("rs"))?;
    let mut command = rustc();
    command.current_dir(dir).args(["--edition", "2024", "--crate-type", "bin"]);
    command.arg("-o").arg(made.path().join(name)).arg(file);
    command.arg(emit(&made.path().join(DEPS)));
    let output = command.output().await?;
    if !output.status.success() {
        return Ok(Err(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    fs::set_permissions(made.path(), fs::Permissions::from_mode(0o755))?;
    // A program with modules in other files is kept under the texts of all of them.
    let inputs = inputs(&made.path().join(DEPS)).unwrap_or_default();
    let kept = place(&key(dir, &inputs).await?);
    // When it is there already, somebody was faster, with the same.
    if fs::rename(made.path(), &kept).is_err() && !kept.join(name).exists() {
        return Err(io::Error::other(format!("{} cannot be written", kept.display())));
    }
    Ok(Ok(kept.join(name)))
}

/// The compiler's list of the files that a program was made from.
const DEPS: &str = "inputs.d";

/// Reads the list: after the rules come lines `input:`, one for each.
fn inputs(list: &Path) -> Option<Vec<PathBuf>> {
    let list = fs::read_to_string(list).ok()?;
    Some(list.lines().filter_map(|line| Some(line.strip_suffix(':')?.replace("\\ ", " ").into())).collect())
}

/// What a program depends on, as a name for a folder: the compiler, and the names and texts of its files.
async fn key(dir: &Path, inputs: &[PathBuf]) -> io::Result<String> {
    let mut hash = blake3::Hasher::new();
    hash.update(version().await?.as_bytes());
    for input in inputs {
        let text = fs::read(dir.join(input))?;
        hash.update(input.as_os_str().as_encoded_bytes()).update(&(text.len() as u64).to_le_bytes()).update(&text);
    }
    Ok(hash.finalize().to_hex()[..32].to_owned())
}

fn emit(deps: &Path) -> OsString {
    let mut arg = OsString::from("--emit=link,dep-info=");
    arg.push(deps);
    arg
}

fn rustc() -> Command {
    Command::new(env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc")))
}

/// The compiler's version: another compiler makes another program.
async fn version() -> io::Result<&'static str> {
    static VERSION: OnceCell<String> = OnceCell::const_new();
    let ask = || async {
        let output = rustc().arg("-vV").output().await?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    VERSION.get_or_try_init(ask).await.map(String::as_str)
}
