//! The matrix of submissions by checks: a plain table, which the page's program makes a grid that can be sorted, filtered and
//! walked through. End tags of cells may be left out (HTML, 13.1.2.4), and in a class of a thousand they would be a tenth of it.

use super::escape::{InAddress, Text};
use super::mark::Mark;
use crate::outcome::{Head, Outcome};
use std::io::{self, Write};

/// Up to so many checks have wide columns.
const FEW: usize = 12;

/// One submission.
pub(super) struct Row<'a> {
    pub(super) outcome: &'a Outcome,
    pub(super) mark: Mark,
    /// One for each check.
    pub(super) marks: Vec<Mark>,
    /// Where its pieces are: first its own one, then one for each failed check.
    pub(super) pieces: Vec<usize>,
}

/// All that stands before the rows. `failed` counts for each check the submissions that fail it.
pub(super) fn begin(head: &Head, failed: &[usize], out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<section class=\"matrix\" id=\"matrix\" aria-labelledby=\"h-matrix\">\n<h2 id=\"h-matrix\">Matrix</h2>"
    )?;
    controls(head, out)?;
    write!(out, "<ul class=\"legend\" aria-label=\"What the signs mean\">")?;
    for mark in Mark::ALL {
        write!(out, "<li><i class=\"{}\">{}</i> {}</li>", mark.letter(), mark.glyph(), mark.words())?;
    }
    let few = if head.checks() <= FEW { " class=\"few\"" } else { "" };
    writeln!(out, "</ul>\n<div class=\"scroll\"><table id=\"grid\"{few} aria-labelledby=\"h-matrix\">\n<thead>")?;
    write!(out, "<tr class=\"exercises\"><td colspan=\"2\"></td>")?;
    for exercise in &head.exercises {
        let (name, title, checks) = (Text(&exercise.name), Text(&exercise.title), exercise.checks.len());
        write!(
            out,
            "<th scope=\"colgroup\" class=\"first\" colspan=\"{checks}\" data-name=\"{name}\" title=\"{title}\">{name}</th>"
        )?;
    }
    write!(out, "</tr>\n<tr class=\"checks\"><th scope=\"col\">Submission</th><th scope=\"col\">Points</th>")?;
    for exercise in &head.exercises {
        for (index, check) in exercise.checks.iter().enumerate() {
            write!(
                out,
                "<th scope=\"col\"{} data-name=\"{exercise}::{name}\" data-points=\"{points}\" title=\"{about}\"><span>{name}</span></th>",
                first(index),
                exercise = Text(&exercise.name),
                name = Text(&check.name),
                points = check.points,
                about = Text(&check.about)
            )?;
        }
    }
    write!(out, "</tr>\n<tr class=\"counts\"><th scope=\"row\">failed by</th><td></td>")?;
    let mut failed = failed.iter();
    for exercise in &head.exercises {
        for (index, count) in failed.by_ref().take(exercise.checks.len()).enumerate() {
            write!(out, "<td{}>{count}</td>", first(index))?;
        }
    }
    writeln!(out, "</tr>\n</thead>\n<tbody>")
}

pub(super) fn end(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "</tbody>\n</table></div>\n</section>")
}

/// What the rows are chosen by; without the page's program none of it is shown.
fn controls(head: &Head, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<form class=\"controls\" role=\"search\" aria-label=\"Filter the matrix\" hidden>")?;
    writeln!(
        out,
        "<label>Name <input type=\"search\" id=\"f-text\" autocomplete=\"off\" spellcheck=\"false\"></label>"
    )?;
    write!(out, "<label>Verdict <select id=\"f-mark\"><option value=\"\">any</option>")?;
    for (value, words) in [
        ("p", "passed"),
        ("f", "failed"),
        ("s", "nothing to run"),
        ("c", "does not compile"),
        ("y", "not graded yet"),
        ("e", "trouble of the grader"),
    ] {
        write!(out, "<option value=\"{value}\">{words}</option>")?;
    }
    write!(out, "</select></label>\n<label>In <select id=\"f-in\"><option value=\"\">everything</option>")?;
    for exercise in &head.exercises {
        let name = Text(&exercise.name);
        write!(out, "<optgroup label=\"{name}\"><option value=\"{name}\">all of {name}</option>")?;
        for check in &exercise.checks {
            write!(out, "<option value=\"{name}::{check}\">{check}</option>", check = Text(&check.name))?;
        }
        write!(out, "</optgroup>")?;
    }
    writeln!(
        out,
        "</select></label>\n<label>Cause <select id=\"f-cause\"><option value=\"\">any</option></select></label>"
    )?;
    writeln!(out, "<button type=\"reset\">Clear</button>\n<output id=\"shown\" role=\"status\"></output></form>")
}

impl Row<'_> {
    pub(super) fn write(&self, head: &Head, out: &mut dyn Write) -> io::Result<()> {
        let Outcome { submission, points, problem, .. } = self.outcome;
        let marks: String = self.marks.iter().map(|mark| mark.letter()).collect();
        let pieces: Vec<_> = self.pieces.iter().map(usize::to_string).collect();
        write!(
            out,
            "<tr data-mark=\"{}\" data-marks=\"{marks}\" data-pieces=\"{}\"><th scope=\"row\"><a href=\"#s={}\"><bdi>{}</bdi></a>",
            self.mark.letter(),
            pieces.join(" "),
            InAddress(submission),
            Text(submission)
        )?;
        if let Some(problem) = problem {
            write!(out, " <small>{}</small>", Text(problem.short()))?;
        }
        let glyph = if self.mark == Mark::Failed { "" } else { self.mark.glyph() };
        write!(out, "</th><td class=\"{}\">{glyph} {}", self.mark.letter(), points.got)?;
        let mut marks = self.marks.iter();
        for exercise in &head.exercises {
            for (index, mark) in marks.by_ref().take(exercise.checks.len()).enumerate() {
                let first = if index == 0 { " first" } else { "" };
                write!(out, "<td class=\"{}{first}\">{}", mark.letter(), mark.glyph())?;
            }
        }
        writeln!(out, "</tr>")
    }
}

/// The first column of an exercise stands apart.
const fn first(index: usize) -> &'static str {
    if index == 0 { " class=\"first\"" } else { "" }
}
