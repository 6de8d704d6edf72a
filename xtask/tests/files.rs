//! `grade --pcap` and `grade --svg`: which files there are, and that tshark reads captures without a complaint.

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin_cmd;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;
use tempfile::TempDir;

/// Grades the Python reference programs in some checks.
fn grade(checks: &[&str], pcap: &Path) -> Command {
    let mut command = cargo_bin_cmd!("xtask");
    command.arg("grade").arg(xtask::programs::solutions().join("python")).arg("--pcap").arg(pcap);
    for check in checks {
        command.args(["--check", check]);
    }
    command
}

#[test]
fn each_check_has_a_file_in_a_folder_that_is_made() {
    let dir = tempfile::tempdir().unwrap();
    let pcap = dir.path().join("some/where");
    grade(&["udp_sender::one_datagram", "udp_sender::bad_arguments"], &pcap).assert().success();
    let mut files: Vec<_> = fs::read_dir(&pcap).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    files.sort();
    assert_eq!(files, ["udp_sender-bad_arguments.pcapng", "udp_sender-one_datagram.pcapng"]);
    for file in files {
        assert_eq!(fs::read(pcap.join(file)).unwrap()[..4], [0x0a, 0x0d, 0x0d, 0x0a]);
    }
}

#[test]
fn each_check_can_have_its_drawing_as_a_picture() {
    let dir = tempfile::tempdir().unwrap();
    let svg = dir.path().join("pictures");
    let solutions = xtask::programs::solutions().join("python");
    let mut command = cargo_bin_cmd!("xtask");
    command.arg("grade").arg(solutions).arg("--svg").arg(&svg).args(["--check", "udp_sender::one_datagram"]);
    command.assert().success();
    let picture = fs::read_to_string(svg.join("udp_sender-one_datagram.svg")).unwrap();
    assert!(picture.starts_with("<svg") && picture.contains("hello"), "{picture}");
}

#[test]
fn a_folder_that_cannot_be_made_is_named_before_anything_is_built() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    let output = grade(&["udp_sender::one_datagram"], &file.join("captures")).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let said = String::from_utf8(output.stderr).unwrap().replace(file.to_str().unwrap(), "FILE");
    insta::assert_snapshot!(said, @"error: --pcap FILE/captures: captures cannot be written there: Not a directory (os error 20)");
}

#[test]
fn tshark_reads_every_file_without_a_complaint() {
    let dir = tempfile::tempdir().unwrap();
    // TCP, UDP, ICMP with a copy of a datagram, and no packet at all.
    let checks = ["tcp_server::restarts_at_once", "udp_sender::nobody_listens", "udp_sender::too_large"];
    grade(&checks, dir.path()).assert().success();

    let server = |fields: &[&str]| tshark(&dir, "tcp_server-restarts_at_once", fields);
    let Some(comments) = server(&["-T", "fields", "-e", "frame.comment", "-Y", "frame.comment"]) else { return };
    insta::assert_snapshot!(comments, @r#"
    step 1: start tcp_server {port},step 2: A connects to {port}
    step 3: A sends "The printer on the third floor is out of paper again, please send help."
    step 4: A closes
    step 5: start tcp_server {port},step 6: B connects to {port}
    step 7: B sends "Now the coffee machine is broken as well, and it is Monday morning too!"
    step 8: B closes
    "#);
    let verified = "ip.checksum.status == 1 and (tcp.checksum.status == 1 or udp.checksum.status == 1)";
    for check in checks {
        let name = check.replace("::", "-");
        let read = |filter: &[&str]| tshark(&dir, &name, filter).unwrap_or_default();
        assert_eq!(read(&["-Y", verified]), read(&[]), "{name}");
        assert_eq!(
            read(&["-Y", "_ws.malformed or tcp.checksum.status == 0 or udp.checksum.status == 0"]),
            "",
            "{name}"
        );
        assert_eq!(read(&[]).is_empty(), name == "udp_sender-too_large", "{name}");
    }
}

/// What tshark writes about a capture, with all checksums verified; `None` where there is no tshark.
fn tshark(dir: &TempDir, name: &str, args: &[&str]) -> Option<String> {
    let checksums = ["ip", "tcp", "udp"].map(|name| format!("-o{name}.check_checksum:TRUE"));
    let mut command = std::process::Command::new("tshark");
    command.arg("-r").arg(dir.path().join(name).with_extension("pcapng")).args(&checksums).args(args);
    let output = match command.output() {
        Ok(output) => output,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            // Not by a macro, whose words a passing test keeps to itself.
            std::io::stderr()
                .write_all(b"\nSKIPPED: tshark is not installed, so it was not asked to read a capture\n")
                .unwrap();
            return None;
        }
        Err(error) => panic!("{error}"),
    };
    let said = String::from_utf8(output.stderr).unwrap();
    let complaints: Vec<_> = said.lines().filter(|line| !line.starts_with("Running as user")).collect();
    assert!(output.status.success() && complaints.is_empty(), "{name}: {said}");
    Some(String::from_utf8(output.stdout).unwrap())
}
