//! The output lane: which of the looked-for values the program has shown. Everything else it prints leaves no trace.

use super::bytes_of;
use super::names::Names;
use crate::check::Value;
use crate::event::{Output, Stream};

/// `shows …` and `says something`.
pub(super) fn lines(names: &Names<'_>, output: &[Output]) -> Vec<String> {
    let texts =
        [Stream::Stdout, Stream::Stderr].map(|stream| String::from_utf8_lossy(&bytes_of(output, stream)).into_owned());
    let shown = |value: &&Value| texts.iter().any(|text| shows(names, value, text));
    let values = names.check.look_for.iter().filter(|value| **value != Value::Words);
    let values: Vec<_> = values.filter(shown).map(Value::to_string).collect();
    let mut out = Vec::new();
    if !values.is_empty() {
        out.push(format!("shows {}", values.join(", ")));
    }
    if names.check.look_for.contains(&Value::Words) && texts.iter().any(|text| !text.trim().is_empty()) {
        out.push("says something".to_owned());
    }
    out
}

fn shows(names: &Names<'_>, value: &Value, text: &str) -> bool {
    match value {
        Value::Ip(peer) => names.newest(peer).is_some_and(|addr| shows_number(text, &addr.ip().to_string())),
        Value::Port(peer) => names.newest(peer).is_some_and(|addr| shows_number(text, &addr.port().to_string())),
        Value::Number(number) => shows_number(text, &number.to_string()),
        Value::Text(wanted) => text.contains(wanted.as_str()),
        Value::Parameter(name) => {
            let value = names.params.get(name).map(ToString::to_string).unwrap_or_default();
            let digits = value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            if digits { shows_number(text, &value) } else { text.contains(&value) }
        }
        Value::Words => false,
    }
}

/// Whether a number or a dotted address stands in a text by itself and not as a part of a longer one: 5 is not shown
/// by 53111, by 0.5, or by 192.168.1.5.
fn shows_number(text: &str, number: &str) -> bool {
    let bytes = text.as_bytes();
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let dot = |at: Option<usize>| at.and_then(|at| bytes.get(at)) == Some(&b'.');
    text.match_indices(number).any(|(start, _)| {
        let (before, after) = (start.checked_sub(1), start + number.len());
        let continues_one = digit(before) || (dot(before) && digit(start.checked_sub(2)));
        let goes_on = digit(Some(after)) || (dot(Some(after)) && digit(Some(after + 1)));
        !continues_one && !goes_on
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("('192.168.1.11', 53111)", "53111", true)]
    #[case("('192.168.1.11', 53111)", "192.168.1.11", true)]
    #[case("::ffff:192.168.1.11:53111", "192.168.1.11", true)]
    #[case("got 5 bytes.", "5", true)]
    #[case("got 5.", "5", true)]
    #[case("收到5个字节", "5", true)]
    #[case("port 53111", "5", false)]
    #[case("after 0.5 s", "5", false)]
    #[case("from 192.168.1.5", "5", false)]
    #[case("from 192.168.1.110", "192.168.1.11", false)]
    fn a_number_must_stand_by_itself(#[case] text: &str, #[case] number: &str, #[case] shown: bool) {
        assert_eq!(shows_number(text, number), shown);
    }
}
