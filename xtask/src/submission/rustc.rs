//! Programs that are one Rust file.

use super::Built;
use super::compiled::{Compiler, Paths};
use super::toolchain::toolchain;
use harness::lab::Launcher;
use std::path::Path;

/// Compiles a file, or finds what was made of the same text before.
pub(super) async fn build(path: &Path, launcher: &Launcher) -> Built {
    let toolchain = match toolchain().await {
        Ok(toolchain) => toolchain,
        Err(error) => return Built::NotBuilt(error),
    };
    let command = |Paths { file, executable, inputs }: Paths<'_>| {
        let emit = format!("--emit=link,dep-info={inputs}");
        let rustc = toolchain.tool("rustc");
        [&rustc, "--edition", "2024", "--crate-type", "bin", "-o", executable, file, &emit].map(str::to_owned).to_vec()
    };
    let (version, needs) = (toolchain.version.clone(), toolchain.needs.clone());
    Compiler { kind: "rs", name: "rustc", version, needs, command }.build(path, launcher).await
}
