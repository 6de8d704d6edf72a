//! `cargo xtask ci`: what a maintainer and CI run beside the tests that need nothing but a toolchain.

use crate::trouble::Trouble;
use clap::Args;
use std::env;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

/// The names under which systems have it.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const INSTALL: [&str; 5] = ["apt-get", "install", "--yes", "--no-install-recommends", "chromium"];

/// Run checks that need more than a toolchain
#[derive(Args)]
pub struct Ci {
    /// The tests of the HTML report in a real browser without a screen: Chromium, which is installed if that is possible
    #[arg(long, required = true)]
    browser: bool,
}

impl Ci {
    /// Runs what was asked for.
    ///
    /// # Errors
    /// When something is missing that cannot be installed, or cannot be started.
    pub fn run(&self) -> Result<ExitCode, Trouble> {
        if !self.browser {
            return Ok(ExitCode::SUCCESS);
        }
        if find_browser().is_none() {
            install()?;
        }
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut tests = Command::new(cargo);
        tests.args(["test", "--package", "xtask", "--test", "browser"]).env("NETLINGS_REQUIRE_BROWSER", "1");
        let status = tests.status().map_err(Trouble::ours("starting cargo"))?;
        Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// Where a Chromium is, by the variable PATH.
#[must_use]
pub fn find_browser() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let dirs: Vec<_> = env::split_paths(&path).collect();
    BROWSERS.iter().find_map(|name| dirs.iter().map(|dir| dir.join(name)).find(|file| file.is_file()))
}

/// Installs one, and says what it runs for that.
fn install() -> Result<(), Trouble> {
    let line = INSTALL.join(" ");
    let usage =
        |why: &str| Trouble::Usage(format!("no Chromium was found on PATH ({}), and {why}", BROWSERS.join(", ")));
    if !rustix::process::getuid().is_root() {
        return Err(usage(&format!(
            "only root can install one. On Debian: sudo {line}. On Ubuntu, whose chromium is a snap: google-chrome"
        )));
    }
    anstream::eprintln!("No Chromium is installed. Running: {line}");
    let status = Command::new(INSTALL[0]).args(&INSTALL[1..]).env("DEBIAN_FRONTEND", "noninteractive").status();
    let status =
        status.map_err(|error| usage(&format!("apt-get cannot be started: {error}. Install Chromium by hand")))?;
    if !status.success() || find_browser().is_none() {
        return Err(usage(&format!(
            "`{line}` did not bring one ({status}). Run apt-get update, or install Chromium by hand"
        )));
    }
    Ok(())
}
