//! Programs that are one file for a compiler. What was made of the same texts by the same compiler is kept and found again.

use super::unusual::unusual;
use super::{Built, build_dir, text};
use harness::lab::{End, Launcher, Limits, Tool};
use harness::program::Program;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};

/// A compiler for programs of one file.
pub(super) struct Compiler<C> {
    /// The folder for what it makes, below the build folder.
    pub(super) kind: &'static str,
    /// As a sentence calls it.
    pub(super) name: &'static str,
    /// Its version, and whatever else of it goes into what it makes.
    pub(super) version: String,
    /// What a lab must show of it.
    pub(super) needs: Vec<PathBuf>,
    /// The command that compiles a file.
    pub(super) command: C,
}

/// What a compiler is told, as it stands in a command.
pub(super) struct Paths<'a> {
    /// The source file, by its name: it runs in the folder of that.
    pub(super) file: &'a str,
    /// The executable that it shall make.
    pub(super) executable: &'a str,
    /// The list of inputs that it shall write.
    pub(super) inputs: &'a str,
}

/// The compiler's list of the files that a program was made from.
const INPUTS: &str = "inputs.d";

impl<C: Fn(Paths<'_>) -> Vec<String>> Compiler<C> {
    /// Compiles a file in a lab, or finds what was made of the same text before.
    pub(super) async fn build(&self, path: &Path, launcher: &Launcher) -> Built {
        match self.compile(path, launcher).await {
            Ok(Ok(executable)) => Built::Ready(Program { command: vec![text(&executable)], needs: vec![executable] }),
            Ok(Err(message)) => Built::DoesNotCompile(message),
            Err(error) => Built::NotBuilt(format!("compiling {}: {error}", path.display())),
        }
    }

    /// The executable, or the compiler's message.
    async fn compile(&self, path: &Path, launcher: &Launcher) -> io::Result<Result<PathBuf, String>> {
        let (dir, file) = (path.parent().unwrap_or(path), path.file_name().unwrap_or_default());
        let name = path.file_stem().unwrap_or_default();
        let all = build_dir().join(self.kind);
        let kept = all.join(self.key(dir, &[file.into()])?);
        if read(&kept.join(INPUTS), file).is_some_and(|inputs| inputs == [Path::new(file)]) {
            return Ok(Ok(kept.join(name)));
        }
        fs::create_dir_all(&all)?;
        // Made aside and then moved, so that two graders at once do not see each other's half of the work.
        let made = tempfile::tempdir_in(&all)?;
        let (executable, list) = (made.path().join(name), made.path().join(INPUTS));
        let tool = Tool {
            command: (self.command)(Paths {
                file: &file.to_string_lossy(),
                executable: &text(&executable),
                inputs: &text(&list),
            }),
            env: BTreeMap::new(),
            dir: dir.to_owned(),
            needs: self.needs.iter().cloned().chain([dir.to_owned()]).collect(),
            writes: vec![made.path().to_owned()],
            room: Vec::new(),
            limits: Limits::COMPILER,
        };
        let finished = launcher.run_tool(&tool).await.map_err(io::Error::other)?;
        if finished.end != End::Status(0) {
            let said = String::from_utf8_lossy(&finished.stderr).into_owned();
            return Ok(Err(said + &unusual(self.name, &finished).unwrap_or_default()));
        }
        // What lies there now was made by whoever wrote the program.
        if !fs::symlink_metadata(&executable)?.is_file() {
            return Err(io::Error::other("what was made is no file"));
        }
        fs::set_permissions(made.path(), fs::Permissions::from_mode(0o755))?;
        // A program with parts in other files is kept under the texts of all of them.
        let inputs = read(&list, file).unwrap_or_default();
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
            hash.update(input.as_os_str().as_encoded_bytes());
            // The list comes from the lab, and may name anything. What is no file of the submission was part of the system there.
            let own = input.components().all(|part| matches!(part, Component::Normal(_)));
            let path = dir.join(input);
            if own && fs::metadata(&path).is_ok_and(|data| data.is_file()) {
                // Not all of it at once: a program can have a large file within it.
                let text = File::open(path)?;
                hash.update(&text.metadata()?.len().to_le_bytes()).update_reader(text)?;
            }
        }
        Ok(hash.finalize().to_hex()[..32].to_owned())
    }
}

/// Reads the list.
fn read(list: &Path, file: &OsStr) -> Option<Vec<PathBuf>> {
    Some(inputs(&fs::read_to_string(list).ok()?, file))
}

/// The files of a list, in the language of `make`: after the rules come lines `input:`, one for each. Some compilers leave out
/// the `file` itself there; it is always the first here.
fn inputs(list: &str, file: &OsStr) -> Vec<PathBuf> {
    let others = list.lines().filter_map(|line| Some(PathBuf::from(line.strip_suffix(':')?.replace("\\ ", " "))));
    let mut out = vec![PathBuf::from(file)];
    out.extend(others.filter(|input| input != Path::new(file)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_file_itself_comes_first_and_others_after_it() {
        let list = "out: a.c my\\ own.h\n\nmy\\ own.h:\na.c:\n";
        assert_eq!(inputs(list, OsStr::new("a.c")), [Path::new("a.c"), Path::new("my own.h")]);
    }

    proptest! {
        #[test]
        fn no_list_makes_the_reader_panic_or_grow(list in "([a-z./:\\\\ \n]|\\PC){0,60}") {
            let inputs = inputs(&list, OsStr::new("a.c"));
            prop_assert_eq!(&inputs[0], Path::new("a.c"));
            let bytes: usize = inputs[1..].iter().map(|input| input.as_os_str().len() + 1).sum();
            prop_assert!(bytes <= list.len());
        }
    }
}
