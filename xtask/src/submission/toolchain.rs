//! The Rust toolchain that submissions are built with: the one that runs us, whatever a submission asks for.

use super::needs_nothing;
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use tokio::process::Command;
use tokio::sync::OnceCell;

/// A toolchain.
pub(super) struct Toolchain {
    /// The folder with `rustc` and `cargo`.
    pub(super) bin: PathBuf,
    /// What a lab must show of it.
    pub(super) needs: Vec<PathBuf>,
    /// Another compiler makes another program.
    pub(super) version: String,
}

impl Toolchain {
    /// One of its programs.
    pub(super) fn tool(&self, name: &str) -> String {
        self.bin.join(name).to_string_lossy().into_owned()
    }

    /// `PATH` inside a lab: its programs come first.
    pub(super) fn path(&self) -> String {
        format!("{}:/usr/local/bin:/usr/bin:/bin", self.bin.display())
    }
}

/// The toolchain, looked for once.
pub(super) async fn toolchain() -> Result<&'static Toolchain, String> {
    static FOUND: OnceCell<Toolchain> = OnceCell::const_new();
    FOUND.get_or_try_init(find).await
}

async fn find() -> Result<Toolchain, String> {
    // Where cargo runs us, its own toolchain is beside it. `rustc` alone can be a switch that only finds one.
    let beside = env::var_os("CARGO").and_then(|cargo| Some(Path::new(&cargo).parent()?.join("rustc")));
    let rustc = beside.filter(|rustc| rustc.is_file()).map(OsString::from);
    let rustc = rustc.or_else(|| env::var_os("RUSTC")).unwrap_or_else(|| OsString::from("rustc"));
    let sysroot = PathBuf::from(ask(&rustc, &["--print", "sysroot"]).await?);
    let bin = sysroot.join("bin");
    let version = ask(bin.join("rustc").as_os_str(), &["-vV"]).await?;
    let needs = if needs_nothing(&sysroot) { Vec::new() } else { vec![sysroot] };
    Ok(Toolchain { bin, needs, version })
}

async fn ask(rustc: &std::ffi::OsStr, args: &[&str]) -> Result<String, String> {
    // Not in a submission's folder: a file there could say which toolchain, and so which program, is run.
    let output = Command::new(rustc).args(args).current_dir("/").output().await;
    let output = output.map_err(|error| format!("rustc cannot be run: {error}"))?;
    if !output.status.success() {
        return Err(format!("rustc does not answer: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
