//! The report for programs: the outcome as it stands.

use crate::outcome::Outcome;
use harness::check::must_be_escaped;

/// The report, with a newline at its end.
pub(super) fn render(outcome: &Outcome) -> String {
    // An Outcome has nothing that JSON cannot say.
    let json = serde_json::to_string_pretty(outcome).unwrap_or_default();
    let mut text = String::with_capacity(json.len() + 1);
    for c in json.chars() {
        // JSON escapes by itself what is below U+0020. Anything else that could command a terminal stands in its strings, too.
        if must_be_escaped(c) && c != '\n' {
            text.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            text.push(c);
        }
    }
    text.push('\n');
    text
}
