//! What each task waits for, told so that a person understands it.

use super::Waiting;
use super::deadline::{self, Ends, OfSocket};
use crate::check::printable;
use crate::event::{Descriptor, Protocol, Socket, State, Wait};
use crate::watch::tasks::{self, Call, Doing, Sample};
use crate::watch::{proc, procfs};
use std::fs;

/// Most descriptors that are named for one wait.
const NAMED: usize = 8;

/// The waits of all living tasks of a sample.
pub(super) fn waits(
    sample: &Sample,
    sockets: &[Socket],
    owner: impl Fn(i32) -> usize,
    of_socket: OfSocket<'_>,
) -> Vec<Waiting> {
    let mut out = Vec::new();
    for ((pid, tid), task) in &sample.tasks {
        let (call, on, (ends, timers), room) = match &task.doing {
            Doing::Asleep(call) => {
                let ends = deadline::of_task((*pid, *tid), call, of_socket);
                let on = descriptors(*pid, call).into_iter().map(|fd| describe(*pid, fd, sockets)).collect();
                let room = matches!(call.name(), "read" | "recvfrom").then(|| call.args[2]);
                (call.name().to_owned(), on, ends, room)
            }
            Doing::Stopped => ("stopped".to_owned(), Vec::new(), (Ends::Never, Vec::new()), None),
            Doing::Running | Doing::Hidden | Doing::Dead => continue,
        };
        let (program, name) = (owner(*pid), tasks::name(*pid, *tid));
        let told = Wait { program, pid: *pid, tid: *tid, name, call, on, timeout_ms: None, again: false, room };
        out.push(Waiting { told, ends, timers: Vec::new() }.with(ends, timers));
    }
    out
}

/// The descriptors that a call waits on.
#[expect(clippy::cast_possible_truncation, reason = "the kernel too takes descriptors as C ints")]
pub(super) fn descriptors(pid: i32, call: &Call) -> Vec<i32> {
    let args = call.args;
    let first = args[0] as i32;
    match call.name() {
        "read" | "readv" | "recvfrom" | "recvmsg" | "recvmmsg" | "accept" | "accept4" | "connect" | "write"
        | "writev" | "sendto" | "sendmsg" | "sendmmsg" => vec![first],
        "flock" | "fcntl" => vec![first],
        "poll" | "ppoll" => polled(pid, args[0], args[1]),
        "select" | "pselect6" => selected(pid, args),
        "epoll_wait" | "epoll_pwait" | "epoll_pwait2" => in_epoll(pid, first),
        _ => Vec::new(),
    }
}

/// The descriptors in an array of `struct pollfd`.
fn polled(pid: i32, at: u64, count: u64) -> Vec<i32> {
    let count = usize::try_from(count).unwrap_or(NAMED).min(NAMED);
    let bytes = deadline::memory(pid, at, count * 8).unwrap_or_default();
    bytes.chunks_exact(8).map(|entry| i32::from_ne_bytes([entry[0], entry[1], entry[2], entry[3]])).collect()
}

/// The descriptors in the three sets of `select(2)`.
fn selected(pid: i32, args: [u64; 6]) -> Vec<i32> {
    let highest = usize::try_from(args[0]).unwrap_or(0).min(1024);
    let sets: Vec<_> =
        args[1..4].iter().filter_map(|at| deadline::memory(pid, *at, highest.div_ceil(64) * 8)).collect();
    let is_in = |set: &Vec<u8>, fd: usize| set[fd / 8] & (1 << (fd % 8)) != 0;
    let fds = (0..highest).filter(|fd| sets.iter().any(|set| is_in(set, *fd)));
    fds.take(NAMED).filter_map(|fd| i32::try_from(fd).ok()).collect()
}

/// The descriptors that an epoll instance watches.
fn in_epoll(pid: i32, fd: i32) -> Vec<i32> {
    let info = procfs::read_text(&format!("/proc/{pid}/fdinfo/{fd}")).unwrap_or_default();
    let mut watched = proc::watched(&info);
    watched.truncate(NAMED);
    watched
}

fn describe(pid: i32, fd: i32, sockets: &[Socket]) -> Descriptor {
    let link = fs::read_link(format!("/proc/{pid}/fd/{fd}")).unwrap_or_default();
    let link = link.to_string_lossy().into_owned();
    let what = match (fd, proc::socket_inode(&link)) {
        (_, Some(inode)) => {
            let socket = sockets.iter().find(|socket| socket.inode == inode);
            // The numbers of what has no address mean nothing to anybody.
            socket.map_or_else(|| "a socket without an address".to_owned(), text_of_socket)
        }

        (0, None) => "standard input".to_owned(),
        (1, None) => "standard output".to_owned(),
        (2, None) => "standard error".to_owned(),
        _ if link.starts_with("pipe:") => "a pipe".to_owned(),
        // A name that the program may have chosen.
        _ => printable(&link, usize::MAX),
    };
    Descriptor { fd, what }
}

fn text_of_socket(socket: &Socket) -> String {
    let at = |addr: std::net::SocketAddr| {
        if addr.ip().is_unspecified() { format!("*:{}", addr.port()) } else { addr.to_string() }
    };
    let protocol = socket.protocol.name();
    match socket.state {
        // A UDP socket has no states; the kernel shows "closed" for one that is not connected.
        State::Close if socket.protocol == Protocol::Udp => format!("{protocol} {}", at(socket.local)),
        State::Listen | State::Close => format!("{protocol} {} {}", at(socket.local), socket.state.name()),
        state => format!("{protocol} {} to {} {}", at(socket.local), at(socket.remote), state.name()),
    }
}
