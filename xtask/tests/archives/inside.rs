//! Archives in a folder that is handed in: where there is no program beside them, it is said what became of them.

use super::make::{file, stored, tar_gz, zip};
use super::{program, said};
use assert_cmd::cargo::cargo_bin_cmd;
use rstest::rstest;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tempfile::TempDir;

/// A folder `kim` with these files.
fn kim(files: &[(&str, &[u8])]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::create_dir(dir.path().join("kim")).unwrap();
    for (name, bytes) in files {
        fs::write(dir.path().join("kim").join(name), bytes).unwrap();
    }
    dir
}

fn grade(dir: &Path, path: &str) -> String {
    let mut command = cargo_bin_cmd!("xtask");
    command.current_dir(dir).env("CARGO_TARGET_DIR", dir.join("target"));
    said(command.args(["grade", "--check", "udp_sender::utf8_text", path]))
}

fn good() -> Vec<u8> {
    zip(&[stored("udp_sender.py", &program("solutions/python/udp_sender.py"))])
}

fn cut() -> Vec<u8> {
    let good = good();
    good[..good.len() / 2].to_vec()
}

const REFUSED: &str = "hw.zip cannot be unpacked: the archive is cut off or damaged (invalid Zip archive: Could not find EOCD). Make it or copy it anew";

#[rstest]
#[case::alone(&[])]
#[case::beside_a_report(&[("report.pdf", &b"%PDF"[..])])]
#[case::beside_another(&[("other.tar.gz", &tar_gz(&[file("a", b"")])[..])])]
fn one_that_is_cut_off_is_told_with_the_reason(#[case] others: &[(&str, &[u8])]) {
    let cut = cut();
    let dir = kim(&[&[("hw.zip", &cut[..])], others].concat());
    let told = grade(dir.path(), "kim");
    assert!(told.starts_with(&format!("error: kim: no program found, and {REFUSED}. What is there: hw.zip")), "{told}");
    assert!(told.ends_with("exit Some(2)\n"), "{told}");
}

#[test]
fn the_list_of_a_class_has_the_reason_too() {
    let dir = kim(&[("hw.zip", &cut()), ("report.pdf", b"%PDF")]);
    fs::create_dir(dir.path().join("lee")).unwrap();
    fs::write(dir.path().join("lee/udp_sender.py"), program("solutions/python/udp_sender.py")).unwrap();
    let told = grade(dir.path(), ".");
    let row =
        told.lines().skip_while(|line| !line.starts_with("✗ kim")).take(4).map(str::trim).collect::<Vec<_>>().join(" ");
    assert!(
        row.starts_with("✗ kim  0 of 1  no program found, and hw.zip cannot be unpacked: the archive is cut off"),
        "{told}"
    );
}

#[test]
fn each_of_several_is_told() {
    let dir = kim(&[("a.rar", b"Rar!\x1a\x07\x01\0"), ("b.zip", &cut()), ("c.tar.gz", &tar_gz(&[file("a", b"")]))]);
    let told = grade(dir.path(), "kim");
    assert!(
        told.contains("no program found, and a.rar cannot be unpacked: this is a rar archive, which is not read."),
        "{told}"
    );
    assert!(told.contains("\nAnd b.zip cannot be unpacked: the archive is cut off"), "{told}");
    assert!(told.contains("\nIn the archive c.tar.gz is no program either.\n"), "{told}");
}

#[test]
fn one_with_a_program_that_is_not_unpacked_is_named() {
    let dir = kim(&[("a.zip", &good()), ("b.zip", &good())]);
    fs::create_dir(dir.path().join("lee")).unwrap();
    fs::write(dir.path().join("lee/udp_sender.py"), program("solutions/python/udp_sender.py")).unwrap();
    let mut command = cargo_bin_cmd!("xtask");
    command.current_dir(&dir).env("CARGO_TARGET_DIR", dir.path().join("target"));
    let told = said(command.args(["grade", "--check", "udp_sender::utf8_text", "--format", "json", "kim", "lee"]));
    assert!(told.contains("In the archive a.zip is udp_sender.py, but it is not unpacked. Try: unpack it"), "{told}");
}

#[test]
fn a_document_is_no_archive_that_anybody_means() {
    let dir = kim(&[("report.docx", &cut())]);
    let told = grade(dir.path(), "kim");
    assert!(told.starts_with("error: kim: no program found. What is there: report.docx\nFor udp_sender"), "{told}");
}
