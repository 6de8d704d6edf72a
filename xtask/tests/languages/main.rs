//! Programs in the languages that students write in run unharmed under all limits of a lab: a right `tcp_server` in each of
//! them, graded by the real command, passes every check.
//!
//! Where a language is not installed, its test says so on standard error and passes. With NETLINGS_REQUIRE_LANGUAGES=1 in the
//! environment, as in CI, it fails.

use serde_json::Value;
use std::env;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// What a lab shows of the system where programs lie.
const SHOWN: &str = "/usr";

/// A file beside this one.
fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/languages").join(name)
}

/// A folder that the user of a lab can read.
fn folder() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    dir
}

/// An executable file `tcp_server`.
fn script(dir: &Path, text: &str) {
    let path = dir.join("tcp_server");
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Where a tool is, by the variable PATH; all links followed.
fn tool(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).map(|dir| dir.join(name)).find(|file| file.is_file())?.canonicalize().ok()
}

/// Says that a test is skipped, or fails if it may not be.
fn skip(why: &str) {
    assert!(env::var_os("NETLINGS_REQUIRE_LANGUAGES").is_none_or(|value| value != "1"), "{why}");
    // Not by a macro, whose words a passing test keeps to itself.
    std::io::stderr().write_all(format!("\nSKIPPED: {why}\n").as_bytes()).unwrap();
}

/// The path of a tool, or `None` after the test was skipped.
fn installed(name: &str) -> Option<PathBuf> {
    let path = tool(name);
    if path.is_none() {
        skip(&format!("{name} is not installed"));
    }
    path
}

/// The same of one that the program itself needs when it runs.
fn visible(name: &str) -> Option<PathBuf> {
    let path = installed(name)?;
    if path.starts_with(SHOWN) {
        return Some(path);
    }
    skip(&format!("{name} is installed in {}, which labs do not show", path.display()));
    None
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Grades a submission in all checks of `tcp_server`.
fn passes(dir: &Path) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    // A virtual machine waits for most of its time, so that many labs at once do not take longer.
    command.args(["grade", "--exercise", "tcp_server", "--format", "json", "--jobs", "8"]).arg(dir);
    let output = command.output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    let checks = report["submissions"][0]["exercises"][0]["checks"].as_array().unwrap();
    let not_passed: Vec<_> = checks.iter().filter(|check| check["verdict"] != "pass").collect();
    assert!(not_passed.is_empty(), "{not_passed:#?}");
    assert_eq!(checks.len(), 10);
    assert_eq!(output.status.code(), Some(0));
}

/// A submission that is one file of the repository.
fn passes_as(file: &Path) {
    let dir = folder();
    fs::copy(file, dir.path().join(file.file_name().unwrap())).unwrap();
    passes(dir.path());
}

#[test]
fn c() {
    if installed("cc").is_some() {
        passes_as(&xtask::programs::solutions().join("c/tcp_server.c"));
    }
}

#[test]
fn python() {
    if installed("python3").is_some() {
        passes_as(&xtask::programs::solutions().join("python/tcp_server.py"));
    }
}

#[test]
fn rust() {
    passes_as(&xtask::programs::solutions().join("tcp_server.rs"));
}

#[test]
fn go() {
    let Some(go) = installed("go") else { return };
    let (dir, made) = (folder(), tempfile::tempdir().unwrap());
    let mut build = Command::new(go);
    // The standard library alone, and nothing from a network.
    build.env("GOCACHE", made.path()).env("GOPATH", made.path()).env("GOPROXY", "off").env("GO111MODULE", "off");
    run(build.args(["build", "-o"]).arg(dir.path().join("tcp_server")).arg(source("tcp_server.go")));
    passes(dir.path());
}

#[test]
fn node() {
    let Some(node) = visible("node") else { return };
    let dir = folder();
    script(dir.path(), &format!("#!{}\n{}", node.display(), fs::read_to_string(source("tcp_server.js")).unwrap()));
    passes(dir.path());
}

#[test]
fn java() {
    let (Some(javac), Some(java)) = (installed("javac"), visible("java")) else { return };
    let dir = folder();
    run(Command::new(javac).arg("-d").arg(dir.path()).arg(source("TcpServer.java")));
    script(dir.path(), &format!("#!/bin/sh\nexec {} -cp \"${{0%/*}}\" TcpServer \"$@\"\n", java.display()));
    passes(dir.path());
}
