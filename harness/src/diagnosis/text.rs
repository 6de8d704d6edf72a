//! Texts in the wrong clothes: the same characters in another encoding, escaped, or as a language writes its own data. And
//! texts of which only the beginning is there.

use crate::check::quote;

/// How bytes that are not the expected UTF-8 come from it all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clothes {
    Gbk,
    Utf16,
    Utf8TakenForGbk,
    Utf8TakenForLatin1,
    Escaped,
    Literal,
    Replaced,
    LowBytes,
}

impl Clothes {
    /// What was done to the text, for a sentence "the text is …".
    pub(super) const fn told(self) -> &'static str {
        match self {
            Self::Gbk => "encoded as GBK and not as UTF-8",
            Self::Utf16 => "encoded as UTF-16 and not as UTF-8",
            Self::Utf8TakenForGbk => "garbled: its UTF-8 was taken for GBK",
            Self::Utf8TakenForLatin1 => "garbled: each byte of its UTF-8 was taken for a character of its own",
            Self::Escaped => "written with escapes instead of its characters",
            Self::Literal => "written as a programming language writes bytes (`b'…'`), instead of as text",
            Self::LowBytes => "cut to one byte for each character",
            Self::Replaced => "garbled: every character that is not ASCII is replaced",
        }
    }
}

/// Whether `text` is contained in `seen` in other clothes. Text of ASCII alone looks the same in most of them.
pub(super) fn clothes(text: &str, seen: &[u8]) -> Option<Clothes> {
    if text.is_empty() {
        return None;
    }
    let contains = |bytes: &[u8]| !bytes.is_empty() && seen.windows(bytes.len()).any(|window| window == bytes);
    let utf16 = |big: bool| -> Vec<u8> {
        let bytes = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
        text.encode_utf16().flat_map(bytes).collect()
    };
    if contains(&utf16(false)) || contains(&utf16(true)) {
        return Some(Clothes::Utf16);
    }
    let literal = literal(text);
    if contains(format!("b'{literal}").as_bytes()) || contains(format!("b\"{literal}").as_bytes()) {
        return Some(Clothes::Literal);
    }
    if text.is_ascii() {
        return None;
    }
    let (gbk, _, unmappable) = encoding_rs::GBK.encode(text);
    if !unmappable && contains(&gbk) {
        return Some(Clothes::Gbk);
    }
    if contains(literal.as_bytes()) {
        return Some(Clothes::Literal);
    }
    if escapes(text).iter().any(|escaped| contains(escaped.as_bytes())) {
        return Some(Clothes::Escaped);
    }
    let latin1: String = text.bytes().map(char::from).collect();
    if contains(latin1.as_bytes()) {
        return Some(Clothes::Utf8TakenForLatin1);
    }
    // Decoders differ in what they make of bytes that fit nothing, so any stretch between those is enough.
    let as_gbk = encoding_rs::GBK.decode_without_bom_handling(text.as_bytes()).0;
    let odd = |c: char| c.is_ascii() || matches!(c, '\u{e000}'..='\u{f8ff}' | char::REPLACEMENT_CHARACTER);
    let mut stretches = as_gbk.split(odd).filter(|stretch| stretch.chars().count() >= 3);
    if stretches.any(|stretch| contains(stretch.as_bytes())) {
        return Some(Clothes::Utf8TakenForGbk);
    }
    let low: Vec<u8> = text.chars().map(|c| u32::from(c) as u8).collect();
    if contains(&low) {
        return Some(Clothes::LowBytes);
    }
    is_replaced(text, &String::from_utf8_lossy(seen)).then_some(Clothes::Replaced)
}

/// The text as Python and Rust write bytes.
fn literal(text: &str) -> String {
    let byte = |byte: u8| {
        if byte.is_ascii_graphic() || byte == b' ' { char::from(byte).to_string() } else { format!("\\x{byte:02x}") }
    };
    text.bytes().map(byte).collect()
}

/// The text with its characters outside ASCII as languages escape them.
fn escapes(text: &str) -> [String; 4] {
    let with = |escape: &dyn Fn(char) -> String| {
        text.chars().map(|c| if c.is_ascii() { c.to_string() } else { escape(c) }).collect()
    };
    let four = |c: char| c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect::<String>();
    [
        with(&|c| format!("\\u{{{:x}}}", u32::from(c))),
        with(&four),
        with(&|c| format!("&#{};", u32::from(c))),
        with(&|c| c.to_string().bytes().map(|byte| format!("%{byte:02X}")).collect()),
    ]
}

/// Whether the text's ASCII characters stand in `seen` with one sign in the place of each other character or byte.
fn is_replaced(text: &str, seen: &str) -> bool {
    ['.', '?', '\u{fffd}', '_', '*'].iter().any(|sign| {
        let by_character: String = text.chars().map(|c| if c.is_ascii() { c } else { *sign }).collect();
        let by_byte: String = text.bytes().map(|byte| if byte.is_ascii() { char::from(byte) } else { *sign }).collect();
        seen.contains(&by_character) || seen.contains(&by_byte)
    })
}

/// How many bytes of the text's beginning are printed, if it is not the whole, and enough not to be chance.
pub(super) fn beginning_of(text: &str, printed: &[u8]) -> Option<usize> {
    const ENOUGH: usize = 8;
    let longest = longest_beginning(text.as_bytes(), printed);
    (ENOUGH..text.len()).contains(&longest).then_some(longest)
}

/// How many bytes of a text's beginning stand somewhere in `printed`. Both can be long, so each byte is looked at once (Knuth,
/// Morris and Pratt).
fn longest_beginning(text: &[u8], printed: &[u8]) -> usize {
    // Of each beginning of the text: how much of the text's beginning it ends with, itself apart.
    let mut ends_with = vec![0; text.len()];
    let next = |ends_with: &[usize], mut matched: usize, byte: u8| {
        while matched > 0 && text.get(matched) != Some(&byte) {
            matched = ends_with[matched - 1];
        }
        matched + usize::from(text.get(matched) == Some(&byte))
    };
    for at in 1..text.len() {
        ends_with[at] = next(&ends_with, ends_with[at - 1], text[at]);
    }
    let (mut matched, mut longest) = (0, 0);
    for byte in printed {
        matched = next(&ends_with, matched, *byte);
        longest = longest.max(matched);
    }
    longest
}

/// A text for a sentence: whole if it is short, else its beginning.
pub(super) fn short(text: &str) -> String {
    const SHORT: usize = 40;
    if text.chars().count() <= SHORT {
        return quote(text);
    }
    let beginning: String = text.chars().take(SHORT - 10).collect();
    let quoted = quote(&beginning);
    format!("{}…\"", quoted.trim_end_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case::gbk(encoding_rs::GBK.encode("你好").0.into_owned(), Clothes::Gbk)]
    #[case::utf16(vec![0x60, 0x4f, 0x7d, 0x59], Clothes::Utf16)]
    #[case::bytes_of_python(br"got b'\xe4\xbd\xa0\xe5\xa5\xbd'".to_vec(), Clothes::Literal)]
    #[case::escapes_of_rust(br"\u{4f60}\u{597d}".to_vec(), Clothes::Escaped)]
    #[case::escapes_of_json(br"\u4f60\u597d".to_vec(), Clothes::Escaped)]
    #[case::dots("......".into(), Clothes::Replaced)]
    #[case::low_bytes(vec![0x60, 0x7d], Clothes::LowBytes)]
    #[case::latin1("ä½\u{a0}å¥½".into(), Clothes::Utf8TakenForLatin1)]
    fn a_text_is_known_in_other_clothes(#[case] seen: Vec<u8>, #[case] expected: Clothes) {
        assert_eq!(clothes("你好", &seen), Some(expected));
    }

    #[test]
    fn a_text_as_it_is_wears_none() {
        assert_eq!(clothes("你好", "<你好>".as_bytes()), None);
        assert_eq!(clothes("hello", b"hello"), None);
        assert_eq!(clothes("hello", b"b'hello'"), Some(Clothes::Literal));
    }

    #[test]
    fn mojibake_is_known_by_its_beginning() {
        let seen = encoding_rs::GBK.decode_without_bom_handling("你好服务端".as_bytes()).0.into_owned();
        assert_eq!(clothes("你好服务端", seen.as_bytes()), Some(Clothes::Utf8TakenForGbk));
    }

    #[test]
    fn a_text_is_known_by_its_beginning() {
        assert_eq!(beginning_of("hello, world", b"got hello, wor."), Some(10));
        assert_eq!(beginning_of("hello, world", b"got hello."), None, "that can be chance");
        assert_eq!(beginning_of("hello, world", b"got hello, world"), None, "that is the whole");
    }

    proptest! {
        #[test]
        fn the_longest_beginning_that_is_printed_is_found(text in "[ab]{0,12}", printed in "[ab]{0,40}") {
            let found = (0..=text.len()).rev().find(|end| printed.contains(&text[..*end])).unwrap();
            prop_assert_eq!(longest_beginning(text.as_bytes(), printed.as_bytes()), found);
        }
    }
}
