//! Programs that are one file for a compiler. What was made of the same texts by the same compiler is kept and found again.

use super::{Built, build_dir, text};
use harness::program::Program;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tokio::process::Command;

/// A compiler for programs of one file.
pub(super) struct Compiler {
    /// The folder for what it makes, below the build folder.
    pub(super) kind: &'static str,
    /// Its version, and whatever else of it goes into what it makes.
    pub(super) version: String,
    /// The command that compiles a file: the file, the executable, and the list of inputs that it shall write.
    pub(super) command: fn(file: &Path, executable: &Path, inputs: &Path) -> Command,
}

/// The compiler's list of the files that a program was made from.
const INPUTS: &str = "inputs.d";

impl Compiler {
    /// Compiles a file, or finds what was made of the same text before.
    pub(super) async fn build(&self, path: &Path) -> Built {
        match self.compile(path).await {
            Ok(Ok(executable)) => Built::Ready(Program { command: vec![text(&executable)], needs: vec![executable] }),
            Ok(Err(message)) => Built::DoesNotCompile(message),
            Err(error) => Built::NotBuilt(format!("compiling {}: {error}", path.display())),
        }
    }

    /// The executable, or the compiler's message.
    async fn compile(&self, path: &Path) -> io::Result<Result<PathBuf, String>> {
        let (dir, file) = (path.parent().unwrap_or(path), path.file_name().unwrap_or_default());
        let name = path.file_stem().unwrap_or_default();
        let all = build_dir().join(self.kind);
        let kept = all.join(self.key(dir, &[file.into()])?);
        if inputs(&kept.join(INPUTS), file).is_some_and(|inputs| inputs == [Path::new(file)]) {
            return Ok(Ok(kept.join(name)));
        }
        fs::create_dir_all(&all)?;
        // Made aside and then moved, so that two graders at once do not see each other's half of the work.
        let made = tempfile::tempdir_in(&all)?;
        let mut command = (self.command)(Path::new(file), &made.path().join(name), &made.path().join(INPUTS));
        let output = command.current_dir(dir).output().await?;
        if !output.status.success() {
            return Ok(Err(String::from_utf8_lossy(&output.stderr).into_owned()));
        }
        fs::set_permissions(made.path(), fs::Permissions::from_mode(0o755))?;
        // A program with parts in other files is kept under the texts of all of them.
        let inputs = inputs(&made.path().join(INPUTS), file).unwrap_or_default();
        let kept = all.join(self.key(dir, &inputs)?);
        // When it is there already, somebody was faster, with the same.
        if fs::rename(made.path(), &kept).is_err() && !kept.join(name).exists() {
            return Err(io::Error::other(format!("{} cannot be written", kept.display())));
        }
        Ok(Ok(kept.join(name)))
    }

    /// What a program depends on, as a name for a folder: the compiler, and the names and texts of its files.
    fn key(&self, dir: &Path, inputs: &[PathBuf]) -> io::Result<String> {
        let mut hash = blake3::Hasher::new();
        hash.update(self.version.as_bytes());
        for input in inputs {
            let text = fs::read(dir.join(input))?;
            hash.update(input.as_os_str().as_encoded_bytes()).update(&(text.len() as u64).to_le_bytes()).update(&text);
        }
        Ok(hash.finalize().to_hex()[..32].to_owned())
    }
}

/// Reads the list, in the language of `make`: after the rules come lines `input:`, one for each. Some compilers leave out
/// the `file` itself there; it is always the first here.
fn inputs(list: &Path, file: &std::ffi::OsStr) -> Option<Vec<PathBuf>> {
    let list = fs::read_to_string(list).ok()?;
    let others = list.lines().filter_map(|line| Some(PathBuf::from(line.strip_suffix(':')?.replace("\\ ", " "))));
    let mut out = vec![PathBuf::from(file)];
    out.extend(others.filter(|input| input != Path::new(file)));
    Some(out)
}
