//! Being told of calls that set an option of a socket which we want to know (its time-outs, `SO_REUSEADDR`), where the socket itself
//! cannot be asked.
//!
//! The filter lets such a call wait until the supervisor has taken note of it, and then go on as if nothing had been
//! (`SECCOMP_RET_USER_NOTIF`, `seccomp_unotify(2)`). Nothing is decided here. What is told can be changed by another thread of the
//! program before the kernel reads it; whoever does that deceives us about his own options and nothing else.
#![expect(unsafe_code, reason = "the filter is taken on, and its listener read, by calls that nobody has wrapped")]

use super::passing;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{AddressFamily, RecvFlags, SocketFlags, SocketType, socketpair};
use std::io;
use std::mem::offset_of;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

/// The options with 64-bit times for everybody (`asm-generic/socket.h`), which libc has no names for. The others are the same where
/// a long has 64 bits.
pub(crate) const SO_RCVTIMEO_NEW: libc::c_int = 66;
pub(crate) const SO_SNDTIMEO_NEW: libc::c_int = 67;
/// The options of `SOL_SOCKET` that are told of.
const OPTIONS: [libc::c_int; 5] =
    [libc::SO_RCVTIMEO, libc::SO_SNDTIMEO, SO_RCVTIMEO_NEW, SO_SNDTIMEO_NEW, libc::SO_REUSEADDR];
/// Most calls that are taken note of at once: somebody may make them in an endless loop.
const AT_ONCE: u64 = 64;

/// A call that sets an option.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Notice {
    /// The thread that calls.
    pub(crate) tid: i32,
    /// The socket.
    pub(crate) fd: u64,
    /// The option, of `SOL_SOCKET`.
    pub(crate) option: libc::c_int,
    /// Where its value lies in the thread's memory, and how long it is.
    pub(crate) value: (u64, u64),
}

/// The end of a child that is confined.
pub(crate) struct Teller(OwnedFd);

/// The supervisor's end.
pub(crate) struct Listeners {
    /// What new listeners come through.
    from: OwnedFd,
    listeners: Vec<OwnedFd>,
}

/// Both ends.
///
/// # Errors
/// Those of `socketpair(2)`.
pub(crate) fn pair() -> io::Result<(Teller, Listeners)> {
    let (ours, theirs) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
    Ok((Teller(theirs), Listeners { from: ours, listeners: Vec::new() }))
}

impl Teller {
    /// From now on the calling thread and all that it starts wait in these calls until they are taken note of. Needs
    /// `no_new_privs`.
    ///
    /// # Errors
    /// Those of `seccomp(2)`: EBUSY where the container is listened to itself. Each says what can be done.
    pub(crate) fn tell(&self) -> io::Result<()> {
        let filter = filter();
        let program = libc::sock_fprog { len: filter.len() as u16, filter: filter.as_ptr().cast_mut() };
        let take_on = |flags: libc::c_ulong| {
            let flags = flags | libc::SECCOMP_FILTER_FLAG_NEW_LISTENER;
            // SAFETY: the program lives as long as the call.
            let result =
                unsafe { libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, flags, &raw const program) };
            if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result as i32) }
        };
        // With it no signal interrupts the call that would not have interrupted it without us (Linux 5.19).
        let listener = take_on(libc::SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV).or_else(|_| take_on(0));
        let listener = listener.map_err(|error| {
            let remedy = "pidfd_getfd(2) would do instead; for Docker: docker run --cap-add SYS_PTRACE";
            io::Error::new(error.kind(), format!("learning which options are set on sockets: {error} ({remedy})"))
        })?;
        // SAFETY: it is new, and nobody else has it. It is not inherited by what is executed.
        let listener = unsafe { OwnedFd::from_raw_fd(listener) };
        Ok(passing::send(self.0.as_fd(), &[listener.as_fd()])?)
    }
}

impl Listeners {
    /// What to wait on for more.
    pub(crate) fn readable(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        [&self.from].into_iter().chain(&self.listeners).map(AsFd::as_fd)
    }

    /// Takes note of the calls that wait, and lets them go on; says how many there were.
    ///
    /// # Errors
    /// Those of the kernel.
    pub(crate) fn take(&mut self, mut note: impl FnMut(Notice)) -> io::Result<u64> {
        while let Some(listener) = self.new_listener()? {
            self.listeners.push(listener);
        }
        let mut taken = 0;
        let mut ended = Vec::new();
        for (at, listener) in self.listeners.iter().enumerate() {
            loop {
                let waits = waits(listener)?;
                if waits.contains(PollFlags::IN) && taken < AT_ONCE {
                    taken += u64::from(take_one(listener, &mut note)?);
                } else {
                    if waits.contains(PollFlags::HUP) {
                        ended.push(at);
                    }
                    break;
                }
            }
        }
        ended.into_iter().rev().for_each(|at| drop(self.listeners.remove(at)));
        Ok(taken)
    }

    fn new_listener(&self) -> io::Result<Option<OwnedFd>> {
        match passing::receive(self.from.as_fd(), RecvFlags::DONTWAIT) {
            Err(Errno::AGAIN) => Ok(None),
            fds => Ok(fds?.and_then(|fds| fds.into_iter().next())),
        }
    }
}

/// What a listener is ready for.
fn waits(listener: &OwnedFd) -> io::Result<PollFlags> {
    let mut fds = [PollFd::new(listener, PollFlags::IN)];
    poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 0 }))?;
    Ok(fds[0].revents())
}

/// A notice as the kernel writes it, with room for what later kernels may add.
#[repr(C)]
struct Received {
    notice: libc::seccomp_notif,
    more: [u64; 16],
}

/// Takes note of one call; says whether there still was one. Its thread may have been killed.
fn take_one(listener: &OwnedFd, note: &mut impl FnMut(Notice)) -> io::Result<bool> {
    // SAFETY: integers, for which zero is a value; the kernel wants them so.
    let mut received = unsafe { std::mem::zeroed::<Received>() };
    // SAFETY: the kernel writes a notice, for which there is room.
    if unsafe { libc::ioctl(listener.as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_RECV, &raw mut received) } < 0 {
        return gone();
    }
    let libc::seccomp_notif { id, pid, data, .. } = received.notice;
    let [fd, _, option, at, len, _] = data.args;
    note(Notice { tid: pid.cast_signed(), fd: u64::from(fd as u32), option: option as i32, value: (at, len) });
    let flags = libc::SECCOMP_USER_NOTIF_FLAG_CONTINUE as u32;
    let answer = libc::seccomp_notif_resp { id, val: 0, error: 0, flags };
    // SAFETY: the kernel reads an answer.
    if unsafe { libc::ioctl(listener.as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_SEND, &raw const answer) } < 0 {
        return gone();
    }
    Ok(true)
}

/// Nobody waits there any more, or something is wrong.
fn gone() -> io::Result<bool> {
    match io::Error::last_os_error() {
        error if [Some(libc::ENOENT), Some(libc::EINTR)].contains(&error.raw_os_error()) => Ok(false),
        error => Err(error),
    }
}

/// Asks to be told of `setsockopt` with one of the options. (Calls of another architecture end the program, by another filter.)
fn filter() -> Vec<libc::sock_filter> {
    let line = |code: u32, jt: u8, jf: u8, k: u32| libc::sock_filter { code: code as u16, jt, jf, k };
    let load = |at: usize| line(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, at as u32);
    let jump = |jt, jf, k: libc::c_long| line(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, jt, jf, k as u32);
    let answer = |action| line(libc::BPF_RET | libc::BPF_K, 0, 0, action);
    // The lower half of an argument: the kernel takes these as `int`.
    let argument = |number: usize| {
        let high_first = if cfg!(target_endian = "big") { 4 } else { 0 };
        load(offset_of!(libc::seccomp_data, args) + 8 * number + high_first)
    };
    let others = OPTIONS.len() as u8;
    let mut filter = vec![
        load(offset_of!(libc::seccomp_data, nr)),
        jump(0, others + 3, libc::SYS_setsockopt),
        argument(1),
        jump(0, others + 1, libc::c_long::from(libc::SOL_SOCKET)),
        argument(2),
    ];
    filter.extend((0..).zip(OPTIONS).map(|(at, option)| jump(others - at, 0, libc::c_long::from(option))));
    filter.extend([answer(libc::SECCOMP_RET_ALLOW), answer(libc::SECCOMP_RET_USER_NOTIF)]);
    filter
}
