//! Digests and stamps: equal for the same, different for anything else.

use super::{tree, zipped};
use proptest::prelude::*;
use rstest::rstest;
use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use tempfile::TempDir;
use xtask::class::entry::{At, Entry};

fn entry(path: &Path) -> Entry {
    Entry { name: String::new(), at: At::Path(path.to_owned()) }
}

fn digest(path: &Path) -> blake3::Hash {
    entry(path).digest().unwrap()
}

fn stamp(path: &Path) -> blake3::Hash {
    entry(path).stamp().unwrap()
}

/// Something in a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Thing {
    Folder,
    File(String, u32),
    Link(String),
}

/// What is handed in, by path.
type Things = BTreeMap<String, Thing>;

/// Few names, modes and texts, so that two of these are often nearly the same.
fn things() -> impl Strategy<Value = Things> {
    let text = || prop::sample::select(vec!["", "a", "b", "ab"]).prop_map(str::to_owned);
    let mode = prop::sample::select(vec![0o644, 0o755]);
    let thing = prop_oneof![
        1 => Just(Thing::Folder),
        4 => (text(), mode).prop_map(|(text, mode)| Thing::File(text, mode)),
        1 => prop::sample::select(vec!["a", "ab"]).prop_map(|to| Thing::Link(to.to_owned())),
    ];
    let part = prop::sample::select(vec!["a", "b", "ab", ".git", "target", "Cargo.toml"]);
    let name = prop::collection::vec(part, 1..4).prop_map(|parts| parts.join("/"));
    prop::collection::btree_map(name, thing, 0..5).prop_map(|mut things| {
        // Nothing lies in what is no folder.
        let names: Vec<_> = things.keys().cloned().collect();
        for name in names {
            for (slash, _) in name.match_indices('/') {
                things.insert(name[..slash].to_owned(), Thing::Folder);
            }
        }
        things
    })
}

/// What of it is graded.
fn graded(things: &Things) -> Things {
    let is_left_out = |name: &str| {
        let parts: Vec<_> = name.split('/').collect();
        (0..parts.len()).any(|depth| {
            let here = parts[..=depth].join("/");
            let beside = [&parts[..depth], &["Cargo.toml"]].concat().join("/");
            let is_built = parts[depth] == "target" && things[&here] == Thing::Folder && things.contains_key(&beside);
            parts[depth] == ".git" || is_built
        })
    };
    things.iter().filter(|(name, _)| !is_left_out(name)).map(|(name, thing)| (name.clone(), thing.clone())).collect()
}

fn write<'a>(things: impl Iterator<Item = (&'a String, &'a Thing)>) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, thing) in things {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        match thing {
            Thing::Folder => fs::create_dir_all(&path).unwrap(),
            Thing::File(text, mode) => {
                fs::write(&path, text).unwrap();
                fs::set_permissions(&path, Permissions::from_mode(*mode)).unwrap();
            }
            Thing::Link(to) => symlink(to, &path).unwrap(),
        }
    }
    dir
}

/// The same with one thing changed, if that can be.
fn changed(things: &Things, which: &prop::sample::Index, how: u8) -> Option<Things> {
    let (name, thing) = things.iter().nth(which.index(things.len().max(1)))?;
    let mut out = things.clone();
    let other = match (thing, how) {
        (Thing::File(text, mode), 0) => Thing::File(format!("{text}a"), *mode),
        (Thing::File(text, mode), 1) => Thing::File(text.clone(), mode ^ 0o111),
        (Thing::File(text, _), 2) => Thing::Link(format!("{text}a")),
        (Thing::Link(to), _) => Thing::Link(format!("{to}a")),
        (Thing::File(..), _) => {
            out.remove(name);
            out.insert(format!("{name}a"), thing.clone());
            return (!things.contains_key(&format!("{name}a"))).then_some(out);
        }
        (Thing::Folder, _) => {
            out.insert(format!("{name}/new"), Thing::Folder);
            return Some(out);
        }
    };
    out.insert(name.clone(), other);
    Some(out)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn two_submissions_have_the_same_digest_exactly_if_they_are_the_same(
        one in things(), other in things(), which: prop::sample::Index, how in 0_u8..4,
    ) {
        let dir = write(one.iter());
        let backwards = write(one.iter().rev());
        prop_assert_eq!(digest(dir.path()), digest(backwards.path()));
        for other in [Some(other), changed(&one, &which, how)].into_iter().flatten() {
            let of_other = digest(write(other.iter()).path());
            prop_assert_eq!(digest(dir.path()) == of_other, graded(&one) == graded(&other), "{:?} {:?}", one, other);
        }
        prop_assert_eq!(stamp(dir.path()), stamp(dir.path()));
    }
}

#[rstest]
#[case::end_of_a_name(&[("a", "bc")], &[("ab", "c")])]
#[case::end_of_a_file(&[("a", "x"), ("b", "y")], &[("a", "xb"), ("by", "")])]
#[case::folder_and_name(&[("a/b", "")], &[("a", ""), ("b", "")])]
fn a_boundary_that_moves_changes_the_digest(#[case] one: &[(&str, &str)], #[case] other: &[(&str, &str)]) {
    let made = |files: &[(&str, &str)]| {
        let files = files.iter().map(|(name, text)| ((*name).to_owned(), Thing::File((*text).to_owned(), 0o644)));
        digest(write(files.collect::<Things>().iter()).path())
    };
    assert_ne!(made(one), made(other));
}

#[test]
fn the_end_of_a_link_that_moves_changes_the_digest() {
    let made = |to: &str, next: &str| {
        let link = ("a".to_owned(), Thing::Link(to.to_owned()));
        digest(write(Things::from([link, (next.to_owned(), Thing::Folder)]).iter()).path())
    };
    assert_ne!(made("x", "by"), made("xb", "y"));
}

#[test]
fn an_archive_has_the_digest_of_its_bytes_and_is_no_folder() {
    let dir = tree(&["kim.zip < a.py", "copy.zip < a.py", "other.zip < b.py", "folder/kim.zip < a.py"]);
    let of = |name: &str| digest(&dir.path().join(name));
    assert_eq!(of("kim.zip"), of("copy.zip"));
    assert_ne!(of("kim.zip"), of("other.zip"));
    assert_ne!(of("kim.zip"), of("folder"));
}

#[test]
fn files_beside_other_peoples_have_the_digest_of_a_folder_with_their_names() {
    // So many that a folder hardly lists them in the order of their names.
    let names = ["a.py", "b.py", "c.py", "d.py", "e.py", "f.py", "g.py", "h.py"];
    let exported = names.map(|name| format!("kim_{name}"));
    let dir = tree(&exported.each_ref().map(String::as_str));
    let files = names.map(|name| (name.to_owned(), dir.path().join(format!("kim_{name}"))));
    let folder = tempfile::tempdir().unwrap();
    for (name, path) in &files {
        fs::set_permissions(path, Permissions::from_mode(0o644)).unwrap();
        fs::copy(path, folder.path().join(name)).unwrap();
    }
    let entry = Entry { name: String::new(), at: At::Files(files.into()) };
    assert_eq!(entry.digest().unwrap(), digest(folder.path()));
}

#[test]
fn nothing_is_read_of_what_is_no_file() {
    let dir = tree(&["kim/a.py"]);
    let before = digest(dir.path());
    let fifo = dir.path().join("kim/fifo");
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0).unwrap();
    assert_ne!(digest(dir.path()), before);
}

#[rstest]
#[case::content("kim/a.py", |path: &Path| fs::write(path, "longer").unwrap())]
#[case::mode("kim/a.py", |path: &Path| fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap())]
#[case::name("kim/a.py", |path: &Path| fs::rename(path, path.with_extension("c")).unwrap())]
#[case::new_file("kim/b.py", |path: &Path| fs::write(path, "").unwrap())]
#[case::new_folder("kim/b", |path: &Path| fs::create_dir(path).unwrap())]
#[case::removed("kim/a.py", |path: &Path| fs::remove_file(path).unwrap())]
#[case::archive("lee.zip", |path: &Path| fs::write(path, zipped("other/a.py")).unwrap())]
#[case::folder_that_nobody_may_look_into("kim", |path: &Path| {
    let mode = fs::metadata(path).unwrap().mode();
    fs::set_permissions(path, Permissions::from_mode(mode ^ 0o005)).unwrap();
})]
fn a_stamp_changes_with_the_submission(#[case] what: &str, #[case] change: fn(&Path)) {
    let dir = tree(&["kim/a.py", "lee.zip < a.py"]);
    let stamps = || [dir.path().to_owned(), dir.path().join("lee.zip")].map(|path| stamp(&path));
    let before = stamps();
    assert_eq!(stamps(), before);
    change(&dir.path().join(what));
    assert_ne!(stamps(), before);
}

#[test]
fn a_file_of_the_same_size_whose_time_was_set_back_has_another_stamp() {
    let dir = tree(&["a.py"]);
    let path = dir.path().join("a.py");
    let (before, data) = (stamp(dir.path()), fs::metadata(&path).unwrap());
    let file = fs::File::options().write(true).open(&path).unwrap();
    let changed = || {
        fs::write(&path, "b.py").unwrap();
        file.set_modified(data.modified().unwrap()).unwrap();
        let now = fs::metadata(&path).unwrap();
        assert_eq!((now.ino(), now.len(), now.modified().unwrap()), (data.ino(), data.len(), data.modified().unwrap()));
        now
    };
    // The kernel's clock has ticks; until the next one nothing tells.
    while (changed().ctime(), changed().ctime_nsec()) == (data.ctime(), data.ctime_nsec()) {}
    assert_ne!(stamp(dir.path()), before);
}

#[test]
fn what_is_not_graded_changes_neither() {
    let dir = tree(&["kim/Cargo.toml", "kim/src/target/mod.rs"]);
    let both = || (digest(&dir.path().join("kim")), stamp(&dir.path().join("kim")));
    let before = both();
    for folder in ["kim/.git", "kim/target/debug"] {
        fs::create_dir_all(dir.path().join(folder)).unwrap();
        fs::write(dir.path().join(folder).join("x"), "x").unwrap();
    }
    assert_eq!(both(), before);
    fs::write(dir.path().join("kim/src/target/mod.rs"), "x").unwrap();
    assert_ne!(both().0, before.0);
}
