//! A submission: a folder with one program for each exercise, in any language, or an archive of one. Finding the programs,
//! and building them.
//!
//! Programs are found by convention. For the exercise `tcp_server`, any one of:
//!
//! | what                                          | how it is run                                   |
//! |-----------------------------------------------|-------------------------------------------------|
//! | a Cargo package with a binary `tcp_server`    | `cargo build`                                   |
//! | `tcp_server.rs`                               | `rustc --edition 2024`, standard library only   |
//! | `tcp_server.py`                               | by `python3`                                    |
//! | `tcp_server.c`                                | `cc -std=gnu11`                                 |
//! | an executable file `tcp_server`               | as it is                                        |

pub mod archive;
mod cargo;
mod cc;
mod command;
mod compiled;
mod find;
mod lock;
mod nothing;
mod python;
mod rustc;
mod toolchain;
mod unusual;

pub use cargo::{OfClass, Workshop};
pub use command::command;
pub use find::{find, find_of_class};
pub(crate) use python::interpreter;

use crate::run::Runner;
use crate::trouble::Trouble;
use archive::Unpacked;
use cargo::Packages;
use harness::check::printable_lines;
use harness::lab::Launcher;
use harness::program::Program;
use std::collections::BTreeMap;
use std::env;
use std::ffi::OsStr;
use std::path::{self, Path, PathBuf};
use std::sync::Arc;
use tokio::task::JoinSet;

/// A folder with programs.
#[derive(Clone, Debug)]
pub struct Submission {
    /// The folder, without symbolic links.
    pub dir: PathBuf,
    /// The program of each exercise that has one.
    pub sources: BTreeMap<String, Source>,
    /// Where `dir` lies, if it came out of an archive. It is gone with the last copy of this, and what was built of it, too.
    pub unpacked: Option<Arc<Unpacked>>,
    /// How its Cargo packages are built.
    packages: Packages,
}

/// What a program is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A binary of this Cargo package.
    Cargo {
        /// The package's name.
        package: String,
    },
    /// A Rust file for `rustc`.
    Rust(PathBuf),
    /// A Python file.
    Python(PathBuf),
    /// A C file for `cc`.
    C(PathBuf),
    /// A file that can be executed as it is.
    Executable(PathBuf),
}

/// What became of building a program.
#[derive(Clone, Debug)]
pub enum Built {
    /// It can be run.
    Ready(Program),
    /// The compiler refuses it, in its own words.
    DoesNotCompile(String),
    /// It could not be built, and that says nothing about it.
    NotBuilt(String),
}

impl Source {
    /// A single file by its extension; without one it is executed as it is.
    #[must_use]
    pub fn file(path: &Path) -> Self {
        match path.extension().and_then(OsStr::to_str) {
            Some("rs") => Self::Rust(path.to_owned()),
            Some("py") => Self::Python(path.to_owned()),
            Some("c") => Self::C(path.to_owned()),
            _ => Self::Executable(path.to_owned()),
        }
    }

    /// Builds the program of a single file, in a lab.
    pub async fn build(&self, launcher: &Launcher) -> Built {
        match self {
            Self::Cargo { package } => Built::NotBuilt(format!("{package} is built with its whole package")),
            Self::Rust(path) => rustc::build(path, launcher).await,
            Self::Python(path) => python::prepare(path, launcher).await,
            Self::C(path) => cc::build(path, launcher).await,
            Self::Executable(path) => {
                let needs = path.parent().map(Path::to_owned).into_iter().collect();
                Built::Ready(Program { command: vec![text(path)], needs })
            }
        }
    }

    /// As a person would name it.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Cargo { package } => format!("Cargo package {package}"),
            Self::Rust(path) | Self::Python(path) | Self::C(path) | Self::Executable(path) => {
                path.file_name().unwrap_or_default().to_string_lossy().into_owned()
            }
        }
    }
}

impl Submission {
    /// Builds the programs of these exercises, as far as the submission has them: each in a lab of the pool.
    ///
    /// # Errors
    /// Trouble that concerns all of them.
    pub async fn build(&self, exercises: &[&str], runner: &Runner) -> Result<BTreeMap<String, Built>, Trouble> {
        let mut out = BTreeMap::new();
        let wanted = || self.sources.iter().filter(|(name, _)| exercises.contains(&name.as_str()));
        let binaries: Vec<(&str, &str)> = wanted()
            .filter_map(|(name, source)| match source {
                Source::Cargo { package } => Some((package.as_str(), name.as_str())),
                _ => None,
            })
            .collect();
        if !binaries.is_empty() {
            let target = self.unpacked.as_ref().map(|unpacked| unpacked.target());
            out.extend(self.packages.build(&self.dir, target, &binaries, runner).await?);
        }
        let mut compilers = JoinSet::new();
        for (name, source) in wanted() {
            if matches!(source, Source::Cargo { .. }) {
                continue;
            }
            let (name, source, runner) = (name.clone(), source.clone(), runner.clone());
            compilers.spawn(async move {
                let _room = runner.room().await;
                (name, source.build(runner.launcher()).await)
            });
        }
        while let Some(done) = compilers.join_next().await {
            let (name, built) = done.map_err(|error| Trouble::Ours(format!("building a program: {error}")))?;
            out.insert(name, built);
        }
        Ok(out.into_iter().map(|(name, built)| (name, built.printable())).collect())
    }
}

impl Built {
    /// The same, with the words of a compiler as they can be put on a terminal: it quotes lines of the program.
    fn printable(self) -> Self {
        match self {
            Self::Ready(program) => Self::Ready(program),
            Self::DoesNotCompile(message) => Self::DoesNotCompile(printable_lines(&message, usize::MAX)),
            Self::NotBuilt(message) => Self::NotBuilt(printable_lines(&message, usize::MAX)),
        }
    }
}

/// Where programs of submissions are built: beside our own build, and never in it, because a reference program and a
/// starter have the same name. Compilers run in the folder of a submission, so a relative path would be another one there.
pub(crate) fn build_dir() -> PathBuf {
    let own = exercises::root().parent().unwrap_or_else(|| Path::new("/")).join("target");
    let dir = env::var_os("CARGO_TARGET_DIR").map_or(own, PathBuf::from).join("grade");
    path::absolute(&dir).unwrap_or(dir)
}

/// A path as a lab takes it. Paths that are no UTF-8 were refused when they were found.
fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Whether a folder is among those that every lab shows.
fn needs_nothing(prefix: &Path) -> bool {
    prefix.starts_with("/usr")
}
