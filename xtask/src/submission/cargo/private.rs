//! Packages that were fetched for their owner alone (a umask of 077). Root gives its rights up before it builds anything, so what
//! only root may read is missing in the lab, and that is not the submission's fault.

use super::home::Home;
use crate::submission::find::mode;
use std::path::{Component, Path, PathBuf};

/// What ends a path in what cargo and the compiler say. The names in cargo's folders have none of it.
const AFTER: [char; 8] = ['`', '"', '\'', ':', ',', ')', ' ', '\n'];

/// What can be done about a file of cargo's home that was met and that others than its owner may not read; none if all that
/// is named may be read. `inside` is cargo's home as the lab sees it.
pub(super) fn remedy(said: &str, home: &Home, inside: &Path) -> Option<String> {
    // Only such files are looked for, and only where one was refused.
    if !said.contains("(os error 13)") {
        return None;
    }
    home.fetched.iter().find_map(|(name, at)| {
        let met = [inside.join(name), at.clone()].iter().find_map(|seen| private(said, seen, at))?;
        Some(format!(
            "{} may be read by its owner alone, and nothing is built as root. Try: chmod -R a+rX {}\n",
            met.display(),
            at.display()
        ))
    })
}

/// The first file named in a text as one below `seen` that others than its owner may not read where it really is, below `at`.
fn private(said: &str, seen: &Path, at: &Path) -> Option<PathBuf> {
    let below = |(from, prefix): (usize, &str)| {
        let rest = said[from + prefix.len()..].strip_prefix('/')?;
        let rest = Path::new(&rest[..rest.find(AFTER).unwrap_or(rest.len())]);
        rest.components().all(|part| matches!(part, Component::Normal(_))).then(|| at.join(rest))
    };
    said.match_indices(seen.to_str()?).filter_map(below).find(|path| path.exists() && !is_readable(path, at))
}

/// Whether everybody may read a file and look into the folders above it, up to `top`.
fn is_readable(path: &Path, top: &Path) -> bool {
    let needed = |path: &Path| if path.is_dir() { 0o005 } else { 0o004 };
    path.ancestors().take_while(|path| path.starts_with(top)).all(|path| mode(path) & needed(path) == needed(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    const FILE: &str = "registry/src/near/some-1.0.0/src/lib.rs";

    /// What is said of a build that says `said`, when the folders above [`FILE`] and the file itself have these modes.
    fn told(said: &str, folders: u32, file: u32) -> Option<String> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(file)).unwrap();
        let registry = dir.path().join("registry");
        for folder in path.ancestors().skip(1).take_while(|folder| folder.starts_with(&registry)) {
            fs::set_permissions(folder, Permissions::from_mode(folders)).unwrap();
        }
        let home = Home { fetched: vec![("registry", registry)], config: String::new() };
        let real = dir.path().to_str().unwrap();
        let told = remedy(&said.replace("HOME", real), &home, Path::new("/box/cargo"));
        told.map(|told| told.replace(real, "HOME"))
    }

    const TOLD: &str = "HOME/registry/src/near/some-1.0.0/src/lib.rs may be read by its owner alone, and nothing is built as root. \
                        Try: chmod -R a+rX HOME/registry\n";

    #[rstest]
    #[case::the_compiler(
        "error: couldn't read `/box/cargo/registry/src/near/some-1.0.0/src/lib.rs`: Permission denied (os error 13)"
    )]
    #[case::by_its_real_name("error: HOME/registry/src/near/some-1.0.0/src/lib.rs: Permission denied (os error 13)")]
    fn a_file_for_its_owner_alone_is_named_with_the_remedy(#[case] said: &str) {
        assert_eq!(told(said, 0o755, 0o600).as_deref(), Some(TOLD));
        assert_eq!(told(said, 0o700, 0o644).as_deref(), Some(TOLD));
        // One that everybody may read was refused for another reason.
        assert_eq!(told(said, 0o755, 0o644), None);
    }

    #[rstest]
    #[case::elsewhere("error: couldn't read `/box/submission/src/lib.rs`: Permission denied (os error 13)")]
    #[case::that_leads_out("error: couldn't read `/box/cargo/registry/../registry`: Permission denied (os error 13)")]
    #[case::that_is_not_there("error: couldn't read `/box/cargo/registry/src/far`: Permission denied (os error 13)")]
    #[case::another_error("error: in /box/cargo/registry/src/near/some-1.0.0/src/lib.rs: expected `;`")]
    fn another_file_is_the_submissions_own(#[case] said: &str) {
        assert_eq!(told(said, 0o700, 0o600), None);
    }
}
