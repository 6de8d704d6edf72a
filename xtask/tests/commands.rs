//! The commands as a person runs them: exit codes, reports, and what is said about bad input.

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin_cmd;
use rstest::rstest;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn xtask() -> Command {
    let mut command = cargo_bin_cmd!("xtask");
    command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    command
}

/// A folder that the user of a lab can read.
fn folder() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    dir
}

/// A submission with these files, given by name and text.
fn submission(files: &[(&str, &str)]) -> TempDir {
    let dir = folder();
    for (name, text) in files {
        put(dir.path(), name, text, 0o644);
    }
    dir
}

fn put(dir: &Path, name: &str, text: &str, mode: u32) {
    let path = dir.join(name);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
}

/// The text of a program of ours.
fn program(path: &str) -> String {
    fs::read_to_string(exercises::root().with_file_name(path)).unwrap()
}

/// What a command wrote to both streams, and its exit code; the submission's folder is called DIR.
fn said(command: &mut Command, dir: &Path) -> String {
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    let real = fs::canonicalize(dir).unwrap();
    let text = text.replace(real.to_str().unwrap(), "DIR").replace(dir.to_str().unwrap(), "DIR");
    format!("{text}exit {}\n", output.status.code().unwrap())
}

#[test]
fn the_reference_programs_pass() {
    let solutions = xtask::programs::solutions();
    insta::assert_snapshot!(said(xtask().arg("grade").arg(&solutions), &solutions));
}

#[test]
fn a_failed_check_is_told_with_the_step_what_was_expected_and_what_the_program_was_doing() {
    let wrong = program("exercises/tcp_server/wrong/does_not_reuse_the_address.py");
    let dir = submission(&[("tcp_server.py", &wrong)]);
    let mut command = xtask();
    command.args(["grade", "--exercise", "tcp_server"]).arg(dir.path());
    insta::assert_snapshot!(said(&mut command, dir.path()));
}

#[test]
fn failures_that_are_alike_are_told_once() {
    let dir = folder();
    put(dir.path(), "tcp_server", "#!/bin/sh\necho starting\nexec sleep 3600\n", 0o755);
    let mut command = xtask();
    command.args(["grade", "--exercise", "tcp_server"]).arg(dir.path());
    insta::assert_snapshot!(said(&mut command, dir.path()));
}

#[test]
fn a_program_that_does_not_compile_fails_with_the_compilers_words_and_stops_nothing_else() {
    let server = program("solutions/python/tcp_server.py");
    let dir = submission(&[("tcp_server.py", &server), ("udp_sender.rs", "fn main() {\n    nothing()\n}\n")]);
    let mut command = xtask();
    command.args(["grade", "--exercise", "udp_sender", "--exercise", "tcp_server"]).arg(dir.path());
    let told = said(&mut command, dir.path());
    assert!(told.contains("✗ udp_sender: udp_sender.rs does not compile.\n  error[E0425]:"), "{told}");
    assert!(told.contains("  2 |     nothing()\n"), "{told}");
    assert!(told.contains("✓ tcp_server"), "{told}");
    assert!(told.ends_with("10 of 19 checks passed, 9 skipped. 12 of 22 points.\nexit 1\n"), "{told}");
}

#[test]
fn a_python_program_with_a_syntax_error_does_not_compile_either() {
    let dir = submission(&[("udp_sender.py", "import socket\nprint('hello'\n")]);
    let told = said(xtask().args(["grade", "--exercise", "udp_sender"]).arg(dir.path()), dir.path());
    assert!(told.contains("udp_sender.py does not compile"), "{told}");
    assert!(told.contains("SyntaxError: '(' was never closed"), "{told}");
    assert!(told.ends_with("exit 1\n"), "{told}");
}

#[test]
fn a_c_program_is_compiled_with_its_own_headers_and_refused_with_the_compilers_words() {
    let dir = submission(&[
        ("udp_sender.c", "#include \"own.h\"\nint main(void) { return OWN; }\n"),
        ("own.h", "#define OWN 0\n"),
    ]);
    let grade = || said(xtask().args(["grade", "--check", "udp_sender::empty_line"]).arg(dir.path()), dir.path());
    assert!(grade().contains("✗ udp_sender::empty_line"));
    // Another header makes another program.
    put(dir.path(), "own.h", "#define OTHER 0\n", 0o644);
    let told = grade();
    assert!(told.contains("udp_sender.c does not compile") && told.contains("OWN"), "{told}");
}

#[test]
fn the_matrix_names_what_each_check_catches() {
    let dir = exercises::root();
    let told = said(xtask().args(["matrix", "--check", "udp_sender::empty_line"]), dir);
    assert!(told.starts_with("udp_sender\n  empty_line  "), "{told}");
    assert!(told.contains("skips_the_empty_line.py"), "{told}");
    assert!(told.ends_with("fail where they should and nowhere else.\nexit 0\n"), "{told}");
}

#[test]
fn a_cargo_package_is_built_and_one_binary_that_does_not_compile_stops_no_other() {
    let dir = folder();
    let bins = ["udp_sender", "tcp_server"].map(|name| format!("[[bin]]\nname = \"{name}\"\npath = \"{name}.rs\"\n"));
    let manifest = format!("[package]\nname = \"kim\"\nedition = \"2024\"\n[workspace]\n{}", bins.concat());
    put(dir.path(), "Cargo.toml", &manifest, 0o644);
    put(dir.path(), "udp_sender.rs", &program("solutions/udp_sender.rs"), 0o644);
    put(dir.path(), "tcp_server.rs", "fn main() { let port: u16 = \"8989\"; }\n", 0o644);
    let told = said(xtask().arg("grade").arg(dir.path()), dir.path());
    assert!(told.contains("✓ udp_sender"), "{told}");
    assert!(told.contains("tcp_server: Cargo package kim does not compile."), "{told}");
    assert!(told.contains("expected `u16`, found `&str`"), "{told}");
    assert!(told.ends_with("exit 1\n"), "{told}");
}

#[test]
fn a_relative_build_folder_is_that_of_the_grader_and_not_of_the_submission() {
    let dir = folder();
    let net = dir.path().join("net");
    fs::create_dir(&net).unwrap();
    let package = "[package]\nname = \"kim\"\nedition = \"2024\"\n[workspace]\n";
    let manifest = format!("{package}[[bin]]\nname = \"udp_receiver\"\npath = \"udp_receiver.rs\"\n");
    put(&net, "Cargo.toml", &manifest, 0o644);
    for name in ["udp_sender.rs", "udp_receiver.rs"] {
        put(&net, name, &program(&format!("solutions/{name}")), 0o644);
    }
    let mut command = xtask();
    command.current_dir(&dir).env("CARGO_TARGET_DIR", "out").args(["grade", "net"]);
    let told = said(command.args(["-c", "udp_sender::utf8_text", "-c", "udp_receiver::utf8_text"]), dir.path());
    assert!(told.ends_with("2 of 2 checks passed. 2 of 2 points.\nexit 0\n"), "{told}");
    assert!(dir.path().join("out/grade").is_dir() && !net.join("out").exists());
}

#[test]
fn a_missing_program_fails_its_exercise_alone() {
    let dir = submission(&[("udp_sender.py", &program("solutions/python/udp_sender.py"))]);
    insta::assert_snapshot!(said(xtask().arg("grade").arg(dir.path()), dir.path()));
}

#[rstest]
#[case::empty("no_program", &[])]
#[case::not_executable("not_executable", &[("tcp_server", "#!/bin/sh\n")])]
#[case::others("other_files", &[("a", ""), ("b.py", ""), ("c\u{1b}[2J", ""), ("d", ""), ("e", ""), ("f", ""), ("g", ""), ("h", ""), ("i", ""), (".DS_Store", "")])]
#[case::two("two_programs", &[("tcp_server.py", ""), ("tcp_server.rs", "")])]
fn a_submission_that_cannot_be_graded_is_explained(#[case] name: &str, #[case] files: &[(&str, &str)]) {
    let dir = submission(files);
    insta::assert_snapshot!(name, said(xtask().arg("grade").arg(dir.path()), dir.path()));
}

#[test]
fn a_manifest_that_cannot_be_read_is_explained_by_cargo() {
    let dir = submission(&[("Cargo.toml", "[package\n")]);
    let told = said(xtask().arg("grade").arg(dir.path()), dir.path());
    assert!(told.starts_with("error: DIR: Cargo.toml cannot be read.\nerror: "), "{told}");
    assert!(told.contains("Cargo.toml:1:9") && told.ends_with("exit 2\n"), "{told}");
}

#[rstest]
#[case::an_unknown_exercise("unknown_exercise", &["grade", "--exercise", "tcp_sever"])]
#[case::an_unknown_check("unknown_check", &["grade", "--check", "tcp_server::one_klient"])]
#[case::a_check_of_another_exercise("other_exercise", &["grade", "-e", "tcp_server", "-c", "udp_sender::utf8_text"])]
#[case::a_check_without_its_exercise("bare_check", &["grade", "--check", "one_client"])]
#[case::no_labs("no_labs", &["grade", "--jobs", "0"])]
#[case::a_folder_that_does_not_exist("no_folder", &["grade", "nowhere"])]
#[case::a_file("a_file", &["grade", "Cargo.toml"])]
#[case::another_format("another_format", &["grade", "--format", "xml"])]
fn wrong_arguments_are_explained(#[case] name: &str, #[case] args: &[&str]) {
    let dir = submission(&[]);
    insta::assert_snapshot!(name, said(xtask().args(args), dir.path()));
}

#[test]
fn a_report_has_standard_output_for_itself() {
    let dir = submission(&[("udp_sender.py", &program("solutions/python/udp_sender.py"))]);
    let mut command = xtask();
    command.args(["grade", "--check", "udp_sender::utf8_text", "--report", "csv=-"]).arg(dir.path());
    let output = command.output().unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(out.lines().count(), 2, "{out}");
    assert!(out.starts_with("submission,points,") && out.ends_with(",1,1,1,1,0,0,0,1,\n"), "{out}");
    assert!(err.ends_with("1 of 1 checks passed. 1 of 1 points.\n"), "{err}");
}

#[rstest]
#[case::two(&["--report", "csv=-", "--report", "tap=-"], "error: --report csv=- and --report tap=- both write to standard output.")]
#[case::beside_json(&["--format", "json", "--report", "csv=-"], "error: --format json and --report csv=- both write to standard output.")]
fn two_reports_on_standard_output_are_refused(#[case] args: &[&str], #[case] expected: &str) {
    for command in ["grade", "merge"] {
        let told = said(xtask().arg(command).args(args).arg("nowhere"), Path::new("/"));
        assert!(told.starts_with(expected) && told.ends_with("=FILE\nexit 2\n"), "{told}");
    }
}

#[test]
fn where_there_is_no_grade_it_is_said_that_there_is_no_report() {
    let dir = submission(&[]);
    let mut command = xtask();
    command.current_dir(&dir).args(["grade", ".", "--report", "csv=grades.csv"]);
    let told = said(&mut command, dir.path());
    assert!(told.ends_with("\nNo report was written: csv=grades.csv\nexit 2\n"), "{told}");
    assert!(!dir.path().join("grades.csv").exists());
    let told = said(xtask().current_dir(&dir).args(["merge", "none.sqlite", "--report", "html=x.html"]), dir.path());
    assert!(told.ends_with("\nNo report was written: html=x.html\nexit 2\n"), "{told}");
}

#[test]
fn a_link_is_followed_to_the_program() {
    let real = submission(&[("mine.py", &program("solutions/python/udp_sender.py"))]);
    let dir = folder();
    std::os::unix::fs::symlink(real.path().join("mine.py"), dir.path().join("udp_sender.py")).unwrap();
    let told = said(xtask().args(["grade", "--exercise", "udp_sender"]).arg(dir.path()), dir.path());
    assert!(told.ends_with("9 of 9 checks passed. 10 of 10 points.\nexit 0\n"), "{told}");
}

#[test]
fn a_check_narrows_its_exercise() {
    let dir = submission(&[("udp_sender.py", &program("solutions/python/udp_sender.py"))]);
    let mut command = xtask();
    command.args(["grade", "-e", "udp_sender", "-c", "udp_sender::utf8_text"]).arg(dir.path());
    let told = said(&mut command, dir.path());
    assert!(told.ends_with("1 of 1 checks passed. 1 of 1 points.\nexit 0\n"), "{told}");
}

#[test]
fn a_ladder_shows_the_conversation_of_each_check_whether_or_not_it_passed() {
    let wrong = program("exercises/tcp_client/wrong/resets_instead_of_closing.c");
    let dir = submission(&[("tcp_client.c", &wrong), ("udp_sender.py", &program("solutions/python/udp_sender.py"))]);
    let mut command = xtask();
    command.args(["grade", "--show", "ladder", "--check", "tcp_client::utf8_text"]);
    command.args(["--check", "udp_sender::nobody_listens"]).arg(dir.path());
    insta::assert_snapshot!(said(&mut command, dir.path()));
}

#[test]
fn the_differing_step_of_a_failure_is_drawn_in_the_states_that_came_before() {
    let wrong = program("exercises/tcp_client/wrong/resets_instead_of_closing.c");
    let dir = submission(&[("tcp_client.c", &wrong)]);
    let mut command = xtask();
    command.args(["grade", "--check", "tcp_client::utf8_text"]).arg(dir.path());
    insta::assert_snapshot!(said(&mut command, dir.path()));
}

#[test]
fn json_has_the_same_verdicts_and_the_evidence() {
    let wrong = program("exercises/udp_sender/wrong/sends_twice.py");
    let dir = submission(&[("udp_sender.py", &wrong)]);
    let mut command = xtask();
    command.args(["grade", "--format", "json", "--check", "udp_sender::one_datagram"]).arg(dir.path());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let check = &json["submissions"][0]["exercises"][0]["checks"][0];
    assert_eq!(check["verdict"], "fail");
    assert_eq!(check["step"], 2);
    assert_eq!(check["expected"], serde_json::json!(["program → P  \"hello\" (5 bytes)", "exits 0"]));
    assert_eq!(check["seen"][0], check["seen"][1]);
    assert_eq!(check["doing"]["state"][0], "The program exited with status 0.");
}

#[test]
fn the_list_shows_every_check_and_what_it_is_about() {
    let dir = submission(&[]);
    insta::assert_snapshot!(said(xtask().arg("list"), dir.path()));
}

#[test]
fn help_says_what_there_is() {
    let dir = submission(&[]);
    insta::assert_snapshot!("help", said(xtask().arg("--help"), dir.path()));
    insta::assert_snapshot!("help_grade", said(xtask().args(["grade", "--help"]), dir.path()));
    insta::assert_snapshot!("help_trace", said(xtask().args(["trace", "--help"]), dir.path()));
}

#[test]
fn the_readme_shows_what_is_printed() {
    let readme = program("README.md");
    let solutions = xtask::programs::solutions();
    let wrong = submission(&[("tcp_server.py", &program("exercises/tcp_server/wrong/does_not_reuse_the_address.py"))]);
    for (args, dir) in [(&[][..], solutions.as_path()), (&["--exercise", "tcp_server"], wrong.path())] {
        let told = said(xtask().arg("grade").args(args).arg(dir), dir);
        let report = told.rsplit_once("exit ").unwrap().0;
        assert!(readme.contains(report), "the README does not show this:\n{report}");
    }
}

/// All reviewed snapshots with their texts.
fn snapshots() -> Vec<(PathBuf, Vec<u8>)> {
    let mut out = Vec::new();
    for exercise in exercises::EXERCISES {
        for entry in fs::read_dir(exercises::folder(exercise).join("snapshots")).unwrap() {
            let path = entry.unwrap().path();
            out.push((path.clone(), fs::read(path).unwrap()));
        }
    }
    out.sort();
    out
}

#[test]
fn the_environment_of_a_snapshot_tool_changes_no_verdict_and_no_file() {
    let wrong = program("exercises/udp_sender/wrong/keeps_the_newline.rs");
    let dir = submission(&[("udp_sender.rs", &wrong)]);
    let grade = || {
        let mut command = xtask();
        command.args(["grade", "--exercise", "udp_sender"]).arg(dir.path());
        command
    };
    let before = snapshots();
    let plain = said(&mut grade(), dir.path());
    assert!(plain.ends_with("exit 1\n"), "{plain}");
    let mut forced = grade();
    forced.env("INSTA_FORCE_PASS", "1").env("INSTA_UPDATE", "always");
    assert_eq!(said(&mut forced, dir.path()), plain);
    assert_eq!(snapshots(), before);
}
