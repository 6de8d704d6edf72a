//! Building a submission gets at nothing but the submission and the compiler, and a build that does not end is ended.

use assert_cmd::cargo::cargo_bin_cmd;
use rstest::rstest;
use serde_json::Value;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tempfile::TempDir;

const SECRET: &str = "the-answers-to-all-checks";

/// A folder with these files, as everybody may read them.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let readable = |path: &Path| fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    readable(dir.path());
    dir
}

/// What became of the program of `udp_sender`: its `state`, and what was said about it.
fn program(submission: &Path) -> (String, String) {
    let output = cargo_bin_cmd!("xtask")
        .args(["grade", "--format", "json", "--check", "udp_sender::one_datagram"])
        .arg(submission)
        .output()
        .unwrap();
    let json: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    let program = &json["submissions"][0]["exercises"][0]["program"];
    let text = |name: &str| program[name].as_str().unwrap_or_default().to_owned();
    (text("state"), text("message"))
}

/// Rust and C can take a file into a program while they compile it. The bait is a file that everybody may read.
#[rstest]
#[case("udp_sender.rs", "fn main() { print!(\"{}\", include_str!(\"BAIT\")) }")]
#[case("udp_sender.c", "#include \"BAIT\"\nint main(void) { return 0; }")]
#[case("udp_sender.c", "__asm__(\".incbin \\\"BAIT\\\"\");\nint main(void) { return 0; }")]
fn a_compiler_does_not_read_the_machines_files(#[case] file: &str, #[case] source: &str) {
    let elsewhere = folder(&[("bait", SECRET)]);
    let bait = elsewhere.path().join("bait");
    let submission = folder(&[(file, &source.replace("BAIT", bait.to_str().unwrap()))]);
    let (state, message) = program(submission.path());
    assert_eq!(state, "does_not_compile", "{message}");
    assert!(message.contains(bait.to_str().unwrap()) && !message.contains(SECRET), "{message}");
    assert!(message.contains("No such file") || message.contains("file not found"), "{message}");
    // It is a bait: beside the program it can be taken in.
    let submission = folder(&[(file, &source.replace("BAIT", "./bait.h")), ("bait.h", "")]);
    assert_eq!(program(submission.path()).0, "ready");
}

/// A link in a submission leads to what the lab has, and that is nothing.
#[test]
fn a_link_does_not_lead_out_of_a_submission() {
    let elsewhere = folder(&[("bait", SECRET)]);
    let submission = folder(&[("udp_sender.c", "#include \"link\"\nint main(void) { return 0; }")]);
    std::os::unix::fs::symlink(elsewhere.path().join("bait"), submission.path().join("link")).unwrap();
    let (state, message) = program(submission.path());
    assert_eq!(state, "does_not_compile");
    assert!(message.contains("No such file") && !message.contains(SECRET), "{message}");
}

/// A build script does what it likes; what it gets at is told by its own words.
#[test]
fn a_build_script_is_in_a_lab() {
    let elsewhere = folder(&[("bait", SECRET)]);
    let bait = elsewhere.path().join("bait");
    let service = TcpListener::bind("127.0.0.1:0").unwrap();
    let script = r#"
        use std::{env, fs, net::TcpStream, path::Path, process::exit};
        fn main() {
            let told = |what: &str, escaped: bool| println!("cargo::warning={what}: {}", if escaped { "escaped" } else { "contained" });
            let bait = Path::new("BAIT");
            told("read", fs::read(bait).is_ok());
            told("write", fs::write(bait.with_extension("new"), "x").is_ok());
            told("list", fs::read_dir(bait.parent().unwrap()).is_ok());
            told("connect", TcpStream::connect("SERVICE").is_ok());
            told("environment", env::vars().any(|(_, value)| value.contains("SECRET")));
            told("processes", fs::read_dir("/proc").unwrap().flatten().any(|entry| {
                fs::read(entry.path().join("environ")).is_ok_and(|text| String::from_utf8_lossy(&text).contains("SECRET"))
            }));
            told("change the submission", fs::write("SUBMISSION/Cargo.toml", "x").is_ok());
            exit(1);
        }"#;
    let package = "[package]\nname = \"kim\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[[bin]]\nname = \"udp_sender\"\npath = \"main.rs\"\n";
    let submission = folder(&[("Cargo.toml", package), ("main.rs", "fn main() {}")]);
    let script = script
        .replace("BAIT", bait.to_str().unwrap())
        .replace("SERVICE", &service.local_addr().unwrap().to_string())
        .replace("SECRET", SECRET)
        .replace("SUBMISSION", submission.path().to_str().unwrap());
    fs::write(submission.path().join("build.rs"), script).unwrap();
    // The token is in the environment of the grader alone.
    let output = cargo_bin_cmd!("xtask")
        .args(["grade", "--check", "udp_sender::one_datagram"])
        .arg(submission.path())
        .env("TOKEN", SECRET)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert_eq!(text.matches(": contained").count(), 2 * 7, "{text}");
    assert!(!text.contains("escaped"), "{text}");
    // Not even cargo's lock file is left there.
    let mut left: Vec<_> = fs::read_dir(submission.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["Cargo.toml", "build.rs", "main.rs"]);
}

/// The manifest itself can name programs that cargo runs.
#[test]
fn a_configuration_runs_nothing_outside() {
    let elsewhere = folder(&[]);
    fs::set_permissions(elsewhere.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let made = elsewhere.path().join("made");
    let wrapper = format!("#!/bin/sh\ntouch {}\nexit 1\n", made.display());
    let submission = folder(&[
        (
            "Cargo.toml",
            "[package]\nname = \"kim\"\nversion = \"0.1.0\"\n[[bin]]\nname = \"udp_sender\"\npath = \"main.rs\"\n",
        ),
        ("main.rs", "fn main() {}"),
        (".cargo/config.toml", "[build]\nrustc = \"./evil\"\nrustc-wrapper = \"./evil\"\n"),
        ("evil", &wrapper),
        ("rust-toolchain.toml", "[toolchain]\npath = \"/nowhere\"\n"),
    ]);
    let evil = submission.path().join("evil");
    fs::set_permissions(&evil, fs::Permissions::from_mode(0o755)).unwrap();
    program(submission.path());
    assert!(!made.exists());
}

/// What a package asks for and nobody has fetched is not fetched, and the way out is named.
#[test]
fn a_package_that_is_not_fetched_is_named_with_the_remedy() {
    let package = "[package]\nname = \"kim\"\nversion = \"0.1.0\"\n[[bin]]\nname = \"udp_sender\"\npath = \"main.rs\"\n[dependencies]\nnobody-has-fetched-this = \"1\"\n";
    let submission = folder(&[("Cargo.toml", package), ("main.rs", "fn main() {}")]);
    let (state, message) = program(submission.path());
    assert_eq!(state, "not_built");
    assert!(message.contains("nobody-has-fetched-this") && message.contains("run `cargo fetch`"), "{message}");
}

/// A folder beside the package is not handed in with it; that is nobody else's fault.
#[test]
fn a_package_without_a_part_of_it_does_not_compile() {
    let package = "[package]\nname = \"kim\"\nversion = \"0.1.0\"\n[[bin]]\nname = \"udp_sender\"\npath = \"main.rs\"\n[dependencies]\nnets = { path = \"../nets\" }\n";
    let submission = folder(&[("Cargo.toml", package), ("main.rs", "fn main() {}")]);
    let (state, message) = program(submission.path());
    assert_eq!(state, "does_not_compile", "{message}");
    assert!(message.contains("nets"), "{message}");
}

/// Whose fault it is that there is no program: the exit code, the program and the checks say the same.
#[rstest]
#[case("int main(void) { return 0 }", "cc", "does_not_compile", "skip", 1)]
#[case("int main(void) { return 0; }", "/nowhere/cc", "not_built", "not_run", 3)]
fn without_a_program_no_check_is_failed(
    #[case] source: &str,
    #[case] compiler: &str,
    #[case] state: &str,
    #[case] verdict: &str,
    #[case] code: i32,
) {
    let submission = folder(&[("udp_sender.c", source)]);
    let graded = |format: &str| {
        let mut command = cargo_bin_cmd!("xtask");
        command.env("CC", compiler).args(["grade", "-e", "udp_sender", "--format", format]).arg(submission.path());
        command.output().unwrap()
    };
    let output = graded("json");
    assert_eq!(output.status.code(), Some(code));
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["submissions"][0]["exercises"][0]["program"]["state"], state);
    let checks = json["submissions"][0]["exercises"][0]["checks"].as_array().unwrap();
    assert!(!checks.is_empty() && checks.iter().all(|check| check["verdict"] == verdict), "{checks:?}");
    // Why, is said once.
    let text = String::from_utf8(graded("text").stdout).unwrap();
    assert!(!text.contains("While building the program"), "{text}");
}

/// A package with a build script.
fn with_script(script: &str) -> TempDir {
    let package = "[package]\nname = \"kim\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[[bin]]\nname = \"udp_sender\"\npath = \"main.rs\"\n";
    folder(&[("Cargo.toml", package), ("main.rs", "fn main() {}"), ("build.rs", script)])
}

/// What cargo waits for ends some day, but nobody waits for that day; and nobody has to guess what it was.
#[rstest]
#[case::a_process_left_behind_that_holds_cargos_pipe(
    r#"fn main() { std::process::Command::new("setsid").args(["sleep", "77"]).spawn().unwrap(); }"#,
    "`sleep` (clock_nanosleep, 77 s)"
)]
#[case::a_lock_that_nobody_releases(
    r#"fn main() { let [a, _b] = [(); 2].map(|()| std::fs::File::open("main.rs").unwrap()); a.lock().unwrap(); _b.lock().unwrap() }"#,
    "`build-script-bu` (flock, SUBMISSION/main.rs)"
)]
fn a_build_that_waits_in_vain_is_stopped_and_says_what_for(#[case] script: &str, #[case] named: &str) {
    let submission = with_script(script);
    let (state, message) = program(submission.path());
    assert_eq!(state, "does_not_compile", "{message}");
    let named = named.replace("SUBMISSION", submission.path().to_str().unwrap());
    let sentence = format!("cargo was stopped: it waited for something that never comes: {named}.");
    assert_eq!(message.lines().last(), Some(sentence.as_str()), "{message}");
}

const SLEEPS: &str = "fn main() { std::thread::sleep(std::time::Duration::from_secs(3)) }";

#[test]
fn a_build_script_that_sleeps_is_waited_for() {
    let submission = with_script(SLEEPS);
    assert_eq!(program(submission.path()), ("ready".to_owned(), String::new()));
}

/// Each waits until the other has built, and not in its lab, where that would be waiting in vain.
#[test]
fn two_graders_of_one_package_wait_for_each_other() {
    let submission = with_script(SLEEPS);
    let grade = || program(submission.path());
    let (first, second) = std::thread::scope(|scope| {
        let other = scope.spawn(grade);
        (grade(), other.join().unwrap())
    });
    assert_eq!([first.0.as_str(), second.0.as_str()], ["ready"; 2], "{first:?} {second:?}");
}
