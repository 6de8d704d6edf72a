//! Archives of anything: whatever comes out lies below the folder, and is a plain file or a folder of ours.

use super::files;
use super::make::{Zipped, deflated, entry, gz, remark, tar, zip};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use tar::EntryType;
use xtask::submission::archive::unpack;

/// A name as archives have them, and as they should not.
fn names() -> impl Strategy<Value = Vec<u8>> {
    let parts = ["a", "b", "..", ".", "", "C:", "x\\y", "\0", ".git"];
    let bad = prop::collection::vec(prop::sample::select(parts.to_vec()), 0..5).prop_map(|parts| parts.join("/"));
    let good = "(net|作业)/[a-z]{2}(\\.py|/x|)";
    prop_oneof![
        20 => good.prop_map(String::into_bytes),
        1 => bad.prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..20),
    ]
}

fn contents() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..700)
}

fn zips() -> impl Strategy<Value = Vec<u8>> {
    let modes = [0, 0, 0o100_644, 0o100_644, 0o104_755, 0o104_755, 0o040_755, 0o040_755, 0o120_777, 0o010_644];
    let entry = (names(), contents(), prop::sample::select(modes.to_vec()), prop::bool::weighted(0.1));
    let entry = entry.prop_map(|(name, content, mode, shares)| Zipped { mode, shares, ..deflated(name, &content) });
    prop::collection::vec(entry, 1..5).prop_map(|mut entries| {
        entries[0].shares = false;
        zip(&entries)
    })
}

fn tars() -> impl Strategy<Value = Vec<u8>> {
    let kinds = b"0000000000000055555512345567SLKxg\0MV".map(EntryType::new);
    let plain = (names(), prop::sample::select(kinds.to_vec()), contents());
    let plain = plain.prop_map(|(name, kind, content)| entry(name, kind, &content));
    let told = (prop::sample::select(&["path", "size", "linkpath", "GNU.sparse.major"][..]), "[./a0-9]{0,9}");
    let told = told.prop_map(|(key, value)| remark(key, &value));
    prop::collection::vec(prop_oneof![9 => plain, 1 => told], 0..6).prop_map(|entries| tar(&entries))
}

/// Archives with some bytes changed, and bytes that only begin like one.
fn archives() -> impl Strategy<Value = Vec<u8>> {
    let changed = (prop_oneof![zips(), tars()], prop::collection::vec((any::<Index>(), any::<u8>()), 0..3));
    let changed = changed.prop_map(|(mut bytes, changes)| {
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes
    });
    let beginnings: [&[u8]; 4] = [b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08\0\0\0\0\0\0\x03", b""];
    let anything = (prop::sample::select(beginnings.to_vec()), prop::collection::vec(any::<u8>(), 0..2000));
    let anything = anything.prop_map(|(first, rest)| [first, &rest].concat());
    prop_oneof![4 => changed, 1 => anything]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn nothing_is_written_outside_and_nothing_but_files_and_folders_inside(bytes in archives(), compressed: bool) {
        let dir = tempfile::tempdir().unwrap();
        let into = dir.path().join("1/2/3/4/into");
        fs::create_dir_all(&into).unwrap();
        let bytes = if compressed { gz(&bytes) } else { bytes };
        let _ = unpack(&bytes, &into);
        let mut total = 0;
        for file in files(dir.path()) {
            prop_assert!(file.starts_with("1/2/3/4/into"), "{file}");
            let data = fs::symlink_metadata(dir.path().join(&file)).unwrap();
            prop_assert!(data.is_file() && data.nlink() == 1 || data.is_dir(), "{file} is {data:?}");
            let mode = data.permissions().mode() & 0o7777;
            prop_assert!([0o755, 0o644, 0o600].contains(&mode), "{file} has {mode:o}");
            total += if data.is_file() { data.len() } else { 0 };
        }
        prop_assert!(total <= 64 << 20);
    }
}

#[test]
fn the_archives_of_this_test_are_often_good_enough_to_be_unpacked() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let written = (0..200).filter(|_| {
        let bytes = archives().new_tree(&mut runner).unwrap().current();
        let dir = tempfile::tempdir().unwrap();
        unpack(&bytes, dir.path()).is_ok() && !files(dir.path()).is_empty()
    });
    let written = written.count();
    assert!(written >= 20, "only {written} of 200 were unpacked");
}
