//! When a wait ends by itself: from the arguments of the system call, the task's memory, and the socket's options.

use super::memory::Key;
use crate::watch::options::Way;
use crate::watch::tasks::{self, Call};
use crate::watch::{proc, procfs};
use rustix::time::{ClockId, clock_gettime};
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::time::Duration;

/// When a wait ends without anything else happening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ends {
    /// Never.
    Never,
    /// After this time from when it began (or from now, where the kernel tells what is left).
    After(Duration),
}

/// How long a call on a descriptor of a process waits at most, by the time-outs of a socket; `None` without an end.
pub(super) type OfSocket<'a> = &'a dyn Fn(i32, u64, Way) -> Option<Duration>;

/// When the wait of a task in `call` ends by itself.
fn of(pid: i32, call: &Call, of_socket: OfSocket<'_>) -> Ends {
    let args = call.args;
    let ends = match call.name() {
        "nanosleep" => timespec(pid, args[0]),
        "clock_nanosleep" => {
            let time = timespec(pid, args[2]);
            if args[1] & libc::TIMER_ABSTIME as u64 != 0 { until(args[0], time) } else { time }
        }
        "poll" => milliseconds(args[2]),
        "epoll_wait" | "epoll_pwait" => milliseconds(args[3]),
        "ppoll" | "rt_sigtimedwait" => timespec(pid, args[2]),
        "epoll_pwait2" | "semtimedop" => timespec(pid, args[3]),
        "pselect6" | "io_getevents" => timespec(pid, args[4]),
        "select" => timeval(pid, args[4]),
        "mq_timedreceive" | "mq_timedsend" => until(libc::CLOCK_REALTIME as u64, timespec(pid, args[4])),
        "futex" => futex(pid, args),
        "futex_waitv" => until(args[4], timespec(pid, args[3])),
        "recvfrom" | "recvmsg" | "read" | "readv" | "accept" | "accept4" => of_socket(pid, args[0], Way::Receive),
        "recvmmsg" => timespec(pid, args[4]).or_else(|| of_socket(pid, args[0], Way::Receive)),
        "sendto" | "sendmsg" | "sendmmsg" | "write" | "writev" | "connect" => of_socket(pid, args[0], Way::Send),
        _ => None,
    };
    ends.map_or(Ends::Never, Ends::After)
}

/// A timerfd that a program has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Timer {
    /// The process and the descriptor.
    pub(super) at: (i32, i32),
    /// What is left of its time; none if it is not armed.
    pub(super) left: Option<Duration>,
    /// How often it has expired and was not read.
    pub(super) ticks: u64,
}

/// When the wait of a task, by its process id and thread id, ends by itself, with the timers of its process that this depends
/// on: whoever waits for those, they are told of the first thread.
pub(super) fn of_task((pid, tid): Key, call: &Call, of_socket: OfSocket<'_>) -> (Ends, Vec<Timer>) {
    match of(pid, call, of_socket) {
        Ends::Never if pid == tid => {
            let timers = timers(pid);
            (of_timers(&timers), timers)
        }
        ends => (ends, Vec::new()),
    }
}

/// When the first of these timers expires.
pub(super) fn of_timers<'a>(timers: impl IntoIterator<Item = &'a Timer>) -> Ends {
    timers.into_iter().filter_map(|timer| timer.left).min().map_or(Ends::Never, Ends::After)
}

/// The timerfds of a process.
fn timers(pid: i32) -> Vec<Timer> {
    let is_timer = |fd: &i32| {
        let target = fs::read_link(format!("/proc/{pid}/fd/{fd}"));
        target.is_ok_and(|target| target.as_os_str() == "anon_inode:[timerfd]")
    };
    let timer = |fd| {
        let info = procfs::read_text(&format!("/proc/{pid}/fdinfo/{fd}")).ok()?;
        Some(Timer { at: (pid, fd), left: proc::timer_left(&info), ticks: proc::timer_ticks(&info) })
    };
    tasks::descriptors(pid).into_iter().filter(is_timer).filter_map(timer).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "the kernel too takes the argument as a C int")]
const fn milliseconds(arg: u64) -> Option<Duration> {
    let ms = arg as i32;
    if ms < 0 { None } else { Some(Duration::from_millis(ms as u64)) }
}

fn futex(pid: i32, args: [u64; 6]) -> Option<Duration> {
    let op = args[1] as i32;
    let time = || timespec(pid, args[3]);
    let clock = if op & libc::FUTEX_CLOCK_REALTIME != 0 { libc::CLOCK_REALTIME } else { libc::CLOCK_MONOTONIC };
    match op & libc::FUTEX_CMD_MASK {
        libc::FUTEX_WAIT => time(),
        libc::FUTEX_WAIT_BITSET | libc::FUTEX_WAIT_REQUEUE_PI | libc::FUTEX_LOCK_PI2 => until(clock as u64, time()),
        libc::FUTEX_LOCK_PI => until(libc::CLOCK_REALTIME as u64, time()),
        _ => None,
    }
}

/// What is left until an absolute time.
fn until(clock: u64, time: Option<Duration>) -> Option<Duration> {
    let id = if clock == libc::CLOCK_REALTIME as u64 { ClockId::Realtime } else { ClockId::Monotonic };
    let now = clock_gettime(id);
    Some(time?.saturating_sub(Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec as u32)))
}

fn timespec(pid: i32, at: u64) -> Option<Duration> {
    let (seconds, nanos) = two_words(pid, at)?;
    Some(Duration::new(seconds, u32::try_from(nanos).ok()?))
}

fn timeval(pid: i32, at: u64) -> Option<Duration> {
    let (seconds, micros) = two_words(pid, at)?;
    Some(Duration::new(seconds, u32::try_from(micros).ok()?.checked_mul(1000)?))
}

/// Two 64-bit words of the task's memory; `None` for a null pointer.
fn two_words(pid: i32, at: u64) -> Option<(u64, u64)> {
    if at == 0 {
        return None;
    }
    let bytes: [u8; 16] = memory(pid, at, 16)?.try_into().ok()?;
    let word = |at: usize| i64::from_ne_bytes(bytes[at..at + 8].try_into().unwrap_or_default());
    Some((u64::try_from(word(0)).ok()?, u64::try_from(word(8)).ok()?))
}

/// A stretch of a process's memory.
pub(super) fn memory(pid: i32, at: u64, len: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; len];
    File::open(format!("/proc/{pid}/mem")).ok()?.read_exact_at(&mut bytes, at).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::options;

    fn own() -> i32 {
        std::process::id().cast_signed()
    }

    /// Asks the sockets themselves.
    fn of_call(pid: i32, call: &Call) -> Ends {
        of(pid, call, &|pid, fd, way| options::ask_time_out(pid, fd, way).ok().flatten())
    }

    fn call(number: i64, args: [u64; 6]) -> Call {
        Call { number, args, sp: 0, pc: 0 }
    }

    #[test]
    fn a_negative_number_of_milliseconds_is_for_ever() {
        let poll = |ms: i32| of_call(own(), &call(libc::SYS_epoll_pwait, [0, 0, 0, ms as u64, 0, 0]));
        assert_eq!(poll(-1), Ends::Never);
        assert_eq!(poll(250), Ends::After(Duration::from_millis(250)));
    }

    #[test]
    fn a_sleep_is_read_from_the_tasks_memory() {
        let time: [i64; 2] = [3, 5];
        let sleep = call(libc::SYS_nanosleep, [time.as_ptr() as u64, 0, 0, 0, 0, 0]);
        assert_eq!(of_call(own(), &sleep), Ends::After(Duration::new(3, 5)));
        assert_eq!(time, [3, 5]);
    }

    #[test]
    fn a_futex_without_a_time_waits_for_ever() {
        let wait = call(libc::SYS_futex, [0, libc::FUTEX_WAIT as u64, 0, 0, 0, 0]);
        assert_eq!(of_call(own(), &wait), Ends::Never);
    }

    #[test]
    fn the_receive_time_out_is_asked_of_the_socket() {
        use std::os::fd::AsRawFd;
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let receive = call(libc::SYS_recvfrom, [socket.as_raw_fd() as u64, 0, 0, 0, 0, 0]);
        assert_eq!(of_call(own(), &receive), Ends::Never);
        socket.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
        assert_eq!(of_call(own(), &receive), Ends::After(Duration::from_secs(2)));
    }

    /// A program chooses the arguments of a call, all 64 bits of them, and what lies where they point to.
    #[test]
    fn no_arguments_make_the_reader_panic() {
        use crate::settle::describe::descriptors;
        use proptest::prelude::*;
        let number =
            || prop_oneof![Just(0), Just(1), Just(u64::MAX), Just(i64::MAX as u64), Just(1 << 32), any::<u64>()];
        let calls = (0_i64..470, proptest::array::uniform6(number()), proptest::array::uniform8(number()), 0_u8..64);
        proptest!(|((number, args, words, pointers) in calls)| {
            // Some of the arguments point to the words.
            let args = std::array::from_fn(|at| if pointers & 1 << at == 0 { args[at] } else { words.as_ptr() as u64 });
            let call = call(number, args);
            let _ = of_call(own(), &call);
            prop_assert!(descriptors(own(), &call).len() <= 8);
            // It is read to the end.
            prop_assert_eq!(words.len(), 8);
        });
    }
}
