//! A TOML file that a person has written, being read: its tables, and every mistake with its place, the line, and the nearest
//! right form, as in a `.check` file.

use harness::check::{CheckError, nearest, printable};
use std::borrow::Cow;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The name of something, with its place.
pub(crate) type Key<'a> = Spanned<Cow<'a, str>>;
/// What stands behind it.
pub(crate) type Value<'a> = Spanned<DeValue<'a>>;

/// How many characters of an unknown name are repeated; the line shows all of it.
const LONGEST: usize = 60;

/// What is wrong, and where.
pub(crate) type Mistake = Box<CheckError>;

/// The text of a file.
pub(crate) struct TomlFile<'a> {
    /// Its name, for messages.
    pub(crate) name: &'a str,
    pub(crate) text: &'a str,
}

impl<'a> TomlFile<'a> {
    /// The whole file.
    pub(crate) fn parse(&self) -> Result<DeTable<'a>, Mistake> {
        let table = DeTable::parse(self.text).map(Spanned::into_inner);
        table.map_err(|error| self.mistake(error.span().unwrap_or_default(), error.message().to_owned(), &[]))
    }

    /// What stands in a table, in the order of the file.
    pub(crate) fn entries<'t>(table: &'t DeTable<'a>) -> Vec<(&'t Key<'a>, &'t Value<'a>)> {
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        entries
    }

    /// Refuses every key but these.
    pub(crate) fn only(&self, table: &DeTable<'a>, keys: &[&str]) -> Result<(), Mistake> {
        Self::entries(table).into_iter().try_for_each(|(key, _)| self.known(key, "key", keys).map(drop))
    }

    /// The place among `names` of a name in the file; `kind` is what it should name.
    pub(crate) fn known(&self, name: &Key<'_>, kind: &str, names: &[&str]) -> Result<usize, Mistake> {
        let word = name.get_ref().as_ref();
        let place = names.iter().position(|known| *known == word);
        place.ok_or_else(|| {
            let nearest = nearest(word, names.iter().copied()).map(str::to_owned);
            // All of them help only who meant none of them.
            let expected = if nearest.is_some() { &[] } else { names };
            let word = printable(word, LONGEST);
            let problem = format!("there is no {kind} named `{word}`");
            Box::new(CheckError { nearest, ..*self.mistake(name.span(), problem, expected) })
        })
    }

    /// The same of a text.
    pub(crate) fn word(&self, value: &Value<'a>, kind: &str, names: &[&str]) -> Result<usize, Mistake> {
        let missing = || self.mistake(value.span(), "a name must stand here, in quotes".to_owned(), names);
        let word = value.get_ref().as_str().ok_or_else(missing)?;
        self.known(&Spanned::new(value.span(), word.into()), kind, names)
    }

    /// A list of names.
    pub(crate) fn words(&self, value: &Value<'a>, kind: &str, names: &[&str]) -> Result<Vec<usize>, Mistake> {
        let form = format!("[\"{}\", …]", names.first().unwrap_or(&""));
        let missing = || self.mistake(value.span(), "a list must stand here, in square brackets".to_owned(), &[&form]);
        let list = value.get_ref().as_array().ok_or_else(missing)?;
        list.iter().map(|value| self.word(value, kind, names)).collect()
    }

    /// A table; `form` is what it can look like.
    pub(crate) fn table<'t>(&self, value: &'t Value<'a>, form: &str) -> Result<&'t DeTable<'a>, Mistake> {
        value
            .get_ref()
            .as_table()
            .ok_or_else(|| self.mistake(value.span(), "a table must stand here".to_owned(), &[form]))
    }

    /// A text.
    pub(crate) fn string<'t>(&self, value: &'t Value<'a>) -> Result<&'t str, Mistake> {
        let text = value.get_ref().as_str();
        text.ok_or_else(|| self.mistake(value.span(), "a text must stand here, in quotes".to_owned(), &[]))
    }

    /// `true` or `false`.
    pub(crate) fn yes_or_no(&self, value: &Value<'a>) -> Result<bool, Mistake> {
        let yes = value.get_ref().as_bool();
        yes.ok_or_else(|| self.mistake(value.span(), "true or false must stand here, without quotes".to_owned(), &[]))
    }

    /// A whole number within a range; `what` it is.
    pub(crate) fn number(&self, value: &Value<'a>, what: &str, from: u32, to: u32) -> Result<u32, Mistake> {
        let number = value.get_ref().as_integer();
        let number = number.and_then(|number| u32::from_str_radix(number.as_str(), number.radix()).ok());
        number.filter(|number| (from..=to).contains(number)).ok_or_else(|| {
            self.mistake(value.span(), format!("{what} must be a whole number from {from} to {to}"), &[])
        })
    }

    /// A mistake at a place, and what could stand there.
    pub(crate) fn mistake(&self, at: Range<usize>, problem: String, expected: &[&str]) -> Mistake {
        let start = self.text.floor_char_boundary(at.start);
        let end = self.text.floor_char_boundary(at.end).max(start);
        let before = &self.text[..start];
        let begin = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = self.text[begin..].lines().next().unwrap_or_default();
        let marked = self.text[start..end].lines().next().unwrap_or_default();
        Box::new(CheckError {
            file: self.name.to_owned(),
            line: before.matches('\n').count() + 1,
            column: self.text[begin..start].chars().count() + 1,
            width: marked.chars().count(),
            text: line.to_owned(),
            problem,
            expected: expected.iter().map(|form| (*form).to_owned()).collect(),
            nearest: None,
        })
    }
}
