//! What is a class and what is one submission, and how names come to be.

use super::{class, find, told, tree};
use rstest::rstest;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use xtask::class::find::{Class, Given};

/// What is said about these paths in a folder: the class, or the message.
fn said(things: &[&str], paths: &[&str]) -> String {
    let dir = tree(things);
    let paths: Vec<_> = paths.iter().map(|path| dir.path().join(path)).collect();
    match find(&paths) {
        Ok(Given::Class(class)) => told(&class, dir.path()).replace(&format!("{}/", dir.path().display()), ""),
        Ok(Given::One(path)) => format!("one submission: {}\n", path.strip_prefix(dir.path()).unwrap().display()),
        Err(trouble) => {
            assert_eq!(trouble.exit_code(), 2.into());
            format!("error: {trouble}\n").replace(&format!("{}/", dir.path().display()), "")
        }
    }
}

#[rstest]
#[case::program(&["hw/tcp_server.py", "hw/kim/tcp_server.py"], "hw")]
#[case::package(&["hw/Cargo.toml", "hw/kim/tcp_server.py"], "hw")]
#[case::file_that_is_not_executable(&["hw/tcp_server", "hw/kim/tcp_server.py"], "hw")]
#[case::linked_program(&["hw/tcp_server.py -> kim/tcp_server.py", "hw/kim/tcp_server.py"], "hw")]
#[case::other_programs(&["hw/kim/udp_sender.py", "hw/lee/server.py"], "hw")]
#[case::folder_called_like_a_program(&["hw/kim/tcp_server.py/a", "hw/lee/tcp_server.py/a"], "hw")]
#[case::photos(&["hw/IMG_20260101_120000_1.jpg", "hw/IMG_20260102_120000_2.jpg"], "hw")]
#[case::nothing(&["hw/"], "hw")]
#[case::hidden(&["hw/.kim/tcp_server.py", "hw/__MACOSX/tcp_server.py"], "hw")]
#[case::link_to_a_folder(&["lee/tcp_server.py", "hw/kim -> ../lee"], "hw")]
#[case::archive_without_a_program(&["hw/kim.zip < a.py"], "hw")]
#[case::archive(&["kim.zip < kim/tcp_server.py"], "kim.zip")]
#[case::archive_of_two_folders_with_one_program(&["kim.zip < a/tcp_server.py b/x"], "kim.zip")]
#[case::text(&["tcp_server.py"], "tcp_server.py")]
#[case::nowhere(&["a"], "nowhere")]
fn it_is_one_submission(#[case] things: &[&str], #[case] path: &str) {
    assert_eq!(said(things, &[path]), format!("one submission: {path}\n"));
}

#[rstest]
#[case::folder(&["hw/kim/tcp_server.py", "hw/lee/"], "kim  =  hw/kim\nlee  =  hw/lee\n")]
#[case::one_person(&["hw/kim/tcp_server.py"], "kim  =  hw/kim\n")]
#[case::archives(&["hw/a.zip < x.py", "hw/kim.zip < tcp_server.py"], "a  =  hw/a.zip\nkim  =  hw/kim.zip\n")]
#[case::unpacked_twice(&["hw/hw/kim/tcp_server.py", "hw/hw/lee/a", "hw/.DS_Store"], "kim  =  hw/hw/kim\nlee  =  hw/hw/lee\n")]
#[case::archive_of_an_unread_kind(&["hw/kim/tcp_server.py", "hw/lee.rar < a"], "kim  =  hw/kim\nlee  =  hw/lee.rar\n")]
#[case::name_twice(&["hw/kim/tcp_server.py", "hw/kim.zip < a"], "kim  =  hw/kim\nkim.zip  =  hw/kim.zip\n")]
fn it_is_a_class(#[case] things: &[&str], #[case] expected: &str) {
    assert_eq!(said(things, &["hw"]), expected);
}

#[test]
fn what_is_not_looked_at_is_told() {
    let dir = tree(&[
        "kim/tcp_server.py",
        "Kim/tcp_server.py",
        "outside -> /etc",
        "inside -> kim",
        "1.txt",
        "2.txt",
        "3.txt",
        "4.txt",
        "5.txt",
        "6.txt",
        "7.txt",
    ]);
    let fifo = dir.path().join("fifo");
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0).unwrap();
    insta::assert_snapshot!("what_is_not_looked_at", told(&class(dir.path()), dir.path()));
}

#[test]
fn names_are_safe_to_show_whatever_folders_are_called() {
    let dir = tree(&["kim/tcp_server.py"]);
    for name in [&b"l\xefe"[..], b"\x1b[2J", "a\u{202e}b".as_bytes(), "王小明".as_bytes(), b"l\\xefe"] {
        fs::create_dir(dir.path().join(OsStr::from_bytes(name))).unwrap();
    }
    let names: Vec<_> = class(dir.path()).entries.into_iter().map(|entry| entry.name).collect();
    assert_eq!(names, ["\\u{1b}[2J", "a\\u{202e}b", "kim", "l\\xefe", "l\\xefe #2", "王小明"]);
}

#[rstest]
#[case("of_folders_and_archives", &["a/kim/tcp_server.py", "b/lee.zip < x"], &["b/lee.zip", "a/kim"])]
#[case("with_the_same_names", &["x/a/kim/tcp_server.py", "x/b/kim/a", "x/b/lee/a"], &["x/a/kim", "x/b/kim", "x/b/lee"])]
#[case("given_twice", &["kim/tcp_server.py", "k -> kim"], &["kim", "kim/../kim", "k"])]
#[case("one_within_another", &["kim/net/tcp_server.py"], &["kim", "kim/net"])]
#[case("linked_and_meant", &["kim/tcp_server.py", "k -> kim", "lee.zip < a", "l.zip -> lee.zip"], &["k", "l.zip"])]
#[case("without_a_name", &["kim/tcp_server.py", "lee/a/x"], &["kim/.", "lee/a/.."])]
#[case("as_a_shell_writes_a_star",
    &["hw/K_1_assignsubmission_file_/a", "hw/K_1_assignsubmission_onlinetext_/o.html", "hw/L_2_assignsubmission_file_/tcp_server.py", "hw/grades.csv"],
    &["hw/K_1_assignsubmission_file_", "hw/K_1_assignsubmission_onlinetext_", "hw/L_2_assignsubmission_file_", "hw/grades.csv"])]
#[case("two_folders_of_one_person_are_not_two_submissions",
    &["hw/kim/client/tcp_client.py", "hw/kim/server/tcp_server.py", "hw/lee/"], &["hw/kim", "hw/lee"])]
#[case("classes", &["a/K_1_assignsubmission_file_/x", "b/x"], &["a", "b"])]
#[case("nothing_there", &["kim/tcp_server.py"], &["kim", "lee"])]
#[case("no_submission", &["a.txt", "b.txt"], &["a.txt", "b.txt"])]
#[case("no_path", &["a.txt"], &[])]
fn several_paths_are_a_class(#[case] name: &str, #[case] things: &[&str], #[case] paths: &[&str]) {
    insta::assert_snapshot!(name, said(things, paths));
}

#[test]
fn a_star_is_what_its_folder_is() {
    let things =
        ["hw/kim/net/tcp_server.py", "hw/lee.zip < tcp_server.py", "hw/Ana_1_assignsubmission_file_a.py", "hw/x.txt"];
    let dir = tree(&things);
    let mut paths: Vec<PathBuf> =
        fs::read_dir(dir.path().join("hw")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert_eq!(find(&paths).unwrap(), Given::Class(class(&dir.path().join("hw"))));
}

#[rstest]
#[case::moodle("Kim_1_assignsubmission_file_/tcp_server.py Lee_2_assignsubmission_file_/a")]
#[case::moodle_flat("Kim_1_assignsubmission_file_a.py Lee_2_assignsubmission_file_a")]
#[case::moodle_in_a_folder("hw/Kim_1_assignsubmission_file_/a.py hw/Lee_2_assignsubmission_file_/a")]
#[case::canvas("leekim_1_2_tcp_server.py ruizana_3_4_x.pdf")]
#[case::canvas_with_archives("leekim_1_2_work.zip ruizana_3_4_x.pdf")]
#[case::gradescope("assignment_1_export/submission_metadata.yml assignment_1_export/submission_1/tcp_server.py")]
#[case::folders("hw/kim/tcp_server.py hw/lee/tcp_client.c")]
fn an_archive_of_many_submissions_is_to_be_unpacked(#[case] names: &str) {
    let said = said(&[&format!("all.zip < {names}")], &["all.zip"]);
    assert_eq!(said, "error: all.zip: this is an archive of many submissions. Try: unpack it, and give the folder\n");
}

#[test]
fn an_archive_of_many_submissions_that_is_too_large_to_be_one_is_to_be_unpacked_too() {
    let dir = tree(&[]);
    let all = dir.path().join("all.zip");
    let mut bytes = super::zipped("Kim_1_assignsubmission_file_/tcp_server.py Lee_2_assignsubmission_file_/a");
    bytes.truncate(bytes.len() - 22);
    fs::write(&all, bytes).unwrap();
    // What is not written takes no disk.
    fs::File::options().write(true).open(&all).unwrap().set_len(100 << 20).unwrap();
    let message = find(&[all]).unwrap_err().to_string();
    assert!(message.contains("archive of many submissions"), "{message}");
}

#[test]
fn a_class_is_the_same_wherever_it_lies() {
    let names = |class: Class| class.entries.into_iter().map(|entry| entry.name).collect::<Vec<_>>();
    let things = ["x/kim/tcp_server.py", "x/kim.zip < a", "y/kim/a", "y/z/kim/tcp_server.py"];
    let paths = |dir: &std::path::Path| ["x/kim", "x/kim.zip", "y/kim", "y/z/kim"].map(|path| dir.join(path));
    let found = |things: &[&str], under: &str| {
        let dir = tree(things);
        let Given::Class(class) = find(&paths(&dir.path().join(under))).unwrap() else { panic!() };
        names(class)
    };
    let here = found(&things, "");
    assert_eq!(here, ["kim (x)", "kim (y)", "kim (y:z)", "kim.zip"]);
    let moved = things.map(|thing| format!("srv/cs/{thing}"));
    assert_eq!(found(&moved.each_ref().map(String::as_str), "srv/cs"), here);
}
