//! Programs that are binaries of a Cargo package.

mod class;
mod home;
mod messages;
mod private;
mod run;
mod stub;
mod template;
mod workshop;

pub use class::OfClass;
pub use workshop::Workshop;

use super::{Built, build_dir, text};
use crate::run::Runner;
use crate::submission::lock::lock;
use crate::trouble::Trouble;
use harness::check::printable_lines;
use harness::lab::Launcher;
use harness::program::Program;
use home::Home;
use messages::{Messages, Target};
use run::{Cargo, Said, Target as Folder, as_seen, cargo, home_in_a_lab, is_ours, named};
use rustix::process::geteuid;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use stub::{Manifest, Stub};

/// What cargo can build in a folder.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Found {
    pub(super) binaries: Vec<Binary>,
    /// What packages depend on, by their names, as far as that can be built without them.
    stubs: BTreeMap<String, Stub>,
}

/// A binary that a package can make.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Binary {
    pub(super) name: String,
    pub(super) package: String,
    /// Its main source file, in the folder where that is possible.
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
    #[serde(flatten)]
    manifest: Manifest,
}

/// What the package in `dir` has, or all packages if it is the root of a workspace without one of its own.
/// Nothing when there is no `Cargo.toml`. The inner error is what is wrong with that. In a class, cargo is asked once.
///
/// # Errors
/// Trouble of ours, in words.
pub(super) async fn find(
    dir: &Path,
    class: Option<&OfClass>,
    launcher: &Launcher,
) -> Result<Result<Found, String>, String> {
    if !dir.join("Cargo.toml").is_file() {
        return Ok(Ok(Found::default()));
    }
    let kept = match class.filter(|_| !is_ours(dir)) {
        Some(class) => Some(class.open().await?),
        None => None,
    };
    if let Some(found) = kept.as_ref().and_then(|kept| kept.answer()) {
        return Ok(Ok(found));
    }
    let found = ask(dir, launcher).await?;
    if let (Some(kept), Ok(found)) = (&kept, &found) {
        kept.keep_answer(found).map_err(|error| format!("keeping cargo's answer: {error}"))?;
    }
    Ok(found)
}

async fn ask(dir: &Path, launcher: &Launcher) -> Result<Result<Found, String>, String> {
    let args = words(&["metadata", "--no-deps", "--format-version", "1"]);
    let said = cargo(&Cargo { dir, args, target: Folder::Default }, launcher).await?;
    if !said.ok {
        let why = said.unusual.unwrap_or_default();
        return Ok(Err(format!(
            "Cargo.toml cannot be read.\n{}",
            printable_lines((said.stderr + &why).trim(), usize::MAX)
        )));
    }
    let metadata: Metadata =
        serde_json::from_slice(&said.stdout).map_err(|error| format!("reading cargo's answer: {error}"))?;
    let seen = as_seen(dir);
    let manifest = seen.join("Cargo.toml");
    let has_own = metadata.packages.iter().any(|package| package.manifest_path == manifest);
    let mut out = Found::default();
    for package in metadata.packages.into_iter().filter(|package| !has_own || package.manifest_path == manifest) {
        let is_binary = |target: &Target| target.kind.iter().any(|kind| kind == "bin");
        out.binaries.extend(package.targets.into_iter().filter(is_binary).map(|target| Binary {
            name: target.name,
            package: package.name.clone(),
            source: target.src_path.strip_prefix(&seen).map_or_else(|_| target.src_path.clone(), Path::to_owned),
        }));
        out.stubs.extend(Stub::new(&package.manifest, dir).map(|stub| (package.name, stub)));
    }
    Ok(Ok(out))
}

/// The packages of a submission, as they are built.
#[derive(Clone, Debug, Default)]
pub(super) struct Packages {
    stubs: BTreeMap<String, Stub>,
    /// In a class.
    class: Option<OfClass>,
}

impl Packages {
    pub(super) fn new(found: Found, class: Option<OfClass>) -> Self {
        Self { stubs: found.stubs, class }
    }

    /// Builds binaries, given as package and name: in a class, where packages of a class are built; else in the folder `target`
    /// or in one of their own. One that does not compile does not stop the others.
    pub(super) async fn build(
        &self,
        dir: &Path,
        target: Option<PathBuf>,
        binaries: &[(&str, &str)],
        runner: &Runner,
    ) -> Result<BTreeMap<String, Built>, Trouble> {
        if let Some(class) = self.class.as_ref().filter(|_| !is_ours(dir)) {
            return class.build(dir, binaries, &self.stubs, runner).await;
        }
        let _room = runner.room().await;
        build(dir, target, binaries, runner.launcher()).await
    }
}

async fn build(
    dir: &Path,
    target: Option<PathBuf>,
    binaries: &[(&str, &str)],
    launcher: &Launcher,
) -> Result<BTreeMap<String, Built>, Trouble> {
    // The starters belong to a package that we are built from: what they need is in our own folder already. They are
    // the only programs there, so nothing can take their names.
    let target = (dir != exercises::root()).then(|| target.unwrap_or_else(|| target_dir(dir)));
    let mut _lock = None;
    if let Some(target) = &target {
        fs::create_dir_all(target).map_err(Trouble::ours(format!("making {}", target.display())))?;
        _lock = Some(hold(target).await.map_err(Trouble::ours(format!("locking {}", target.display())))?);
    }
    let folder = target.as_deref().map_or(Folder::Default, Folder::Own);
    let work = Cargo { dir, args: build_args(binaries), target: folder };
    let said = cargo(&work, launcher).await.map_err(Trouble::Ours)?;
    Ok(results(&said, dir, target.as_deref(), binaries))
}

/// How cargo is asked to build binaries, given as package and name.
fn build_args(binaries: &[(&str, &str)]) -> Vec<String> {
    let mut args = words(&["build", "--keep-going", "--message-format=json"]);
    for (package, name) in binaries {
        args.extend(words(&["--package", package, "--bin", name]));
    }
    args
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// A name for what these texts decide.
fn hash<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = blake3::Hasher::new();
    for text in texts {
        hash.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
    }
    hash.finalize().to_hex()[..32].to_owned()
}

/// What became of binaries, by what cargo has said.
fn results(said: &Said, dir: &Path, target: Option<&Path>, binaries: &[(&str, &str)]) -> BTreeMap<String, Built> {
    let Messages { mut ready, errors } = Messages::read(&said.stdout);
    if let Some(target) = target {
        ready.values_mut().for_each(|path| *path = said.real(path, target));
        // What was built could have said so itself; it is what it is only where cargo puts it.
        ready.retain(|_, path| lies_in(path, target));
    }
    let errors: Vec<_> = errors.into_iter().map(|(target, error)| (target, named(&error, dir))).collect();
    let all: String = errors.iter().map(|(_, error)| error.as_str()).collect();
    // What belongs to whoever grades can be read by who builds, unless that is root.
    let private = (geteuid().is_root() && !is_ours(dir))
        .then(|| private::remedy(&format!("{all}\n{}", said.stderr), &Home::find(), &home_in_a_lab()))
        .flatten();
    let result_of = |name: &str| {
        if let Some(path) = ready.get(name) {
            return Built::Ready(Program { command: vec![text(path)], needs: vec![path.clone()] });
        }
        let own: Vec<_> = errors.iter().filter(|(target, _)| target == name).map(|(_, error)| error.as_str()).collect();
        if let (true, Some(remedy)) = (own.is_empty(), &private) {
            return Built::NotBuilt(format!(
                "{}\n{remedy}",
                if all.is_empty() { said.stderr.trim() } else { all.trim() }
            ));
        }
        match (own.is_empty(), all.is_empty(), &said.unusual) {
            (false, ..) => Built::DoesNotCompile(own.concat()),
            // A library of the package, or a build script.
            (true, false, _) => Built::DoesNotCompile(all.clone()),
            (true, true, Some(why)) => Built::DoesNotCompile(format!("{}\n{why}", said.stderr.trim())),
            // Not a word from the compiler: cargo itself could not go on, or a build script failed.
            (true, true, None) => could_not_go_on(said.stderr.trim(), dir),
        }
    };
    binaries.iter().map(|(_, name)| ((*name).to_owned(), result_of(name))).collect()
}

/// What cargo says without a word from the compiler.
fn could_not_go_on(said: &str, dir: &Path) -> Built {
    // Or a dependency that should lie beside the package and was not handed in.
    let is_absent = said.contains("unable to update /");
    if is_absent || said.contains("failed to run custom build command") {
        return Built::DoesNotCompile(said.to_owned());
    }
    if !is_ours(dir) && said.contains("offline") {
        return Built::NotBuilt(format!(
            "{said}\n\
             Submissions are built without a network, from packages that are fetched already. If you trust what this one asks \
             for, run `cargo fetch` in its folder first (of an archive: unpack it yourself)."
        ));
    }
    Built::NotBuilt(said.to_owned())
}

/// Holds a folder that cargo builds in. Cargo has a lock of its own there; but whoever waits for that one in a lab waits for a
/// process that is not in the lab, and is taken for a tool that waits in vain.
async fn hold(target: &Path) -> io::Result<File> {
    let path = PathBuf::from(format!("{}.lock", text(target)));
    tokio::task::spawn_blocking(move || lock(&path)).await.map_err(io::Error::other)?
}

/// Where a submission's packages are built.
fn target_dir(dir: &Path) -> PathBuf {
    let name = dir.file_name().unwrap_or_default().to_string_lossy();
    let hash = blake3::hash(dir.as_os_str().as_encoded_bytes()).to_hex();
    build_dir().join("packages").join(format!("{name}-{}", &hash[..12]))
}

/// Whether a path is a file in a folder, without a link that leads elsewhere.
fn lies_in(path: &Path, dir: &Path) -> bool {
    let real = fs::canonicalize(path).and_then(|path| Ok((path, fs::canonicalize(dir)?)));
    real.is_ok_and(|(path, dir)| path.starts_with(dir) && path.is_file())
}
