//! The workflows for GitHub and the job for GitLab: their steps, run as a runner runs them, without what only the platform has.

use super::{course, folder, program, put, root};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;
use yaml_rust2::{Yaml, YamlLoader};

/// The first document of a file.
fn yaml(file: &str) -> Yaml {
    YamlLoader::load_from_str(&fs::read_to_string(root().join(file)).unwrap()).unwrap().remove(0)
}

/// A runner's folder, with stand-ins for what a step must not do here: install something, change the machine.
struct Machine {
    dir: TempDir,
}

/// What a step left.
struct Done {
    code: Option<i32>,
    /// What it wrote to both streams.
    log: String,
}

impl Machine {
    fn new() -> Self {
        let machine = Self { dir: folder() };
        machine.program(
            "cargo",
            "case \"$1\" in xtask) shift; exec \"$XTASK\" \"$@\" ;; *) echo \"cargo $*\" >>\"$DONE\" ;; esac",
        );
        machine.program("netlings", "exec \"$XTASK\" \"$@\"");
        machine.program("rustup", "echo \"rustup $*\" >>\"$DONE\"");
        machine.program("sudo", "echo \"$*\" >>\"$DONE\"");
        for folder in ["grader", "temporary"] {
            fs::create_dir(machine.at(folder)).unwrap();
        }
        machine
    }

    fn at(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    fn program(&self, name: &str, text: &str) {
        let path = self.at("bin").join(name);
        put(&path, &format!("#!/bin/sh\n{text}\n"));
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.at(path)).unwrap_or_default()
    }

    /// Runs all `run` steps of a job, and says what became of each. `known` are values that only the platform has.
    fn job(&self, workflow: &Yaml, job: &str, known: &[(&str, &str)]) -> Vec<Done> {
        let steps = workflow["jobs"][job]["steps"].as_vec().unwrap();
        let runs = steps.iter().filter(|step| !step["run"].is_badvalue());
        let run = |step: &Yaml| {
            let mut command = self.bash(step["run"].as_str().unwrap());
            for place in [&workflow["env"], &step["env"]] {
                for (name, value) in place.as_hash().into_iter().flatten() {
                    command.env(name.as_str().unwrap(), filled(value.as_str().unwrap(), known));
                }
            }
            command.current_dir(self.at(step["working-directory"].as_str().unwrap_or("")));
            done(command)
        };
        runs.map(run).collect()
    }

    /// A script as a runner starts it, with both streams in one.
    fn bash(&self, script: &str) -> Command {
        assert!(!script.contains("${{"), "a value from outside would become a part of the script: {script}");
        let mut command = Command::new("bash");
        command.args(["-e", "-c", "exec 2>&1; eval \"$0\"", script]);
        command.env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", self.at("bin").display()));
        command.env("XTASK", env!("CARGO_BIN_EXE_xtask")).env("DONE", self.at("done"));
        command.env("RUNNER_TEMP", self.at("temporary"));
        command.env("GITHUB_STEP_SUMMARY", self.at("summary")).env("GITHUB_OUTPUT", self.at("output"));
        command
    }
}

fn done(mut command: Command) -> Done {
    let output = command.output().unwrap();
    Done { code: output.status.code(), log: String::from_utf8(output.stdout).unwrap() }
}

/// A value with what the platform puts into it.
fn filled(value: &str, known: &[(&str, &str)]) -> String {
    let out =
        known.iter().fold(value.to_owned(), |text, (name, value)| text.replace(&format!("${{{{ {name} }}}}"), value));
    assert!(!out.contains("${{"), "{out}");
    out
}

/// The commands that GitHub's runner takes from a log: lines that begin so, whatever blanks stand before, but none between a mark
/// and its repetition.
fn commands(log: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut mark: Option<&str> = None;
    for line in log.lines().map(str::trim_start).filter(|line| line.starts_with("::")) {
        match mark {
            Some(waits) if line.trim_end() == format!("::{waits}::") => mark = None,
            Some(_) => {}
            None => match line.strip_prefix("::stop-commands::") {
                Some(begun) => mark = Some(begun),
                None => out.push(line),
            },
        }
    }
    out
}

#[test]
fn a_students_push_is_graded_and_nothing_that_a_program_prints_is_taken_as_a_command() {
    let machine = Machine::new();
    let forging = "import sys\nprint('::set-output name=result::Zm9yZ2Vk', file=sys.stderr)\n\
                   print('::error::forged', file=sys.stderr)\nsys.exit(1)\n";
    put(&machine.at("submission/tcp_server.py"), forging);
    put(&machine.at("submission/udp_sender.py"), &program("solutions/python/udp_sender.py"));
    // What git keeps of a link.
    symlink(root().join("solutions/python/tcp_client.py"), machine.at("submission/tcp_client.py")).unwrap();
    let workflow = yaml("xtask/ci/github-student.yml");
    let steps = machine.job(&workflow, "run-autograding-tests", &[]);
    let codes: Vec<_> = steps.iter().map(|step| step.code).collect();
    assert_eq!(codes, [Some(0), Some(0), Some(0), Some(0), Some(1)], "{}", steps[4].log);
    let done = machine.read("done");
    assert!(done.contains("sysctl -w kernel.apparmor_restrict_unprivileged_userns=0\n"), "{done}");
    assert!(done.contains("cargo build --locked --package xtask\n"), "{done}");

    let log = &steps[4].log;
    assert!(log.contains("::set-output name=result::"), "the attack is none: {log}");
    let commands = commands(log);
    let of_the_grader = |line: &&str| {
        line.starts_with("::error file=tcp_server.py,title=tcp_server%3A%3A")
            || line.ends_with("::no program was handed in")
    };
    assert!(commands.len() > 5 && commands.iter().all(of_the_grader), "{commands:#?}");
    assert!(machine.read("summary").starts_with("## Netlings\n"));

    let output = machine.read("output");
    let result = BASE64_STANDARD.decode(output.trim_end().strip_prefix("result=").unwrap()).unwrap();
    let result: Value = serde_json::from_slice(&result).unwrap();
    let status = |name: &str| {
        let tests = result["tests"].as_array().unwrap();
        tests.iter().find(|test| test["name"] == name).unwrap()["status"].as_str().unwrap().to_owned()
    };
    assert_eq!(status("udp_sender::one_datagram"), "pass");
    assert_eq!(status("tcp_server::one_client"), "fail");
    assert_ne!(status("tcp_client::handshake_and_exchange"), "pass");
}

#[test]
fn a_class_is_graded_in_parts_which_are_joined() {
    let machine = Machine::new();
    let students = ["ada", "ben", "cho", "dee", "eve", "fay"];
    for student in students {
        let right = program("solutions/python/tcp_server.py");
        let text = if student == "ben" { "raise SystemExit(1)\n" } else { &right };
        put(&machine.at("class/submissions").join(student).join("tcp_server.py"), text);
    }
    course(&machine.at("class"));
    let workflow = yaml("xtask/ci/github-class.yml");
    let parts = workflow["jobs"]["grade"]["strategy"]["matrix"]["part"].as_vec().unwrap();
    let numbers: Vec<_> = parts.iter().map(|part| part.as_i64().unwrap()).collect();
    assert!(numbers.iter().copied().eq(1..=numbers.len() as i64), "{numbers:?}");
    let of = numbers.len().to_string();
    fs::create_dir(machine.at("parts")).unwrap();
    for number in numbers.iter().map(i64::to_string) {
        let known = [("matrix.part", number.as_str()), ("strategy.job-total", &of)];
        for step in machine.job(&workflow, "grade", &known) {
            assert_eq!((step.code, commands(&step.log)), (Some(0), vec![]), "{}", step.log);
        }
        // What the steps beside these send from one machine to another.
        let uploads = workflow["jobs"]["grade"]["steps"].as_vec().unwrap().last().unwrap();
        let file = uploads["with"]["path"].as_str().unwrap();
        let temporary = machine.at("temporary");
        let file = filled(file, &[("matrix.part", &number), ("runner.temp", temporary.to_str().unwrap())]);
        fs::copy(&file, machine.at("parts").join(Path::new(&file).file_name().unwrap())).unwrap();
    }
    for step in machine.job(&workflow, "merge", &[]) {
        assert_eq!((step.code, commands(&step.log)), (Some(0), vec![]), "{}", step.log);
    }
    let grades = machine.read("results/grades.csv");
    let names: Vec<_> = grades.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(names, students, "{grades}");
    let all: Value = serde_json::from_str(&machine.read("results/class.json")).unwrap();
    let points: Vec<_> =
        all["submissions"].as_array().unwrap().iter().map(|one| one["points"]["got"].as_u64()).collect();
    assert_eq!(points, [3, 0, 3, 3, 3, 3].map(Some));
    assert!(machine.at("results/class.sqlite").exists());
    assert!(machine.read("summary").contains("| ben |"), "{}", machine.read("summary"));
}

/// A part that could not be graded is no part of which somebody has failed something.
#[test]
fn trouble_makes_a_part_red() {
    let machine = Machine::new();
    fs::create_dir_all(machine.at("class/submissions")).unwrap();
    let workflow = yaml("xtask/ci/github-class.yml");
    let steps = machine.job(&workflow, "grade", &[("matrix.part", "1"), ("strategy.job-total", "4")]);
    let last = steps.last().unwrap();
    assert_eq!(last.code, Some(2), "{}", last.log);
    assert_eq!(commands(&last.log), [""; 0]);
}

#[test]
fn gitlab_gets_its_report_of_tests() {
    let machine = Machine::new();
    put(&machine.at("project/tcp_server.py"), "raise SystemExit(1)\n");
    let job = &yaml("xtask/ci/gitlab.yml")["grade"];
    let script: Vec<_> = job["script"].as_vec().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    let mut command = machine.bash(&script.join("\n"));
    command.env("CI_PROJECT_DIR", machine.at("project")).current_dir(machine.at("project"));
    let done = done(command);
    assert_eq!(done.code, Some(1), "{}", done.log);
    let report = job["artifacts"]["reports"]["junit"].as_str().unwrap();
    let report = machine.read(&format!("project/{report}"));
    let report = roxmltree::Document::parse(&report).unwrap();
    let failed = report.descendants().filter(|node| node.has_tag_name("failure")).count();
    assert!(failed >= 10, "{failed}");
    let kept = job["artifacts"]["paths"].as_vec().unwrap();
    assert!(kept.iter().all(|path| machine.at("project").join(path.as_str().unwrap()).exists()), "{kept:?}");
}
