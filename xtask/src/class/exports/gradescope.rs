//! Gradescope, "Export submissions": a folder for each submission, and a file that says whose it is. The platform does not
//! document it; what is read here is what other graders read (ucbds-infra/otter-grader, `GradescopeParser`):
//!
//! ```yaml
//! submission_123456:
//!   :submitters:
//!   - :name: Kim Lee
//!     :sid: '12345'
//!     :email: kim@example.edu
//!   :created_at: 2026-11-01 12:00:00.000000000 Z
//!   :results:
//!     …
//! ```
//!
//! The results have what programs of students have printed, so this is no place to be clever: what is not written exactly
//! like this is not read, and the submission keeps the name of its folder. Whatever a program prints stands further to the right
//! than a name could.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// The file that says whose the folders are.
pub(in crate::class) const METADATA: &str = "submission_metadata.yml";

/// How much of it is read. The results of a large class take some ten MiB.
const LONGEST: u64 = 1 << 30;

/// Who handed in a submission: `Kim Lee_12345`, several with a comma. By the names of folders.
///
/// # Errors
/// When it cannot be read.
pub(in crate::class) fn people(metadata: &Path) -> io::Result<BTreeMap<String, String>> {
    let mut out = BTreeMap::new();
    for submission in submissions(BufReader::new(File::open(metadata)?.take(LONGEST)))? {
        let people = submission.people.iter().map(Person::shown).collect::<Option<Vec<_>>>();
        if let Some(people) = people.filter(|people| !people.is_empty()) {
            out.insert(submission.folder, people.join(", "));
        }
    }
    Ok(out)
}

/// Whether a folder can be one of this export.
pub(in crate::class) fn is_folder(name: &str) -> bool {
    let number = name.strip_prefix("submission_").unwrap_or_default();
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

struct Submission {
    folder: String,
    people: Vec<Person>,
}

#[derive(Default)]
struct Person {
    name: Option<String>,
    number: Option<String>,
}

impl Person {
    fn shown(&self) -> Option<String> {
        let name = self.name.clone()?;
        Some(match &self.number {
            Some(number) => format!("{name}_{number}"),
            None => name,
        })
    }
}

fn submissions(text: impl BufRead) -> io::Result<Vec<Submission>> {
    let mut out: Vec<Submission> = Vec::new();
    // How far to the right the next fields of a person stand.
    let mut fields = None;
    let mut in_people = false;
    for line in text.split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        let inner = line.trim_start_matches(' ');
        let indent = line.len() - inner.len();
        if indent == 0 {
            in_people = false;
            if let Some(folder) = line.trim_end().strip_suffix(':').filter(|name| is_folder(name)) {
                out.push(Submission { folder: folder.to_owned(), people: Vec::new() });
            }
            continue;
        }
        let Some(submission) = out.last_mut() else { continue };
        // The items of a list may stand as far to the left as its key.
        if indent <= 2 && !inner.starts_with("- ") {
            in_people = inner.trim_end() == ":submitters:";
            continue;
        }
        if !in_people {
            continue;
        }
        let entry = match inner.strip_prefix("- ") {
            Some(first) => {
                submission.people.push(Person::default());
                fields = Some(indent + 2);
                first
            }
            // The rest of a long value could look like a field.
            None if fields != Some(indent) => continue,
            None => inner,
        };
        let Some(person) = submission.people.last_mut() else { continue };
        match entry.split_once(": ") {
            Some((":name", name)) => person.name = scalar(name),
            Some((":sid", number)) => person.number = scalar(number),
            _ => {}
        }
    }
    Ok(out)
}

/// A value on one line, plain or in quotes.
fn scalar(text: &str) -> Option<String> {
    let text = text.trim();
    let value = match text.chars().next()? {
        '\'' => {
            let inner = text.strip_prefix('\'')?.strip_suffix('\'')?;
            // A quote within is written twice.
            if inner.replace("''", "").contains('\'') {
                return None;
            }
            inner.replace("''", "'")
        }
        // What JSON can say is said alike.
        '"' => serde_json::from_str(text).ok()?,
        c if "&*!|>%@`{}[],#?-~".contains(c) => return None,
        _ if text.contains(" #") || text.contains(": ") || text == "null" => return None,
        _ => text.to_owned(),
    };
    let value = value.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn read(text: &str) -> BTreeMap<String, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        people(file.path()).unwrap()
    }

    /// The people of one submission whose file goes on like this.
    fn of_one(lines: &str) -> Option<String> {
        read(&format!("---\nsubmission_1:\n{lines}")).remove("submission_1")
    }

    #[rstest]
    #[case::one("  :submitters:\n  - :name: Kim Lee\n    :sid: '100'\n    :email: k@e.edu\n", Some("Kim Lee_100"))]
    #[case::two(
        "  :submitters:\n  - :name: A\n    :sid: '1'\n  - :name: B\n    :sid: '2'\n  :score: 1.0\n",
        Some("A_1, B_2")
    )]
    #[case::indented("  :submitters:\n    - :name: A\n      :sid: 1\n  :score: 1.0\n", Some("A_1"))]
    #[case::no_number("  :submitters:\n  - :name: A\n    :sid:\n    :email: a@e.edu\n", Some("A"))]
    #[case::other_letters("  :submitters:\n  - :name: 王小明\n    :sid: '7'\n", Some("王小明_7"))]
    #[case::quoted("  :submitters:\n  - :name: 'O''Hara: Kim'\n    :sid: \"\\u00e9\"\n", Some("O'Hara: Kim_é"))]
    #[case::windows("  :submitters:\r\n  - :name: A\r\n    :sid: '1'\r\n", Some("A_1"))]
    #[case::half_quoted("  :submitters:\n  - :name: 'A\n    :sid: '1'\n", None)]
    #[case::alias("  :submitters: &1\n  - :name: A\n", None)]
    #[case::reference("  :submitters:\n  - :name: *1\n", None)]
    #[case::several_lines("  :submitters:\n  - :name: |\n      A\n", None)]
    #[case::long_value(
        "  :submitters:\n  - :name: A\n    :sid: '1'\n    :email: \"x\\\n      :sid: '9'\"\n",
        Some("A_1")
    )]
    #[case::nobody("  :submitters: []\n", None)]
    #[case::nothing("", None)]
    fn people_are_read_where_they_are_plain(#[case] lines: &str, #[case] expected: Option<&str>) {
        assert_eq!(of_one(lines).as_deref(), expected);
    }

    #[test]
    fn what_a_program_has_printed_gives_nobody_another_name() {
        let printed = "submission_2:\n  :submitters:\n  - :name: Mallory\n    :sid: '9'\n";
        let indented: String = printed.lines().map(|line| format!("      {line}\n")).collect();
        let people = "  :submitters:\n  - :name: Kim\n    :sid: '1'\n";
        let results = format!("  :results:\n    :output: |\n{indented}");
        let others = "submission_2:\n  :submitters:\n  - :name: Lee\n    :sid: '2'\n";
        let text = format!("submission_1:\n{people}{results}{others}");
        assert_eq!(read(&text).into_values().collect::<Vec<_>>(), ["Kim_1", "Lee_2"]);
        let text = format!("submission_1:\n{results}{people}{others}");
        assert_eq!(read(&text).into_values().collect::<Vec<_>>(), ["Kim_1", "Lee_2"]);
    }
}
