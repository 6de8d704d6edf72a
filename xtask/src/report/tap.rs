//! The Test Anything Protocol, version 14: a line a check, and for one that did not pass the reason as a YAML block.

use super::words::{self, Status};
use crate::outcome::{Head, Outcomes};
use crate::trouble::Trouble;
use std::io::Write;

/// Writes the report.
pub(super) fn write(head: &Head, outcomes: &dyn Outcomes, out: &mut dyn Write) -> Result<(), Trouble> {
    let failed = || Trouble::ours("writing TAP");
    let mut submissions = 0;
    outcomes.each(&mut |_| {
        submissions += 1;
        Ok(())
    })?;
    let plan = format!("TAP version 14\n1..{}\n", submissions * head.checks());
    out.write_all(plan.as_bytes()).map_err(failed())?;
    let mut number = 0;
    outcomes.each(&mut |outcome| {
        let mut text = String::new();
        for told in words::checks(&outcome) {
            number += 1;
            let ok = matches!(told.status, Status::Passed | Status::NotRun);
            let mark = if ok { "ok" } else { "not ok" };
            text.push_str(&format!("{mark} {number} - {} {}", escaped(&words::name(&outcome)), told.id));
            if told.status == Status::NotRun {
                text.push_str(&format!(" # SKIP {}", escaped(&told.reason)));
            }
            text.push('\n');
            if !ok {
                text.push_str(&block(told.check.result.verdict(), &told.reason, told.details_once()));
            }
        }
        out.write_all(text.as_bytes()).map_err(failed())
    })
}

/// A description: `#` begins a directive, and `\` escapes it.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('#', "\\#")
}

fn block(verdict: &str, reason: &str, details: &str) -> String {
    // A text in double quotes is written as in JSON, which is YAML, too.
    let quoted = |text: &str| serde_json::to_string(text).unwrap_or_default();
    let lines: String =
        details.trim_end().lines().map(|line| format!("    {line}").trim_end().to_owned() + "\n").collect();
    format!("  ---\n  verdict: {verdict}\n  message: {}\n  details: |2\n{lines}  ...\n", quoted(reason))
}
