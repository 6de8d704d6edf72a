//! A drawn conversation as a list of sentences, for those who cannot see the picture.

use super::escape::Text;
use harness::event::Stream;
use harness::ladder::{Arrow, Change, Entry, Ladder, What};
use std::fmt::Write;

/// The list.
pub(super) fn list(ladder: &Ladder) -> String {
    let mut out = String::from("<ol>");
    for section in &ladder.sections {
        for entry in &section.entries {
            let sentence = sentence(ladder, entry);
            if sentence.is_empty() {
                continue;
            }
            let class = if matches!(entry.what, What::Heading { .. }) { " class=\"head\"" } else { "" };
            let _ = write!(out, "<li{class}>{}{}</li>", Text(sentence), Text(changes(ladder, &entry.changes)));
        }
    }
    out.push_str("</ol>");
    out
}

fn sentence(ladder: &Ladder, entry: &Entry) -> String {
    match &entry.what {
        What::Heading { text, .. } | What::Remark(text) => text.clone(),
        What::Arrow(arrow) => of_arrow(ladder, arrow),
        What::Says { lane, stream, lines } => {
            let does = if *stream == Stream::Stdout { "prints" } else { "writes to standard error" };
            format!("{} {does}: {}", name(ladder, *lane), lines.join(" / "))
        }
        What::Note { lane, text, .. } => format!("{} {text}", name(ladder, *lane)),
        What::Joins(lane) => format!("{} joins", lane.name),
    }
}

fn of_arrow(ladder: &Ladder, Arrow { from, to, label, data, .. }: &Arrow) -> String {
    let to = if from == to { "itself" } else { name(ladder, *to) };
    let data = if data.is_empty() { String::new() } else { format!(", {data}") };
    format!("{} to {to}: {label}{data}", name(ladder, *from))
}

fn changes(ladder: &Ladder, changes: &[Change]) -> String {
    let each = changes.iter().map(|change| format!("{} is {}", name(ladder, change.lane), change.text()));
    let all: Vec<_> = each.collect();
    if all.is_empty() { String::new() } else { format!(" ({})", all.join(", ")) }
}

fn name(ladder: &Ladder, lane: usize) -> &str {
    ladder.lanes.get(lane).map_or("", |lane| &lane.name)
}
