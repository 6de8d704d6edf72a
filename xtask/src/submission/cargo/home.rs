//! What a lab shows of cargo's home: the packages that are fetched already, and where they come from. No credentials.

use std::env;
use std::fs;
use std::path::PathBuf;
use toml::{Table, Value};

/// The folders of fetched packages.
const FETCHED: [&str; 2] = ["registry", "git"];
/// What the configuration says about where packages come from.
const WHERE: [&str; 3] = ["source", "registries", "registry"];
/// What they say about it.
const PLACES: [&str; 8] =
    ["registry", "index", "replace-with", "directory", "local-registry", "git", "default", "protocol"];

/// Cargo's home.
pub(super) struct Home {
    /// Its folders of fetched packages: their names, and where they are.
    pub(super) fetched: Vec<(&'static str, PathBuf)>,
    /// Its configuration, as far as a lab needs it.
    pub(super) config: String,
}

impl Home {
    /// The user's.
    pub(super) fn find() -> Self {
        let home = env::var_os("CARGO_HOME").map(PathBuf::from);
        let home = home.or_else(|| Some(env::home_dir()?.join(".cargo"))).unwrap_or_default();
        let fetched = FETCHED.iter().filter_map(|name| Some((*name, fs::canonicalize(home.join(name)).ok()?)));
        let config = ["config.toml", "config"].iter().find_map(|name| fs::read_to_string(home.join(name)).ok());
        Self { fetched: fetched.collect(), config: config.map(|text| without_secrets(&text)).unwrap_or_default() }
    }

    /// The names of the packages that are fetched.
    pub(super) fn packages(&self) -> String {
        let list = |dir: PathBuf| fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path());
        let caches = self.fetched.iter().flat_map(|(_, path)| list(path.join("cache")));
        let mut all: Vec<_> = caches.flat_map(list).map(|path| path.display().to_string()).collect();
        all.sort();
        all.join("\n")
    }
}

/// The part of a configuration that says where packages come from. Tokens stand there, too, in old ones, and addresses can have
/// passwords in them: only what is known to be neither is kept.
fn without_secrets(config: &str) -> String {
    let Ok(mut config) = config.parse::<Table>() else { return String::new() };
    config.retain(|key, _| WHERE.contains(&key));
    let mut value = Value::Table(config);
    keep_places(&mut value);
    toml::to_string(&value).unwrap_or_default()
}

fn keep_places(value: &mut Value) {
    let Value::Table(table) = value else { return };
    let has_password = |value: &Value| value.as_str().is_some_and(|address| address.contains('@'));
    table.retain(|key, value| value.is_table() || (PLACES.contains(&key) && !has_password(value)));
    table.iter_mut().for_each(|(_, value)| keep_places(value));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_kept_and_secrets_are_not() {
        let config = "\
[source.crates-io]
replace-with = 'near'
[source.near]
registry = 'sparse+https://near.example/'
[registries.near]
index = 'sparse+https://near.example/'
token = 'secret'
credential-provider = ['/bin/run-me']
[net]
git-fetch-with-cli = true
[source.far]
registry = 'https://kim:secret@far.example/'
";
        let kept = without_secrets(config).parse::<Table>().unwrap();
        let expected = "\
[source.crates-io]
replace-with = 'near'
[source.near]
registry = 'sparse+https://near.example/'
[registries.near]
index = 'sparse+https://near.example/'
[source.far]
";
        assert_eq!(kept, expected.parse::<Table>().unwrap());
    }

    #[test]
    fn a_configuration_that_is_none_is_left_out() {
        assert_eq!(without_secrets("[source"), "");
    }
}
