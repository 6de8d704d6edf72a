//! Entering the lab: from a re-executed process of the grader to the first process of the lab.
#![expect(unsafe_code, reason = "unshare and fork")]

use super::cgroup::{self, Born};
use super::error::{LabError, While};
use super::isolation::{Isolation, Setting};
use super::job::{Job, Order, Reply, Task, Tool, ToolReply, Trace};
use super::nursery::{self, Role};
use super::probe::{self, ProbeReply};
use super::root::Room;
use super::{HOST_NAME, borrowed, cpu, net, root, routes, supervise, tool, trace, user};
use crate::check::ADDRESS;
use rustix::process::{Gid, Uid, geteuid};
use rustix::thread::{UnshareFlags, unshare_unsafe};
use serde::Serialize;
use std::fs;
use std::io::{self, Write};
use std::iter;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// The user and group that a program is inside the lab.
const STUDENT: u32 = 1000;
/// The IPv6 address of the program's machine: a local one (RFC 4193) with the last part of the other's.
const ADDRESS_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 0x103);

/// What the hidden sub-command of the command line does: takes a [`Job`], a [`Trace`] or a [`Tool`] from standard input, runs it in a lab
/// of its own, and writes the answer to standard output. Where standard input is a socket, that is done in children, one for each
/// lab that is asked for through it. The calling process must have one thread only.
pub fn main() -> ExitCode {
    if let Err(error) = close_all_but_standard() {
        return answer(&Reply::Err(LabError::new("closing inherited descriptors", error)));
    }
    if nursery::is_asked_for() {
        match nursery::serve() {
            Ok(Role::Lab) => {}
            Ok(Role::Nursery) => return ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("the nursery of labs: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    let Order { job, cpu, cgroup, mut setting } = match Order::read(io::stdin().lock()) {
        Ok(order) => order,
        Err(error) => return answer(&Reply::Err(LabError::new("reading the job", error))),
    };
    match cgroup.map(|bounds| cgroup::enter(&bounds)).transpose() {
        Ok(Some(Born::Outside(cgroup, lab))) => {
            let code = wait_for(lab);
            // Everything in it has ended.
            drop(cgroup);
            return code;
        }
        Ok(Some(Born::Inside(events))) => setting.events = Some(Arc::new(events)),
        Ok(None) => {}
        Err(error) => return fail(&job, LabError::new("making the lab's memory cgroup", error)),
    }
    let confined = cpu.map_or(Ok(()), cpu::stay_on).during("confining the lab to one processor");
    let prepared = confined.and_then(|()| match setting.isolation {
        Isolation::Full => isolate(&job.needs(), job.writes(), job.room()),
        Isolation::Borrowed => borrowed::prepare(),
    });
    if let Err(error) = prepared {
        return fail(&job, error);
    }
    // SAFETY: the process has one thread, so the child may do everything.
    match unsafe { libc::fork() } {
        -1 => fail(&job, LabError::new("forking the lab's first process", io::Error::last_os_error())),
        0 => match &job {
            Task::Check(job) => answer(&run(job, &setting)),
            Task::Trace(wanted) => match look_on(wanted, &setting) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => fail(&job, error),
            },
            Task::Tool(wanted) => answer(&work(wanted, &setting)),
            Task::Probe => answer(&look(&setting)),
        },
        supervisor => {
            let code = wait_for(supervisor);
            if setting.is_borrowed() {
                borrowed::clean_up();
            }
            code
        }
    }
}

/// Whoever started the grader may have left descriptors open, a build tool's pipe for instance. They are none of a
/// program's business.
pub(super) fn close_all_but_standard() -> io::Result<()> {
    // SAFETY: closes descriptors that nothing in this process uses any more: it has only just begun.
    let result = unsafe { libc::syscall(libc::SYS_close_range, 3, libc::c_uint::MAX, 0) };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

fn run(job: &Job, setting: &Setting) -> Reply {
    let peers = job.check.peers().into_iter().map(|(_, ip)| ip);
    furnish(setting, job.params.ips().chain(peers))?;
    supervise::run(job, setting)
}

fn work(wanted: &Tool, setting: &Setting) -> ToolReply {
    furnish(setting, iter::empty())?;
    tool::run(wanted, setting)
}

fn look(setting: &Setting) -> ProbeReply {
    furnish(setting, iter::empty())?;
    probe::run(setting)
}

fn look_on(wanted: &Trace, setting: &Setting) -> Result<(), LabError> {
    furnish(setting, wanted.addresses.iter().copied())?;
    trace::run(wanted, setting)
}

/// Mounts and network of a lab: the addresses of its machine, and others. For its first process. A borrowed one is as it is.
fn furnish(setting: &Setting, others: impl Iterator<Item = IpAddr>) -> Result<(), LabError> {
    if setting.is_borrowed() {
        return borrowed::adopt_orphans().during("adopting orphans");
    }
    root::fresh()?;
    let (mut v4, mut v6) = (Vec::new(), vec![ADDRESS_V6]);
    for ip in [ADDRESS].into_iter().chain(others) {
        match ip {
            _ if ip.is_loopback() || ip.is_unspecified() => {}
            IpAddr::V4(ip) => v4.push(ip),
            IpAddr::V6(ip) => v6.push(ip),
        }
    }
    v4.sort_unstable();
    v4.dedup();
    net::set_up(&v4).during("setting up the lab's network")?;
    // A machine without IPv6 has labs without it.
    let _ = v6.into_iter().try_for_each(routes::add_ipv6);
    routes::acknowledge_at_once(v4.into_iter().chain([Ipv4Addr::LOCALHOST])).during("setting up the lab's routes")
}

/// Makes the namespaces and the root, and leaves every id of the user behind.
fn isolate(needs: &[PathBuf], writes: &[PathBuf], room: Room) -> Result<(), LabError> {
    let mut prepared = false;
    if geteuid().is_root() {
        // What a program needs can lie where only root may look (/root, for instance), so root shows it before it goes.
        // In a container root may not do that; then the ordinary way must do.
        if unshare(UnshareFlags::NEWNS).is_ok() {
            root::build(needs, writes, room)?;
            prepared = true;
        }
        if let Err(error) = user::leave_root(writes, user::OF_LABS)
            && user::is_real_root()
        {
            let remedy = "Netlings never runs a program as root, and root may not become another user here. Remedy: run it \
                          as an ordinary user.";
            return Err(LabError::new("becoming an ordinary user", error).with(remedy));
        }
    }
    let (uid, gid) = (geteuid(), rustix::process::getegid());
    let all = UnshareFlags::NEWUSER
        | UnshareFlags::NEWNS
        | UnshareFlags::NEWPID
        | UnshareFlags::NEWNET
        | UnshareFlags::NEWIPC
        | UnshareFlags::NEWUTS
        | UnshareFlags::NEWCGROUP;
    unshare(all).map_err(|error| not_permitted("making the lab's namespaces", &error))?;
    map(uid, gid).map_err(|error| not_permitted("mapping the user into the lab", &error))?;
    // The nursery may have asked before.
    if !net::has_small_tables() && net::ask_for_small_tables().is_ok() {
        unshare(UnshareFlags::NEWNET).map_err(|error| not_permitted("making the lab's network", &error))?;
    }
    if !prepared {
        root::build(needs, writes, room).map_err(|error| error.with(remedy()))?;
    }
    rustix::system::sethostname(HOST_NAME.as_bytes()).during("naming the lab's host")
}

fn unshare(what: UnshareFlags) -> io::Result<()> {
    // SAFETY: none of the flags used here splits the table of descriptors.
    Ok(unsafe { unshare_unsafe(what) }?)
}

fn map(uid: Uid, gid: Gid) -> io::Result<()> {
    fs::write("/proc/self/setgroups", "deny")?;
    fs::write("/proc/self/uid_map", format!("{STUDENT} {} 1", uid.as_raw()))?;
    fs::write("/proc/self/gid_map", format!("{STUDENT} {} 1", gid.as_raw()))
}

fn not_permitted(doing: &str, error: &io::Error) -> LabError {
    LabError::new(doing, error).with(remedy())
}

/// What keeps an ordinary user from making namespaces here, as far as the system tells.
fn remedy() -> String {
    let setting = |path: &str| fs::read_to_string(path).ok().map(|text| text.trim().to_owned());
    let is = |path: &str, value: &str| setting(path).as_deref() == Some(value);
    let sudo = |assignment: &str| {
        format!("Netlings needs user namespaces, and this system forbids them. Remedy: sudo sysctl -w {assignment}")
    };
    if is("/proc/sys/user/max_user_namespaces", "0") {
        return sudo("user.max_user_namespaces=15000");
    }
    if is("/proc/sys/kernel/unprivileged_userns_clone", "0") {
        return sudo("kernel.unprivileged_userns_clone=1");
    }
    if is("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1") {
        return sudo("kernel.apparmor_restrict_unprivileged_userns=0")
            + "\nOr an AppArmor profile for the grader alone, with the rule `userns,` (man 5 apparmor.d).";
    }
    "Netlings needs user namespaces, and something forbids them here; in a container that is its seccomp profile. \
     Remedy for Docker: docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined \
     --security-opt systempaths=unconfined …"
        .to_owned()
}

fn fail(task: &Task, error: LabError) -> ExitCode {
    match task {
        Task::Check(_) => answer(&Reply::Err(error)),
        Task::Tool(_) => answer(&ToolReply::Err(error)),
        Task::Probe => answer(&ProbeReply::Err(error)),
        Task::Trace(_) => match trace::send(&Err(error)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        },
    }
}

fn answer(reply: &impl Serialize) -> ExitCode {
    let sent = serde_json::to_vec(reply).map_err(io::Error::other).and_then(|json| {
        let mut out = io::stdout().lock();
        out.write_all(&json)?;
        out.flush()
    });
    // Closed at once, before the exit: closing the packet socket takes the kernel 10 ms, and nobody needs to wait.
    close_standard(1);
    if sent.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Waits for the supervisor, or for who waits for it. Its pipes must be closed by it alone, so that their end is seen when it closes them.
fn wait_for(supervisor: libc::pid_t) -> ExitCode {
    close_standard(0);
    close_standard(1);
    // SAFETY: waits for a child of ours; the status is not wanted.
    let result = unsafe { libc::waitpid(supervisor, std::ptr::null_mut(), 0) };
    if result == supervisor { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn close_standard(fd: libc::c_int) {
    // SAFETY: nothing uses the descriptor after this.
    unsafe { libc::close(fd) };
}
