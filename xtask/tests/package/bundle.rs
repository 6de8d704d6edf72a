//! What is in the bundle for Gradescope.

use super::{course, folder, root, xtask};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use zip::{DateTime, ZipArchive};

/// The entries of a bundle, each with its mode and its text.
fn entries(zip: &Path) -> BTreeMap<String, (u32, Vec<u8>)> {
    let mut zip = ZipArchive::new(File::open(zip).unwrap()).unwrap();
    let mut names = Vec::new();
    let mut out = BTreeMap::new();
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).unwrap();
        let name = entry.name().unwrap().into_owned();
        assert_eq!(entry.last_modified(), Some(DateTime::DEFAULT), "{name}");
        let mut text = Vec::new();
        entry.read_to_end(&mut text).unwrap();
        names.push(name.clone());
        out.insert(name, (entry.unix_mode().unwrap() & 0o7777, text));
    }
    assert!(names.is_sorted(), "{names:?}");
    out
}

/// What git says are the grader's files, unless there is no git here.
fn known() -> Option<BTreeSet<String>> {
    let output = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output().ok()?;
    let names = String::from_utf8(output.stdout).unwrap();
    output.status.success().then(|| names.split_terminator('\0').map(str::to_owned).collect())
}

#[test]
fn it_has_the_scripts_the_course_and_the_graders_sources() {
    let dir = folder();
    let (course, zip) = (course(dir.path()), dir.path().join("bundle.zip"));
    let output =
        xtask().args(["package", "gradescope", "--course"]).arg(&course).arg("--out").arg(&zip).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8(output.stdout).unwrap().ends_with("bundle.zip: 2 checks, 3 points.\n"));
    let entries = entries(&zip);
    for script in ["setup.sh", "run_autograder"] {
        let (mode, text) = &entries[script];
        assert_eq!((*mode, text), (0o755, &fs::read(root().join("xtask/ci/gradescope").join(script)).unwrap()));
    }
    assert_eq!(entries["course.toml"], (0o644, fs::read(course).unwrap()));
    let mut sources = BTreeSet::new();
    for (name, (mode, text)) in entries.iter().filter_map(|(name, entry)| Some((name.strip_prefix("grader/")?, entry)))
    {
        let file = root().join(name);
        assert_eq!(*text, fs::read(&file).unwrap(), "{name}");
        let executable = file.metadata().unwrap().permissions().mode() & 0o100 != 0;
        assert_eq!(*mode, if executable { 0o755 } else { 0o644 }, "{name}");
        sources.insert(name.to_owned());
    }
    assert_eq!(sources.len() + 3, entries.len());
    for needed in ["Cargo.lock", ".cargo/config.toml", "exercises/tcp_server/snapshots/one_client.snap"] {
        assert!(sources.contains(needed), "{needed}");
    }
    if let Some(known) = known() {
        assert_eq!(sources, known);
    }
}

#[test]
fn its_sources_are_a_workspace() {
    let dir = folder();
    let zip = dir.path().join("bundle.zip");
    assert!(xtask().args(["package", "gradescope", "--out"]).arg(&zip).output().unwrap().status.success());
    ZipArchive::new(File::open(&zip).unwrap()).unwrap().extract(dir.path()).unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--format-version", "1", "--no-deps", "--offline", "--locked"]);
    let output = cargo.current_dir(dir.path().join("grader")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_same_sources_give_the_same_bytes() {
    let dir = folder();
    let make = |name: &str, zone: &str, mask: &str| {
        let zip = dir.path().join(name);
        let script = format!("umask {mask} && exec \"$0\" package gradescope --out \"$1\"");
        let mut shell = Command::new("sh");
        shell.args(["-c", &script, env!("CARGO_BIN_EXE_xtask")]).arg(&zip).env("TZ", zone).current_dir("/");
        assert!(shell.output().unwrap().status.success());
        fs::read(zip).unwrap()
    };
    assert!(make("a.zip", "UTC", "022") == make("b.zip", "Asia/Shanghai", "077"));
}

#[test]
fn without_git_it_has_all_that_is_there_but_nothing_that_was_built() {
    let dir = folder();
    let zip = dir.path().join("bundle.zip");
    let output = xtask().args(["package", "gradescope", "--out"]).arg(&zip).env("PATH", dir.path()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let names: BTreeSet<_> = entries(&zip).into_keys().collect();
    for needed in
        ["Cargo.toml", "Cargo.lock", ".cargo/config.toml", "exercises/tcp_server/main.rs", "solutions/Cargo.toml"]
    {
        assert!(names.contains(&format!("grader/{needed}")), "{needed}");
    }
    let built =
        |name: &&String| ["target", "__pycache__", ".git"].iter().any(|dir| name.split('/').any(|part| part == *dir));
    assert_eq!(names.iter().find(built), None);
    let hidden = |name: &str| name.split('/').any(|part| part.starts_with('.') && part != ".cargo");
    for name in known().into_iter().flatten().filter(|name| !hidden(name)) {
        assert!(names.contains(&format!("grader/{name}")), "{name}");
    }
}

#[test]
fn a_course_with_a_mistake_is_not_packed() {
    let dir = folder();
    let (course, zip) = (dir.path().join("course.toml"), dir.path().join("bundle.zip"));
    fs::write(&course, "leave_out = [\"tcp_serve\"]\n").unwrap();
    let output =
        xtask().args(["package", "gradescope", "--course"]).arg(&course).arg("--out").arg(&zip).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("did you mean: tcp_server"), "{said}");
    assert!(!zip.exists());
}

#[test]
fn where_nothing_can_be_written_it_is_said() {
    let output = xtask().args(["package", "gradescope", "--out", "/nowhere/bundle.zip"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("error: /nowhere/bundle.zip cannot be written: "), "{said}");
}
