//! Cargo packages of a class: what they depend on is built once, and so is a program that has not changed; nobody gets at
//! what others are built from.
//!
//! Whoever is built draws a number, which stands in the program. Two programs with the same number are made of the same build.

use super::text;
use serde_json::Value;
use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A build script that draws a number, with these words before it.
const DRAW: &str = r#"
    use std::io::Read;
    fn main() {
        let mut number = [0; 16];
        std::fs::File::open("/dev/urandom").unwrap().read_exact(&mut number).unwrap();
        println!("cargo::rustc-env=NUMBER=WORDS{:032x}", u128::from_ne_bytes(number));
    }"#;
const MANIFEST: &str = "[package]\nname = \"kim\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
                        [[bin]]\nname = \"udp_sender\"\npath = \"main.rs\"\n[dependencies]\n";

/// A class with a folder of built things and a cargo's home of its own. In the registry of that, there is the package `near`.
struct Class {
    dir: TempDir,
}

impl Class {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let class = Self { dir };
        class.write("home/registry/near/.cargo-checksum.json", "{\"files\":{}}");
        class.write_near("home/registry/near");
        let registry = class.at("home/registry").canonicalize().unwrap();
        let source = "[source.crates-io]\nreplace-with = \"here\"\n[source.here]\ndirectory";
        class.write("home/config.toml", &format!("{source} = {registry:?}\n"));
        class
    }

    fn at(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        fs::create_dir_all(self.at(path).parent().unwrap()).unwrap();
        fs::write(self.at(path), text).unwrap();
    }

    fn write_near(&self, dir: &str) {
        self.write(
            &format!("{dir}/Cargo.toml"),
            "[package]\nname = \"near\"\nversion = \"1.2.3\"\nedition = \"2024\"\n",
        );
        self.write(&format!("{dir}/build.rs"), &DRAW.replace("WORDS", "near:"));
        self.write(&format!("{dir}/src/lib.rs"), "pub const NUMBER: &str = env!(\"NUMBER\");\n");
    }

    /// A right program that depends on `near`, with a number of its own.
    fn hand_in(&self, name: &str) {
        let program = text("solutions/udp_sender.rs").replace("fn main()", "pub fn main()");
        let parts = format!("std::hint::black_box((\"by:{name}.\", near::NUMBER, env!(\"NUMBER\")));");
        self.write(&format!("class/{name}/Cargo.toml"), &format!("{MANIFEST}near = \"1\"\n"));
        self.write(&format!("class/{name}/build.rs"), &DRAW.replace("WORDS", "own:"));
        self.write(&format!("class/{name}/sender.rs"), &program);
        let main = format!(
            "mod sender;\nfn main() -> impl std::process::Termination {{\n    {parts}\n    sender::main()\n}}\n"
        );
        self.write(&format!("class/{name}/main.rs"), &main);
    }

    fn grade(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.arg("grade").arg(self.at("class")).args(["--check", "udp_sender::one_datagram", "--format", "json"]);
        command.env("CARGO_TARGET_DIR", self.at("built")).env("CARGO_HOME", self.at("home"));
        command.current_dir(self.dir.path());
        command
    }

    /// What became of the programs, by the submissions' names: the state of each, and its verdict or what was said about it.
    fn graded(&self, command: &mut Command) -> BTreeMap<String, (String, String)> {
        let output = command.output().unwrap();
        let json: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
        let of = |submission: &Value| {
            let exercise = &submission["exercises"][0];
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let verdict = text(&exercise["checks"][0]["verdict"]);
            let said = exercise["program"]["message"].as_str().map_or(verdict, str::to_owned);
            let problem = submission["problem"].to_string();
            (text(&submission["submission"]), (text(&exercise["program"]["state"]), said + &problem))
        };
        json["submissions"].as_array().unwrap().iter().map(of).collect()
    }

    /// Who was graded, all of them with right programs.
    fn passed(&self, command: &mut Command) -> Vec<String> {
        let graded = self.graded(command);
        for (name, (state, said)) in &graded {
            assert!(state == "ready" && said.starts_with("pass"), "{name}: {state}: {said}");
        }
        graded.into_keys().collect()
    }

    /// The numbers in all programs that are kept, as `by`, of `near` and their own.
    fn numbers(&self) -> Vec<[String; 3]> {
        let programs = entries(&self.at("built/grade/class/programs")).into_iter().map(|dir| dir.join("udp_sender"));
        let mut all: Vec<_> = programs
            .filter_map(|path| fs::read(path).ok())
            .map(|program| {
                ["by:", "near:", "own:"].map(|words| {
                    let at = program.windows(words.len()).position(|part| part == words.as_bytes());
                    let rest = &program[at.unwrap() + words.len()..];
                    let len = if words == "by:" { rest.iter().position(|byte| *byte == b'.').unwrap() } else { 32 };
                    String::from_utf8(rest[..len].to_vec()).unwrap()
                })
            })
            .collect();
        all.sort();
        all
    }

    /// The sets of dependencies that were built.
    fn templates(&self) -> Vec<PathBuf> {
        let mut all = entries(&self.at("built/grade/class/dependencies"));
        all.retain(|path| path.is_dir());
        all
    }
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn dependencies_are_built_once_and_nothing_else_is_left() {
    let class = Class::new();
    class.hand_in("ann");
    class.hand_in("bob");
    assert_eq!(class.passed(class.grade().args(["--jobs", "2"])), ["ann", "bob"]);
    let numbers = class.numbers();
    let [[ann, anns_near, anns], [bob, bobs_near, bobs]] = &numbers[..] else { panic!("{numbers:?}") };
    assert_eq!([ann.as_str(), bob], ["ann", "bob"]);
    assert_eq!(anns_near, bobs_near);
    assert_ne!(anns, bobs);
    assert_eq!(class.templates().len(), 1);
    assert_eq!(entries(&class.at("built/grade/class/building")), [""; 0].map(PathBuf::from));
}

#[test]
fn a_program_that_has_not_changed_is_not_built_again() {
    let class = Class::new();
    class.hand_in("ann");
    class.hand_in("bob");
    class.passed(&mut class.grade());
    let before = class.numbers();
    // Where there is no cargo, but a compiler that says the same about itself, nothing is built.
    let rustc =
        env::var_os("CARGO").map(|cargo| Path::new(&cargo).with_file_name("rustc")).filter(|path| path.exists());
    let version = Command::new(rustc.unwrap_or_else(|| "rustc".into())).arg("-vV").output().unwrap();
    let tools = class.at("tools/bin");
    let script = "#!/bin/sh\nif [ \"$1\" = --print ]; then dirname DIR; else cat DIR/version; fi\n";
    class.write("tools/bin/rustc", &script.replace("DIR", tools.to_str().unwrap()));
    fs::set_permissions(tools.join("rustc"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(tools.join("version"), version.stdout).unwrap();
    let without_cargo = |store: &str| {
        let mut command = class.grade();
        command.env("CARGO", tools.join("cargo")).args(["--store", store]);
        command
    };
    assert_eq!(class.passed(&mut without_cargo("second.sqlite")), ["ann", "bob"]);
    assert_eq!(class.numbers(), before);
    class.write("class/bob/changed", "");
    let graded = class.graded(&mut without_cargo("third.sqlite"));
    assert_eq!(graded["ann"].0, "ready");
    assert!(graded["bob"].1.contains("bin/cargo"), "{graded:?}");
    // With cargo, it is.
    class.passed(class.grade().args(["--store", "third.sqlite"]));
    let after = class.numbers();
    assert_eq!(after.len(), 3);
    assert!(before.iter().all(|program| after.contains(program)), "{before:?} {after:?}");
}

/// It overwrites every file that it finds where it is built, and where what it depends on comes from.
#[test]
fn a_build_script_changes_nothing_that_others_are_built_from() {
    let class = Class::new();
    class.hand_in("ann");
    class.passed(&mut class.grade());
    let before = class.numbers();
    let script = r#"
        use std::{env, fs, path::Path};
        fn overwrite(dir: &Path) -> (u32, u32) {
            let (mut changed, mut kept) = (0, 0);
            for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
                let path = entry.path();
                let (more, others) = if path.is_dir() { overwrite(&path) } else if fs::write(&path, "evil").is_ok() { (1, 0) } else { (0, 1) };
                (changed, kept) = (changed + more, kept + others);
            }
            (changed, kept)
        }
        fn main() {
            let out = env::var("OUT_DIR").unwrap();
            let own = overwrite(Path::new(&out).ancestors().nth(4).unwrap());
            let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
            let others: Vec<_> = mounts.lines().filter_map(|line| line.split(' ').nth(4)).filter(|path| path.contains("/dependencies/")).collect();
            let shared: Vec<_> = others.iter().map(|path| overwrite(Path::new(path))).collect();
            let of_registry = overwrite(Path::new("/box/cargo/registry"));
            panic!("overwritten: {} of its own, {} of others, {} of the registry; not: {:?}", own.0,
                shared.iter().map(|count| count.0).sum::<u32>(), of_registry.0, shared.len());
        }"#;
    class.hand_in("eve");
    class.write("class/eve/build.rs", script);
    class.hand_in("zoe");
    let graded = class.graded(class.grade().args(["--jobs", "1"]));
    let (state, said) = &graded["eve"];
    assert_eq!(state, "does_not_compile", "{said}");
    assert!(
        said.contains(" of its own, 0 of others, 0 of the registry; not: 1") && !said.contains("overwritten: 0"),
        "{said}"
    );
    assert_eq!(graded["zoe"], ("ready".to_owned(), "passnull".to_owned()));
    let after = class.numbers();
    assert_eq!((after.len(), &after[0], &after[1][0], &after[1][1]), (2, &before[0], &"zoe".to_owned(), &before[0][1]));
}

#[test]
fn what_does_not_compile_is_told_in_the_compilers_words_each_time() {
    let class = Class::new();
    class.hand_in("ann");
    class.hand_in("bob");
    class.write("class/bob/main.rs", "fn main() { near::nothing() }\n");
    for store in ["first.sqlite", "second.sqlite"] {
        let graded = class.graded(class.grade().args(["--store", store]));
        assert_eq!(graded["ann"].0, "ready");
        let (state, said) = &graded["bob"];
        assert_eq!(state, "does_not_compile");
        assert!(said.contains("main.rs:1:19") && said.contains("nothing"), "{said}");
    }
}

#[test]
fn what_is_handed_in_with_its_dependency_is_built_on_its_own() {
    let class = Class::new();
    class.hand_in("ann");
    class.write("class/ann/Cargo.toml", &format!("{MANIFEST}near = {{ path = \"near\" }}\n[workspace]\n"));
    class.write_near("class/ann/near");
    assert_eq!(class.passed(&mut class.grade()), ["ann"]);
    assert_eq!((class.numbers().len(), class.templates().len()), (1, 0));
}
