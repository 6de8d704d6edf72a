//! `hints.toml`: what helps with a failed check, from a nudge to nearly the solution, one thing at a time.
//!
//! ```toml
//! [[check.restarts_at_once]]
//! text = "Which side closed first, and what does it keep for a minute?"
//!
//! [[shared.where_it_listens]]
//! for = ["one_address_only"]
//! text = "…"
//! ```
//!
//! `{port}` is the value of the parameter, as the course has it. A check has a series of up to three hints. A hint can name the causes of failure that it fits; whoever was told the cause
//! begins there. A shared series is about a cause that can make many checks fail. It comes instead of a check's own, where
//! that does not name the cause.

use crate::load::check_names;
use crate::{Exercise, LoadError, folder};
use harness::check::nearest;
use harness::diagnosis::Cause;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::Path;
use toml::Spanned;

/// Most hints of a series.
const MOST: usize = 3;

/// The hints of an exercise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hints {
    checks: BTreeMap<String, Vec<Hint>>,
    shared: BTreeMap<String, Vec<Hint>>,
}

/// One hint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// A few sentences, as one line.
    pub text: String,
    /// The causes of failure that it fits: whoever knows one of them needs no hint before this.
    pub causes: Vec<Cause>,
}

/// Hints that follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Series<'a> {
    /// What it is called in the file: `check.restarts_at_once`, `shared.where_it_listens`.
    pub kind: &'static str,
    /// The second half of its name.
    pub name: &'a str,
    /// In their order.
    pub hints: &'a [Hint],
    /// The place of the one to begin with.
    pub begin: usize,
}

impl Hints {
    /// The hints for a check that failed, with the cause where it is known. `None` where there are none.
    #[must_use]
    pub fn series<'a>(&'a self, check: &'a str, cause: Option<Cause>) -> Option<Series<'a>> {
        let fitting =
            |hints: &[Hint]| hints.iter().position(|hint| cause.is_some_and(|cause| hint.causes.contains(&cause)));
        let own = self.checks.get(check).map_or(&[][..], Vec::as_slice);
        let series = |kind, name, hints, begin| Some(Series { kind, name, hints, begin });
        if let Some(begin) = fitting(own) {
            return series("check", check, own, begin);
        }
        if let Some((name, hints, begin)) =
            self.shared.iter().find_map(|(name, hints)| Some((name, hints, fitting(hints)?)))
        {
            return series("shared", name, hints, begin);
        }
        if own.is_empty() { None } else { series("check", check, own, 0) }
    }
}

impl Exercise {
    /// The hints of the exercise, with the values that its parameters have.
    ///
    /// # Errors
    /// When `hints.toml` is missing, or is not what it should be.
    pub fn hints(&self) -> Result<Hints, LoadError> {
        let path = folder(&self.name).join("hints.toml");
        let text = fs::read_to_string(&path).map_err(|source| LoadError::File { path: path.clone(), source })?;
        let checks = check_names(&self.name)?;
        let checks: Vec<_> = checks.iter().map(String::as_str).collect();
        let mut hints = parse(&path, &text, &checks)?;
        let all = hints.checks.values_mut().chain(hints.shared.values_mut());
        for hint in all.flatten() {
            for (name, value) in &self.params.0 {
                hint.text = hint.text.replace(&format!("{{{name}}}"), &value.text());
            }
        }
        Ok(hints)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    check: BTreeMap<Spanned<String>, Vec<Written>>,
    #[serde(default)]
    shared: BTreeMap<Spanned<String>, Vec<Written>>,
}

/// A hint as it stands in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    text: Spanned<String>,
    #[serde(default, rename = "for")]
    causes: Vec<Spanned<String>>,
}

/// Reads the text of the file at `path`, for an exercise with these checks.
fn parse(path: &Path, text: &str, checks: &[&str]) -> Result<Hints, LoadError> {
    let wrong = |problem: String| LoadError::Manifest { path: path.to_owned(), problem };
    let at = |span: Range<usize>, problem: String| wrong(format!("{}: {problem}", place(text, span.start)));
    let file: File = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
    let known = |kind: &str, name: &Spanned<String>, names: &[&str]| {
        let word = name.get_ref().as_str();
        if names.contains(&word) {
            return Ok(());
        }
        let meant = nearest(word, names.iter().copied()).map(|name| format!(". Did you mean `{name}`?"));
        Err(at(name.span(), format!("there is no {kind} named `{word}`{}", meant.unwrap_or_default())))
    };
    let causes: Vec<_> = Cause::ALL.iter().map(|cause| cause.name()).collect();
    let series = |written: Vec<Written>| {
        if let Some(hint) = written.get(MOST) {
            return Err(at(hint.text.span(), format!("a series can have up to {MOST} hints")));
        }
        let read = |hint: Written| {
            let cause = |name: &Spanned<String>| {
                known("cause", name, &causes)?;
                Ok(Cause::ALL.iter().copied().find(|cause| cause.name() == name.get_ref()))
            };
            let fits: Vec<Option<Cause>> = hint.causes.iter().map(cause).collect::<Result<_, LoadError>>()?;
            let line = hint.text.get_ref().split_whitespace().collect::<Vec<_>>().join(" ");
            if line.is_empty() {
                return Err(at(hint.text.span(), "a hint must say something".to_owned()));
            }
            Ok(Hint { text: line, causes: fits.into_iter().flatten().collect() })
        };
        written.into_iter().map(read).collect::<Result<Vec<_>, _>>()
    };
    let mut hints = Hints { checks: BTreeMap::new(), shared: BTreeMap::new() };
    for (name, written) in file.check {
        known("check", &name, checks)?;
        hints.checks.insert(name.into_inner(), series(written)?);
    }
    let mut named: BTreeMap<Cause, String> = BTreeMap::new();
    for (name, written) in file.shared {
        let (span, name) = (name.span(), name.into_inner());
        let series = series(written)?;
        let causes: Vec<_> = series.iter().flat_map(|hint| hint.causes.iter().copied()).collect();
        if causes.is_empty() {
            return Err(at(span, format!("nobody would see `{name}`: none of its hints says what it is `for`")));
        }
        for cause in causes {
            if let Some(other) = named.insert(cause, name.clone()).filter(|other| *other != name) {
                return Err(at(span, format!("`{cause}` is named in `{other}` already")));
            }
        }
        hints.shared.insert(name, series);
    }
    Ok(hints)
}

/// `line 3, column 7`, both from 1.
fn place(text: &str, offset: usize) -> String {
    let before = &text[..text.floor_char_boundary(offset)];
    let line = before.rsplit('\n').next().unwrap_or_default();
    format!("line {}, column {}", before.matches('\n').count() + 1, line.chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use harness::check::Parameter;
    use std::collections::BTreeSet;

    fn read(text: &str) -> Result<Hints, LoadError> {
        parse(Path::new("e/hints.toml"), text, &["restarts_at_once", "one_client"])
    }

    fn problem(text: &str) -> String {
        read(text).unwrap_err().to_string()
    }

    const HINTS: &str = "
        [[check.one_client]]
        text = \"\"\"
            A place
            to look.\"\"\"
        [[check.one_client]]
        for = [\"blocked\", \"crashed\"]
        text = \"The call.\"
        [[shared.listening]]
        for = [\"wrong_port\", \"blocked\"]
        text = \"Where?\"
        [[shared.listening]]
        for = [\"ipv6_only\"]
        text = \"There!\"
    ";

    #[test]
    fn a_series_begins_with_the_hint_that_fits_the_cause() {
        let hints = read(HINTS).unwrap();
        let begin = |cause| hints.series("one_client", cause).map(|series| series.hints[series.begin].text.as_str());
        assert_eq!(begin(None), Some("A place to look."));
        assert_eq!(begin(Some(Cause::Spinning)), Some("A place to look."));
        assert_eq!(begin(Some(Cause::Crashed)), Some("The call."));
        assert_eq!(begin(Some(Cause::Blocked)), Some("The call."), "the check's own come first");
        assert_eq!(begin(Some(Cause::WrongPort)), Some("Where?"));
        assert_eq!(begin(Some(Cause::Ipv6Only)), Some("There!"));
    }

    #[test]
    fn a_check_without_hints_has_the_shared_ones() {
        let hints = read(HINTS).unwrap();
        assert_eq!(hints.series("restarts_at_once", None), None);
        assert_eq!(hints.series("restarts_at_once", Some(Cause::Ipv6Only)).unwrap().begin, 1);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        insta::assert_snapshot!(
            problem("\n[[check.restarts_at_onec]]\ntext = \"a\"\n"),
            @"e/hints.toml: line 2, column 9: there is no check named `restarts_at_onec`. Did you mean `restarts_at_once`?"
        );
        insta::assert_snapshot!(
            problem("[[check.one_client]]\ntext = \"a\"\nfor = [\"blocked\", \"crashd\"]\n"),
            @"e/hints.toml: line 3, column 19: there is no cause named `crashd`. Did you mean `crashed`?"
        );
        insta::assert_snapshot!(
            problem("[[check.one_client]]\ntext = \" \\n\"\n"),
            @"e/hints.toml: line 2, column 8: a hint must say something"
        );
        insta::assert_snapshot!(
            problem(&"[[check.one_client]]\ntext = \"a\"\n".repeat(4)),
            @"e/hints.toml: line 8, column 8: a series can have up to 3 hints"
        );
        insta::assert_snapshot!(
            problem("[[shared.a]]\ntext = \"a\"\n"),
            @"e/hints.toml: line 1, column 10: nobody would see `a`: none of its hints says what it is `for`"
        );
        insta::assert_snapshot!(
            problem("[[shared.a]]\nfor = [\"blocked\"]\ntext = \"a\"\n[[shared.b]]\nfor = [\"blocked\"]\ntext = \"a\"\n"),
            @"e/hints.toml: line 4, column 10: `blocked` is named in `a` already"
        );
    }

    #[test]
    fn a_field_that_does_not_exist_is_named_with_its_place() {
        insta::assert_snapshot!(problem("[[check.one_client]]\ntext = \"a\"\nfro = []\n"), @r"
        e/hints.toml: TOML parse error at line 3, column 1
          |
        3 | fro = []
          | ^^^
        unknown field `fro`, expected `text` or `for`
        ");
    }

    #[test]
    fn every_check_has_three_hints_of_its_own_and_no_two_are_alike() {
        for name in crate::EXERCISES {
            let exercise = crate::load(name).unwrap();
            let hints = exercise.hints().unwrap_or_else(|error| panic!("{error}"));
            let mut texts = BTreeSet::new();
            for check in &exercise.checks {
                let series =
                    hints.series(&check.name, None).unwrap_or_else(|| panic!("{name}::{} has none", check.name));
                assert_eq!(series.hints.len(), MOST, "{name}::{}", check.name);
                for hint in series.hints {
                    assert!(texts.insert(hint.text.clone()), "twice in {name}: {}", hint.text);
                }
            }
        }
    }

    #[test]
    fn hints_name_the_values_that_hold() {
        for name in crate::EXERCISES {
            let mut exercise = crate::load(name).unwrap();
            let own = exercise.params.clone();
            for (name, value) in &mut exercise.params.0 {
                *value = Parameter::Text(format!("the value of {name}"));
            }
            let hints = exercise.hints().unwrap();
            for hint in hints.checks.values().chain(hints.shared.values()).flatten() {
                for (parameter, value) in &own.0 {
                    let text = &hint.text;
                    assert!(!text.contains(&value.text()), "{name}: write {{{parameter}}}: {text}");
                    assert!(!text.contains('{') || text.contains("\\u{4f60}"), "{name}: what does it name? {text}");
                }
            }
        }
    }

    #[test]
    fn whoever_knows_the_cause_gets_a_hint_that_fits_it() {
        let mut without = BTreeSet::new();
        for name in crate::EXERCISES {
            let exercise = crate::load(name).unwrap();
            let hints = exercise.hints().unwrap();
            for wrong in exercise.wrong().unwrap_or_else(|error| panic!("{error}")) {
                for check in &wrong.fails {
                    let Some(cause) = wrong.cause_in(check) else { continue };
                    let series = hints.series(check, Some(cause)).unwrap();
                    if !series.hints[series.begin].causes.contains(&cause) {
                        without.insert(format!("{name}::{check}: {cause}"));
                    }
                }
            }
        }
        assert!(without.is_empty(), "{without:#?}");
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in crate::damaged::any_text("hints.toml")) {
            let names = crate::load(crate::EXERCISES[0]).unwrap().checks.into_iter().map(|check| check.name);
            let names: Vec<_> = names.collect();
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            if let Err(error) = parse(Path::new("e/hints.toml"), &text, &names) {
                proptest::prop_assert!(error.to_string().len() < 10 * text.len() + 1_000);
            }
        }
    }
}
