//! What is wrong with a `.check` file, or another that a person writes, and where.

use std::fmt;
use unicode_width::UnicodeWidthStr;

/// A line that is not in the language.
///
/// Courses use it, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckError {
    /// The file's name, as it was given to [`super::parse`].
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// How many characters the mistake is wide (at least 1).
    pub width: usize,
    /// The line itself.
    pub text: String,
    /// What is wrong.
    pub problem: String,
    /// What could stand there.
    pub expected: Vec<String>,
    /// Which of them is nearest to what stands there.
    pub nearest: Option<String>,
}

impl std::error::Error for CheckError {}

impl fmt::Display for CheckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.problem)?;
        writeln!(f, "  | {}", self.text)?;
        // Where characters are two columns wide, the mark is below them all the same.
        let mut chars = self.text.chars();
        let before: String = chars.by_ref().take(self.column.saturating_sub(1)).collect();
        let marked: String = chars.take(self.width).collect();
        // The column behind the end of a line has no character.
        let blank = before.width() + self.column.saturating_sub(1 + before.chars().count());
        write!(f, "  | {}{}", " ".repeat(blank), "^".repeat(marked.width().max(1)))?;
        if !self.expected.is_empty() {
            write!(f, "\n  expected: {}", self.expected.join("; "))?;
        }
        if let Some(nearest) = &self.nearest {
            write!(f, "\n  did you mean: {nearest}")?;
        }
        Ok(())
    }
}

/// The candidate most like `word`, if any is alike enough to be meant.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}
