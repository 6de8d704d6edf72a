//! Moodle, "Download all submissions" (moodle/moodle, `mod/assign/classes/downloader.php`).
//!
//! | download                            | names                                                         |
//! |-------------------------------------|---------------------------------------------------------------|
//! | in folders                          | `Kim Lee_1234567_assignsubmission_file/tcp_server.py`         |
//! | in folders, by older versions       | `Kim Lee_1234567_assignsubmission_file_/tcp_server.py`        |
//! | without folders                     | `Kim Lee_1234567_assignsubmission_file_tcp_server.py`         |
//! | text that was written online        | `Kim Lee_1234567_assignsubmission_onlinetext/onlinetext.html` |
//!
//! In front stands who handed it in, with the number that the grading worksheet has, too: a person, a `Participant_7` of a blind
//! marking, or a group. Moodle replaces `_` in names of people by a blank, so the first mark is Moodle's own.

use super::is_file_name;

const MARK: &str = "_assignsubmission_";

/// What a name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::class) struct Part<'a> {
    /// `Kim Lee_1234567`
    pub(in crate::class) person: &'a str,
    /// Whether this is what was uploaded. Other ways to hand in have names of their own: text that was written online, and those
    /// that plugins add.
    pub(in crate::class) uploaded: bool,
    /// What the file was called when it was handed in.
    pub(in crate::class) file: &'a str,
}

/// The name of a folder.
pub(in crate::class) fn folder(name: &str) -> Option<Part<'_>> {
    let (person, way) = name.split_once(MARK)?;
    let way = way.strip_suffix('_').unwrap_or(way);
    let is_way = !way.is_empty() && way.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (!person.is_empty() && is_way).then_some(Part { person, uploaded: way == "file", file: "" })
}

/// The name of a file that lies beside other people's.
pub(in crate::class) fn file(name: &str) -> Option<Part<'_>> {
    let (person, rest) = name.split_once(MARK)?;
    let (way, file) = rest.split_once('_')?;
    let good = !person.is_empty() && !way.is_empty() && is_file_name(file);
    good.then_some(Part { person, uploaded: way == "file", file })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::now("Kim Lee_1234567_assignsubmission_file", Some(("Kim Lee_1234567", true)))]
    #[case::older("Kim Lee_1234567_assignsubmission_file_", Some(("Kim Lee_1234567", true)))]
    #[case::online("Kim Lee_1234567_assignsubmission_onlinetext", Some(("Kim Lee_1234567", false)))]
    #[case::other_letters("王小明_7_assignsubmission_file", Some(("王小明_7", true)))]
    #[case::blind("Participant_7_assignsubmission_file_", Some(("Participant_7", true)))]
    #[case::group("Group 3_12_assignsubmission_file_", Some(("Group 3_12", true)))]
    #[case::no_group("Default group_assignsubmission_file_", Some(("Default group", true)))]
    #[case::nobody("_assignsubmission_file_", None)]
    #[case::no_way("Kim Lee_1_assignsubmission_", None)]
    #[case::plain("kim", None)]
    fn a_folder_says_whose_it_is(#[case] name: &str, #[case] expected: Option<(&str, bool)>) {
        assert_eq!(folder(name).map(|part| (part.person, part.uploaded)), expected);
    }

    #[rstest]
    #[case("Kim Lee_7_assignsubmission_file_tcp_server.py", Some(("Kim Lee_7", true, "tcp_server.py")))]
    #[case("Kim Lee_7_assignsubmission_onlinetext_onlinetext.html", Some(("Kim Lee_7", false, "onlinetext.html")))]
    #[case::mark_in_a_name("K_7_assignsubmission_file_a_assignsubmission_file_b", Some(("K_7", true, "a_assignsubmission_file_b")))]
    #[case::no_file("Kim Lee_7_assignsubmission_file_", None)]
    #[case::leads_elsewhere("Kim Lee_7_assignsubmission_file_..", None)]
    #[case::folder("Kim Lee_7_assignsubmission_file", None)]
    fn a_file_says_whose_it_is_and_what_it_was_called(
        #[case] name: &str,
        #[case] expected: Option<(&str, bool, &str)>,
    ) {
        assert_eq!(file(name).map(|part| (part.person, part.uploaded, part.file)), expected);
    }
}
