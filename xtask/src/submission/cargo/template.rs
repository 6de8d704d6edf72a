//! What packages of a class depend on, built once for all that depend on the same.
//!
//! A build script may write whatever it likes into the folder that its package is built in, so no two submissions have one in common. What
//! they depend on is built in a lab from packages of the registry alone ([`Stub`]), and each lab gets a copy of it before anything of a
//! submission runs. The copy is made by the lab, so it belongs to whom the lab runs as; where the file system can share the blocks
//! of two files until one is changed, the kernel does that.

use super::run::{Cargo, Target, cargo};
use super::stub::Stub;
use super::workshop::{DEPENDENCIES, Opened, size, touch};
use super::{hash, words};
use crate::run::Runner;
use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;

/// The sets that were asked for, and where they are; nothing, if one cannot be built.
#[derive(Debug, Default)]
pub(super) struct Templates(Mutex<BTreeMap<String, Arc<OnceCell<Option<PathBuf>>>>>);

impl Templates {
    /// The target folder with what a stub depends on. `None`, if there is none: then cargo builds all of it, and says what is wrong.
    pub(super) async fn get(&self, stub: &Stub, version: &str, opened: &Opened, runner: &Runner) -> Option<PathBuf> {
        let key = hash(stub.key().iter().map(String::as_str).chain([version]));
        let cell = {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(all.entry(key.clone()).or_default())
        };
        cell.get_or_init(|| async { make(stub, &key, &opened.dependencies, runner).await.ok().flatten() }).await.clone()
    }
}

/// Builds it, unless another grader has done that.
async fn make(stub: &Stub, key: &str, all: &Path, runner: &Runner) -> io::Result<Option<PathBuf>> {
    let made = all.join(key);
    let _lock = lock(all.join(format!("{key}.lock"))).await?;
    if made.exists() {
        touch(&made);
        return Ok(Some(made));
    }
    if size(all) >= DEPENDENCIES {
        return Ok(None);
    }
    let place = tempfile::tempdir_in(all)?;
    fs::set_permissions(place.path(), Permissions::from_mode(0o755))?;
    let [package, target] = ["package", "target"].map(|name| place.path().join(name));
    fs::create_dir(&package)?;
    fs::create_dir(&target)?;
    stub.write(&package)?;
    let _room = runner.room().await;
    // All that would need the other processors waits for this.
    let args = words(&["build", "--jobs", &runner.width().to_string()]);
    let target_of = Target::OfClass { dir: &target, template: None };
    let said =
        cargo(&Cargo { dir: &package, args, target: target_of }, runner.launcher()).await.map_err(io::Error::other)?;
    if !said.ok {
        return Ok(None);
    }
    fs::set_permissions(&target, Permissions::from_mode(0o755))?;
    fs::rename(target, &made)?;
    Ok(Some(made))
}

/// Waits until no other grader has this file.
async fn lock(path: PathBuf) -> io::Result<File> {
    let work = move || {
        let file = File::options().write(true).create(true).truncate(false).open(path)?;
        file.lock().map(|()| file)
    };
    spawn_blocking(work).await.map_err(io::Error::other)?
}
