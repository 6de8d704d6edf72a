//! Names of submissions: unique in a class, safe to show, and each of them one part of a path. They are made of what
//! students and tools have named their files, so they are escaped: what a terminal would take for a command, what nobody
//! sees, and what is no text.

use super::entry::{At, Entry};
use harness::check::printable;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::Path;

/// A submission that has no name of its own yet.
pub(super) struct Draft {
    /// What it could be called: the first is the nicest, and each one tells more than the one before.
    pub(super) names: Vec<String>,
    pub(super) at: At,
}

/// Longest name before anything is put behind it, in bytes. The whole must fit into the name of a file.
const LONGEST: usize = 120;

/// Something's name as it is shown.
pub(super) fn shown(name: impl AsRef<OsStr>) -> String {
    let mut out = String::new();
    for chunk in name.as_ref().as_encoded_bytes().utf8_chunks() {
        let valid = chunk.valid();
        for (at, c) in valid.char_indices() {
            // Asked for the rest of the name, because a command to a service is more than one character.
            if c != '/' && printable(&valid[at..], 1).starts_with(c) {
                out.push(c);
            } else {
                out.push_str(&format!("\\u{{{:x}}}", u32::from(c)));
            }
        }
        out.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    cut(&out).unwrap_or(out)
}

/// A name, and the same with the folder that it was found in, if it could have been another one.
pub(super) fn with_folder(name: String, folder: &Path) -> Vec<String> {
    let folder = folder.iter().map(shown).collect::<Vec<_>>().join(":");
    let longer = (!folder.is_empty()).then(|| format!("{name} ({})", cut_front(&folder)));
    [Some(name), longer].into_iter().flatten().collect()
}

/// Gives each its first name that no other has; what has none is numbered. Which name that is does not depend on the order.
pub(super) fn unique(mut drafts: Vec<Draft>) -> Vec<Entry> {
    drafts.sort_by(|a, b| (&a.names, &a.at).cmp(&(&b.names, &b.at)));
    let mut levels = vec![0; drafts.len()];
    loop {
        let mut same = BTreeMap::<_, Vec<_>>::new();
        for (number, draft) in drafts.iter().enumerate() {
            same.entry(draft.names[levels[number]].as_str()).or_default().push(number);
        }
        let mut again = false;
        for number in same.into_values().filter(|numbers| numbers.len() > 1).flatten() {
            if levels[number] + 1 < drafts[number].names.len() {
                levels[number] += 1;
                again = true;
            }
        }
        if !again {
            break;
        }
    }
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let wanted: BTreeSet<String> =
        drafts.iter().zip(&levels).map(|(draft, level)| draft.names[*level].clone()).collect();
    let mut out = Vec::new();
    for (draft, level) in drafts.into_iter().zip(levels) {
        let mut name = draft.names[level].clone();
        let mut number = 1;
        while taken.contains(&name) || (number > 1 && wanted.contains(&name)) {
            number += 1;
            name = format!("{} #{number}", draft.names[level]);
        }
        taken.insert(name.clone());
        out.push(Entry { name, at: draft.at });
    }
    out.sort_by(|a, b| a.name.cmp(&b.name));
    out
}

/// Names that a file system or a spreadsheet could take for one, because only the case of letters tells them apart.
pub(super) fn differ_in_case_only(entries: &[Entry]) -> Vec<&str> {
    let mut same = BTreeMap::<String, Vec<&str>>::new();
    for entry in entries {
        same.entry(entry.name.to_lowercase()).or_default().push(&entry.name);
    }
    same.into_values().filter(|names| names.len() > 1).flatten().collect()
}

fn cut(text: &str) -> Option<String> {
    (text.len() > LONGEST).then(|| format!("{}…", &text[..text.floor_char_boundary(LONGEST)]))
}

fn cut_front(text: &str) -> String {
    match text.len().checked_sub(LONGEST / 2) {
        Some(over) if over > 0 => format!("…{}", &text[text.ceil_char_boundary(over)..]),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;
    use std::os::unix::ffi::OsStrExt;
    use std::path::PathBuf;

    #[rstest]
    #[case::plain(b"Kim Lee_12345", "Kim Lee_12345")]
    #[case::other_letters("王小明_é".as_bytes(), "王小明_é")]
    #[case::escape_sequence(b"\x1b[2Jkim", "\\u{1b}[2Jkim")]
    #[case::lines(b"kim\nlee\t", "kim\\u{a}lee\\u{9}")]
    #[case::right_to_left("kim\u{202e}eel".as_bytes(), "kim\\u{202e}eel")]
    #[case::command(b"a##vso[x", "a\\u{23}#vso[x")]
    #[case::no_command(b"a##b#", "a##b#")]
    #[case::no_text(b"k\xefm", "k\\xefm")]
    #[case::folder(b"kim/lee", "kim\\u{2f}lee")]
    fn a_name_is_shown_without_an_effect(#[case] name: &[u8], #[case] expected: &str) {
        assert_eq!(shown(OsStr::from_bytes(name)), expected);
    }

    #[rstest]
    #[case::nowhere_else("", &["kim"])]
    #[case::in_a_folder("hw1", &["kim", "kim (hw1)"])]
    #[case::in_folders("cs/hw\n1", &["kim", "kim (cs:hw\\u{a}1)"])]
    fn a_longer_name_has_the_folder_too(#[case] folder: &str, #[case] expected: &[&str]) {
        assert_eq!(with_folder("kim".to_owned(), Path::new(folder)), expected);
    }

    #[test]
    fn long_names_are_cut_and_still_fit_into_the_name_of_a_file() {
        let long = "作".repeat(1000);
        let names = with_folder(shown(&long), Path::new(&long));
        assert!(names.iter().all(|name| name.len() < 250), "{names:?}");
    }

    fn draft(names: &[&str], path: &str) -> Draft {
        Draft { names: names.iter().map(|name| (*name).to_owned()).collect(), at: At::Path(PathBuf::from(path)) }
    }

    fn names_of(drafts: Vec<Draft>) -> Vec<String> {
        unique(drafts).into_iter().map(|entry| entry.name).collect()
    }

    #[test]
    fn a_name_that_two_have_gets_longer_for_both() {
        let drafts = vec![draft(&["kim", "kim (a)"], "a/kim"), draft(&["kim", "kim (b)"], "b/kim"), draft(&["l"], "l")];
        assert_eq!(names_of(drafts), ["kim (a)", "kim (b)", "l"]);
    }

    #[test]
    fn what_has_no_longer_name_is_numbered_and_takes_nobody_elses() {
        let drafts = vec![draft(&["kim"], "b"), draft(&["kim"], "a"), draft(&["kim #2"], "c")];
        assert_eq!(names_of(drafts), ["kim", "kim #2", "kim #3"]);
    }

    proptest! {
        #[test]
        fn names_are_unique_whatever_they_are_made_of_and_whatever_the_order(
            drafts in prop::collection::vec((prop::collection::vec("[ab]( #[23])?", 1..4), "[a-d]"), 0..12),
            turn: prop::sample::Index,
        ) {
            let made = |drafts: &[(Vec<String>, String)]| {
                let drafts = drafts.iter().map(|(names, path)| Draft { names: names.clone(), at: At::Path(path.into()) });
                unique(drafts.collect())
            };
            let entries = made(&drafts);
            let names: BTreeSet<_> = entries.iter().map(|entry| &entry.name).collect();
            prop_assert_eq!(names.len(), drafts.len());
            let mut turned = drafts.clone();
            turned.rotate_left(if drafts.is_empty() { 0 } else { turn.index(drafts.len()) });
            prop_assert_eq!(made(&turned), entries);
        }

        #[test]
        fn whatever_a_file_is_called_its_name_is_one_line_and_one_part_of_a_path(raw in prop::collection::vec(any::<u8>(), 0..300)) {
            let name = shown(OsStr::from_bytes(&raw));
            prop_assert!(!name.contains(['/', '\0', '\n']));
            prop_assert_eq!(printable(&name, usize::MAX), name.clone());
            prop_assert!(name.len() <= LONGEST + '…'.len_utf8());
        }
    }
}
