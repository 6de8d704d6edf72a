//! Bytes that a check sends or types, as they are written in a `.check` file.

use super::params::{Parameters, ResolveError};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Bytes as a check names them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Data {
    /// `"text"`: UTF-8.
    Text(String),
    /// `"text" as gbk`: the text in another encoding.
    Encoded(String, Encoding),
    /// `hex c3 28`: the bytes themselves.
    Hex(#[serde(with = "hex")] Vec<u8>),
    /// `65507 bytes`: a generated pattern of printable ASCII, see [`pattern`].
    Pattern(usize),
    /// `{answer}`: the value of a parameter.
    Parameter(String),
}

/// An encoding other than UTF-8 that the lecture notes use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// GBK, the national standard of China that the notes use in places.
    Gbk,
}

impl Encoding {
    /// Every encoding with its name in a `.check` file.
    pub const ALL: [(&'static str, Self); 1] = [("gbk", Self::Gbk)];

    /// The text in this encoding. What it has no bytes for becomes a number, see [`Self::has`].
    #[must_use]
    pub fn encode(self, text: &str) -> Vec<u8> {
        match self {
            Self::Gbk => encoding_rs::GBK.encode(text).0.into_owned(),
        }
    }

    /// Whether it has bytes for a character.
    #[must_use]
    pub fn has(self, c: char) -> bool {
        match self {
            Self::Gbk => !encoding_rs::GBK.encode(c.encode_utf8(&mut [0; 4])).2,
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gbk => f.write_str("gbk"),
        }
    }
}

/// `len` bytes of printable ASCII in which every stretch of 4 bytes differs from the next one, so that a piece
/// that is lost, doubled or moved is seen.
#[must_use]
pub fn pattern(len: usize) -> Vec<u8> {
    const ALPHABET: &[u8; 62] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    (0..len)
        .map(|i| {
            let block = i / 4;
            let digit = match i % 4 {
                0 => block / (62 * 62),
                1 => block / 62,
                2 => block,
                _ => return b'.',
            };
            ALPHABET[digit % 62]
        })
        .collect()
}

impl Data {
    /// The bytes, with parameters replaced by their values.
    ///
    /// # Errors
    /// When the data names a parameter that does not exist.
    pub fn bytes(&self, params: &Parameters) -> Result<Vec<u8>, ResolveError> {
        Ok(match self {
            Self::Text(text) => text.clone().into_bytes(),
            Self::Encoded(text, encoding) => encoding.encode(text),
            Self::Hex(bytes) => bytes.clone(),
            Self::Pattern(len) => pattern(*len),
            Self::Parameter(name) => params.get(name)?.bytes(),
        })
    }
}

impl fmt::Display for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(&quote(text)),
            Self::Encoded(text, encoding) => write!(f, "{} as {encoding}", quote(text)),
            Self::Hex(bytes) => {
                f.write_str("hex")?;
                bytes.iter().try_for_each(|byte| write!(f, " {byte:02x}"))
            }
            Self::Pattern(len) => write!(f, "{len} bytes"),
            Self::Parameter(name) => write!(f, "{{{name}}}"),
        }
    }
}

/// A text in double quotes, with what cannot be seen, or commands who reads it, written as an escape.
pub(crate) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for (at, c) in text.char_indices() {
        match c {
            '#' if is_service_command(&text[at..]) => out.push_str("\\u{23}"),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0' => out.push_str("\\0"),
            c if must_be_escaped(c) => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Control characters, and those that turn the direction of text or have no width: a reader of a terminal
/// would not see them, or would be misled by them.
#[must_use]
pub fn must_be_escaped(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Whether a text begins like a command to a service that runs graders and reads what they write: these take it from
/// anywhere in a line. (Those that begin with `::` must stand at the beginning of one.)
fn is_service_command(text: &str) -> bool {
    ["##[", "##vso[", "##teamcity["].iter().any(|command| text.starts_with(command))
}

/// Lines of somebody else's, each [`printable`]; they stay lines.
#[must_use]
pub fn printable_lines(text: &str, most: usize) -> String {
    text.lines().map(|line| printable(line, most)).collect::<Vec<_>>().join("\n")
}

/// A text of somebody else's as it can be put on a terminal or into the log of a service, without what could move the cursor,
/// change colours, or command the service; cut after `most` characters, and then marked by `…`.
#[must_use]
pub fn printable(text: &str, most: usize) -> String {
    let safe = |(at, c): (usize, char)| match c {
        '\t' => ' ',
        '#' if is_service_command(&text[at..]) => char::REPLACEMENT_CHARACTER,
        c if must_be_escaped(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    let mut chars = text.char_indices();
    let mut out: String = chars.by_ref().take(most).map(safe).collect();
    if chars.next().is_some() {
        out.push('…');
    }
    out
}

/// Whether decoded bytes are meant to be read: hardly anything in them must be escaped, line ends and NULs apart.
pub(crate) fn is_text(text: &str) -> bool {
    let strange = text.chars().filter(|c| must_be_escaped(*c) && !"\r\n\t\0".contains(*c)).count();
    strange * 4 <= text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_neighbouring_stretches_of_a_pattern_are_alike() {
        let bytes = pattern(65_507);
        assert!(bytes.chunks_exact(4).zip(bytes[4..].chunks_exact(4)).all(|(a, b)| a != b));
        assert!(bytes.iter().all(u8::is_ascii_graphic));
    }

    #[test]
    fn gbk_text_is_encoded_as_the_notes_do() {
        let data = Data::Encoded("你好".into(), Encoding::Gbk);
        assert_eq!(data.bytes(&Parameters::default()).unwrap(), [0xc4, 0xe3, 0xba, 0xc3]);
    }

    #[test]
    fn what_cannot_be_seen_is_escaped() {
        assert_eq!(quote("a\"b\\\n\u{202e}\u{1b}\u{61c}\u{e0041}"), r#""a\"b\\\n\u{202e}\u{1b}\u{61c}\u{e0041}""#);
    }
}
