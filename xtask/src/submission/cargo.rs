//! Programs that are binaries of a Cargo package.

use super::{Built, build_dir, text};
use crate::trouble::Trouble;
use harness::program::Program;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::process::Command;

/// A binary that a package can make.
pub(super) struct Binary {
    pub(super) name: String,
    pub(super) package: String,
    /// Its main source file.
    pub(super) source: PathBuf,
}

/// What we read of `cargo metadata`.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
    #[serde(default)]
    src_path: PathBuf,
}

/// What we read of `cargo build --message-format=json`.
#[derive(Deserialize)]
#[serde(tag = "reason")]
enum Message {
    #[serde(rename = "compiler-artifact")]
    Artifact { target: Target, executable: Option<PathBuf> },
    #[serde(rename = "compiler-message")]
    Diagnosed { target: Target, message: Diagnostic },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Diagnostic {
    level: String,
    rendered: Option<String>,
}

/// The binaries of the package in `dir`, or of all packages if it is the root of a workspace without one of its own.
/// None when there is no `Cargo.toml`.
pub(super) async fn binaries(dir: &Path) -> Result<Vec<Binary>, String> {
    let manifest = dir.join("Cargo.toml");
    if !manifest.is_file() {
        return Ok(Vec::new());
    }
    let mut command = cargo(dir);
    command.args(["metadata", "--no-deps", "--format-version", "1"]);
    let output = command.output().await.map_err(|error| format!("cargo cannot be run: {error}"))?;
    if !output.status.success() {
        return Err(format!("Cargo.toml cannot be read.\n{}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    let metadata: Metadata =
        serde_json::from_slice(&output.stdout).map_err(|error| format!("reading cargo's answer: {error}"))?;
    let has_own = metadata.packages.iter().any(|package| package.manifest_path == manifest);
    let mut out = Vec::new();
    for package in metadata.packages.into_iter().filter(|package| !has_own || package.manifest_path == manifest) {
        let is_binary = |target: &Target| target.kind.iter().any(|kind| kind == "bin");
        out.extend(package.targets.into_iter().filter(is_binary).map(|target| Binary {
            name: target.name,
            package: package.name.clone(),
            source: target.src_path,
        }));
    }
    Ok(out)
}

/// Builds binaries, given as package and name. One that does not compile does not stop the others.
pub(super) async fn build(dir: &Path, binaries: &[(&str, &str)]) -> Result<BTreeMap<String, Built>, Trouble> {
    let mut command = cargo(dir);
    command.args(["build", "--keep-going", "--message-format=json"]);
    // The starters belong to a package that we are built from: what they need is in our own folder already. They are
    // the only programs there, so nothing can take their names.
    if dir != exercises::root() {
        let name = dir.file_name().unwrap_or_default().to_string_lossy();
        let hash = blake3::hash(dir.as_os_str().as_encoded_bytes()).to_hex();
        command.arg("--target-dir").arg(build_dir().join(format!("{name}-{}", &hash[..12])));
    }
    for (package, name) in binaries {
        command.args(["--package", package, "--bin", name]);
    }
    let output = command.stdin(Stdio::null()).output().await.map_err(Trouble::ours("running cargo"))?;

    let mut ready: BTreeMap<String, PathBuf> = BTreeMap::new();
    let mut errors: Vec<(String, String)> = Vec::new();
    for message in output.stdout.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()) {
        match message {
            Message::Artifact { target, executable: Some(path) } => {
                ready.insert(target.name, path);
            }
            Message::Diagnosed { target, message } if message.level.starts_with("error") => {
                errors.push((target.name, message.rendered.unwrap_or_default()));
            }
            _ => {}
        }
    }
    let said = || String::from_utf8_lossy(&output.stderr).trim().to_owned();
    let result_of = |name: &str| {
        if let Some(path) = ready.get(name) {
            return Built::Ready(Program { command: vec![text(path)], needs: vec![path.clone()] });
        }
        let own: Vec<_> = errors.iter().filter(|(target, _)| target == name).map(|(_, error)| error.as_str()).collect();
        let all: Vec<_> = errors.iter().map(|(_, error)| error.as_str()).collect();
        match (own.is_empty(), all.is_empty()) {
            (false, _) => Built::DoesNotCompile(own.concat()),
            // A library of the package, or a build script.
            (true, false) => Built::DoesNotCompile(all.concat()),
            // Not a word from the compiler: cargo itself could not go on.
            (true, true) => Built::NotBuilt(said()),
        }
    };
    Ok(binaries.iter().map(|(_, name)| ((*name).to_owned(), result_of(name))).collect())
}

/// The cargo that runs us, if one does, in a folder with a `Cargo.toml`.
fn cargo(dir: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    command.current_dir(dir).args(["--color", "never"]);
    command
}
