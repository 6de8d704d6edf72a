//! Finding out what holds here, by trying: a lab is made as for a check, a process is confined in it as a program would be, and both
//! are looked at. What a system says about itself can be wrong: some let a namespace be made and then forbid all use of it.
#![expect(unsafe_code, reason = "fork, and calls that must fail")]

use super::cgroup::Missing;
use super::error::{LabError, While};
use super::first::{self, Opened};
use super::isolation::{Isolation, Setting};
use crate::sandbox::Sandbox;
use crate::watch::options::{Options, Way};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{Pid, WaitOptions, waitpid};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, UdpSocket};
use std::os::fd::{AsFd, IntoRawFd};
use std::path::Path;
use std::time::Duration;

/// Something that keeps a program in, or that a check needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Protection {
    /// A stable name: `network`, `landlock`.
    pub name: String,
    /// Whether it holds.
    pub state: State,
    /// What it is good for, and so what is lost without it: a sentence.
    pub purpose: String,
    /// What is missing, where something is, in the system's words where it has some.
    pub why: Option<String>,
    /// What a person can do about it, where something can be done.
    pub remedy: Option<String>,
}

/// Whether a protection holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It does.
    Enforced,
    /// A part of it does.
    Partial,
    /// It does not.
    Absent,
}

/// What a lab that is a probe answers.
pub(super) type ProbeReply = Result<Vec<Protection>, LabError>;

/// The Landlock version from which on all rules that we have are kept: signals and abstract sockets are the last (Linux 6.12).
const LANDLOCK: i32 = 6;

/// The time-out of the confined process's socket.
const TIME_OUT: Duration = Duration::from_secs(1);

/// Looks at a lab. The calling process is its first.
pub(super) fn run(setting: &Setting) -> ProbeReply {
    const DOING: &str = "probing the lab";
    first::prepare().during(DOING)?;
    let Opened { sandbox, mut options, .. } = first::open(setting, &[])?;
    let confined = Confined::probe(&sandbox, &mut options).during(DOING)?;
    let mut out = of_the_lab(setting.isolation);
    out.extend(of_the_sandbox(&confined));
    out.extend(of_watching(setting.isolation, &confined));
    Ok(out)
}

/// What a lab of its own keeps apart. It has been made, so all of this holds; a borrowed one has none of it.
fn of_the_lab(isolation: Isolation) -> Vec<Protection> {
    let rows = [
        ("user_namespace", "programs own nothing outside of their lab"),
        ("network", "programs reach no other machine and no service of this one, and find every port free"),
        ("file_system", "programs see the system's programs and themselves, read-only, and leave no file behind"),
        ("processes", "programs see nobody else's processes, and leave none behind"),
        ("ipc", "programs share no memory and no queues with others"),
    ];
    let borrowed = |name| match name {
        // What stands in for it.
        "file_system" => Some("Landlock, and a user who owns nothing, stand in for it"),
        "processes" => Some("descendants are found and ended; others can be seen"),
        _ => None,
    };
    let row = |(name, purpose)| match isolation {
        Isolation::Full => protection(name, State::Enforced, purpose, None),
        Isolation::Borrowed => match borrowed(name) {
            Some(why) => protection(name, State::Partial, purpose, Some(why.to_owned())),
            None => protection(name, State::Absent, purpose, Some("the lab is borrowed".to_owned())),
        },
    };
    rows.into_iter().map(row).collect()
}

/// What confines a program in any lab, as the confined process has found it.
fn of_the_sandbox(confined: &Confined) -> Vec<Protection> {
    let yes = |holds: bool, why: String| if holds { (State::Enforced, None) } else { (State::Absent, Some(why)) };
    let capabilities = yes(confined.capabilities == 0, format!("it has {:#x}", confined.capabilities));
    let privileges = yes(confined.no_new_privileges, "the flag is not set".to_owned());
    let limits = yes(confined.limits, "they are not set".to_owned());
    let refused = confined.refused.iter().all(|errno| *errno == libc::EPERM);
    let calls = yes(refused, format!("calls that are forbidden gave {:?}", confined.refused));
    let landlock = match confined.landlock {
        abi if abi >= LANDLOCK => (State::Enforced, None),
        abi if abi > 0 => (
            State::Partial,
            Some(format!("version {abi} knows no signals and abstract sockets, which {LANDLOCK} does")),
        ),
        error => (State::Absent, Some(Errno::from_raw_os_error(-error).to_string())),
    };
    let rows = [
        ("capabilities", "neither a program nor the supervisor can do what takes a privilege", capabilities),
        ("no_new_privileges", "no executed file gives a program more rights", privileges),
        ("limits", "processes, threads, descriptors, memory of each process, files and CPU time have an end", limits),
        ("landlock", "a second lock on files, and on signals to others", landlock),
        ("seccomp", "system calls that no exercise needs are refused", calls),
    ];
    rows.into_iter().map(|(name, purpose, (state, why))| protection(name, state, purpose, why)).collect()
}

/// What is needed to see what a program does.
fn of_watching(isolation: Isolation, confined: &Confined) -> Vec<Protection> {
    let capture = match isolation {
        Isolation::Full => (State::Enforced, None),
        Isolation::Borrowed => (
            State::Partial,
            Some("only what is sent to the addresses of the lab; what leaves the machine is not seen".to_owned()),
        ),
    };
    let time_outs = match confined.time_out {
        Some(TIME_OUT) => (State::Enforced, None),
        other => (State::Absent, Some(format!("of {TIME_OUT:?} was found: {other:?}"))),
    };
    let rows = [
        ("capture", "every packet is seen", capture),
        ("time_outs", "the time-outs of a program's sockets are known", time_outs),
    ];
    rows.into_iter().map(|(name, purpose, (state, why))| protection(name, state, purpose, why)).collect()
}

/// Whether the memory of a lab has an end that the kernel keeps. Labs are made in the cgroup that was found, so it holds.
pub(super) fn memory(cgroup: Result<&Path, &Missing>) -> Protection {
    let found =
        protection("memory", State::Enforced, "a lab has so much memory and no more, sockets and pipes too", None);
    let Err(Missing { why, remedy }) = cgroup else { return found };
    let lost = "memory of processes is watched, and ended at 1 GiB; what the kernel holds for them in sockets and pipes is not counted";
    let why = Some(format!("there is no memory cgroup: {why}; {lost}"));
    Protection { state: State::Partial, why, remedy: Some(remedy.clone()), ..found }
}

fn protection(name: &str, state: State, purpose: &str, why: Option<String>) -> Protection {
    let remedy = if state == State::Enforced { None } else { remedy(name).map(str::to_owned) };
    Protection { name: name.to_owned(), state, purpose: purpose.to_owned(), why, remedy }
}

/// What can be done about a protection that does not hold, or not wholly.
fn remedy(name: &str) -> Option<&'static str> {
    Some(match name {
        "landlock" => "a kernel from 6.12 on, with landlock among the security modules (lsm= of its command line)",
        "time_outs" => "allow pidfd_getfd(2); for Docker: docker run --cap-add SYS_PTRACE",
        "capabilities" | "no_new_privileges" | "limits" | "seccomp" => {
            "report this: nothing of the kind should be missing"
        }
        _ => return None,
    })
}

/// What a confined process has found.
#[derive(Serialize, Deserialize)]
struct Confined {
    /// The sets of capabilities together.
    capabilities: u64,
    no_new_privileges: bool,
    limits: bool,
    /// The errors of calls that must be refused.
    refused: Vec<i32>,
    /// The version of Landlock, or an error as a negative number.
    landlock: i32,
    /// A socket with a time-out.
    socket: i32,
    /// The time-out, as it was seen from outside.
    #[serde(skip)]
    time_out: Option<Duration>,
}

impl Confined {
    /// Starts such a process, and asks it.
    fn probe(sandbox: &Sandbox, options: &mut Options) -> io::Result<Self> {
        let (answer, its_answer) = pipe_with(PipeFlags::CLOEXEC)?;
        let (its_life, life) = pipe_with(PipeFlags::CLOEXEC)?;
        // SAFETY: this process has one thread, so its child may do everything.
        let pid = match unsafe { libc::fork() } {
            -1 => return Err(io::Error::last_os_error()),
            0 => {
                drop(life);
                let answer = sandbox.enter().and_then(|()| Self::look()).map_err(|error| error.to_string());
                let told = serde_json::to_vec(&answer).map_err(io::Error::other);
                let _ = told.and_then(|told| File::from(its_answer).write_all(&told));
                // Until it has been looked at.
                let _ = File::from(its_life).read(&mut [0]);
                // SAFETY: ends the process, without what belongs to its parent.
                unsafe { libc::_exit(0) }
            }
            pid => pid,
        };
        drop((its_answer, its_life));
        let mut told = Vec::new();
        let mut answer = File::from(answer);
        // The process keeps its end open as long as it lives.
        let mut piece = [0; 4096];
        while serde_json::from_slice::<Result<Self, String>>(&told).is_err() {
            // It may wait until we have taken note of what it does.
            options.note()?;
            let watched = [answer.as_fd()].into_iter().chain(options.readable());
            let mut fds: Vec<_> = watched.map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)).collect();
            poll(&mut fds, None)?;
            if fds[0].revents().is_empty() {
                continue;
            }
            match answer.read(&mut piece)? {
                0 => break,
                len => told.extend_from_slice(&piece[..len]),
            }
        }
        let confined: Result<Self, String> = serde_json::from_slice(&told)?;
        let confined = confined.map_err(io::Error::other);
        let time_out = confined.as_ref().ok().and_then(|it| options.time_out(pid, it.socket as u64, Way::Receive));
        drop(life);
        waitpid(Pid::from_raw(pid), WaitOptions::empty())?;
        Ok(Self { time_out, ..confined? })
    }

    /// What it sees of itself.
    fn look() -> io::Result<Self> {
        let status = fs::read_to_string("/proc/self/status")?;
        let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim();
        // Not the bounding set: only who has CAP_SETPCAP can empty it, and without new privileges it bounds nothing.
        let sets = ["CapPrm:", "CapEff:", "CapInh:", "CapAmb:"];
        // What cannot be read is not empty.
        let capabilities = sets.iter().map(|set| u64::from_str_radix(field(set), 16).unwrap_or(u64::MAX));
        let refused = |result: i64| if result < 0 { io::Error::last_os_error().raw_os_error().unwrap_or(0) } else { 0 };
        // SAFETY: no memory is touched; each call is refused, or its result does not matter to a process that ends soon.
        let (refused, landlock) = unsafe {
            let refused = vec![
                refused(i64::from(libc::unshare(libc::CLONE_NEWUSER))),
                refused(i64::from(libc::socket(libc::AF_VSOCK, libc::SOCK_STREAM, 0))),
                refused(libc::syscall(libc::SYS_keyctl, 0, -3, 0)),
            ];
            const VERSION: u32 = 1;
            let landlock = libc::syscall(libc::SYS_landlock_create_ruleset, std::ptr::null::<u8>(), 0, VERSION);
            let error = || -io::Error::last_os_error().raw_os_error().unwrap_or(libc::ENOSYS);
            (refused, if landlock < 0 { error() } else { landlock as i32 })
        };
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.set_read_timeout(Some(TIME_OUT))?;
        Ok(Self {
            capabilities: capabilities.fold(0, |all, set| all | set),
            no_new_privileges: field("NoNewPrivs:") == "1",
            limits: crate::sandbox::are_limits_set(),
            refused,
            landlock,
            socket: socket.into_raw_fd(),
            time_out: None,
        })
    }
}
