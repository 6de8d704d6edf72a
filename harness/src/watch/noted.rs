//! Options of the program's sockets, from the calls that set them ([`Notice`]): what nobody has set is as it was at first.

use super::options::{TimeOut, Way, inode};
use crate::event::{Protocol, Socket, State};
use crate::sandbox::Teller;
use crate::sandbox::notices::{self, Listeners, Notice, SO_RCVTIMEO_NEW, SO_SNDTIMEO_NEW};
use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::os::fd::BorrowedFd;
use std::os::unix::fs::FileExt;
use std::time::Duration;

/// What was noted.
pub(super) struct Noted {
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

/// The options of a socket that have been set.
#[derive(Clone, Copy, Debug, Default)]
struct OfSocket {
    /// By [`Way`].
    time_outs: [Option<TimeOut>; 2],
    reuse_address: Option<bool>,
}

impl Noted {
    /// Nothing yet, and the end of those who are confined.
    ///
    /// # Errors
    /// Those of `socketpair(2)`.
    pub(super) fn new() -> io::Result<(Self, Teller)> {
        let (teller, listeners) = notices::pair()?;
        Ok((Self { listeners, known: Known::default() }, teller))
    }

    /// What to wait on for more to note.
    pub(super) fn readable(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.listeners.readable()
    }

    /// Notes what programs set, and lets them go on; says how often that was.
    ///
    /// # Errors
    /// Those of the kernel.
    pub(super) fn note(&mut self) -> io::Result<u64> {
        let known = &mut self.known;
        self.listeners.take(|notice| {
            let _ = known.note(&notice);
        })
    }

    /// Takes in the table of sockets: which are accepted ones.
    pub(super) fn look(&mut self, table: &[Socket]) {
        self.known.look(table);
    }

    /// A time-out of a socket.
    pub(super) fn time_out(&self, inode: u32, way: Way) -> TimeOut {
        self.known.of.get(&inode)?.time_outs[way as usize]?
    }

    /// Whether SO_REUSEADDR is set on a socket.
    pub(super) fn reuse_address(&self, inode: u32) -> bool {
        self.known.of.get(&inode).and_then(|of| of.reuse_address).unwrap_or(false)
    }
}

impl Known {
    /// What cannot be read the kernel cannot read either: then nothing is set.
    fn note(&mut self, notice: &Notice) -> Option<()> {
        let of = self.of.entry(inode(notice.tid, notice.fd)?).or_default();
        match notice.option {
            libc::SO_REUSEADDR => of.reuse_address = Some(i32::from_ne_bytes(value(notice)?) != 0),
            libc::SO_RCVTIMEO | SO_RCVTIMEO_NEW => of.time_outs[Way::Receive as usize] = Some(time_out(notice)?),
            libc::SO_SNDTIMEO | SO_SNDTIMEO_NEW => of.time_outs[Way::Send as usize] = Some(time_out(notice)?),
            _ => {}
        }
        Some(())
    }

    fn look(&mut self, table: &[Socket]) {
        let tcp = || table.iter().filter(|socket| socket.protocol == Protocol::Tcp && !socket.peers);
        for socket in tcp().filter(|socket| socket.state == State::Listen) {
            if let Some(set) = self.of.get(&socket.inode) {
                self.listening.insert(socket.local.port(), *set);
            }
        }
        for socket in tcp().filter(|socket| socket.state != State::Listen && socket.inode != 0) {
            if let Some(inherited) = self.listening.get(&socket.local.port()) {
                let own = &mut self.of.entry(socket.inode).or_default().time_outs;
                *own = std::array::from_fn(|way| own[way].or(inherited.time_outs[way]));
            }
        }
    }
}

/// The time-out that a call sets, a `struct timeval` with 64-bit fields; none where the kernel refuses it.
fn time_out(notice: &Notice) -> Option<TimeOut> {
    let bytes: [u8; 16] = value(notice)?;
    let [seconds, micros] = [0, 8].map(|at| i64::from_ne_bytes(std::array::from_fn(|byte| bytes[at + byte])));
    time(seconds, micros)
}

/// The beginning of the value that a call sets; none where it is shorter.
fn value<const LEN: usize>(notice: &Notice) -> Option<[u8; LEN]> {
    let (at, len) = notice.value;
    // The kernel takes the length as an `int`.
    usize::try_from(len as i32).ok().filter(|len| *len >= LEN)?;
    let mut bytes = [0; LEN];
    File::open(format!("/proc/{}/mem", notice.tid)).ok()?.read_exact_at(&mut bytes, at).ok()?;
    Some(bytes)
}

/// What the kernel makes of such a value (`sock_set_timeout` in its `net/core/sock.c`).
fn time(seconds: i64, micros: i64) -> Option<TimeOut> {
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
    use crate::watch::options::ask_time_out;
    use crate::watch::sockets::SocketTable;
    use proptest::prelude::*;
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::net::sockopt::{Timeout, socket_timeout};
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
    fn known(make: impl FnOnce() -> Vec<OwnedFd> + Send + 'static) -> (Noted, Vec<OwnedFd>) {
        let (mut noting, teller) = Noted::new().unwrap();
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
    fn both_ways(noting: &Noted, sockets: &[OwnedFd]) -> [Vec<Option<Duration>>; 2] {
        let pid = std::process::id().cast_signed();
        let each = || sockets.iter().flat_map(|socket| [Way::Receive, Way::Send].map(|way| (socket.as_raw_fd(), way)));
        let noted = each().map(|(fd, way)| noting.time_out(inode(pid, fd as u64).unwrap(), way)).collect();
        [noted, each().map(|(fd, way)| ask_time_out(pid, fd as u64, way).unwrap()).collect()]
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

    #[test]
    fn whether_an_address_may_be_used_again_is_noted() {
        let (noting, sockets) = known(|| {
            let sockets = [(); 3].map(|()| UdpSocket::bind("127.0.0.1:0").unwrap());
            rustix::net::sockopt::set_socket_reuseaddr(&sockets[0], true).unwrap();
            rustix::net::sockopt::set_socket_reuseaddr(&sockets[1], true).unwrap();
            rustix::net::sockopt::set_socket_reuseaddr(&sockets[1], false).unwrap();
            sockets.map(OwnedFd::from).into()
        });
        let pid = std::process::id().cast_signed();
        let noted = sockets.iter().map(|socket| noting.reuse_address(inode(pid, socket.as_raw_fd() as u64).unwrap()));
        assert_eq!(noted.collect::<Vec<_>>(), [true, false, false]);
    }

    /// Other options, and other levels, wait for nobody.
    #[test]
    fn nothing_else_is_told() {
        let (teller, mut listeners) = notices::pair().unwrap();
        let thread = thread::spawn(move || {
            set_no_new_privs(true).unwrap();
            teller.tell().unwrap();
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            assert_eq!(set(&socket, libc::SOL_SOCKET, libc::SO_KEEPALIVE, &[1; 16]), 0);
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
