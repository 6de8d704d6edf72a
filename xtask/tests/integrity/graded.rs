//! Submissions of hostile programs, and what the real grader says about them.

use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

/// A program of this test.
pub fn program(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/integrity/programs").join(name);
    String::from_utf8(fs::read(path).unwrap()).unwrap()
}

/// The reference program of an exercise, in the language of a file.
pub fn reference(exercise: &str, like: &str) -> String {
    let (folder, extension) = if like.ends_with(".c") { ("c", "c") } else { ("python", "py") };
    fs::read_to_string(xtask::programs::solutions().join(folder).join(format!("{exercise}.{extension}"))).unwrap()
}

/// The attack and nothing else.
pub fn alone(attack: &str) -> String {
    let text = program(attack);
    let has_main = !attack.ends_with(".c") || text.contains(" main(");
    if has_main { text } else { format!("{text}\nint main(void) {{ return 0; }}\n") }
}

/// The attack, and then all that the exercise asks for.
pub fn and_right(attack: &str, exercise: &str) -> String {
    format!("{}\n{}", program(attack), reference(exercise, attack))
}

/// A folder that the user of a lab can read, with these files.
pub fn submission(files: &[(String, String)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    for (name, text) in files {
        fs::write(dir.path().join(name), text).unwrap();
    }
    dir
}

/// The name of an exercise's program, in the language of a file.
pub fn named(exercise: &str, like: &str) -> String {
    format!("{exercise}.{}", like.rsplit_once('.').unwrap().1)
}

/// The command that grades some checks.
pub fn grader(dir: &Path, checks: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(["grade", "--jobs", "2"]).arg(dir).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    command.args(checks.iter().flat_map(|check| ["--check", check]));
    command
}

/// What came of some checks.
pub struct Graded {
    report: Value,
    code: i32,
}

/// Grades some checks.
pub fn grade(dir: &Path, checks: &[&str]) -> Graded {
    Graded::of(&grader(dir, checks).args(["--format", "json"]).output().unwrap())
}

/// The same by a grader that may have 1,024 descriptors open, as on most systems.
pub fn grade_with_few_descriptors(dir: &Path, checks: &[&str]) -> Graded {
    let grader = grader(dir, checks);
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -n 1024 && exec \"$0\" \"$@\""]).arg(grader.get_program()).args(grader.get_args());
    Graded::of(&shell.args(["--format", "json"]).output().unwrap())
}

impl Graded {
    /// Reads what the grader wrote.
    pub fn of(output: &Output) -> Self {
        let mut report: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        let report = report["submissions"][0].take();
        Self { report, code: output.status.code().unwrap() }
    }

    /// The exit code.
    pub fn code(&self) -> i32 {
        self.code
    }

    /// What is reported of a check.
    pub fn check(&self, id: &str) -> &Value {
        let (exercise, check) = id.split_once("::").unwrap();
        let named = |list: &'static str, of: &'_ Value, name: &str| {
            of[list].as_array().unwrap().iter().position(|one| one["name"] == name).unwrap()
        };
        let exercise = &self.report["exercises"][named("exercises", &self.report, exercise)];
        &exercise["checks"][named("checks", exercise, check)]
    }

    /// Whether a check passed, or else in which step it failed, and what was seen in that.
    pub fn verdict(&self, id: &str) -> String {
        let check = self.check(id);
        match check["verdict"].as_str().unwrap() {
            "fail" => {
                let seen = check["seen"].as_array().map(Vec::as_slice).unwrap_or_default();
                let seen: Vec<_> = seen.iter().map(|line| line.as_str().unwrap()).collect();
                format!("fails in step {}: {}", check["step"], seen.join("; "))
            }
            "error" => format!("error: {}", check["error"].as_str().unwrap()),
            other => other.to_owned(),
        }
    }
}
