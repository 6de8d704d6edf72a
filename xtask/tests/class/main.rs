//! Classes: many submissions at once, with results that are kept.

mod kills;
mod packages;
mod resuming;
mod sharing;
mod stores;

use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// Programs of one exercise, and whether they pass these checks.
const CHECKS: [&str; 3] = ["udp_sender::one_datagram", "udp_sender::utf8_text", "udp_sender::empty_line"];
const RIGHT: &str = "solutions/python/udp_sender.py";
const WRONG: &str = "exercises/udp_sender/wrong/sends_twice.py";

/// A class in a folder of its own, and room for results beside it.
struct Class {
    dir: TempDir,
}

impl Class {
    /// A class with these submissions, by name and program. Their texts differ.
    fn new(submissions: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let class = Self { dir };
        fs::create_dir(class.folder()).unwrap();
        for (name, program) in submissions {
            class.hand_in(name, &format!("{}# {name}\n", text(program)));
        }
        class
    }

    /// Twenty submissions, every fourth wrong.
    fn of_twenty() -> Self {
        let names: Vec<_> = (0..20).map(|number| format!("student-{number:02}")).collect();
        let of = |number| if number % 4 == 3 { WRONG } else { RIGHT };
        let all: Vec<_> = names.iter().enumerate().map(|(number, name)| (name.as_str(), of(number))).collect();
        Self::new(&all)
    }

    fn folder(&self) -> PathBuf {
        self.dir.path().join("class")
    }

    fn at(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn hand_in(&self, name: &str, text: &str) {
        let folder = self.folder().join(name);
        fs::create_dir_all(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        fs::write(folder.join("udp_sender.py"), text).unwrap();
    }

    fn grade(&self) -> Command {
        self.grade_with("2")
    }

    fn grade_with(&self, jobs: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.arg("grade").arg(self.folder()).args(["--jobs", jobs]).current_dir(self.dir.path());
        command.args(CHECKS.iter().flat_map(|check| ["--check", check]));
        command
    }

    /// The results as JSON, without times.
    fn results(&self, args: &[&str]) -> Value {
        let output = self.grade().args(args).args(["--format", "json"]).output().unwrap();
        results(&output)
    }
}

fn text(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    fs::read_to_string(root.join(path)).unwrap()
}

/// A report in JSON, without times.
fn results(output: &Output) -> Value {
    let said = String::from_utf8_lossy(&output.stderr);
    let mut json: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}"));
    without_times(&mut json);
    json
}

fn without_times(json: &mut Value) {
    match json {
        Value::Object(fields) => {
            fields.remove("milliseconds");
            fields.values_mut().for_each(without_times);
        }
        Value::Array(list) => list.iter_mut().for_each(without_times),
        _ => {}
    }
}

/// The names of submissions that were graded just now, and of those that were finished before.
fn graded(output: &Output) -> (Vec<String>, Vec<String>) {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let lines = said.lines().filter_map(|line| line.split_once(' ')?.1.split_once(": "));
    let (mut new, mut known) = (Vec::new(), Vec::new());
    for (name, came) in lines {
        let list = if came.ends_with("as before") { &mut known } else { &mut new };
        list.push(name.to_owned());
    }
    new.sort();
    known.sort();
    (new, known)
}
