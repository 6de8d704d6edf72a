//! How long a program's calls on its sockets wait at most (`SO_RCVTIMEO`, `SO_SNDTIMEO`).
//!
//! A socket is asked itself (`pidfd_getfd(2)`). Where a container forbids that, as Docker does, the calls by which a program sets
//! them are noted as they are made ([`Listeners`]): a socket of which nobody has set a time-out has none.

use super::options::duplicate;
use super::proc;
use crate::event::{Protocol, Socket, State};
use crate::sandbox::{Listeners, Notice, Teller, notices};
use rustix::io::Errno;
use rustix::net::sockopt::{Timeout, socket_timeout};
use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::os::fd::BorrowedFd;
use std::os::unix::fs::FileExt;
use std::time::Duration;

/// Which of a socket's two time-outs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// `SO_RCVTIMEO`.
    Receive,
    /// `SO_SNDTIMEO`.
    Send,
}

/// Those of the sockets of a lab's programs.
pub struct TimeOuts(Option<Noted>);

/// What was noted where sockets cannot be asked.
struct Noted {
    listeners: Listeners,
    known: Known,
}

/// What is known of each socket, by its inode.
#[derive(Debug, Default)]
struct Known {
    of: HashMap<u32, OfSocket>,
    /// The same of each port that was listened at: what is accepted there has inherited it.
    listening: HashMap<u16, OfSocket>,
}

/// The two time-outs of a socket, receiving first, as far as they have been set. Of the inner ones none is no end.
type OfSocket = [Option<Option<Duration>>; 2];

impl TimeOuts {
    /// Finds out how they can be known. Where they have to be told, the other end is returned, for those who are confined.
    ///
    /// # Errors
    /// Those of `socketpair(2)`.
    pub(crate) fn open() -> io::Result<(Self, Option<Teller>)> {
        // Nobody has to be allowed to look at himself, so what forbids this forbids the call.
        if duplicate(std::process::id().cast_signed(), 0).is_ok() {
            return Ok((Self(None), None));
        }
        let (noting, teller) = Self::noting()?;
        Ok((noting, Some(teller)))
    }

    /// They have to be told.
    fn noting() -> io::Result<(Self, Teller)> {
        let (teller, listeners) = notices::pair()?;
        Ok((Self(Some(Noted { listeners, known: Known::default() })), teller))
    }

    /// What to wait on for more to note.
    pub(crate) fn readable(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.0.iter().flat_map(|noted| noted.listeners.readable())
    }

    /// Notes what programs set, and lets them go on; says how often that was.
    ///
    /// # Errors
    /// Those of the kernel.
    pub(crate) fn note(&mut self) -> io::Result<u64> {
        let Some(Noted { listeners, known }) = &mut self.0 else { return Ok(0) };
        listeners.take(|notice| {
            // What cannot be read the kernel cannot read either: nothing is set.
            let set = inode(notice.tid, notice.fd).zip(value(&notice));
            if let Some((inode, value)) = set {
                known.of.entry(inode).or_default()[usize::from(!notice.receiving)] = Some(value);
            }
        })
    }

    /// Takes in the table of sockets: which are accepted ones.
    pub(crate) fn look(&mut self, table: &[Socket]) {
        if let Some(noted) = &mut self.0 {
            noted.known.look(table);
        }
    }

    /// How long a call on this descriptor of a process waits at most; `None` without an end. (What is no socket has none.)
    pub(crate) fn of(&self, pid: i32, fd: u64, way: Way) -> Option<Duration> {
        match &self.0 {
            // The task has gone on, or it is no socket.
            None => ask(pid, fd, way).ok()?,
            Some(noted) => noted.known.of.get(&inode(pid, fd)?)?[way as usize]?,
        }
    }
}

impl Known {
    fn look(&mut self, table: &[Socket]) {
        let tcp = || table.iter().filter(|socket| socket.protocol == Protocol::Tcp && !socket.peers);
        for socket in tcp().filter(|socket| socket.state == State::Listen) {
            if let Some(set) = self.of.get(&socket.inode) {
                self.listening.insert(socket.local.port(), *set);
            }
        }
        for socket in tcp().filter(|socket| socket.state != State::Listen && socket.inode != 0) {
            if let Some(inherited) = self.listening.get(&socket.local.port()) {
                let own = self.of.entry(socket.inode).or_default();
                *own = std::array::from_fn(|way| own[way].or(inherited[way]));
            }
        }
    }
}

/// The inode of a socket of a process.
fn inode(pid: i32, fd: u64) -> Option<u32> {
    let link = fs::read_link(format!("/proc/{pid}/fd/{fd}")).ok()?;
    proc::socket_inode(&link.to_string_lossy())
}

/// Asks a socket of a process itself.
///
/// # Errors
/// EBADF where there is no socket (any more), and those of [`duplicate`].
pub(crate) fn ask(pid: i32, fd: u64, way: Way) -> rustix::io::Result<Option<Duration>> {
    inode(pid, fd).ok_or(Errno::BADF)?;
    let socket = duplicate(pid, i32::try_from(fd).map_err(|_| Errno::BADF)?)?;
    let which = match way {
        Way::Receive => Timeout::Recv,
        Way::Send => Timeout::Send,
    };
    socket_timeout(&socket, which)
}

/// The value that a call sets, a `struct timeval` with 64-bit fields. The outer `None` where the kernel refuses it.
fn value(notice: &Notice) -> Option<Option<Duration>> {
    let (at, len) = notice.value;
    let mut bytes = [0; 16];
    // The kernel takes the length as an `int`.
    if (len as i32) < bytes.len() as i32 {
        return None;
    }
    File::open(format!("/proc/{}/mem", notice.tid)).ok()?.read_exact_at(&mut bytes, at).ok()?;
    let [seconds, micros] = [0, 8].map(|at| i64::from_ne_bytes(std::array::from_fn(|byte| bytes[at + byte])));
    time(seconds, micros)
}

/// What the kernel makes of such a value (`sock_set_timeout` in its `net/core/sock.c`).
fn time(seconds: i64, micros: i64) -> Option<Option<Duration>> {
    let micros = u32::try_from(micros).ok().filter(|micros| *micros < 1_000_000)?;
    Some(match (u64::try_from(seconds), micros) {
        // Before now.
        (Err(_), _) => Some(Duration::ZERO),
        (Ok(0), 0) => None,
        (Ok(seconds), micros) => Some(Duration::new(seconds, micros * 1000)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::sockets::SocketTable;
    use proptest::prelude::*;
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::thread::set_no_new_privs;
    use std::net::{TcpListener, TcpStream, UdpSocket};
    use std::os::fd::{AsRawFd, OwnedFd};
    use std::thread;

    const SECOND: Duration = Duration::from_secs(1);

    #[expect(unsafe_code, reason = "no library sets what is refused")]
    fn set(socket: &UdpSocket, level: i32, option: i32, value: &[u8; 16]) -> i32 {
        // SAFETY: the kernel reads as many bytes as there are.
        unsafe { libc::setsockopt(socket.as_raw_fd(), level, option, value.as_ptr().cast(), 16) }
    }

    /// What is known when a thread, told on, has made these sockets.
    fn known(make: impl FnOnce() -> Vec<OwnedFd> + Send + 'static) -> (TimeOuts, Vec<OwnedFd>) {
        let (mut noting, teller) = TimeOuts::noting().unwrap();
        let thread = thread::spawn(move || {
            set_no_new_privs(true).unwrap();
            teller.tell().unwrap();
            make()
        });
        while !thread.is_finished() {
            let mut fds: Vec<_> = noting.readable().map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)).collect();
            poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 1_000_000 })).unwrap();
            drop(fds);
            noting.look(&SocketTable::open().unwrap().read(&[]).unwrap());
            noting.note().unwrap();
        }
        noting.look(&SocketTable::open().unwrap().read(&[]).unwrap());
        (noting, thread.join().unwrap())
    }

    /// Of each socket both time-outs, as they were noted, and as the socket says itself.
    fn both_ways(noting: &TimeOuts, sockets: &[OwnedFd]) -> [Vec<Option<Duration>>; 2] {
        let pid = std::process::id().cast_signed();
        let each = || sockets.iter().flat_map(|socket| [Way::Receive, Way::Send].map(|way| (socket.as_raw_fd(), way)));
        let noted = each().map(|(fd, way)| noting.of(pid, fd as u64, way)).collect();
        [noted, each().map(|(fd, way)| ask(pid, fd as u64, way).unwrap()).collect()]
    }

    #[test]
    fn what_a_program_sets_is_noted_and_holds() {
        let (noting, sockets) = known(|| {
            let [one, two, three] = [(); 3].map(|()| UdpSocket::bind("127.0.0.1:0").unwrap());
            one.set_read_timeout(Some(SECOND)).unwrap();
            two.set_write_timeout(Some(SECOND * 3)).unwrap();
            two.set_read_timeout(Some(SECOND * 2)).unwrap();
            two.set_read_timeout(None).unwrap();
            vec![one.into(), two.into(), three.into()]
        });
        let [noted, said] = both_ways(&noting, &sockets);
        assert_eq!(noted, [Some(SECOND), None, None, Some(SECOND * 3), None, None]);
        assert_eq!(said, noted);
    }

    #[test]
    fn what_is_accepted_has_the_time_outs_of_its_listener_and_its_own() {
        let (noting, sockets) = known(|| {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            rustix::net::sockopt::set_socket_timeout(&listener, Timeout::Recv, Some(SECOND)).unwrap();
            rustix::net::sockopt::set_socket_timeout(&listener, Timeout::Send, Some(SECOND)).unwrap();
            let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let (accepted, _) = listener.accept().unwrap();
            accepted.set_write_timeout(Some(SECOND * 5)).unwrap();
            vec![listener.into(), client.into(), accepted.into()]
        });
        let [noted, said] = both_ways(&noting, &sockets);
        assert_eq!(noted, [Some(SECOND), Some(SECOND), None, None, Some(SECOND), Some(SECOND * 5)]);
        assert_eq!(said, noted);
    }

    /// Other options, and other levels, wait for nobody.
    #[test]
    fn nothing_else_is_told() {
        let (teller, mut listeners) = notices::pair().unwrap();
        let thread = thread::spawn(move || {
            set_no_new_privs(true).unwrap();
            teller.tell().unwrap();
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            assert_eq!(set(&socket, libc::SOL_SOCKET, libc::SO_REUSEADDR, &[1; 16]), 0);
            // IP_RECVORIGDSTADDR, here.
            assert_eq!(set(&socket, libc::IPPROTO_IP, libc::SO_RCVTIMEO, &[1; 16]), 0);
        });
        while !thread.is_finished() {
            assert_eq!(listeners.take(|notice| panic!("{notice:?}")).unwrap(), 0);
            thread::yield_now();
        }
        thread.join().unwrap();
    }

    /// The listener of a program that has ended is readable for ever.
    #[test]
    fn nothing_is_left_of_a_program_that_has_ended() {
        let (mut noting, _) = known(|| vec![UdpSocket::bind("127.0.0.1:0").unwrap().into()]);
        // Its thread is gone when the kernel has taken it down, which `join` does not wait for.
        while noting.readable().count() > 1 {
            assert_eq!(noting.note().unwrap(), 0);
        }
    }

    proptest! {
        #[test]
        fn values_mean_what_the_kernel_makes_of_them(
            seconds in prop_oneof![Just(0), Just(-1), -3_i64..5, any::<i64>().prop_map(|any| any >> 24)],
            micros in prop_oneof![Just(0), Just(-1), Just(999_999), Just(1_000_000), any::<i64>()],
        ) {
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            let bytes = [seconds.to_ne_bytes(), micros.to_ne_bytes()].concat().try_into().unwrap();
            let result = set(&socket, libc::SOL_SOCKET, libc::SO_RCVTIMEO, &bytes);
            let ours = time(seconds, micros);
            prop_assert_eq!(result == 0, ours.is_some());
            // The kernel counts in ticks, of which there are 100 to 1000 a second, and at least one.
            if let Some(ours) = ours {
                let kernels = socket_timeout(&socket, Timeout::Recv).unwrap();
                let is_near = |(ours, kernels): (Duration, Duration)| ours.abs_diff(kernels) <= Duration::from_millis(10);
                prop_assert!(ours.zip(kernels).is_none_or(is_near), "{ours:?} {kernels:?}");
                // No time at all, which the kernel tells as none.
                prop_assert!(ours == Some(Duration::ZERO) || ours.is_some() == kernels.is_some());
            }
        }
    }
}
