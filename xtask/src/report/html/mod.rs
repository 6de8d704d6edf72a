//! The report of a class as a page for browsers: one file that needs nothing else, from a server or from a disk.
//!
//! | file        | what it is                                                                       |
//! |-------------|----------------------------------------------------------------------------------|
//! | `escape`    | somebody else's text, as it can stand in a page                                  |
//! | `mark`      | the signs of the matrix                                                          |
//! | `summary`   | numbers, the histogram of points, and how it was graded                          |
//! | `matrix`    | submissions by checks                                                            |
//! | `groups`    | failures that are alike in several submissions                                   |
//! | `detail`    | a submission, and a failed check: what is looked at one at a time                |
//! | `words`     | a drawn conversation as sentences                                                |
//! | `blobs`     | details and drawings, compressed until they are asked for                        |
//! | `page.css`  | how all of it looks: light, dark, on a phone, on paper                            |
//! | `page.js`   | sorting, filtering, walking through the matrix, and unpacking what is asked for  |
//!
//! Markup is written by `write!`, with [`escape::Text`] around whatever is not ours: a template engine would put an engine and a file
//! between each of these small pieces and its data, and could not write them one submission at a time.
//!
//! A page can be of a thousand submissions, so none but one is in memory: rows and details go into unnamed files while the
//! outcomes are read, and stand in the page after what is known at the end. The same outcomes give the same bytes.

mod blobs;
mod detail;
mod escape;
mod groups;
mod mark;
mod matrix;
mod summary;
mod words;

use crate::outcome::{CheckResult, Head, Outcome, Outcomes};
use crate::trouble::Trouble;
use blobs::{Blobs, base64};
use groups::Groups;
use mark::Mark;
use matrix::Row;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, BufWriter, Seek, Write};
use summary::Summary;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Writes the page.
pub(super) fn write(head: &Head, outcomes: &dyn Outcomes, out: &mut dyn Write) -> Result<(), Trouble> {
    let failed = || Trouble::ours("writing the report");
    let mut pieces = Pieces::new(head).map_err(failed())?;
    outcomes.each(&mut |outcome| pieces.add(&outcome).map_err(failed()))?;
    pieces.finish(out).map_err(failed())
}

/// What is collected while the outcomes are read.
struct Pieces<'a> {
    head: &'a Head,
    summary: Summary,
    groups: Groups,
    /// How many submissions fail each check.
    failed: Vec<usize>,
    rows: BufWriter<File>,
    /// A series for the failures of each check, one for the submissions, and one for the drawings of each check.
    blobs: Blobs<BufWriter<File>>,
}

impl<'a> Pieces<'a> {
    fn new(head: &'a Head) -> io::Result<Self> {
        let checks = head.checks();
        Ok(Self {
            head,
            summary: Summary::default(),
            groups: Groups::new(checks),
            failed: vec![0; checks],
            rows: BufWriter::new(tempfile::tempfile()?),
            blobs: Blobs::new(2 * checks + 1, BufWriter::new(tempfile::tempfile()?)),
        })
    }

    fn add(&mut self, outcome: &Outcome) -> io::Result<()> {
        let checks = self.failed.len();
        self.groups.submission(&outcome.submission);
        let (mut marks, mut pieces) = (Vec::with_capacity(checks), Vec::new());
        let all =
            outcome.exercises.iter().flat_map(|exercise| exercise.checks.iter().map(move |check| (exercise, check)));
        // The checks of an outcome are those of the head, in the same order.
        for (column, (exercise, check)) in all.enumerate().take(checks) {
            marks.push(Mark::of(outcome, exercise, check));
            let CheckResult::Fail(failure) = &check.result else { continue };
            self.failed[column] += 1;
            let drawing = match &check.ladder {
                Some(ladder) => Some(self.blobs.put(checks + 1 + column, ladder, || detail::drawing(ladder))?),
                None => None,
            };
            // The rest of what is told of a failure is the same for all of its check.
            let piece =
                self.blobs.put(column, &(failure, drawing), || detail::failure(exercise, check, failure, drawing))?;
            self.groups.add(exercise, check, failure, column, piece);
            pieces.push(piece);
        }
        let mark = Mark::of_all(outcome);
        self.summary.add(outcome, mark);
        let mut row = Row { outcome, mark, marks, pieces };
        let own = self.blobs.put(checks, &outcome.submission, || detail::submission(&row))?;
        row.pieces.insert(0, own);
        row.write(self.head, &mut self.rows)
    }

    fn finish(self, out: &mut dyn Write) -> io::Result<()> {
        begin(out)?;
        self.summary.write(self.head, out)?;
        if self.summary.submissions() > 0 {
            matrix::begin(self.head, &self.failed, out)?;
            append(self.rows, out)?;
            matrix::end(out)?;
        }
        self.groups.write(out)?;
        out.write_all(END.as_bytes())?;
        append(self.blobs.finish()?, out)?;
        out.write_all(b"</body>\n</html>\n")
    }
}

/// Copies what is in an unnamed file.
fn append(file: BufWriter<File>, out: &mut dyn Write) -> io::Result<()> {
    let mut file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.rewind()?;
    io::copy(&mut file, out)?;
    Ok(())
}

/// The page up to its heading. The browser runs this program and uses this style, and nothing else that could stand in the page.
fn begin(out: &mut dyn Write) -> io::Result<()> {
    let hash = |text: &str| base64(&Sha256::digest(text));
    write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; \
         img-src data:; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>Netlings: report</title>\n<style>{STYLE}</style>\n<script>{SCRIPT}</script>\n</head>\n<body>\n{BEGIN}",
        hash(SCRIPT),
        hash(STYLE)
    )
}

const BEGIN: &str = "\
<header><h1>Netlings: report</h1>
<nav aria-label=\"Parts of the page\"><a href=\"#matrix\">Matrix</a> <a href=\"#groups\">Identical failures</a></nav></header>
<noscript><p class=\"note warn\">Without JavaScript the matrix and the identical failures can be read. What is missing: sorting, filtering, \
and the details of a failed check (cause, differing step, output, drawing, build log), which are compressed in this file.</p></noscript>
<main>
";

const END: &str = "\
</main>
<dialog id=\"details\" aria-labelledby=\"d-title\"><div class=\"bar\"><h2 id=\"d-title\" tabindex=\"-1\"></h2>
<button type=\"button\" id=\"d-before\" aria-label=\"Previous submission\">←</button><button type=\"button\" id=\"d-after\" \
aria-label=\"Next submission\">→</button><button type=\"button\" id=\"d-close\" aria-label=\"Close\">✕</button></div>
<div id=\"d-body\"></div></dialog>
";
