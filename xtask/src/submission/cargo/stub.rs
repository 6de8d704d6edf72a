//! A package of nothing but the dependencies of another one. What cargo builds for it, it finds done when it builds the other.
//!
//! Whether it does is for cargo to say: where the other package has something that is not told here (profiles, patches, settings of its own),
//! cargo builds again what is different.

use super::home::Home;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use toml::{Table, Value};

/// The one place that packages come from whose content is known by name and version.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";
/// Lock files of submissions are hardly ever larger.
const LOCK: u64 = 1 << 20;

/// What we read of a package in `cargo metadata`.
#[derive(Deserialize)]
pub(super) struct Manifest {
    edition: String,
    rust_version: Option<String>,
    #[serde(default)]
    features: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    source: Option<String>,
    req: String,
    kind: Option<String>,
    rename: Option<String>,
    optional: bool,
    uses_default_features: bool,
    features: Vec<String>,
    target: Option<String>,
}

/// A package of nothing but dependencies, as texts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stub {
    manifest: String,
    /// The versions, if they are given.
    lock: Option<String>,
}

impl Stub {
    /// That of the package with this manifest, in this folder. `None` where there are no dependencies, or one that is no package of
    /// the registry.
    pub(super) fn new(manifest: &Manifest, dir: &Path) -> Option<Self> {
        Some(Self { manifest: manifest.stub()?, lock: lock(&dir.join("Cargo.lock")) })
    }

    /// What decides about what is built.
    pub(super) fn key(&self) -> Vec<String> {
        // Without a lock file it is the newest that were fetched.
        let lock = self.lock.clone().unwrap_or_else(|| Home::find().packages());
        vec![self.manifest.clone(), lock]
    }

    /// Writes it into a folder.
    pub(super) fn write(&self, dir: &Path) -> io::Result<()> {
        fs::write(dir.join("Cargo.toml"), &self.manifest)?;
        fs::write(dir.join("lib.rs"), "")?;
        fs::write(dir.join("build.rs"), "fn main() {}\n")?;
        self.lock.as_ref().map_or(Ok(()), |lock| fs::write(dir.join("Cargo.lock"), lock))
    }
}

impl Manifest {
    /// The manifest of the stub.
    fn stub(&self) -> Option<String> {
        let mut package = table([
            ("name", text("netlings-dependencies")),
            ("version", text("0.0.0")),
            ("edition", text(&self.edition)),
            ("build", text("build.rs")),
        ]);
        package.extend(self.rust_version.as_ref().map(|version| ("rust-version".to_owned(), text(version))));
        let features = self.features.iter().map(|(name, of)| (name.clone(), texts(of))).collect();
        let mut out = table([
            ("package", package.into()),
            ("lib", table([("path", text("lib.rs"))]).into()),
            ("workspace", Table::new().into()),
            ("features", Value::Table(features)),
        ]);
        // What only tests need is not built.
        let mut needed =
            self.dependencies.iter().filter(|dependency| dependency.kind.as_deref() != Some("dev")).peekable();
        needed.peek()?;
        for dependency in needed {
            let section = match dependency.kind.as_deref() {
                None => "dependencies",
                Some("build") => "build-dependencies",
                Some(_) => return None,
            };
            let of = match &dependency.target {
                None => &mut out,
                Some(target) => inner(inner(&mut out, "target")?, target)?,
            };
            let name = dependency.rename.as_ref().unwrap_or(&dependency.name);
            inner(of, section)?.insert(name.clone(), dependency.stub()?);
        }
        toml::to_string(&out).ok()
    }
}

impl Dependency {
    fn stub(&self) -> Option<Value> {
        let mut features = self.features.clone();
        features.sort();
        (self.source.as_deref() == Some(REGISTRY)).then(|| {
            table([
                ("package", text(&self.name)),
                ("version", text(&self.req)),
                ("optional", self.optional.into()),
                ("default-features", self.uses_default_features.into()),
                ("features", texts(&features)),
            ])
            .into()
        })
    }
}

/// The versions that a lock file gives to packages of the registry.
fn lock(path: &Path) -> Option<String> {
    // Whoever handed it in may have put anything there.
    let file = File::options().read(true).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK).open(path).ok()?;
    if !file.metadata().ok()?.is_file() {
        return None;
    }
    let mut text = String::new();
    file.take(LOCK).read_to_string(&mut text).ok()?;
    versions(&text)
}

fn versions(lock: &str) -> Option<String> {
    let mut lock: Table = lock.parse().ok()?;
    let is_registry = |package: &Value| package.get("source").and_then(Value::as_str) == Some(REGISTRY);
    lock.get_mut("package")?.as_array_mut()?.retain(is_registry);
    toml::to_string(&lock).ok()
}

fn table<const N: usize>(fields: [(&str, Value); N]) -> Table {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

fn texts(texts: &[String]) -> Value {
    Value::Array(texts.iter().map(|one| text(one)).collect())
}

/// A table within a table.
fn inner<'a>(table: &'a mut Table, name: &str) -> Option<&'a mut Table> {
    table.entry(name).or_insert_with(|| Table::new().into()).as_table_mut()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn stub(dependencies: serde_json::Value) -> Option<String> {
        let manifest = json!({ "edition": "2024", "features": { "default": ["near"] }, "dependencies": dependencies });
        serde_json::from_value::<Manifest>(manifest).unwrap().stub()
    }

    fn dependency(name: &str, source: Option<&str>, kind: Option<&str>) -> serde_json::Value {
        json!({
            "name": name, "source": source, "req": "^1.2", "kind": kind, "rename": "near", "optional": true,
            "uses_default_features": false, "features": ["b", "a"], "target": "cfg(unix)"
        })
    }

    #[test]
    fn a_stub_has_the_dependencies_and_nothing_else() {
        let made = stub(json!([dependency("far", Some(REGISTRY), None), dependency("tests", None, Some("dev"))]));
        insta::assert_snapshot!(made.unwrap(), @r#"
        [features]
        default = ["near"]

        [lib]
        path = "lib.rs"

        [package]
        build = "build.rs"
        edition = "2024"
        name = "netlings-dependencies"
        version = "0.0.0"

        [target."cfg(unix)".dependencies.near]
        default-features = false
        features = ["a", "b"]
        optional = true
        package = "far"
        version = "^1.2"

        [workspace]
        "#);
    }

    #[test]
    fn what_has_no_dependencies_or_others_has_no_stub() {
        assert_eq!(stub(json!([])), None);
        assert_eq!(stub(json!([dependency("tests", Some(REGISTRY), Some("dev"))])), None);
        assert_eq!(stub(json!([dependency("beside", None, None)])), None);
        let far = dependency("far", Some("git+https://far.example/"), Some("build"));
        assert_eq!(stub(json!([dependency("near", Some(REGISTRY), None), far])), None);
    }

    #[test]
    fn versions_are_those_of_the_registry() {
        let lock = "version = 4\n[[package]]\nname = \"kim\"\nversion = \"0.1.0\"\n\
                    [[package]]\nname = \"far\"\nversion = \"1.2.3\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n";
        let kept = versions(lock).unwrap();
        assert!(kept.contains("1.2.3") && !kept.contains("kim"), "{kept}");
        assert_eq!(versions("[[package"), None);
    }

    #[test]
    fn a_lock_file_that_is_a_link_is_not_read() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("real"), "version = 4\npackage = []\n").unwrap();
        std::os::unix::fs::symlink("real", dir.path().join("link")).unwrap();
        assert!(lock(&dir.path().join("real")).is_some());
        assert_eq!(lock(&dir.path().join("link")), None);
    }
}
