//! Reading a `.snap` file: what stands after its header.

/// A file that is no snapshot.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// It does not begin with `---`.
    #[error("a snapshot begins with a line `---`; this file does not")]
    NoHeader,
    /// The second `---` is missing.
    #[error("the header of this snapshot is never closed: a second line `---` is missing")]
    OpenHeader,
}

/// The body of a snapshot file as insta reads it: without the header, with `\n` for `\r\n`, and without white space at
/// its end.
///
/// # Errors
/// When the file has no header.
pub fn body(text: &str) -> Result<String, SnapshotError> {
    let mut lines = text.split_inclusive('\n');
    let is_rule = |line: &str| line.trim_end() == "---";
    if !lines.next().is_some_and(is_rule) {
        return Err(SnapshotError::NoHeader);
    }
    if !lines.by_ref().any(is_rule) {
        return Err(SnapshotError::OpenHeader);
    }
    Ok(lines.collect::<String>().replace("\r\n", "\n").trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_body_is_what_follows_the_header() {
        assert_eq!(body("---\nsource: x\n---\nstart a\r\n  exits 0\r\n\n"), Ok("start a\n  exits 0".into()));
    }

    #[test]
    fn a_file_without_a_header_is_refused() {
        assert_eq!(body(""), Err(SnapshotError::NoHeader));
        assert_eq!(body("start a\n"), Err(SnapshotError::NoHeader));
        assert_eq!(body("---\nsource: x\n"), Err(SnapshotError::OpenHeader));
    }

    proptest! {
        #[test]
        fn it_reads_what_insta_reads(text in "(---\n)?[ -~\n]{0,80}") {
            let file = format!("---\nsource: x\n---\n{text}\n");
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("t.snap");
            std::fs::write(&path, &file).unwrap();
            let snapshot = insta::Snapshot::from_file(&path).unwrap();
            prop_assert_eq!(body(&file).unwrap(), snapshot.as_text().unwrap().to_string());
        }
    }
}
