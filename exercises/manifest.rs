//! `exercise.toml`: what an exercise is called, its parameters, and its checks in teaching order.

use crate::LoadError;
use harness::check::Parameters;
use serde::Deserialize;
use std::collections::HashSet;
use std::path::Path;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    /// A few words: `Send one datagram`.
    pub(crate) title: String,
    /// One sentence.
    pub(crate) summary: String,
    pub(crate) checks: Vec<Listed>,
    #[serde(default)]
    pub(crate) parameters: Parameters,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listed {
    /// The name of a file in `checks`, without `.check`.
    pub(crate) name: String,
    pub(crate) points: u32,
}

impl Manifest {
    /// Reads the text of the file at `path`.
    pub(crate) fn parse(path: &Path, text: &str) -> Result<Self, LoadError> {
        let wrong = |problem: String| LoadError::Manifest { path: path.to_owned(), problem };
        let manifest: Self = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
        let mut names = HashSet::new();
        if let Some(twice) = manifest.checks.iter().find(|check| !names.insert(&check.name)) {
            return Err(wrong(format!("the check `{}` is listed twice", twice.name)));
        }
        if manifest.checks.is_empty() {
            return Err(wrong("`checks` lists no check".to_owned()));
        }
        Ok(manifest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> String {
        Manifest::parse(Path::new("e/exercise.toml"), text).unwrap_err().to_string()
    }

    #[test]
    fn a_field_that_does_not_exist_is_named_with_its_place() {
        insta::assert_snapshot!(problem("title = \"T\"\nsummary = \"S\"\ncheks = []\n"), @r"
        e/exercise.toml: TOML parse error at line 3, column 1
          |
        3 | cheks = []
          | ^^^^^
        unknown field `cheks`, expected one of `title`, `summary`, `checks`, `parameters`
        ");
    }

    #[test]
    fn a_check_listed_twice_is_named() {
        let check = "{ name = \"a\", points = 1 }";
        insta::assert_snapshot!(
            problem(&format!("title = \"T\"\nsummary = \"S\"\nchecks = [{check}, {check}]\n")),
            @"e/exercise.toml: the check `a` is listed twice"
        );
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in crate::damaged::any_text("exercise.toml")) {
            if let Err(error) = Manifest::parse(Path::new("e/exercise.toml"), &text) {
                proptest::prop_assert!(error.to_string().len() < 10 * text.len() + 1_000);
            }
        }
    }
}
