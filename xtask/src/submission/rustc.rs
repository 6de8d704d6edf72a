//! Programs that are one Rust file.

use super::Built;
use super::compiled::Compiler;
use std::env;
use std::ffi::OsString;
use std::io;
use std::path::Path;
use tokio::process::Command;
use tokio::sync::OnceCell;

/// Compiles a file, or finds what was made of the same text before.
pub(super) async fn build(path: &Path) -> Built {
    match version().await {
        Ok(version) => Compiler { kind: "rs", version: version.to_owned(), command }.build(path).await,
        Err(error) => Built::NotBuilt(format!("rustc cannot be run: {error}")),
    }
}

fn command(file: &Path, executable: &Path, inputs: &Path) -> Command {
    let mut emit = OsString::from("--emit=link,dep-info=");
    emit.push(inputs);
    let mut command = rustc();
    command.args(["--edition", "2024", "--crate-type", "bin", "-o"]).arg(executable).arg(file).arg(emit);
    command
}

fn rustc() -> Command {
    Command::new(env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc")))
}

/// The compiler's version: another compiler makes another program.
async fn version() -> io::Result<&'static str> {
    static VERSION: OnceCell<String> = OnceCell::const_new();
    let ask = || async {
        let output = rustc().arg("-vV").output().await?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    VERSION.get_or_try_init(ask).await.map(String::as_str)
}
