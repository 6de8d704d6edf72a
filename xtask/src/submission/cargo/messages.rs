//! What cargo says while it builds, a message a line.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What is built: a binary, a library.
#[derive(Deserialize)]
pub(super) struct Target {
    pub(super) name: String,
    pub(super) kind: Vec<String>,
    #[serde(default)]
    pub(super) src_path: PathBuf,
}

/// What we read of `cargo build --message-format=json`.
#[derive(Deserialize)]
#[serde(tag = "reason")]
enum Message {
    #[serde(rename = "compiler-artifact")]
    Artifact { target: Target, executable: Option<PathBuf> },
    #[serde(rename = "compiler-message")]
    Diagnosed { target: Target, message: Diagnostic },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Diagnostic {
    level: String,
    rendered: Option<String>,
}

/// What cargo has said.
#[derive(Debug, Default)]
pub(super) struct Messages {
    /// The executables of the binaries that are built, by name.
    pub(super) ready: BTreeMap<String, PathBuf>,
    /// What the compiler refuses, with the name of the target.
    pub(super) errors: Vec<(String, String)>,
}

impl Messages {
    /// Reads what cargo writes to standard output, a message a line. Whatever runs while a package is built can write there, too;
    /// what is no message is left out.
    pub(super) fn read(stdout: &[u8]) -> Self {
        let mut out = Self::default();
        for message in stdout.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()) {
            match message {
                Message::Artifact { target, executable: Some(path) } => {
                    out.ready.insert(target.name, path);
                }
                Message::Diagnosed { target, message } if message.level.starts_with("error") => {
                    out.errors.push((target.name, message.rendered.unwrap_or_default()));
                }
                _ => {}
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BUILT: &str =
        r#"{"reason":"compiler-artifact","target":{"name":"a","kind":["bin"],"src_path":"/s"},"executable":"/t/a"}"#;
    const REFUSED: &str = r#"{"reason":"compiler-message","target":{"name":"b","kind":[]},"message":{"level":"error","rendered":"no\u001b"}}"#;

    #[test]
    fn messages_are_read_and_all_else_is_left_out() {
        let said = format!("a build script says this\n{BUILT}\n{{\"reason\":\"x\"}}\n\n{REFUSED}\n[[[\n");
        let Messages { ready, errors } = Messages::read(said.as_bytes());
        assert_eq!(ready, BTreeMap::from([("a".to_owned(), PathBuf::from("/t/a"))]));
        assert_eq!(errors, [("b".to_owned(), "no\u{1b}".to_owned())]);
    }

    proptest! {
        #[test]
        fn nothing_that_is_said_makes_the_reader_panic(
            pieces in proptest::collection::vec(
                prop_oneof![
                    Just(BUILT.as_bytes().to_vec()),
                    Just(REFUSED.as_bytes().to_vec()),
                    Just(b"\n".to_vec()),
                    (0_usize..100_000).prop_map(|depth| vec![b'['; depth]),
                    proptest::collection::vec(any::<u8>(), 0..20),
                ],
                0..6,
            ),
            (at, byte) in (any::<proptest::sample::Index>(), any::<u8>()),
        ) {
            let mut said = pieces.concat();
            if !said.is_empty() {
                let at = at.index(said.len());
                said[at] = byte;
            }
            let Messages { ready, errors } = Messages::read(&said);
            prop_assert!(ready.len() + errors.len() <= pieces.len());
        }
    }
}
