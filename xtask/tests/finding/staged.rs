//! Making of an entry what can be graded.

use super::{class, find, tree};
use rstest::rstest;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use xtask::class::entry::{At, Entry};
use xtask::class::find::Given;

fn entry(dir: &Path, name: &str) -> Entry {
    class(dir).entries.into_iter().find(|entry| entry.name == name).unwrap()
}

/// The files of a folder: name, permissions and content.
fn files(dir: &Path) -> Vec<(String, u32, String)> {
    let mut out: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let mode = entry.metadata().unwrap().permissions().mode() & 0o7777;
            (entry.file_name().into_string().unwrap(), mode, fs::read_to_string(entry.path()).unwrap())
        })
        .collect();
    out.sort();
    out
}

const TWO_PEOPLE: &[&str] = &[
    "Kim Lee_1_assignsubmission_file_tcp_server.py",
    "Kim Lee_1_assignsubmission_file_tcp_client",
    "Ana Ruiz_2_assignsubmission_file_tcp_server.py",
];

#[test]
fn files_of_one_person_are_copied_into_a_folder_that_labs_can_read_and_that_is_gone_later() {
    let dir = tree(TWO_PEOPLE);
    let path = |number: usize| dir.path().join(TWO_PEOPLE[number]);
    fs::set_permissions(path(0), Permissions::from_mode(0o600)).unwrap();
    fs::set_permissions(path(1), Permissions::from_mode(0o700)).unwrap();
    let before = files(dir.path());

    let staged = entry(dir.path(), "Kim Lee_1").stage().unwrap();
    let folder = staged.path().to_owned();
    let expected = [("tcp_client", 0o755, TWO_PEOPLE[1]), ("tcp_server.py", 0o644, TWO_PEOPLE[0])];
    assert_eq!(files(&folder), expected.map(|(name, mode, text)| (name.to_owned(), mode, text.to_owned())));
    assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o755);
    assert_eq!(find(std::slice::from_ref(&folder)).unwrap(), Given::One(folder.clone()));
    assert_eq!(files(dir.path()), before);

    let copy = staged.clone();
    drop(staged);
    assert!(folder.exists());
    let kept = copy.unpacked();
    drop(copy);
    assert!(folder.exists());
    drop(kept);
    assert!(!folder.exists());
}

#[test]
fn a_folder_and_an_archive_are_graded_where_they_are() {
    let dir = tree(&["kim/tcp_server.py", "lee.zip < tcp_server.py"]);
    for (name, path) in [("kim", "kim"), ("lee", "lee.zip")] {
        let staged = entry(dir.path(), name).stage().unwrap();
        assert_eq!(staged.path(), dir.path().join(path));
        assert!(staged.unpacked().is_none());
    }
}

#[rstest]
#[case::to_somebody_elses("../lee/tcp_server.py", true)]
#[case::to_the_system("/etc/passwd", true)]
#[case::through_another("way", true)]
#[case::to_its_own("src/main.py", false)]
#[case::to_nothing("nothing", false)]
#[case::to_a_folder("/usr", false)]
fn a_program_that_is_a_link_out_of_the_submission_is_refused(#[case] target: &str, #[case] refused: bool) {
    let link = format!("kim/tcp_server.py -> {target}");
    let dir = tree(&["kim/tcp_client.py", "kim/src/main.py", "lee/tcp_server.py", "kim/way -> /etc/passwd", &link]);
    if target != "way" {
        fs::remove_file(dir.path().join("kim/way")).unwrap();
    }
    let staged = entry(dir.path(), "kim").stage();
    let message = "kim: tcp_server.py is a symbolic link that leads out of the submission. Put the file in its place";
    assert_eq!(staged.err().map(|trouble| trouble.to_string()), refused.then(|| message.to_owned()));
}

#[test]
fn a_file_that_became_a_link_is_not_followed() {
    let dir = tree(TWO_PEOPLE);
    let kim = entry(dir.path(), "Kim Lee_1");
    let path = dir.path().join(TWO_PEOPLE[0]);
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink(dir.path().join(TWO_PEOPLE[2]), &path).unwrap();
    let At::Files(files) = &kim.at else { panic!("{kim:?}") };
    assert_eq!(files["tcp_server.py"], path);
    let staged = kim.stage().map(|staged| staged.path().to_owned());
    assert!(staged.is_err(), "{staged:?}");
}

#[test]
fn copies_have_the_digest_of_what_was_copied() {
    let dir = tree(TWO_PEOPLE);
    for (number, mode) in [(0, 0o600), (1, 0o700)] {
        fs::set_permissions(dir.path().join(TWO_PEOPLE[number]), Permissions::from_mode(mode)).unwrap();
    }
    let kim = entry(dir.path(), "Kim Lee_1");
    let staged = kim.stage().unwrap();
    let copy = Entry { name: String::new(), at: At::Path(staged.path().to_owned()) };
    assert_eq!(copy.digest().unwrap(), kim.digest().unwrap());
}
