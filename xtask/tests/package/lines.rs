//! Every command line of ours that stands in these files is one that the command line takes.

use super::root;
use clap::Parser;
use std::fs;
use xtask::cli::Cli;

/// Where they stand, and how many there are at least, so that none is overlooked.
const FILES: [(&str, usize); 7] = [
    ("CI.md", 4),
    ("xtask/ci/github-student.yml", 1),
    ("xtask/ci/github-class.yml", 2),
    ("xtask/ci/gitlab.yml", 1),
    ("xtask/ci/Dockerfile", 1),
    ("xtask/ci/gradescope/setup.sh", 1),
    ("xtask/ci/gradescope/run_autograder", 1),
];

/// How ours begin: by cargo, by its name in the image, or by its path.
const BEGINNINGS: [&str; 4] = ["cargo xtask ", "- netlings ", "/release/xtask\" ", "systempaths=unconfined netlings "];

/// The command lines of a text, each as words. A variable of the shell stands for a number.
fn lines(text: &str) -> Vec<Vec<String>> {
    let text = text.replace("\\\n", " ").replace("\"${course[@]}\"", "--course course.toml");
    let mut out = Vec::new();
    for line in text.lines() {
        for beginning in BEGINNINGS {
            for (at, _) in line.match_indices(beginning) {
                let rest = &line[at + beginning.len()..];
                let end = [" || ", " && ", " | ", "; ", "`"].iter().filter_map(|end| rest.find(end)).min();
                let words = shlex::split(&rest[..end.unwrap_or(rest.len())]).unwrap_or_else(|| panic!("{line}"));
                out.push(words.iter().map(|word| without_variables(word)).collect());
            }
        }
        // In a Dockerfile, what follows the name of the image's program.
        if let Some(list) = line.strip_prefix("CMD ") {
            out.push(serde_json::from_str(list).unwrap());
        }
    }
    out
}

fn without_variables(word: &str) -> String {
    let mut out = String::new();
    let mut rest = word;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        out.push('1');
        rest = after.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
    }
    out + rest
}

/// What is wrong with a command line, if something is.
fn refusal(words: &[String]) -> Option<String> {
    let error = Cli::try_parse_from(std::iter::once("xtask").chain(words.iter().map(String::as_str))).err()?;
    error.use_stderr().then(|| error.to_string())
}

#[test]
fn each_is_taken() {
    for (file, least) in FILES {
        let lines = lines(&fs::read_to_string(root().join(file)).unwrap());
        assert!(lines.len() >= least, "{file}: {lines:?}");
        for words in lines {
            assert_eq!(refusal(&words), None, "{file}: {words:?}");
        }
    }
}

#[test]
fn a_wrong_one_is_found_and_refused() {
    let text = "run: |\n  cargo xtask grade \"$DIR/a\" \\\n    --shard \"$PART/$PARTS\" --report pdf=x || true\nCMD [\"grad\"]\n";
    let lines = lines(text);
    assert_eq!(lines, [&["grade", "1/a", "--shard", "1/1", "--report", "pdf=x"][..], &["grad"]]);
    assert!(refusal(&lines[0]).unwrap().contains("there is no format named `pdf`"));
    assert!(refusal(&lines[1]).unwrap().contains("grad"));
}

/// What is installed is what the grader wants, and what submissions are compiled with is the same everywhere.
#[test]
fn the_rust_that_they_name_is_the_one_that_the_grader_wants() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let wanted = manifest.lines().find_map(|line| line.strip_prefix("rust-version = ")).unwrap().trim_matches('"');
    for (file, before, after) in [
        ("xtask/ci/Dockerfile", "FROM rust:", "-slim"),
        ("xtask/ci/github-student.yml", "toolchain install --profile minimal ", " "),
        ("xtask/ci/github-student.yml", "rustup default ", "\n"),
        ("xtask/ci/github-class.yml", "toolchain install --profile minimal ", " "),
        ("xtask/ci/github-class.yml", "rustup default ", "\n"),
    ] {
        let text = fs::read_to_string(root().join(file)).unwrap();
        let named: Vec<_> = text.split(before).skip(1).map(|rest| rest.split(after).next().unwrap()).collect();
        assert!(!named.is_empty() && named.iter().all(|named| *named == wanted), "{file}: {named:?}");
    }
}
