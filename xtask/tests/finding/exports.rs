//! Exports, with the names that the platforms really write. Where each is documented stands with the code
//! (`xtask/src/class/exports`).

use super::{class, told, tree};
use rstest::rstest;
use std::fs;

const MOODLE_FOLDERS: &[&str] = &[
    "Kim Lee_1234567_assignsubmission_file/tcp_server.py",
    "Kim Lee_1234567_assignsubmission_onlinetext/onlinetext.html",
    // A folder that was uploaded with its own folders.
    "Ana Ruiz_1234568_assignsubmission_file/net/tcp_client.rs",
    "Ana Ruiz_1234568_assignsubmission_file/net/Cargo.toml",
    // An archive, alone and beside a report.
    "王小明_1234569_assignsubmission_file/作业.zip < tcp_server.c",
    "Bo Berg_1234570_assignsubmission_file/report.docx < word/document.xml",
    "Bo Berg_1234570_assignsubmission_file/work.zip < work/tcp_server.py",
    // Nothing but text.
    "O'Hara Jean-Luc_1234571_assignsubmission_onlinetext/onlinetext.html",
    "Zoe Zed_1234572_assignsubmission_file/",
    "__MACOSX/._x",
    ".DS_Store",
];

/// Before Moodle 4, and with groups and blind marking.
const MOODLE_OLDER_FOLDERS: &[&str] = &[
    "Kim Lee_1234567_assignsubmission_file_/tcp_server.py",
    "Participant_42_assignsubmission_file_/tcp_server.py",
    "Group 3_12_assignsubmission_file_/tcp_server.py",
    "Default group_assignsubmission_file_/tcp_server.py",
];

const MOODLE_FLAT: &[&str] = &[
    "Kim Lee_1234567_assignsubmission_file_tcp_server.py",
    "Kim Lee_1234567_assignsubmission_file_tcp_client.c",
    "Kim Lee_1234567_assignsubmission_onlinetext_onlinetext.html",
    "Ana Ruiz_1234568_assignsubmission_file_work.zip < tcp_server.py",
    "Bo Berg_1234570_assignsubmission_file_report.pdf",
    "Bo Berg_1234570_assignsubmission_file_work.zip < work/tcp_server.py",
    "Cy Coe_1234571_assignsubmission_onlinetext_onlinetext.html",
    "grades.csv",
];

const CANVAS: &[&str] = &[
    "leekim_12345_6789012_tcp_server.py",
    "leekim_12345_6789013_helper.py",
    "ruizana_LATE_12346_6789014_tcp_server.rs",
    // Handed in several times: the newest has the greatest number.
    "bergbo_12347_6789020_tcp_server-2.py",
    "bergbo_12347_6789019_tcp_server-1.py",
    "bergbo_12347_6789015_tcp_server.py",
    "bergbo_12347_6789021_helper-1.py",
    // Two files that only look like it.
    "coecy_12348_6789016_part-1.py",
    "coecy_12348_6789017_part-2.py",
    "coecy_12348_6789018_tcp_client-1.c",
    "王小明_12349_6789022_作业-1.zip < tcp_server.py",
    "王小明_12349_6789010_作业.zip < tcp_server.py",
    "zedzoe_12350_text.html",
    "yangyu_12351_6789023_tcp_server.py",
    "yangyu_12351_text.html",
    "anon_aB3xY_6789024_tcp_server.py",
    "LATE_anon_12345_6789025_tcp_server.py",
];

const GRADESCOPE: &[&str] = &[
    "submission_metadata.yml",
    "submission_101/tcp_server.py",
    "submission_102/net/tcp_server.py",
    "submission_103/notes.txt",
    "submission_104/tcp_server.py",
    "submission_105/tcp_server.py",
    "submission_106/tcp_server.py",
    "submission_107/tcp_server.py",
];

/// `gh classroom clone student-repos`, in its folder `sockets-submissions`.
const CLASSROOM: &[&str] = &[
    "sockets-submissions/sockets-kim/.git/HEAD",
    "sockets-submissions/sockets-kim/.github/workflows/classroom.yml",
    "sockets-submissions/sockets-kim/README.md",
    "sockets-submissions/sockets-kim/tcp_server.py",
    "sockets-submissions/sockets-lee-2/Cargo.toml",
    "sockets-submissions/sockets-lee-2/src/main.rs",
    "sockets-submissions/sockets-new/.git/HEAD",
    "sockets-submissions/grades.csv",
];

const BY_HAND: &[&str] = &[
    "kim/tcp_server.py",
    "lee.zip < tcp_server.py",
    "王小明.tar.gz.zip < 王小明/tcp_server.py",
    "nothing/",
    "deep/a/b/c/tcp_server.py",
    "wrapped/again.zip < x/tcp_server.py",
    "two/client/tcp_client.py",
    "two/server/tcp_server.py",
    "roster.xlsx < xl/workbook.xml",
    "README.md",
];

#[rstest]
#[case("moodle_folders", MOODLE_FOLDERS)]
#[case("moodle_older_folders", MOODLE_OLDER_FOLDERS)]
#[case("moodle_flat", MOODLE_FLAT)]
#[case("canvas", CANVAS)]
#[case("gradescope_without_metadata", &GRADESCOPE[1..])]
#[case("classroom", CLASSROOM)]
#[case("by_hand", BY_HAND)]
fn an_export_is_taken_apart(#[case] name: &str, #[case] things: &[&str]) {
    let dir = tree(things);
    insta::assert_snapshot!(name, told(&class(dir.path()), dir.path()));
}

#[test]
fn gradescope_says_whose_the_folders_are() {
    let dir = tree(GRADESCOPE);
    let person = |name: &str, sid: &str| format!("  - :name: {name}\n    :sid: {sid}\n    :email: x@example.edu\n");
    let one = |number: u32, people: &[String]| {
        let after = "  :created_at: 2026-11-01 12:00:00.000000000 Z\n  :score: 1.0\n  :status: processed\n";
        let results =
            "  :results:\n    :output: |\n      submission_101:\n        :submitters:\n        - :name: Mallory\n";
        format!("submission_{number}:\n  :submitters:\n{}{after}{results}", people.concat())
    };
    let kim = person("Kim Lee", "'100'");
    let text = [
        "---\n".to_owned(),
        one(101, std::slice::from_ref(&kim)),
        one(102, &[person("Ana Ruiz", "'101'"), person("Bo Berg", "'102'")]),
        one(103, &[person("王小明", "''")]),
        // The same person twice.
        one(104, std::slice::from_ref(&kim)),
        // Nothing that can be read, and a name that must not be shown as it is.
        one(105, &[person("*1", "'7'")]),
        one(106, &[person("\"\\u001b[2J/etc\"", "'8'")]),
    ];
    fs::write(dir.path().join("submission_metadata.yml"), text.concat()).unwrap();
    insta::assert_snapshot!("gradescope", told(&class(dir.path()), dir.path()));
}

#[rstest]
#[case::moodle(&["Kim Lee_1_assignsubmission_file_/report.pdf", "Ana Ruiz_2_assignsubmission_file_/a.txt"])]
#[case::moodle_flat(&["Kim Lee_1_assignsubmission_file_report.pdf", "Ana Ruiz_2_assignsubmission_file_a.txt"])]
#[case::canvas(&["leekim_1_2_server.py", "ruizana_3_4_a.txt"])]
#[case::gradescope(&["submission_metadata.yml", "submission_1/a.txt", "submission_2/b.txt"])]
fn what_a_platform_has_named_is_a_class_also_without_a_program(#[case] things: &[&str]) {
    let dir = tree(things);
    assert_eq!(class(dir.path()).entries.len(), 2);
}
