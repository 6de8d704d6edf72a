//! Canvas, "Download submissions" (instructure/canvas-lms, `lib/content_zipper.rb`): all files lie in one folder.
//!
//! | what                       | name                                        |
//! |----------------------------|---------------------------------------------|
//! | a file                     | `leekim_12345_6789012_tcp_server.py`        |
//! | handed in late             | `leekim_LATE_12345_6789012_tcp_server.py`   |
//! | handed in anew             | `leekim_12345_6789055_tcp_server-1.py`      |
//! | of an anonymous assignment | `anon_aB3xY_6789012_tcp_server.py`          |
//! | text, or an address        | `leekim_12345_text.html`, `…_link.html`     |
//!
//! The numbers are those of the person, which the grade book has, too, and of the file: a newer file has a greater one.
//! Canvas takes `_12345_` out of names of people, so the first two numbers are its own.

use super::is_file_name;

/// What a name says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::class) struct Part<'a> {
    /// `leekim_12345`
    pub(in crate::class) person: String,
    /// The file's number. Text that was written online has none.
    pub(in crate::class) number: Option<u64>,
    /// What the file was called when it was handed in.
    pub(in crate::class) file: &'a str,
}

/// The name of a file.
pub(in crate::class) fn file(name: &str) -> Option<Part<'_>> {
    // Where each part ends, and where the next one begins.
    let slashes: Vec<usize> = name.match_indices('_').map(|(at, _)| at).collect();
    let part = |number: usize| {
        let start = if number == 0 { 0 } else { slashes.get(number - 1)? + 1 };
        Some(&name[start..slashes.get(number).copied().unwrap_or(name.len())])
    };
    for id in 1..=slashes.len() {
        let (before, whose) = (part(id - 1)?, part(id)?);
        let behind = |part: usize| slashes.get(part).map(|at| &name[at + 1..]);
        let anonymous = before == "anon" && is_anonymous_number(whose);
        if !anonymous && number(whose).is_none() {
            continue;
        }
        let person = if anonymous { &name[..slashes[id - 1] - "anon".len()] } else { &name[..slashes[id - 1]] };
        let person = without_late(person.trim_end_matches('_'));
        let whose = if anonymous { format!("anon_{whose}") } else { whose.to_owned() };
        let person = if person.is_empty() { whose } else { format!("{person}_{whose}") };
        if let (Some(number), Some(file)) = (part(id + 1).and_then(number), behind(id + 1)) {
            return is_file_name(file).then_some(Part { person, number: Some(number), file });
        }
        if let Some(file @ ("text.html" | "link.html")) = behind(id) {
            return Some(Part { person, number: None, file });
        }
    }
    None
}

/// What a file was called before Canvas had put a number behind it, because one of that name had been handed in already.
pub(in crate::class) fn first_name(file: &str) -> Option<String> {
    let (stem, kind) = match file.rfind('.') {
        Some(at) if at > 0 => file.split_at(at),
        _ => (file, ""),
    };
    let (stem, times) = stem.rsplit_once('-')?;
    let good = !stem.is_empty() && !times.starts_with('0') && number(times).is_some();
    good.then(|| format!("{stem}{kind}"))
}

fn number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

fn is_anonymous_number(text: &str) -> bool {
    text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Some versions write it in small letters.
fn without_late(person: &str) -> &str {
    match person.rsplit_once('_') {
        Some((person, late)) if late.eq_ignore_ascii_case("late") => person,
        None if person == "LATE" => "",
        _ => person,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case::plain("leekim_12345_6789012_tcp_server.py", Some(("leekim_12345", Some(6_789_012), "tcp_server.py")))]
    #[case::late("leekim_LATE_12345_67_tcp_server.py", Some(("leekim_12345", Some(67), "tcp_server.py")))]
    #[case::late_in_small("leekim_late_12345_67_tcp_server.py", Some(("leekim_12345", Some(67), "tcp_server.py")))]
    #[case::other_letters("王小明_5_67_a.py", Some(("王小明_5", Some(67), "a.py")))]
    #[case::underscore("van_dam_5_67_a.py", Some(("van_dam_5", Some(67), "a.py")))]
    #[case::called_late("late_5_67_a.py", Some(("late_5", Some(67), "a.py")))]
    #[case::numbers_in_the_file("kim_5_67_8_9_a.py", Some(("kim_5", Some(67), "8_9_a.py")))]
    #[case::anonymous("anon_aB3xY_67_a.py", Some(("anon_aB3xY", Some(67), "a.py")))]
    #[case::anonymous_and_late("LATE_anon_12345_67_a.py", Some(("anon_12345", Some(67), "a.py")))]
    #[case::no_letters("_5_67_a.py", Some(("5", Some(67), "a.py")))]
    #[case::text("leekim_12345_text.html", Some(("leekim_12345", None, "text.html")))]
    #[case::address("leekim_LATE_12345_link.html", Some(("leekim_12345", None, "link.html")))]
    #[case::one_number("leekim_12345_tcp_server.py", None)]
    #[case::no_file("leekim_12345_678_", None)]
    #[case::leads_elsewhere("leekim_12345_678_..", None)]
    #[case::no_person("12345_678_tcp_server.py", None)]
    #[case::long_number("kim_5_99999999999999999999_a.py", None)]
    #[case::program("tcp_server.py", None)]
    fn a_file_says_whose_it_is_and_what_it_was_called(
        #[case] name: &str,
        #[case] expected: Option<(&str, Option<u64>, &str)>,
    ) {
        let part = file(name);
        assert_eq!(part.as_ref().map(|part| (part.person.as_str(), part.number, part.file)), expected);
    }

    #[rstest]
    #[case("tcp_server-1.py", Some("tcp_server.py"))]
    #[case("tcp_server-12.py", Some("tcp_server.py"))]
    #[case("tcp_server-2", Some("tcp_server"))]
    #[case("net.tar-1.gz", Some("net.tar.gz"))]
    #[case("tcp_server.py", None)]
    #[case("part-one.py", None)]
    #[case("a-01.py", None)]
    #[case("-1.py", None)]
    #[case(".a-1", Some(".a"))]
    fn a_number_behind_a_name_is_taken_away(#[case] file: &str, #[case] expected: Option<&str>) {
        assert_eq!(first_name(file).as_deref(), expected);
    }

    proptest! {
        #[test]
        fn whatever_a_person_and_a_file_are_called_they_are_told_apart(
            person in "[a-zé王]{1,9}(_[a-z]{1,4})?", late: bool, id in 1_u64..1_000_000, number: u32, name in "[a-z_0-9]{1,9}\\.py",
        ) {
            let late = if late { "LATE_" } else { "" };
            let exported = format!("{person}_{late}{id}_{number}_{name}");
            let part = file(&exported).unwrap();
            prop_assume!(!person.ends_with("_late"));
            prop_assert_eq!(part, Part { person: format!("{person}_{id}"), number: Some(number.into()), file: &name });
        }

        #[test]
        fn no_name_makes_the_reader_panic(name in "(_|[0-9]|anon|LATE|\\PC){0,20}") {
            if let Some(part) = file(&name) {
                prop_assert!(!part.person.is_empty() && !part.file.is_empty());
            }
            let _ = first_name(&name);
        }
    }
}
