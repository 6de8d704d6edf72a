//! The report for programs: the head, and the outcomes as they stand.

use crate::outcome::{Head, Outcomes};
use crate::trouble::Trouble;
use harness::check::must_be_escaped;
use serde::Serialize;
use std::io::Write;

/// The version of the format; another one when a reader of this would misunderstand.
pub const VERSION: u32 = 1;

/// Writes the report, with a newline at its end. One outcome is in memory at a time.
pub(super) fn write(head: &Head, outcomes: &dyn Outcomes, out: &mut dyn Write) -> Result<(), Trouble> {
    let mut begun = String::from("{\n  \"version\": ");
    begun.push_str(&VERSION.to_string());
    begun.push_str(",\n  \"grader\": ");
    begun.push_str(&value(&head.grader, 1));
    begun.push_str(",\n  \"course\": ");
    begun.push_str(&value(&head.course, 1));
    begun.push_str(",\n  \"isolation\": ");
    begun.push_str(&value(&head.isolation, 1));
    begun.push_str(",\n  \"submissions\": [");
    out.write_all(begun.as_bytes()).map_err(Trouble::ours("writing the report"))?;
    let mut separator = "\n    ";
    outcomes.each(&mut |outcome| {
        let text = format!("{separator}{}", value(&outcome, 2));
        separator = ",\n    ";
        out.write_all(text.as_bytes()).map_err(Trouble::ours("writing the report"))
    })?;
    out.write_all(b"\n  ]\n}\n").map_err(Trouble::ours("writing the report"))
}

/// A value as it stands so many levels deep.
fn value(value: &impl Serialize, level: usize) -> String {
    // There is nothing in it that JSON cannot say.
    let json = serde_json::to_string_pretty(value).unwrap_or_default();
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if c == '\n' {
            text.push(c);
            text.push_str(&"  ".repeat(level));
        } else if must_be_escaped(c) {
            // JSON escapes by itself what is below U+0020. Anything else that could command a terminal stands in its strings, too.
            text.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            text.push(c);
        }
    }
    text
}
