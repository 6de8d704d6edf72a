//! Where the other tools are installed, and their checks with them.

use crate::bench::below_target;
use crate::trouble::Trouble;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use tokio::process::Command;

/// The other tools, ready to run.
#[derive(Clone, Debug)]
pub struct Tools {
    /// The folder of their executables.
    pub bin: PathBuf,
    /// A copy of `xtask/bench/others`: what the tools keep beside their checks shall not lie in the source.
    pub checks: PathBuf,
}

/// What is installed, in the form of pip.
const REQUIREMENTS: &str = "requirements.txt";

/// Installs what is not installed yet, and copies the checks.
///
/// # Errors
/// When there is no Python that makes virtual environments, or no network.
pub async fn tools() -> Result<Tools, Trouble> {
    let (from, below) = (exercises::root().with_file_name("xtask").join("bench/others"), below_target()?);
    let (venv, checks) = (below.join("venv"), below.join("others"));
    let required = fs::read(from.join(REQUIREMENTS)).map_err(Trouble::ours("reading what is to be installed"))?;
    // It is copied last, so where it lies everything is installed.
    let installed = venv.join(REQUIREMENTS);
    if fs::read(&installed).ok().as_ref() != Some(&required) {
        anstream::eprintln!("Installing check50 and pytest into {}", venv.display());
        install(&venv, &from.join(REQUIREMENTS)).await?;
        fs::write(&installed, &required).map_err(Trouble::ours("noting what is installed"))?;
    }
    copy(&from, &checks).map_err(Trouble::ours("copying the checks of other tools"))?;
    Ok(Tools { bin: venv.join("bin"), checks })
}

async fn install(venv: &Path, requirements: &Path) -> Result<(), Trouble> {
    let mut make = Command::new("python3");
    make.args(["-m", "venv", "--clear"]).arg(venv);
    let remedy = "Install python3 with its module venv (Debian: python3-venv)";
    done(make, "a virtual environment cannot be made", remedy).await?;
    let mut pip = Command::new(venv.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]).arg(requirements);
    let remedy = "pip fetches them from the Python package index, so a network is needed the first time";
    done(pip, "check50 and pytest cannot be installed", remedy).await
}

/// Runs a command to its end.
async fn done(mut command: Command, trouble: &str, remedy: &str) -> Result<(), Trouble> {
    let ours = |what: String| Trouble::Ours(format!("{trouble}: {}. {remedy}.", what.trim_end_matches('.')));
    let output = command.output().await.map_err(|error| ours(error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    // venv tells its trouble on standard output, pip on the other.
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let last = said.lines().rev().find(|line| !line.trim().is_empty());
    Err(ours(last.map_or_else(|| output.status.to_string(), |line| line.trim().to_owned())))
}

/// Copies a folder with all folders in it.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else if fs::read(&to).ok() != Some(fs::read(entry.path())?) {
            // What is the same stays as it is, with what the tools have compiled of it.
            fs::copy(entry.path(), &to)?;
        }
    }
    Ok(())
}
