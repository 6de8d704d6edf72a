//! Programs that are one C file.

use super::command::in_path;
use super::compiled::{Compiler, Paths};
use super::{Built, needs_nothing};
use harness::lab::Launcher;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use tokio::process::Command;
use tokio::sync::OnceCell;

/// C as students write it: C11 with the system's interfaces, warnings on, threads and mathematics at hand.
const FLAGS: [&str; 5] = ["-std=gnu11", "-O1", "-Wall", "-Wextra", "-pthread"];

/// A C compiler.
struct C {
    path: String,
    /// What a lab must show of it.
    needs: Vec<PathBuf>,
    /// Another compiler makes another program.
    version: String,
}

/// Compiles a file, or finds what was made of the same text before.
pub(super) async fn build(path: &Path, launcher: &Launcher) -> Built {
    let compiler = match compiler().await {
        Ok(compiler) => compiler,
        Err(error) => {
            return Built::NotBuilt(format!(
                "the C compiler `{}` cannot be run: {error}. Install it to grade {}, or name another in the variable CC",
                name().display(),
                path.display()
            ));
        }
    };
    let command = |Paths { file, executable, inputs }: Paths<'_>| {
        let mut command = vec![compiler.path.as_str()];
        command.extend(FLAGS);
        command.extend(["-MMD", "-MP", "-MF", inputs, "-o", executable, file, "-lm"]);
        command.into_iter().map(str::to_owned).collect()
    };
    let (version, needs) = (format!("{}{}", compiler.version, FLAGS.join(" ")), compiler.needs.clone());
    Compiler { kind: "c", name: "the C compiler", version, needs, command }.build(path, launcher).await
}

fn name() -> OsString {
    env::var_os("CC").unwrap_or_else(|| OsString::from("cc"))
}

/// The compiler, looked for once.
async fn compiler() -> Result<&'static C, String> {
    static FOUND: OnceCell<C> = OnceCell::const_new();
    FOUND.get_or_try_init(find).await
}

async fn find() -> Result<C, String> {
    let name = name();
    let path = if Path::new(&name).components().count() > 1 {
        fs::canonicalize(&name).map_err(|error| error.to_string())?
    } else {
        in_path(&name).ok_or("it is in no folder of PATH")?
    };
    let output = Command::new(&path).arg("--version").output().await.map_err(|error| error.to_string())?;
    // One that lies elsewhere has its parts beside the folder of its programs.
    let real = fs::canonicalize(&path).map_err(|error| error.to_string())?;
    let places = [&path, &real].into_iter().filter_map(|path| path.parent()?.parent());
    let needs = places.filter(|prefix| *prefix != Path::new("/") && !needs_nothing(prefix)).map(Path::to_owned);
    let version = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(C { path: path.to_string_lossy().into_owned(), needs: needs.collect(), version })
}
