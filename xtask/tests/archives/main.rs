//! Submissions that are archives: good ones are graded like the folder that was packed, hostile and damaged ones are
//! refused with the entry's name, and nothing of either is left.

mod good;
mod hostile;
mod inside;
mod make;
mod random;
mod whole;

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin_cmd;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// A folder with an archive, and a build folder beside it.
struct Place {
    dir: TempDir,
    archive: &'static str,
}

impl Place {
    fn new(archive: &'static str, bytes: &[u8]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(archive);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        Self { dir, archive }
    }

    /// Grades the archive in one check of its exercise.
    fn grade(&self, check: &str) -> Command {
        let mut command = cargo_bin_cmd!("xtask");
        command.current_dir(&self.dir).env("CARGO_TARGET_DIR", self.dir.path().join("target"));
        command.args(["grade", "--check", check, self.archive]);
        command
    }

    /// The files that are there besides the archive, and those that are kept for the next grader.
    fn left(&self) -> Vec<String> {
        let kept = [self.archive, "target/grade/unpacked/lock", "target/grade/last.json"];
        let mut files = files(self.dir.path());
        files.retain(|file| !kept.contains(&file.as_str()));
        files
    }
}

/// What is said about an archive that is refused, without what all messages have in common; nothing may be left of it.
fn refusal(name: &'static str, bytes: &[u8]) -> String {
    let place = Place::new(name, bytes);
    let told = said(&mut place.grade("udp_sender::utf8_text"));
    assert_eq!(place.left(), [""; 0], "{told}");
    let message = told.strip_prefix(&format!("error: {name}: ")).unwrap_or_else(|| panic!("{told}"));
    message.strip_suffix("\nexit Some(2)\n").unwrap_or_else(|| panic!("{told}")).to_owned()
}

/// All files, links and empty folders below a folder, by their paths in it.
fn files(dir: &Path) -> Vec<String> {
    let mut out = Vec::new();
    let mut dirs = vec![dir.to_owned()];
    while let Some(next) = dirs.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                dirs.push(entry.path());
            }
            if !entry.file_type().unwrap().is_dir() || fs::read_dir(entry.path()).unwrap().next().is_none() {
                out.push(entry.path().strip_prefix(dir).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    out.sort();
    out
}

/// What a command wrote to both streams, and its exit code.
fn said(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    format!("{text}exit {:?}\n", output.status.code())
}

/// The text of a program of ours.
fn program(path: &str) -> Vec<u8> {
    fs::read(exercises::root().with_file_name(path)).unwrap()
}
