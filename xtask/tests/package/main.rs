//! What is made for other platforms: the bundle for Gradescope, and the files for GitHub, GitLab and Docker in `xtask/ci`. All of it is
//! run here as it is run there, as far as that goes without the platform.

mod bundle;
mod gradescope;
mod lines;
mod results;
mod workflows;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A folder that everybody may read.
fn folder() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    dir
}

/// The root of the repository.
fn root() -> &'static Path {
    exercises::root().parent().unwrap()
}

/// The grader, as an ordinary command.
fn xtask() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.current_dir("/");
    command
}

/// A course of two checks of tcp_server, one of which students do not see.
fn course(dir: &Path) -> PathBuf {
    let all = exercises::load("tcp_server").unwrap().checks;
    let others = all.iter().map(|check| check.name.as_str()).filter(|name| !["one_client", "utf8_text"].contains(name));
    let others: Vec<_> = others.map(|name| format!("{name:?}")).collect();
    let exercises = exercises::EXERCISES.iter().filter(|name| **name != "tcp_server");
    let exercises: Vec<_> = exercises.map(|name| format!("{name:?}")).collect();
    let text = format!(
        "title = \"Two checks\"\nleave_out = [{}]\n[exercises.tcp_server]\nleave_out = [{}]\nvisibility = {{ utf8_text = \"hidden\" }}\n",
        exercises.join(", "),
        others.join(", ")
    );
    let path = dir.join("course.toml");
    fs::write(&path, text).unwrap();
    path
}

/// The text of a program of ours.
fn program(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// Writes a file that everybody may read, in a folder that is made where it is not there.
fn put(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
}
