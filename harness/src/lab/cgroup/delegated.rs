//! Finding the part of the tree of cgroups that is delegated to us, and making room in it.
//!
//! Whoever delegates a cgroup marks it (systemd does so with `Delegate=yes`). The grader begins in it, and cgroups can be made inside only
//! when no process is left directly in it. So the grader moves itself and who has started it, a shell for instance, into a cgroup
//! of their own, without limits, once. That is done only where everything in the delegated cgroup belongs to the tree of processes that has
//! started the grader, and nobody else has made a cgroup there.

use super::{PREFIX, try_it};
use rustix::fs::getxattr;
use rustix::process::geteuid;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Where those go who were in the delegated cgroup.
const OUTSIDE: &str = "netlings-outside";
/// Processes can be born while others are moved; who has moved has children that are there already.
const ROUNDS: usize = 16;

/// Why labs have no memory cgroup.
#[derive(Clone, Debug)]
pub(in crate::lab) struct Missing {
    pub(in crate::lab) why: String,
    pub(in crate::lab) remedy: String,
}

/// The delegated cgroup, with room for those of labs. Found out once for a process.
pub(in crate::lab) fn find() -> Result<&'static Path, &'static Missing> {
    static FOUND: OnceLock<Result<PathBuf, Missing>> = OnceLock::new();
    FOUND.get_or_init(look_for).as_ref().map(PathBuf::as_path)
}

fn look_for() -> Result<PathBuf, Missing> {
    let own = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let tree = Path::new("/sys/fs/cgroup");
    let path = own.lines().find_map(|line| line.strip_prefix("0::/")).filter(|path| !path.contains(".."));
    let (Some(path), true) = (path, tree.join("cgroup.controllers").exists()) else {
        return Err(Missing {
            why: elsewhere(&fs::read_to_string("/proc/self/mountinfo").unwrap_or_default(), |dir| {
                fs::read_to_string(dir.join("cgroup.controllers")).unwrap_or_default()
            }),
            remedy: "systemd.unified_cgroup_hierarchy=1 on the kernel's command line".to_owned(),
        });
    };
    let dir = tree.join(path);
    let dir = if dir.ends_with(OUTSIDE) { dir.parent().unwrap_or(&dir).to_owned() } else { dir };
    make_room(&dir).map_err(|why| {
        let user = if geteuid().is_root() { "" } else { "--user " };
        Missing { why, remedy: format!("systemd-run {user}--scope -p Delegate=yes cargo xtask grade …") }
    })?;
    sweep(&dir);
    // What can be written can be refused all the same.
    try_it(&dir).map_err(|error| Missing {
        why: format!("a process cannot be born into a cgroup: {error}"),
        remedy: "Linux 5.7, and in a container a seccomp profile that allows clone3".to_owned(),
    })?;
    Ok(dir)
}

/// Why there are no cgroups of version 2 where they belong, by what is mounted (proc_pid_mountinfo(5)): a clause.
fn elsewhere(mounts: &str, controllers: impl Fn(&Path) -> String) -> String {
    let of_version_2 = |line: &&str| line.split_once(" - ").is_some_and(|(_, kind)| kind.starts_with("cgroup2 "));
    let Some(place) = mounts.lines().find(of_version_2).and_then(|line| line.split(' ').nth(4)) else {
        return "no cgroups of version 2 are mounted here".to_owned();
    };
    let has_memory = has_memory(&controllers(Path::new(place)));
    let what =
        if has_memory { "and not at /sys/fs/cgroup" } else { "without the memory controller, which version 1 has" };
    format!("cgroups of version 2 are mounted at {place}, {what}")
}

/// Whether memory is among these controllers.
fn has_memory(controllers: &str) -> bool {
    controllers.split_whitespace().any(|name| name == "memory")
}

/// Makes room for cgroups in one that is delegated. An error is a clause: why there is none.
fn make_room(dir: &Path) -> Result<(), String> {
    let marks = ["user.delegate", "trusted.delegate"];
    if !marks.iter().any(|name| getxattr(dir, *name, &mut [0_u8; 8][..]).is_ok_and(|len| len > 0)) {
        return Err("no cgroup is delegated to the grader".to_owned());
    }
    let words = |name| fs::read_to_string(dir.join(name)).map_err(|error| format!("{name} cannot be read: {error}"));
    if !has_memory(&words("cgroup.controllers")?) {
        return Err("the delegated cgroup has no memory controller".to_owned());
    }
    if has_memory(&words("cgroup.subtree_control")?) {
        return Ok(());
    }
    if children(dir).any(|name| !name.starts_with(PREFIX)) {
        return Err("others have made cgroups in the delegated one".to_owned());
    }
    let failed = |error: io::Error| format!("processes cannot be moved inside the delegated cgroup: {error}");
    let outside = dir.join(OUTSIDE);
    match fs::create_dir(&outside) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(failed(error)),
        _ => {}
    }
    for _ in 0..ROUNDS {
        let here = processes(dir).map_err(failed)?;
        if here.is_empty() {
            break;
        }
        if !are_ours(&here, &processes(&outside).map_err(failed)?) {
            // One who is here as well can have come with us first.
            let _ = fs::remove_dir(&outside);
            return Err("processes that have not started the grader are in the delegated cgroup".to_owned());
        }
        for pid in here {
            match fs::write(outside.join("cgroup.procs"), pid.to_string()) {
                // It has just ended.
                Err(error) if error.raw_os_error() == Some(libc::ESRCH) => {}
                moved => moved.map_err(failed)?,
            }
        }
    }
    fs::write(dir.join("cgroup.subtree_control"), "+memory").map_err(failed)
}

fn children(dir: &Path) -> impl Iterator<Item = String> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let dirs = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    dirs.map(|entry| entry.file_name().to_string_lossy().into_owned())
}

/// The processes of a cgroup. One that has no id here counts as 0.
fn processes(dir: &Path) -> io::Result<BTreeSet<i32>> {
    let text = fs::read_to_string(dir.join("cgroup.procs"))?;
    Ok(text.lines().filter_map(|line| line.parse().ok()).collect())
}

/// Whether processes are in the tree that has started us.
fn are_ours(here: &BTreeSet<i32>, moved: &BTreeSet<i32>) -> bool {
    let parents: BTreeMap<_, _> = here.iter().filter_map(|pid| Some((*pid, parent(*pid)?))).collect();
    let ours = i32::try_from(std::process::id()).unwrap_or(0);
    let inside = |pid: &i32| here.contains(pid) || moved.contains(pid);
    let ancestors = std::iter::successors(Some(ours), |pid| parent(*pid)).filter(inside);
    !here.contains(&0) && belong(&parents, &ancestors.collect())
}

/// Whether each of these, given with its parent, is one of the ancestors or descends from one.
fn belong(parents: &BTreeMap<i32, i32>, ancestors: &BTreeSet<i32>) -> bool {
    let belongs = |pid: &i32| {
        let mut line = std::iter::successors(Some(*pid), |pid| parents.get(pid).copied());
        line.any(|pid| ancestors.contains(&pid))
    };
    parents.keys().all(belongs)
}

/// The parent of a process, 0 of the first; none of one that has ended.
fn parent(pid: i32) -> Option<i32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name of the program may have brackets and blanks.
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

/// Removes what is left of labs whose helpers were killed.
fn sweep(dir: &Path) {
    for name in children(dir) {
        let pid = name.strip_prefix(PREFIX).and_then(|pid| pid.parse::<u32>().ok());
        if pid.is_some_and(|pid| !Path::new("/proc").join(pid.to_string()).exists()) {
            // One in which something still ends cannot be removed.
            let _ = fs::remove_dir(dir.join(name));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    /// The tree of processes: 10 is a shell that has started 20, which has started us, 30, and 25, a pager; 1 is the first of all.
    const SHELL: [(i32, i32); 4] = [(10, 1), (20, 10), (30, 20), (25, 10)];

    #[rstest]
    #[case::a_shell_and_what_it_has_started(&SHELL, &[10, 20, 30], true)]
    #[case::when_some_have_moved(&[(25, 10)], &[10, 20, 30], true)]
    #[case::one_that_was_left_behind_by_somebody(&[(30, 20), (40, 1)], &[30], false)]
    #[case::a_child_of_one(&[(30, 20), (40, 1), (41, 40)], &[30], false)]
    #[case::nobody_who_has_started_us(&[(40, 1)], &[], false)]
    #[case::the_first_of_a_container(&[(1, 0), (30, 0)], &[30], false)]
    fn only_who_has_started_us_is_moved(
        #[case] here: &[(i32, i32)],
        #[case] ancestors: &[i32],
        #[case] expected: bool,
    ) {
        let parents = here.iter().copied().collect();
        assert_eq!(belong(&parents, &ancestors.iter().copied().collect()), expected);
    }

    /// What is mounted for cgroups where version 1 is in use, and version 2 beside it.
    const HYBRID: &str = "24 20 0:22 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n\
        30 24 0:26 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n\
        34 24 0:30 / /sys/fs/cgroup/unified rw,relatime shared:9 - cgroup2 cgroup2 rw\n";

    #[rstest]
    #[case::beside_version_1(
        HYBRID,
        "hugetlb\n",
        "cgroups of version 2 are mounted at /sys/fs/cgroup/unified, without the memory controller, which version 1 has"
    )]
    #[case::elsewhere(
        HYBRID,
        "cpu memory\n",
        "cgroups of version 2 are mounted at /sys/fs/cgroup/unified, and not at /sys/fs/cgroup"
    )]
    #[case::none(&HYBRID.replace("cgroup2", "cgroup"), "", "no cgroups of version 2 are mounted here")]
    #[case::nothing("", "", "no cgroups of version 2 are mounted here")]
    fn where_cgroups_of_version_2_are_is_said(#[case] mounts: &str, #[case] controllers: &str, #[case] expected: &str) {
        let at = |dir: &Path| {
            assert_eq!(dir, Path::new("/sys/fs/cgroup/unified"));
            controllers.to_owned()
        };
        assert_eq!(elsewhere(mounts, at), expected);
    }
}
