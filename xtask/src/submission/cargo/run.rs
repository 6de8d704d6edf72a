//! Running cargo in a submission's folder: in a lab, because a manifest can make it run anything, and so can what it builds.
//!
//! The packages of our own workspace, the starters and the reference programs, are built as they are: whoever can change them
//! can change the grader.

use super::home::Home;
use crate::programs::solutions;
use crate::submission::text;
use crate::submission::toolchain::toolchain;
use crate::submission::unusual::unusual;
use harness::lab::{End, Launcher, Limits, Put, Tool};
use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::process::Command;

/// Names in the room of the lab: the copy of the submission, cargo's home, and, in a class, the folder that it builds in.
const COPY: &str = "submission";
const HOME: &str = "cargo";
const TARGET: &str = "target";
/// The folder in a target folder that holds what was built.
const BUILT: &str = "debug";
/// What cargo is told for a class. What is built once needs no help to be built again, and nobody looks at it with a debugger:
/// without that, what is kept is a seventh of the size.
const OF_CLASS: [(&str, &str); 2] = [("CARGO_INCREMENTAL", "0"), ("CARGO_PROFILE_DEV_DEBUG", "0")];

/// What cargo shall do.
pub(super) struct Cargo<'a> {
    /// The folder of the package.
    pub(super) dir: &'a Path,
    pub(super) args: Vec<String>,
    pub(super) target: Target<'a>,
}

/// Where cargo may leave something.
#[derive(Clone, Copy)]
pub(super) enum Target<'a> {
    /// Nowhere, or, where a package is ours, where it always does.
    Default,
    /// In this folder.
    Own(&'a Path),
    /// In this new folder, where it finds what it left in another one. In the lab the folder is always at the same place: what is built of
    /// the same texts is the same.
    OfClass {
        /// The folder.
        dir: &'a Path,
        /// The other one.
        template: Option<&'a Path>,
    },
}

impl<'a> Target<'a> {
    /// The folder.
    fn dir(self) -> Option<&'a Path> {
        match self {
            Self::Default => None,
            Self::Own(dir) | Self::OfClass { dir, .. } => Some(dir),
        }
    }

    /// The folder as cargo sees it.
    fn seen(self) -> Option<PathBuf> {
        match self {
            Self::Default => None,
            Self::Own(dir) => Some(dir.to_owned()),
            Self::OfClass { .. } => Some(Path::new(Tool::ROOM).join(TARGET)),
        }
    }
}

/// What cargo said.
pub(super) struct Said {
    /// Whether it was content.
    pub(super) ok: bool,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: String,
    /// How it ended, where that was by no exit code.
    pub(super) unusual: Option<String>,
    /// Its target folder, as it was told.
    seen: Option<PathBuf>,
}

impl Said {
    /// Where a file is that it names, with `target` for its target folder.
    pub(super) fn real(&self, path: &Path, target: &Path) -> PathBuf {
        let within = self.seen.as_ref().and_then(|seen| path.strip_prefix(seen).ok());
        within.map_or_else(|| path.to_owned(), |path| target.join(path))
    }
}

/// Whether a folder is a package of our own workspace.
pub(super) fn is_ours(dir: &Path) -> bool {
    dir == exercises::root() || dir == solutions()
}

/// The folder of a submission as cargo sees it.
pub(super) fn as_seen(dir: &Path) -> PathBuf {
    if is_ours(dir) { dir.to_owned() } else { Path::new(Tool::ROOM).join(COPY) }
}

/// Runs cargo.
///
/// # Errors
/// In words, when it cannot be run.
pub(super) async fn cargo(work: &Cargo<'_>, launcher: &Launcher) -> Result<Said, String> {
    let mut args = work.args.clone();
    if let Some(target) = work.target.seen() {
        args.extend(["--target-dir".to_owned(), text(&target)]);
    }
    args.extend(["--color", "never"].map(str::to_owned));
    if is_ours(work.dir) { beside_us(work.dir, args).await } else { in_a_lab(work, args, launcher).await }
}

/// Cargo's home as a lab sees it.
pub(super) fn home_in_a_lab() -> PathBuf {
    Path::new(Tool::ROOM).join(HOME)
}

/// What cargo says of a submission, with the name of the folder that a person knows.
pub(super) fn named(said: &str, dir: &Path) -> String {
    said.replace(&text(&as_seen(dir)), &text(dir))
}

async fn beside_us(dir: &Path, args: Vec<String>) -> Result<Said, String> {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    command.current_dir(dir).args(args).stdin(Stdio::null());
    let output = command.output().await.map_err(|error| format!("cargo cannot be run: {error}"))?;
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    Ok(Said { ok: output.status.success(), stdout: output.stdout, stderr, unusual: None, seen: None })
}

async fn in_a_lab(work: &Cargo<'_>, args: Vec<String>, launcher: &Launcher) -> Result<Said, String> {
    let dir = work.dir;
    let toolchain = toolchain().await?;
    let home = Home::find();
    let mut needs = toolchain.needs.clone();
    needs.push(dir.to_owned());
    needs.extend(home.fetched.iter().map(|(_, path)| path.clone()));
    let inside = |name: &str| Path::new(HOME).join(name);
    // Cargo writes its lock file beside the manifest; a submission stays as it is.
    let mut room =
        vec![(PathBuf::from(COPY), Put::Copy(dir.to_owned())), (inside("config.toml"), Put::Text(home.config))];
    room.extend(home.fetched.into_iter().map(|(name, path)| (inside(name), Put::Link(path))));
    let mut env = BTreeMap::from([
        ("PATH", toolchain.path()),
        ("CARGO_HOME", text(&home_in_a_lab())),
        ("CARGO_NET_OFFLINE", "true".to_owned()),
    ]);
    if let Target::OfClass { dir, template } = work.target {
        env.extend(OF_CLASS.map(|(name, value)| (name, value.to_owned())));
        room.push((PathBuf::from(TARGET), Put::Link(dir.to_owned())));
        if let Some(template) = template {
            needs.push(template.to_owned());
            room.push((dir.join(BUILT), Put::Copy(template.join(BUILT))));
        }
    }
    let mut command = vec![toolchain.tool("cargo")];
    command.extend(args);
    let tool = Tool {
        command,
        env: env.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        dir: as_seen(dir),
        needs,
        writes: work.target.dir().map(Path::to_owned).into_iter().collect(),
        room,
        limits: Limits::COMPILER,
    };
    let finished = launcher.run_tool(&tool).await.map_err(|error| error.to_string())?;
    Ok(Said {
        ok: finished.end == End::Status(0),
        stderr: named(&String::from_utf8_lossy(&finished.stderr), dir),
        unusual: unusual("cargo", &finished).map(|why| named(&why, dir)),
        stdout: finished.stdout,
        seen: work.target.seen(),
    })
}
