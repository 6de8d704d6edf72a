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

/// Names in the room of the lab: the copy of the submission, and cargo's home.
const COPY: &str = "submission";
const HOME: &str = "cargo";

/// What cargo said.
pub(super) struct Said {
    /// Whether it was content.
    pub(super) ok: bool,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: String,
    /// How it ended, where that was by no exit code.
    pub(super) unusual: Option<String>,
}

/// Whether a folder is a package of our own workspace.
pub(super) fn is_ours(dir: &Path) -> bool {
    dir == exercises::root() || dir == solutions()
}

/// The folder of a submission as cargo sees it.
pub(super) fn as_seen(dir: &Path) -> PathBuf {
    if is_ours(dir) { dir.to_owned() } else { Path::new(Tool::ROOM).join(COPY) }
}

/// Runs cargo in a folder. `writes` is where it may leave something.
///
/// # Errors
/// In words, when it cannot be run.
pub(super) async fn cargo(
    dir: &Path,
    args: Vec<String>,
    writes: Option<&Path>,
    launcher: &Launcher,
) -> Result<Said, String> {
    if is_ours(dir) { beside_us(dir, args).await } else { in_a_lab(dir, args, writes, launcher).await }
}

/// What cargo says of a submission, with the name of the folder that a person knows.
pub(super) fn named(said: &str, dir: &Path) -> String {
    said.replace(&text(&as_seen(dir)), &text(dir))
}

async fn beside_us(dir: &Path, args: Vec<String>) -> Result<Said, String> {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    command.current_dir(dir).args(args).args(["--color", "never"]).stdin(Stdio::null());
    let output = command.output().await.map_err(|error| format!("cargo cannot be run: {error}"))?;
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    Ok(Said { ok: output.status.success(), stdout: output.stdout, stderr, unusual: None })
}

async fn in_a_lab(dir: &Path, args: Vec<String>, writes: Option<&Path>, launcher: &Launcher) -> Result<Said, String> {
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
    let env = [
        ("PATH", toolchain.path()),
        ("CARGO_HOME", text(&Path::new(Tool::ROOM).join(HOME))),
        ("CARGO_NET_OFFLINE", "true".to_owned()),
    ];
    let mut command = vec![toolchain.tool("cargo")];
    command.extend(args);
    command.extend(["--color", "never"].map(str::to_owned));
    let tool = Tool {
        command,
        env: env.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<BTreeMap<_, _>>(),
        dir: as_seen(dir),
        needs,
        writes: writes.map(Path::to_owned).into_iter().collect(),
        room,
        limits: Limits::COMPILER,
    };
    let finished = launcher.run_tool(&tool).await.map_err(|error| error.to_string())?;
    Ok(Said {
        ok: finished.end == End::Status(0),
        stderr: named(&String::from_utf8_lossy(&finished.stderr), dir),
        unusual: unusual("cargo", &finished).map(|why| named(&why, dir)),
        stdout: finished.stdout,
    })
}
