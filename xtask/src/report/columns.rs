//! Text in columns of a terminal, where a Chinese character is two wide.

use super::Out;
use harness::check::printable_lines;
use textwrap::{Options, WordSplitter, WrapAlgorithm};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Width of a report that goes into a file or a pipe.
const FILE: usize = 80;

/// The width to write for on standard output, in columns.
#[must_use]
pub fn terminal_width() -> usize {
    width_of(Out::Stdout)
}

/// The width to write for, in columns.
#[must_use]
pub fn width_of(out: Out) -> usize {
    let size = match out {
        Out::Stdout => rustix::termios::tcgetwinsize(rustix::stdio::stdout()),
        Out::Stderr => rustix::termios::tcgetwinsize(rustix::stdio::stderr()),
    };
    size.map(|size| usize::from(size.ws_col))
        .ok()
        .filter(|columns| *columns > 0)
        .map_or(FILE, |columns| columns.clamp(60, 120))
}

/// Longest line of somebody else's words that is shown whole, in characters.
const LINE: usize = 1_000;

/// Somebody else's words (a compiler's, the system's) as they can be put on a terminal: its lines stay lines.
#[must_use]
pub fn harmless(text: &str) -> String {
    printable_lines(text, LINE)
}

/// How many columns a text takes.
#[must_use]
pub fn width(text: &str) -> usize {
    text.width()
}

/// The text with spaces after it, `columns` wide.
#[must_use]
pub fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(text.width())))
}

/// A text of at most so many columns; `…` marks where it was cut.
#[must_use]
pub fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut room = columns.saturating_sub(1);
    let fits = |c: &char| {
        let left = room.checked_sub(c.width().unwrap_or(0));
        room = left.unwrap_or(0);
        left.is_some()
    };
    let kept: String = text.chars().take_while(fits).collect();
    if columns == 0 { kept } else { format!("{kept}…") }
}

/// Lines of a text, each with `indent` spaces before it and at most `columns` wide.
#[must_use]
pub fn wrap(text: &str, columns: usize, indent: usize) -> Vec<String> {
    let indent = " ".repeat(indent);
    fold(text, columns, &indent, &indent)
}

/// Lines of a fact, at most `columns` wide; those after the first are indented.
#[must_use]
pub fn cell(text: &str, columns: usize) -> Vec<String> {
    fold(text, columns, "", "  ")
}

fn fold(text: &str, columns: usize, first: &str, others: &str) -> Vec<String> {
    let options = Options::new(columns)
        .initial_indent(first)
        .subsequent_indent(others)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    textwrap::wrap(text, options).into_iter().map(std::borrow::Cow::into_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::whole("kim", 3, "kim")]
    #[case::cut("kimberly", 5, "kimb…")]
    #[case::two_columns_wide("王小明", 5, "王小…")]
    #[case::in_half_a_character("王小明", 4, "王…")]
    #[case::one("kim", 1, "…")]
    #[case::no_room("kim", 0, "")]
    fn a_text_is_cut_to_its_columns(#[case] text: &str, #[case] columns: usize, #[case] expected: &str) {
        assert_eq!(cut(text, columns), expected);
    }
}
