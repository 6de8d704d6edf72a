//! One line being read: its tokens, and mistakes with their place.

use super::super::error::{CheckError, nearest};
use super::super::lexer::{Kind, Token, tokens};

/// A line of a `.check` file, and how far it has been read.
pub(super) struct Line<'a> {
    file: &'a str,
    number: usize,
    pub(super) text: &'a str,
    pub(super) tokens: Vec<Token>,
    pub(super) at: usize,
}

impl<'a> Line<'a> {
    pub(super) fn new(file: &'a str, number: usize, text: &'a str) -> Result<Self, Box<CheckError>> {
        let mut line = Self { file, number, text, tokens: Vec::new(), at: 0 };
        line.tokens = tokens(text).map_err(|error| {
            let mut mistake = line.error_at(0, error.problem, &[]);
            mistake.column = error.column;
            mistake
        })?;
        Ok(line)
    }

    pub(super) fn kind(&self) -> Option<&Kind> {
        self.tokens.get(self.at).map(|token| &token.kind)
    }

    pub(super) fn word(&self) -> Option<String> {
        match self.kind() {
            Some(Kind::Word(word)) => Some(word.clone()),
            _ => None,
        }
    }

    pub(super) fn takes(&mut self, word: &str) -> bool {
        let is = self.word().as_deref() == Some(word);
        self.at += usize::from(is);
        is
    }

    pub(super) fn expect(&mut self, word: &str, forms: &[&str]) -> Result<(), Box<CheckError>> {
        if self.takes(word) { Ok(()) } else { Err(self.error_here(&format!("`{word}` must stand here"), forms)) }
    }

    pub(super) fn end(&self) -> Result<(), Box<CheckError>> {
        match self.kind() {
            None => Ok(()),
            Some(_) => Err(self.error_here("the line should have ended here (a comment is a line of its own)", &[])),
        }
    }

    pub(super) fn error_here(&self, problem: &str, expected: &[&str]) -> Box<CheckError> {
        self.error_at(self.at, problem, expected)
    }

    pub(super) fn error_at(&self, token: usize, problem: &str, expected: &[&str]) -> Box<CheckError> {
        let found = self.tokens.get(token);
        let after_the_end = self.text.trim_end().chars().count() + 1;
        let word = found.map(|token| match &token.kind {
            Kind::Word(word) | Kind::Text(word) => word.as_str(),
            Kind::Comma => ",",
        });
        let first_words = expected.iter().map(|form| form.split(' ').next().unwrap_or_default());
        let meant = word.and_then(|word| nearest(word, first_words));
        Box::new(CheckError {
            file: self.file.to_owned(),
            line: self.number,
            column: found.map_or(after_the_end, |token| token.column),
            width: found.map_or(1, |token| token.width),
            text: self.text.to_owned(),
            problem: problem.to_owned(),
            nearest: meant
                .and_then(|first| expected.iter().find(|form| form.split(' ').next() == Some(first)))
                .map(|form| (*form).to_owned()),
            expected: expected.iter().map(|form| (*form).to_owned()).collect(),
        })
    }
    /// A number that is at least 1.
    pub(super) fn count(&mut self, forms: &[&str]) -> Result<usize, Box<CheckError>> {
        let number = self.word().and_then(|word| word.parse().ok()).filter(|number| *number > 0);
        let number = number.ok_or_else(|| self.error_here("a number must stand here, 1 or more", forms))?;
        self.at += 1;
        Ok(number)
    }
}

/// Whether a word is the name of a peer.
pub(super) fn is_peer(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_uppercase()) && word.chars().all(|c| c.is_ascii_alphanumeric())
}

/// Whether a word can be the name of a program.
pub(super) fn is_program(word: &str) -> bool {
    let letters = word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    letters && word.starts_with(|c: char| c.is_ascii_lowercase()) && !["the", "program", "given"].contains(&word)
}

/// The name in `{name}`.
pub(super) fn parameter(word: &str) -> Option<String> {
    let name = word.strip_prefix('{')?.strip_suffix('}')?;
    Some(name.to_owned()).filter(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !name.is_empty())
}
