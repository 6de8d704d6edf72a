//! Archives that are graded, like the folder that was packed; and their private folder.

use super::make::{Zipped, entry, entry_with, file, moded, remark, stored, tar, tar_gz, zip};
use super::{Place, files, program, said};
use assert_cmd::cargo::cargo_bin_cmd;
use rstest::rstest;
use serde_json::Value;
use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tar::EntryType;
use xtask::submission::archive;

/// A submission with a program that fails its check, and one that passes it.
const PROGRAMS: [(&str, &str); 2] = [
    ("udp_sender.py", "exercises/udp_sender/wrong/sends_twice.py"),
    ("tcp_client.py", "solutions/python/tcp_client.py"),
];

/// Its files in a zip archive, in this folder.
fn zipped(folder: &str) -> Vec<Zipped> {
    PROGRAMS.map(|(name, path)| stored(format!("{folder}{name}"), &program(path))).into()
}

/// Its files in a tar file, in this folder.
fn tarred(folder: &str) -> Vec<Vec<u8>> {
    PROGRAMS.map(|(name, path)| file(format!("{folder}{name}"), &program(path))).into()
}

fn folder(name: &str) -> Vec<u8> {
    entry(name, EntryType::Directory, b"")
}

/// What this tool makes of it.
fn packed(tool: &str) -> Vec<u8> {
    let zip_with = |files: Vec<Zipped>, others: &[Zipped]| zip(&[others, &files].concat());
    let tar_gz_with = |files: Vec<Vec<u8>>, others: &[Vec<u8>]| tar_gz(&[others, &files].concat());
    match tool {
        "zip" => zip(&zipped("")),
        "zip of a folder" => zip_with(zipped("net/"), &[moded("net/", 0o040_755)]),
        "zip of macOS" => zip_with(zipped("net/"), &["net/.DS_Store", "__MACOSX/net/._a.py"].map(|n| stored(n, b"x"))),
        "zip of Windows" => zip(&zipped("").into_iter().map(|entry| Zipped { mode: 0, ..entry }).collect::<Vec<_>>()),
        "tar" => tar(&tarred("")),
        "tar.gz" => tar_gz_with(tarred("./"), &[folder("./"), folder("./.git/"), file("./.git/config", b"x")]),
        "tar.gz of git" => {
            let remark = entry("pax_global_header", EntryType::XGlobalHeader, b"17 comment=abcdef\n");
            tar_gz_with(tarred("net/"), &[remark, folder("net/")])
        }
        "tar.gz of macOS" => {
            tar_gz_with(tarred("net/"), &[file("._net", b"x"), remark("mtime", "1.5"), folder("net/")])
        }
        _ => unreachable!("{tool}"),
    }
}

/// The report without what the submission is called.
fn report(place: &Place) -> Value {
    let mut command = place.grade("udp_sender::utf8_text");
    let output = command.args(["--check", "tcp_client::utf8_text", "--format", "json"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let mut json: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}"));
    let mut graded = json["submissions"][0].take();
    assert_eq!(graded["submission"].take(), place.archive);
    for exercise in graded["exercises"].as_array_mut().unwrap() {
        for check in exercise["checks"].as_array_mut().unwrap() {
            assert!(check["milliseconds"].take().is_u64());
        }
    }
    graded
}

#[rstest]
#[case("zip")]
#[case("zip of a folder")]
#[case("zip of macOS")]
#[case("zip of Windows")]
#[case("tar")]
#[case("tar.gz")]
#[case("tar.gz of git")]
#[case("tar.gz of macOS")]
fn an_archive_is_graded_like_its_folder(#[case] tool: &str) {
    let place = Place::new("folder/udp_sender.py", &program(PROGRAMS[0].1));
    fs::write(place.dir.path().join("folder/tcp_client.py"), program(PROGRAMS[1].1)).unwrap();
    let expected = report(&Place { archive: "folder", ..place });
    assert_eq!(expected["exercises"][0]["checks"][0]["verdict"], "fail");
    assert_eq!(expected["exercises"][1]["checks"][0]["verdict"], "pass");
    // The name says nothing: what it is stands in its bytes.
    let place = Place::new("submission", &packed(tool));
    assert_eq!(report(&place), expected);
    assert_eq!(place.left(), [""; 0]);
}

#[test]
fn a_cargo_package_is_built_in_the_private_folder_below_this_workspace() {
    let manifest =
        b"[package]\nname = \"kim\"\nedition = \"2024\"\n[[bin]]\nname = \"udp_sender\"\npath = \"main.rs\"\n";
    let package = |main: &[u8]| zip(&[stored("net/Cargo.toml", manifest), stored("net/main.rs", main)]);
    let place = Place::new("kim.zip", &package(&program("solutions/udp_sender.rs")));
    // Where people have it: in the build folder of this repository.
    let mut command = cargo_bin_cmd!("xtask");
    command.current_dir(&place.dir).args(["grade", "--check", "udp_sender::utf8_text", "kim.zip"]);
    let told = said(&mut command);
    assert!(told.ends_with("1 of 1 checks passed. 1 of 1 points.\nexit Some(0)\n"), "{told}");
    // Another archive of the same name is another program, and nothing that was built is left.
    fs::write(place.dir.path().join("kim.zip"), package(b"fn main() { nothing() }\n")).unwrap();
    let told = said(&mut place.grade("udp_sender::utf8_text"));
    assert!(told.contains("Cargo package kim does not compile.\n  error[E0425]"), "{told}");
    assert!(told.ends_with("exit Some(1)\n"), "{told}");
    assert_eq!(place.left(), [""; 0]);
}

#[test]
fn what_is_wrong_with_the_programs_is_told_by_the_archives_name() {
    let place = Place::new(
        "kim.zip",
        &zip(&[stored("net/Cargo.toml", b"[package]\nname = \"kim\"\n[workspace]\nmembers = [\"x\"]\n")]),
    );
    let told = said(&mut place.grade("udp_sender::utf8_text"));
    assert!(told.starts_with("error: kim.zip: Cargo.toml cannot be read.\nerror: "), "{told}");
    assert!(told.contains("`kim.zip/") && !told.contains("unpacked") && told.ends_with("exit Some(2)\n"), "{told}");
    let place = Place::new("kim.zip", &zip(&[stored("net/sender.py", b"")]));
    let told = said(&mut place.grade("udp_sender::utf8_text"));
    assert!(told.starts_with("error: kim.zip: no program found."), "{told}");
    assert!(told.ends_with("This is about the archive's only folder, `net`.\nexit Some(2)\n"), "{told}");
    assert_eq!(place.left(), [""; 0]);
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[rstest]
#[case::zip(zip(&[moded("a/", 0o042_700), moded("a/program", 0o106_711), moded("a/text", 0o100_600)]))]
#[case::tar(tar(&[
    entry_with("a/", EntryType::Directory, b"", |header| header.set_mode(0o2700)),
    entry_with("a/program", EntryType::Regular, b"", |header| header.set_mode(0o6711)),
    entry_with("a/text", EntryType::Regular, b"", |header| header.set_mode(0o600)),
]))]
fn permissions_are_ours_and_who_may_execute_a_file_is_everybody(#[case] bytes: Vec<u8>) {
    let place = Place::new("a.zip", &bytes);
    let unpacked = archive::open(&place.dir.path().join("a.zip"), "a.zip").unwrap().unwrap();
    let dir = unpacked.submission();
    assert_eq!(dir.file_name().unwrap(), "a");
    assert_eq!([mode(&dir), mode(&dir.join("program")), mode(&dir.join("text"))], [0o755, 0o755, 0o644]);
    // Nobody else lists it from outside.
    assert_eq!(mode(dir.ancestors().nth(2).unwrap()), 0o711);
}

#[test]
fn two_graders_at_one_archive_have_a_folder_each() {
    let place = Place::new("a.zip", &zip(&[stored("a.py", b"two graders")]));
    let open = || archive::open(&place.dir.path().join("a.zip"), "a.zip").unwrap().unwrap();
    let (first, second) = (open(), open());
    let (one, other) = (first.submission(), second.submission());
    assert_ne!(one, other);
    drop(first);
    assert!(!one.exists() && other.join("a.py").exists());
    // The name is that of the content: what a program prints about it is the same each time.
    assert_eq!(open().submission(), one);
    drop(second);
    assert!(!other.exists());
}

#[test]
fn what_a_killed_grader_has_left_is_removed_and_what_a_living_one_has_is_not() {
    let place = Place::new("a.zip", &zip(&zipped("")));
    let all = place.dir.path().join("target/grade/unpacked");
    for name in ["dead", "living"] {
        fs::create_dir_all(all.join(name)).unwrap();
        fs::write(all.join(name).join("lock"), "").unwrap();
    }
    fs::create_dir_all(all.join("died early/files")).unwrap();
    let held = File::options().write(true).open(all.join("living/lock")).unwrap();
    held.lock().unwrap();
    let told = said(&mut place.grade("tcp_client::utf8_text"));
    assert!(told.ends_with("exit Some(0)\n"), "{told}");
    assert_eq!(files(&all), ["living/lock", "lock"]);
}
