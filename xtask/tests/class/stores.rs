//! Files of results that are none, or cannot be used.

use super::{Class, RIGHT};
use rusqlite::Connection;
use std::fs;
use std::os::unix::fs::PermissionsExt;

/// What the grader says of the file `results`.
fn said(class: &Class) -> String {
    let output = class.grade().args(["--store", "results"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
    String::from_utf8(output.stderr).unwrap()
}

fn class() -> Class {
    Class::new(&[("ann", RIGHT), ("bob", RIGHT)])
}

#[test]
fn a_text() {
    let class = class();
    fs::write(class.at("results"), "my notes\n".repeat(100)).unwrap();
    insta::assert_snapshot!(said(&class), @"error: results: this is no file of results. Name another one");
    assert_eq!(fs::read_to_string(class.at("results")).unwrap(), "my notes\n".repeat(100));
}

#[test]
fn somebody_elses_database() {
    let class = class();
    Connection::open(class.at("results")).unwrap().execute_batch("CREATE TABLE mine (a)").unwrap();
    let before = fs::read(class.at("results")).unwrap();
    insta::assert_snapshot!(said(&class), @"error: results: this is somebody else's database. Name another file");
    assert_eq!(fs::read(class.at("results")).unwrap(), before);
}

#[test]
fn one_of_a_newer_version() {
    let class = class();
    class.grade().args(["--store", "results"]).output().unwrap();
    Connection::open(class.at("results")).unwrap().pragma_update(None, "user_version", 2).unwrap();
    insta::assert_snapshot!(said(&class), @"error: results: its format has the version 2, and this grader knows 1. Use the grader that made it, or name another file");
}

#[test]
fn one_that_is_in_use() {
    let class = class();
    class.grade().args(["--store", "results"]).output().unwrap();
    let other = Connection::open(class.at("results")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    insta::assert_snapshot!(said(&class), @"error: results: another grader is at work with it. Wait for that one, or name another file");
}

#[test]
fn a_folder() {
    let class = class();
    fs::create_dir(class.at("results")).unwrap();
    fs::set_permissions(class.at("results"), fs::Permissions::from_mode(0o755)).unwrap();
    insta::assert_snapshot!(said(&class), @"error: results: results cannot be written there: unable to open database file: results. Name another file with --store");
}
