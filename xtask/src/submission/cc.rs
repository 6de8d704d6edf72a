//! Programs that are one C file.

use super::Built;
use super::compiled::Compiler;
use std::env;
use std::ffi::OsString;
use std::io;
use std::path::Path;
use tokio::process::Command;
use tokio::sync::OnceCell;

/// C as students write it: C11 with the system's interfaces, warnings on, threads and mathematics at hand.
const FLAGS: [&str; 5] = ["-std=gnu11", "-O1", "-Wall", "-Wextra", "-pthread"];

/// Compiles a file, or finds what was made of the same text before.
pub(super) async fn build(path: &Path) -> Built {
    match version().await {
        Ok(version) => {
            let version = format!("{version}{}", FLAGS.join(" "));
            Compiler { kind: "c", version, command }.build(path).await
        }
        Err(error) => Built::NotBuilt(format!(
            "the C compiler `{}` cannot be run: {error}. Install it to grade {}, or name another in the variable CC",
            compiler().display(),
            path.display()
        )),
    }
}

fn command(file: &Path, executable: &Path, inputs: &Path) -> Command {
    let mut command = Command::new(compiler());
    command.args(FLAGS).args(["-MMD", "-MP", "-MF"]).arg(inputs).arg("-o").arg(executable).arg(file).arg("-lm");
    command
}

fn compiler() -> OsString {
    env::var_os("CC").unwrap_or_else(|| OsString::from("cc"))
}

/// The compiler's version: another compiler makes another program.
async fn version() -> io::Result<&'static str> {
    static VERSION: OnceCell<String> = OnceCell::const_new();
    let ask = || async {
        let output = Command::new(compiler()).arg("--version").output().await?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    VERSION.get_or_try_init(ask).await.map(String::as_str)
}
