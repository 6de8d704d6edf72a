//! Bytes that were sent against bytes that should have been: what was done to them.

use super::cause::Cause;
use super::text::{clothes, short};
use crate::transcript::describe;

/// What is wrong with the bytes, as a cause and a sentence.
pub(super) type Wrong = (Cause, String);

/// Compares what was sent, in order (datagrams, or one piece for a stream), with what should have been. `before` is what
/// the same program sent earlier. `None` when nothing can be said that is certain.
pub(super) fn compare(expected: &[Vec<u8>], sent: &[Vec<u8>], before: &[Vec<u8>], stream: bool) -> Option<Wrong> {
    if let ([expected], [sent]) = (expected, sent) {
        return one(expected, sent, before);
    }
    let joined = sent.concat();
    match expected {
        [expected] if sent.len() > 1 && sent.iter().all(|piece| piece == expected) => {
            let told = format!("{} was sent {} times.", describe(expected), sent.len());
            Some((Cause::SentTwice, told))
        }
        [expected] if sent.contains(expected) => {
            let other = sent.iter().find(|piece| *piece != expected)?;
            Some((Cause::ExtraBytes, format!("It also sent {}.", describe(other))))
        }
        [expected] if !stream && joined == *expected => {
            let told = format!("{} bytes came in {} datagrams instead of one.", joined.len(), sent.len());
            Some((Cause::DatagramSplit, told))
        }
        [expected] => one(expected, &joined, before),
        _ if sent.len() < expected.len() && joined == expected.concat() => {
            Some((Cause::DatagramsJoined, format!("{} messages came as {}.", expected.len(), sent.len())))
        }
        _ => None,
    }
}

/// The same for one piece.
fn one(expected: &[u8], sent: &[u8], before: &[Vec<u8>]) -> Option<Wrong> {
    let unit = |count: usize| if count == 1 { "byte" } else { "bytes" };
    if expected.is_empty() && matches!(sent, b"b''" | b"b\"\"" | b"''" | b"\"\"") {
        let told =
            format!("The empty text came as a programming language writes it: {}.", String::from_utf8_lossy(sent));
        return Some((Cause::WrongEncoding, told));
    }
    if let Some(more) = sent.strip_prefix(expected) {
        return Some(after(expected, more, before));
    }
    if !sent.is_empty() && expected.starts_with(sent) {
        let told = format!("Of {} bytes only the first {} came", expected.len(), sent.len());
        // In another encoding than UTF-8 a character has as many bytes as that says.
        let characters = std::str::from_utf8(expected).map_or(0, |text| text.chars().count());
        return Some(if characters == sent.len() {
            (Cause::CharactersCounted, format!("{told}; {characters} is the number of its characters."))
        } else {
            let word = expected[sent.len()] == b' ' && !sent.contains(&b' ');
            let why = if word { ": the first word. `%s` and `next()` read a word, and not a line" } else { "" };
            (Cause::BytesMissing, format!("{told}{why}."))
        });
    }
    let text = &sent[..sent.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1)];
    if !text.is_empty() && text.len() < sent.len() && expected.starts_with(text) {
        let (whole, nuls) = (expected.len(), sent.len() - text.len());
        let told =
            format!("Of {whole} bytes only the first {} came, with {nuls} NUL {} behind them.", text.len(), unit(nuls));
        return Some((Cause::BytesMissing, told));
    }
    if let Some(older) = sent.strip_suffix(expected)
        && !older.is_empty()
        && before.last().is_some_and(|before| before.ends_with(older.trim_ascii_end()))
    {
        let told = format!("{} stands before the text: the message before it.", describe(older));
        return Some((Cause::DatagramsJoined, told));
    }
    if let Ok(text) = std::str::from_utf8(expected)
        && let Some(clothes) = clothes(text, sent)
    {
        return Some((Cause::WrongEncoding, format!("The text {} came {}.", short(text), clothes.told())));
    }
    if let Some(more) = sent.strip_suffix(expected) {
        let count = more.len();
        let number = more.iter().try_fold(0_u64, |number, byte| number.checked_mul(256)?.checked_add(u64::from(*byte)));
        let what = match number {
            Some(number) if count > 1 && number == expected.len() as u64 => {
                format!("its length, {number}, as a number")
            }
            _ => describe(more),
        };
        return Some((Cause::ExtraBytes, format!("{count} {} stand before the text: {what}.", unit(count))));
    }
    if let Some(pair) = expected.iter().zip(sent).position(|(a, b)| a != b)
        && pair > 0
        && sent.len() >= expected.len()
        && sent.windows(expected.len()).any(|window| window == expected)
    {
        return Some((Cause::ExtraBytes, format!("{} came instead of {}.", describe(sent), describe(expected))));
    }
    None
}

/// What stands behind the text.
fn after(expected: &[u8], more: &[u8], before: &[Vec<u8>]) -> Wrong {
    let count = more.len();
    let unit = if count == 1 { "byte" } else { "bytes" };
    if matches!(more, b"\n" | b"\r\n" | b"\r") {
        let told = format!("{} more {unit} came than the text has: {}.", count, describe(more));
        return (Cause::NewlineSent, told);
    }
    if more.iter().all(|byte| *byte == 0) {
        let told = if count == 1 {
            "One byte more came than the text has: NUL, which ends a string in C.".to_owned()
        } else {
            format!("{count} NUL bytes follow the text: the rest of a buffer.")
        };
        return (Cause::NulSent, told);
    }
    // Behind the text, at the same place, stood the end of what was sent before.
    let older = before.iter().rev().find(|older| {
        let rest = older.get(expected.len()..).unwrap_or_default();
        let same = rest.iter().zip(more).take_while(|(a, b)| a == b).count();
        same >= 2 && (same == rest.len() || same == more.len())
    });
    if let Some(older) = older {
        let told = format!("{count} {unit} follow the text, which are the rest of {}.", describe(older));
        return (Cause::StaleBytes, told);
    }
    if more == expected {
        return (Cause::SentTwice, format!("{} was sent twice.", describe(expected)));
    }
    (Cause::ExtraBytes, format!("{count} {unit} follow the text: {}.", describe(more)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::newline("hello\n", Cause::NewlineSent)]
    #[case::carriage_return("hello\r\n", Cause::NewlineSent)]
    #[case::nul("hello\0", Cause::NulSent)]
    #[case::buffer("hello\0\0\0\0", Cause::NulSent)]
    #[case::stale("hellot message", Cause::StaleBytes)]
    #[case::stale_cut("hellot mess", Cause::StaleBytes)]
    #[case::twice("hellohello", Cause::SentTwice)]
    #[case::other("hello, you", Cause::ExtraBytes)]
    #[case::length_first("\0\0\0\u{5}hello", Cause::ExtraBytes)]
    #[case::cut("hel", Cause::BytesMissing)]
    #[case::cut_by_one("hell", Cause::BytesMissing)]
    fn bytes_too_many_or_too_few_are_told_apart(#[case] sent: &str, #[case] expected: Cause) {
        let before = [b"firstt message".to_vec()];
        let found = compare(&[b"hello".to_vec()], &[sent.into()], &before, true);
        assert_eq!(found.map(|(cause, _)| cause), Some(expected));
    }

    #[test]
    fn a_buffer_that_is_too_small_and_is_sent_whole_has_the_beginning_only() {
        let (cause, told) = compare(&[b"hello".to_vec()], &[b"hel\0".to_vec()], &[], false).unwrap();
        assert_eq!(
            (cause, told.as_str()),
            (Cause::BytesMissing, "Of 5 bytes only the first 3 came, with 1 NUL byte behind them.")
        );
    }

    #[rstest]
    #[case::twice(&["hello", "hello"], Cause::SentTwice)]
    #[case::split(&["he", "llo"], Cause::DatagramSplit)]
    #[case::another(&["hello", ""], Cause::ExtraBytes)]
    fn datagrams_have_boundaries(#[case] sent: &[&str], #[case] expected: Cause) {
        let sent: Vec<_> = sent.iter().map(|piece| piece.as_bytes().to_vec()).collect();
        let found = compare(&[b"hello".to_vec()], &sent, &[], false);
        assert_eq!(found.map(|(cause, _)| cause), Some(expected));
    }

    #[test]
    fn two_datagrams_in_one_are_joined() {
        let found = compare(&[b"a".to_vec(), b"b".to_vec()], &[b"ab".to_vec()], &[], false);
        assert_eq!(found.map(|(cause, _)| cause), Some(Cause::DatagramsJoined));
    }

    #[test]
    fn the_message_before_in_front_of_this_one_is_joined_to_it() {
        let found = compare(&[b"b".to_vec()], &[b"ab".to_vec()], &[b"a".to_vec()], false);
        assert_eq!(found.map(|(cause, _)| cause), Some(Cause::DatagramsJoined));
    }

    #[test]
    fn of_something_else_nothing_is_claimed() {
        assert_eq!(compare(&[b"hello".to_vec()], &[b"goodbye".to_vec()], &[], true), None);
    }
}
