//! A container as many course platforms have them, for tests: root, who is somebody else outside, with network, processes, mounts
//! and IPC of his own, but no further namespaces. Runs its arguments. With `--no-descriptors` first, `pidfd_getfd(2)` is forbidden, too,
//! as Docker does it; with `--listened`, it is, and the container's calls are listened to from outside (`seccomp_unotify(2)`), which only
//! one can do; with `--take=PORT`, somebody listens there. Where a file `baits` lies beside the program, they are laid out.
//!
//! What is run in it can harm nobody outside: it can name no process, reach no service and no memory there, and is a user without
//! rights, of whom nothing but the folders that everybody may write can be reached.
#![expect(unsafe_code, reason = "unshare, fork, an interface request and a filter")]

mod inside;

use rustix::mount::{MountFlags, MountPropagationFlags, mount, mount_bind_recursive, mount_change};
use rustix::process::{
    DumpableBehavior, Gid, Pid, Signal, Uid, WaitOptions, chdir, chroot, getegid, geteuid, getppid,
    set_dumpable_behavior, set_parent_process_death_signal, waitpid,
};
use rustix::thread::{
    UnshareFlags, set_no_new_privs, set_thread_groups, set_thread_res_gid, set_thread_res_uid, unshare_unsafe,
};
use std::fs;
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, exit};

/// Where the container's root is put together. Nothing of the tests lies there.
const STAGE: &str = "/mnt";
/// The programs' folder. On the machine it is there while somebody has a borrowed lab outside of a container.
const OF_PROGRAMS: &str = "/box";

fn main() {
    let mut args: Vec<_> = std::env::args_os().skip(1).collect();
    let option = args.first().and_then(|arg| arg.to_str()).unwrap_or_default();
    let listened = option == "--listened";
    let no_descriptors = listened || option == "--no-descriptors";
    let take = option.strip_prefix("--take=").and_then(|port| port.parse::<u16>().ok());
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
    let all = UnshareFlags::NEWUSER
        | UnshareFlags::NEWNS
        | UnshareFlags::NEWPID
        | UnshareFlags::NEWNET
        | UnshareFlags::NEWIPC
        | UnshareFlags::NEWUTS
        | UnshareFlags::NEWCGROUP;
    // SAFETY: the process has one thread, and its table of descriptors is not split.
    unsafe { unshare_unsafe(all) }.unwrap();
    fs::write("/proc/self/setgroups", "deny").unwrap();
    fs::write("/proc/self/uid_map", format!("0 {uid} 1")).unwrap();
    fs::write("/proc/self/gid_map", format!("0 {gid} 1")).unwrap();
    let baits = std::env::current_exe().unwrap().with_file_name("baits");
    // SAFETY: the process has one thread, so its child may do everything.
    let first = unsafe { libc::fork() };
    assert!(first >= 0, "{}", io::Error::last_os_error());
    if let Some(first) = Pid::from_raw(first) {
        exit(ended(first));
    }
    // All of the container ends with whoever started it.
    set_parent_process_death_signal(Some(Signal::KILL)).unwrap();
    // Nobody in here is its parent; whoever had ended before would not be told.
    assert_eq!(getppid(), None);
    device_up();
    give_a_past();
    root();
    fs::write("/proc/sys/user/max_user_namespaces", "0").unwrap();
    chdir(&here).unwrap();
    let baits = fs::read_to_string(baits).ok().map(|baits| inside::lay_out(&baits));
    if no_descriptors {
        forbid(libc::SYS_pidfd_getfd);
    }
    // It is never heard, for nobody is told of anything.
    if listened {
        take_on(&[ALLOW], libc::SECCOMP_FILTER_FLAG_NEW_LISTENER);
    }
    let listener = take.map(|port| TcpListener::bind(("127.0.0.1", port)).unwrap());
    let mut command = Command::new(&args[0]);
    let status = command.args(&args[1..]).status().unwrap_or_else(|error| panic!("{}: {error}", args[0].display()));
    drop((baits, listener));
    exit(status.code().unwrap_or(128));
}

/// Waits for the container's first process, and says how it has ended.
fn ended(first: Pid) -> i32 {
    let status = waitpid(Some(first), WaitOptions::empty()).unwrap().unwrap().1;
    status.exit_status().unwrap_or(128)
}

/// A root in which something can be made: the machine's folders, in a folder of its own.
fn root() {
    mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC).unwrap();
    mount("tmpfs", STAGE, "tmpfs", MountFlags::empty(), None::<&std::ffi::CStr>).unwrap();
    for entry in fs::read_dir("/").unwrap().flatten() {
        let (path, to) = (entry.path(), Path::new(STAGE).join(entry.file_name()));
        if let Ok(target) = fs::read_link(&path) {
            symlink(target, to).unwrap();
        } else if path.is_dir() && ![STAGE, OF_PROGRAMS].map(Path::new).contains(&path.as_path()) {
            fs::create_dir(&to).unwrap();
            mount_bind_recursive(&path, &to).unwrap();
        }
    }
    // The container's own processes.
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    mount("proc", format!("{STAGE}/proc"), "proc", flags, None::<&std::ffi::CStr>).unwrap();
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

/// Lets the kernel count something in the network: a connection that is closed with unread data. Nobody's network is new.
fn give_a_past() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut one = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (other, _) = listener.accept().unwrap();
    one.write_all(b"?").unwrap();
    drop(other);
}

const fn line(code: u32, skip_unless_equal: u8, k: u32) -> libc::sock_filter {
    libc::sock_filter { code: code as u16, jt: 0, jf: skip_unless_equal, k }
}

const ALLOW: libc::sock_filter = line(libc::BPF_RET | libc::BPF_K, 0, libc::SECCOMP_RET_ALLOW);

fn forbid(call: libc::c_long) {
    let filter = [
        line(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0),
        line(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, 1, call as u32),
        line(libc::BPF_RET | libc::BPF_K, 0, libc::SECCOMP_RET_ERRNO | libc::EPERM.unsigned_abs()),
        ALLOW,
    ];
    take_on(&filter, 0);
}

/// Takes a filter on; returns what the call returns, a listener where one is asked for.
fn take_on(filter: &[libc::sock_filter], flags: libc::c_ulong) -> libc::c_long {
    set_no_new_privs(true).unwrap();
    let program = libc::sock_fprog { len: filter.len() as u16, filter: filter.as_ptr().cast_mut() };
    // SAFETY: the program lives as long as the call.
    let result = unsafe { libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, flags, &raw const program) };
    assert!(result >= 0, "{}", io::Error::last_os_error());
    result
}
