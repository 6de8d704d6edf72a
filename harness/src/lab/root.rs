//! The file system that a program sees: the system's own directories and what the program needs, read-only; fresh
//! `/tmp`, `/box`, `/proc` and `/dev`; nothing of the user's.
#![expect(unsafe_code, reason = "rustix has no mount_setattr")]

use super::HOST_NAME;
use super::error::{LabError, While};
use crate::check::ADDRESS;
use crate::{program, sandbox};
use rustix::fs::CWD;
use rustix::mount::{
    MountFlags, MountPropagationFlags, MoveMountFlags, OpenTreeFlags, UnmountFlags, mount, mount_change, move_mount,
    open_tree, unmount,
};
use rustix::process::{chdir, pivot_root};
use std::fs;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// What every program may see of the system, where it exists.
const SYSTEM: [&str; 23] = [
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/nix/store",
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/protocols",
    "/etc/services",
    "/etc/ssl",
    "/etc/java-17-openjdk",
    "/etc/java-21-openjdk",
    "/sys/devices/system/cpu",
    "/dev/null",
    "/dev/zero",
    "/dev/random",
    "/dev/urandom",
];

/// What a program may read of the machine in a borrowed lab: the same, and what stands for the rest.
pub(super) fn readable() -> impl Iterator<Item = PathBuf> {
    let others = ["/proc", "/dev/shm", "/dev/tty"];
    let etc = etc().map(|(name, _)| name);
    SYSTEM.into_iter().chain(others).chain(etc).map(PathBuf::from)
}

/// Directories that are made empty, most of them for what [`fresh`] mounts there.
const EMPTY: [&str; 8] = ["/box", "/dev/pts", "/dev/shm", "/etc", "/proc", sandbox::PROC, "/tmp", "/var/tmp"];

const LINKS: [(&str, &str); 5] = [
    ("/proc/self/fd", "/dev/fd"),
    ("/proc/self/fd/0", "/dev/stdin"),
    ("/proc/self/fd/1", "/dev/stdout"),
    ("/proc/self/fd/2", "/dev/stderr"),
    ("pts/ptmx", "/dev/ptmx"),
];

/// Where the new root is put together; what is there is opened before.
const STAGE: &str = "/tmp";

/// How much room there is in each folder that a program may write, as options of a tmpfs.
#[derive(Clone, Copy)]
pub(super) struct Room(&'static std::ffi::CStr);

impl Room {
    pub(super) const OF_PROGRAMS: Self = Self(c"mode=1777,size=16m,nr_inodes=4096");
    /// A copy of a submission, and what compilers keep in passing.
    pub(super) const OF_TOOLS: Self = Self(c"mode=1777,size=512m,nr_inodes=65536");
}

/// Makes a new root in the calling process's mount namespace, with `needs` visible at their own places, read-only, and `writes`
/// as they are, and enters it.
/// `/proc` is still the old one: a new one can only be mounted by a process of the new process id namespace, and only
/// as long as an old one is visible.
pub(super) fn build(needs: &[PathBuf], writes: &[PathBuf], room: Room) -> Result<(), LabError> {
    let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    mount_change("/", private).during("making the mounts private")?;
    let mut trees = Vec::new();
    for path in SYSTEM.iter().map(Path::new).chain(needs.iter().map(PathBuf::as_path)) {
        if trees.iter().any(|tree: &Tree| tree.tree.is_some() && path.starts_with(&tree.path)) {
            continue;
        }
        let doing = || format!("opening {} for the lab", path.display());
        match Tree::open(path) {
            Ok(tree) => trees.push(tree),
            Err(error) if error.kind() == io::ErrorKind::NotFound && !needs.iter().any(|need| need == path) => {}
            Err(error) => return Err(LabError::new(doing(), error)),
        }
    }
    for path in writes {
        trees.push(Tree::writable(path).during(&format!("opening {} for the lab", path.display()))?);
    }
    let proc = clone(Path::new("/proc")).during("opening /proc for the lab")?;

    mount("tmpfs", STAGE, "tmpfs", MountFlags::NOSUID | MountFlags::NODEV, c"mode=755,size=1m")
        .during("mounting the lab's root")?;
    for dir in EMPTY {
        fs::create_dir_all(staged(dir)).during("making the lab's directories")?;
    }
    // Before what the program needs is shown: that can lie in /tmp.
    for place in ["/tmp", "/var/tmp", "/dev/shm", program::WORK_DIR] {
        let flags = MountFlags::NOSUID | MountFlags::NODEV;
        mount("tmpfs", staged(place), "tmpfs", flags, room.0).during(&format!("mounting {place}"))?;
    }
    for (target, link) in LINKS {
        symlink(target, staged(link)).during("making the lab's links")?;
    }
    for (name, text) in etc() {
        fs::write(staged(name), text).during("writing the lab's /etc")?;
    }
    for tree in trees {
        tree.place().during(&format!("showing {} in the lab", tree.path.display()))?;
    }
    attach(&proc, &staged("/proc")).during("showing /proc in the lab")?;

    chdir(STAGE).during("entering the lab's root")?;
    pivot_root(".", ".").during("changing the root")?;
    unmount(".", UnmountFlags::DETACH).during("leaving the old root")?;
    chdir("/").during("entering the lab's root")?;
    let root = rustix::fs::open("/", rustix::fs::OFlags::PATH | rustix::fs::OFlags::CLOEXEC, rustix::fs::Mode::empty())
        .during("opening the lab's root")?;
    read_only(&root, false).during("making the lab's root read-only")
}

/// Mounts what belongs to this lab alone. For the first process of the lab.
pub(super) fn fresh() -> Result<(), LabError> {
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    mount("proc", "/proc", "proc", flags, None::<&std::ffi::CStr>).during("mounting /proc")?;
    mount(
        "devpts",
        "/dev/pts",
        "devpts",
        MountFlags::NOSUID | MountFlags::NOEXEC,
        // The machine's terminals are counted together, and some thousands is all there are.
        c"newinstance,ptmxmode=0666,mode=620,max=32",
    )
    .during("mounting /dev/pts")?;
    Ok(())
}

/// The files of `/etc` that are the lab's own: names resolve without a network.
fn etc() -> [(&'static str, String); 6] {
    [
        ("/etc/hosts", format!("127.0.0.1 localhost\n::1 localhost ip6-localhost\n{ADDRESS} {HOST_NAME}\n")),
        ("/etc/hostname", format!("{HOST_NAME}\n")),
        ("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\nprotocols: files\nservices: files\n".into()),
        ("/etc/resolv.conf", String::new()),
        ("/etc/passwd", format!("student:x:1000:1000:student:{}:/bin/sh\n", program::WORK_DIR)),
        ("/etc/group", "student:x:1000:\n".into()),
    ]
}

/// Something of the old root that will be seen in the new one.
struct Tree {
    path: PathBuf,
    /// `None` for a symbolic link, which is made anew.
    tree: Option<OwnedFd>,
    dir: bool,
}

impl Tree {
    fn open(path: &Path) -> io::Result<Self> {
        let kind = fs::symlink_metadata(path)?.file_type();
        let tree = if kind.is_symlink() { None } else { Some(clone(path)?) };
        if let Some(tree) = &tree {
            read_only(tree, true)?;
        }
        Ok(Self { path: path.to_owned(), tree, dir: kind.is_dir() })
    }

    fn writable(path: &Path) -> io::Result<Self> {
        let tree = clone(path)?;
        restrict(&tree, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, true)?;
        Ok(Self { path: path.to_owned(), tree: Some(tree), dir: true })
    }

    fn place(&self) -> io::Result<()> {
        let target = staged(&self.path);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        let Some(tree) = &self.tree else {
            // Before the old root is left, the link still leads to where it led.
            return symlink(fs::read_link(&self.path)?, target);
        };
        if self.dir {
            fs::create_dir_all(&target)?;
        } else {
            fs::File::create(&target)?;
        }
        attach(tree, &target)
    }
}

fn staged(path: impl AsRef<Path>) -> PathBuf {
    let path = path.as_ref();
    Path::new(STAGE).join(path.strip_prefix("/").unwrap_or(path))
}

/// A copy of the mounts below a path, attached nowhere yet.
fn clone(path: &Path) -> io::Result<OwnedFd> {
    let flags = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC | OpenTreeFlags::AT_RECURSIVE;
    Ok(open_tree(CWD, path, flags)?)
}

fn attach(tree: &OwnedFd, target: &Path) -> io::Result<()> {
    Ok(move_mount(tree, "", CWD, target, MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)?)
}

/// Makes a mount read-only, with those below it or without. (A device on a read-only mount can be written all the
/// same.)
fn read_only(mount: &OwnedFd, recursive: bool) -> io::Result<()> {
    restrict(mount, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID, recursive)
}

// `linux/mount.h`
const MOUNT_ATTR_RDONLY: u64 = 1;
const MOUNT_ATTR_NOSUID: u64 = 2;
const MOUNT_ATTR_NODEV: u64 = 4;

fn restrict(mount: &OwnedFd, set: u64, recursive: bool) -> io::Result<()> {
    /// `struct mount_attr`, `linux/mount.h`.
    #[repr(C)]
    struct MountAttr {
        set: u64,
        clear: u64,
        propagation: u64,
        userns_fd: u64,
    }
    let attr = MountAttr { set, clear: 0, propagation: 0, userns_fd: 0 };
    let flags = libc::AT_EMPTY_PATH | if recursive { libc::AT_RECURSIVE } else { 0 };
    // SAFETY: the path is a string closed by NUL, and `attr` a mount_attr of the size that is given.
    let result = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            mount.as_raw_fd(),
            c"".as_ptr(),
            flags,
            &raw const attr,
            size_of::<MountAttr>(),
        )
    };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
