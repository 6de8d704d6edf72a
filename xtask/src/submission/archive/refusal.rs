//! Why an archive is refused: what is wrong, at which entry, and what to do about it.

use super::limits::{ARCHIVE, DEPTH, ENTRIES, ENTRY, NAME, PART, RATIO, TOTAL};

/// Why an archive was not unpacked.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// It is not what it should be; the message says where, and what to do.
    #[error("{0}")]
    Archive(String),
    /// What was in it could not be written. That says nothing about it.
    #[error("{0}")]
    Ours(String),
}

/// What is wrong, and what to do.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Problem {
    #[error("it is no archive. Try a zip or a tar.gz")]
    NoArchive,
    #[error("this is {0}, which is not read. Try: unpack it and give the folder, or make a zip or a tar.gz")]
    OtherFormat(&'static str),
    #[error("this is one compressed file and no archive of a folder. Try: tar -czf submission.tar.gz FOLDER")]
    OneFile,
    #[error("the archive is larger than {}. {LEAVE_OUT}", mib(ARCHIVE))]
    LargeArchive,
    #[error("the archive is cut off or damaged ({0}). Make it or copy it anew")]
    Damaged(String),

    #[error("it has no name. Make the archive anew")]
    NoName,
    #[error("its name is no UTF-8. Rename it to plain letters, or make a tar.gz")]
    NotUtf8,
    #[error("its name has a control character. Rename it")]
    ControlCharacter,
    #[error("its name has a backslash. Rename it, or use a tool that writes `/` between folders")]
    Backslash,
    #[error("its name is an absolute path. Make the archive anew, of a folder and not of `/`")]
    Absolute,
    #[error("its name leads out of the submission (`..`). Make the archive anew, of one folder")]
    ParentFolder,
    #[error("its name is longer than {NAME} bytes, or a part of it than {PART}. Rename it")]
    LongName,
    #[error("it lies in more than {DEPTH} folders. Move it up")]
    Deep,
    #[error("the archive has it twice. Keep the one that is to be graded")]
    Twice,
    #[error("the archive has it as a file and as a folder. Keep one of them")]
    FileAndFolder,

    #[error("it is a symbolic link. Put the file in its place")]
    SymbolicLink,
    #[error("it is a hard link. Put the file in its place (tar: --hard-dereference)")]
    HardLink,
    #[error("it is a device. A submission has files and folders only")]
    Device,
    #[error("it is a FIFO. A submission has files and folders only")]
    Fifo,
    #[error("it is a socket. A submission has files and folders only")]
    Socket,
    #[error("it is a sparse file. Make the archive anew without --sparse")]
    Sparse,
    #[error("it is neither a file nor a folder. A submission has files and folders only")]
    OtherKind,
    #[error("it is encrypted. Make the archive anew without a password")]
    Encrypted,
    #[error("it is compressed by {0}, which is not read. Make the archive anew with the usual method (deflate)")]
    Method(String),

    #[error("it is larger than {}. {LEAVE_OUT}", mib(ENTRY))]
    LargeEntry,
    #[error("more than {} come out of the archive. {LEAVE_OUT}", mib(TOTAL))]
    Large,
    #[error("what comes out is more than {RATIO} times as large as the archive. {LEAVE_OUT}")]
    Bomb,
    #[error("the archive has more than {ENTRIES} files and folders. {LEAVE_OUT}")]
    Many,
}

/// What makes archives of submissions large, nearly always.
const LEAVE_OUT: &str = "Leave out what is built or installed, like target and .venv";

fn mib(bytes: u64) -> String {
    format!("{} MiB", bytes >> 20)
}

impl Problem {
    /// What is wrong with an archive, in the words of whoever noticed it. Libraries put names into theirs.
    pub(super) fn damaged(words: &str) -> Self {
        Self::Damaged(shown(words.as_bytes()))
    }

    /// A problem of the whole archive.
    pub(super) fn of_all(self) -> Refusal {
        Refusal::Archive(self.to_string())
    }

    /// A problem of the entry with this name.
    pub(super) fn at(self, name: &[u8]) -> Refusal {
        Refusal::Archive(format!("entry `{}`: {self}", shown(name)))
    }

    /// A problem behind the entry with this name, or before all of them.
    pub(super) fn after(self, name: Option<&[u8]>) -> Refusal {
        match name {
            Some(name) => Refusal::Archive(format!("after entry `{}`: {self}", shown(name))),
            None => self.of_all(),
        }
    }
}

/// What an archive says, or what somebody has called a file, for a person: on one line, without an effect on a terminal, and not
/// longer than a line is.
pub(in crate::submission) fn shown(name: &[u8]) -> String {
    const LONGEST: usize = 100;
    let mut out = String::new();
    for (number, c) in name.utf8_chunks().flat_map(chars).enumerate() {
        if number == LONGEST {
            out.push('…');
            break;
        }
        out.push_str(&c);
    }
    out
}

/// The characters of a piece of a name, and the bytes that are none, each as it is shown.
fn chars(chunk: std::str::Utf8Chunk<'_>) -> Vec<String> {
    let plain = |c: char| matches!(c, '\\' | '\'' | '"');
    let good = chunk.valid().chars().map(|c| if plain(c) { c.to_string() } else { c.escape_debug().to_string() });
    good.chain(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::plain("net/作业.py".as_bytes(), "net/作业.py")]
    #[case::backslash(b"a\\b", "a\\b")]
    #[case::escape_sequence(b"\x1b[2J.py", "\\u{1b}[2J.py")]
    #[case::right_to_left("a\u{202e}yp.py".as_bytes(), "a\\u{202e}yp.py")]
    #[case::no_utf8(b"\xb2\xe2.py", "\\xb2\\xe2.py")]
    fn a_name_is_shown_on_one_line_and_without_an_effect(#[case] name: &[u8], #[case] expected: &str) {
        assert_eq!(shown(name), expected);
    }

    #[test]
    fn a_long_name_is_cut() {
        assert_eq!(shown(&[b'a'; 5000]), format!("{}…", "a".repeat(100)));
    }
}
