//! The report for programs: the outcome as it stands.

use crate::outcome::Outcome;

/// The report, with a newline at its end.
pub(super) fn render(outcome: &Outcome) -> String {
    // An Outcome has nothing that JSON cannot say.
    let mut text = serde_json::to_string_pretty(outcome).unwrap_or_default();
    text.push('\n');
    text
}
