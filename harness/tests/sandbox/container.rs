//! A container as many course platforms have them, for tests: root, who is somebody else outside, in a network of his own, but no
//! further namespaces. Runs its arguments. With `--no-descriptors` first, `pidfd_getfd(2)` is forbidden, too, as Docker does it; with
//! `--take=PORT`, somebody listens there.
#![expect(unsafe_code, reason = "unshare, an interface request and a filter")]

use rustix::io::{FdFlags, fcntl_setfd};
use rustix::mount::{MountFlags, MountPropagationFlags, mount, mount_bind_recursive, mount_change};
use rustix::process::{DumpableBehavior, Gid, Uid, chdir, chroot, getegid, geteuid, set_dumpable_behavior};
use rustix::thread::{
    UnshareFlags, set_no_new_privs, set_thread_groups, set_thread_res_gid, set_thread_res_uid, unshare_unsafe,
};
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// Where the container's root is put together. Nothing of the tests lies there.
const STAGE: &str = "/mnt";

fn main() {
    let mut args: Vec<_> = std::env::args_os().skip(1).collect();
    let no_descriptors = args.first().is_some_and(|arg| arg == "--no-descriptors");
    let take = args.first().and_then(|arg| arg.to_str()?.strip_prefix("--take=")?.parse::<u16>().ok());
    if no_descriptors || take.is_some() {
        args.remove(0);
    }
    let here = std::env::current_dir().unwrap();
    if geteuid().is_root() {
        // Real root is nobody's container.
        let (uid, gid) = (Uid::from_raw(65_534), Gid::from_raw(65_534));
        set_thread_groups(&[]).unwrap();
        set_thread_res_gid(gid, gid, gid).unwrap();
        set_thread_res_uid(uid, uid, uid).unwrap();
        set_dumpable_behavior(DumpableBehavior::Dumpable).unwrap();
    }
    let (uid, gid) = (geteuid().as_raw(), getegid().as_raw());
    let all = UnshareFlags::NEWUSER | UnshareFlags::NEWNS | UnshareFlags::NEWNET | UnshareFlags::NEWIPC;
    // SAFETY: the process has one thread, and its table of descriptors is not split.
    unsafe { unshare_unsafe(all) }.unwrap();
    fs::write("/proc/self/setgroups", "deny").unwrap();
    fs::write("/proc/self/uid_map", format!("0 {uid} 1")).unwrap();
    fs::write("/proc/self/gid_map", format!("0 {gid} 1")).unwrap();
    device_up();
    root();
    fs::write("/proc/sys/user/max_user_namespaces", "0").unwrap();
    chdir(&here).unwrap();
    if no_descriptors {
        forbid(libc::SYS_pidfd_getfd);
    }
    // Whoever is run keeps it open.
    let listener = take.map(|port| TcpListener::bind(("127.0.0.1", port)).unwrap());
    listener.iter().for_each(|listener| fcntl_setfd(listener, FdFlags::empty()).unwrap());
    let error = Command::new(&args[0]).args(&args[1..]).exec();
    panic!("{}: {error}", args[0].display());
}

/// A root in which something can be made: the machine's folders, in a folder of its own.
fn root() {
    mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC).unwrap();
    mount("tmpfs", STAGE, "tmpfs", MountFlags::empty(), None::<&std::ffi::CStr>).unwrap();
    for entry in fs::read_dir("/").unwrap().flatten() {
        let (path, to) = (entry.path(), Path::new(STAGE).join(entry.file_name()));
        if let Ok(target) = fs::read_link(&path) {
            symlink(target, to).unwrap();
        } else if path.is_dir() && path != Path::new(STAGE) {
            fs::create_dir(&to).unwrap();
            mount_bind_recursive(&path, &to).unwrap();
        }
    }
    chroot(STAGE).unwrap();
}

fn device_up() {
    // SAFETY: integers and a union of integers, for which zero is a value; the kernel reads one `ifreq`.
    unsafe {
        let socket = libc::socket(libc::AF_INET, libc::SOCK_DGRAM | libc::SOCK_CLOEXEC, 0);
        let mut request: libc::ifreq = std::mem::zeroed();
        request.ifr_name[0] = b'l' as libc::c_char;
        request.ifr_name[1] = b'o' as libc::c_char;
        request.ifr_ifru.ifru_flags = (libc::IFF_UP | libc::IFF_RUNNING) as libc::c_short;
        assert_eq!(libc::ioctl(socket, libc::SIOCSIFFLAGS as _, &raw const request), 0);
    }
}

fn forbid(call: libc::c_long) {
    let line = |code: u32, skip_unless_equal: u8, k: u32| libc::sock_filter {
        code: code as u16,
        jt: 0,
        jf: skip_unless_equal,
        k,
    };
    let filter = [
        line(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0),
        line(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, 1, call as u32),
        line(libc::BPF_RET | libc::BPF_K, 0, libc::SECCOMP_RET_ERRNO | libc::EPERM.unsigned_abs()),
        line(libc::BPF_RET | libc::BPF_K, 0, libc::SECCOMP_RET_ALLOW),
    ];
    set_no_new_privs(true).unwrap();
    let program = libc::sock_fprog { len: filter.len() as u16, filter: filter.as_ptr().cast_mut() };
    // SAFETY: the program lives as long as the call.
    let result = unsafe { libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, 0, &raw const program) };
    assert_eq!(result, 0);
}
