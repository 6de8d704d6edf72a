//! The packet capture on the lab's loopback device (AF_PACKET).
#![expect(unsafe_code, reason = "packet sockets: no crate has a safe sockaddr_ll with timestamps")]

use super::packet;
use crate::event::Packet;
use std::io;
use std::mem;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

/// Longest frame: the loopback device's MTU of 65,536 with the Ethernet header, and room for segments that the
/// kernel joins beyond it.
const FRAME_MAX: usize = 128 * 1024;

/// How much the kernel keeps for us while we are not reading. What it grants is bounded by `net.core.rmem_max`;
/// losses are noticed, see [`Wire::lost`].
const RECEIVE_BUFFER: libc::c_int = 8 * 1024 * 1024;

/// Most frames that are taken in at once, and most bytes of them.
const PASS: (usize, usize) = (4096, 4 << 20);

/// A capture on `lo`.
///
/// Every packet is seen twice there: when it goes out and when it comes in. One copy is kept; the other tells that
/// the packet has arrived, see [`Wire::in_flight`].
pub struct Wire {
    socket: OwnedFd,
    buffer: Vec<u8>,
    out: u64,
    come_in: u64,
    lost: u64,
}

impl Wire {
    /// Opens the capture. Needs CAP_NET_RAW in the network namespace.
    ///
    /// # Errors
    /// Those of `socket(2)` and `bind(2)`.
    pub fn open() -> io::Result<Self> {
        // Protocol 0 at first: a packet socket that is bound at once costs 0.03 ms instead of 8 ms.
        // SAFETY: plain system call; the result is checked.
        let fd = unsafe { libc::socket(libc::AF_PACKET, libc::SOCK_RAW | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK, 0) };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: `fd` is a new descriptor that nobody else owns.
        let socket = unsafe { OwnedFd::from_raw_fd(fd) };
        set_option(&socket, libc::SOL_SOCKET, libc::SO_RCVBUF, RECEIVE_BUFFER)?;
        set_option(&socket, libc::SOL_SOCKET, libc::SO_TIMESTAMPNS, 1)?;
        // SAFETY: `if_nametoindex` reads a string that is closed by NUL.
        let lo = unsafe { libc::if_nametoindex(c"lo".as_ptr()) };
        // SAFETY: all fields are integers, for which zero is a value.
        let mut addr: libc::sockaddr_ll = unsafe { mem::zeroed() };
        addr.sll_family = libc::AF_PACKET as u16;
        addr.sll_protocol = (libc::ETH_P_ALL as u16).to_be();
        addr.sll_ifindex = lo as i32;
        // SAFETY: `addr` is a sockaddr_ll of the length that is given.
        let result = unsafe {
            libc::bind(socket.as_raw_fd(), (&raw const addr).cast(), mem::size_of_val(&addr) as libc::socklen_t)
        };
        if result < 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(Self { socket, buffer: vec![0; FRAME_MAX], out: 0, come_in: 0, lost: 0 })
    }

    /// Reads the packets that have come since the last time, up to a few thousand; returns how many more came that the
    /// kernel could not keep for us.
    ///
    /// # Errors
    /// Those of `recvmsg(2)` and `getsockopt(2)`.
    pub fn read(&mut self, mut seen: impl FnMut(Packet)) -> io::Result<u64> {
        // A flood must not keep us from everything else.
        let mut bytes = 0;
        for _ in 0..PASS.0 {
            let Some((kind, at_ns, len)) = self.receive()? else { break };
            bytes += len;
            if kind == libc::PACKET_OUTGOING {
                self.out += 1;
                packet::parse(at_ns, &self.buffer[..len.min(FRAME_MAX)]).into_iter().for_each(&mut seen);
            } else {
                self.come_in += 1;
            }
            if bytes > PASS.1 {
                break;
            }
        }
        let lost = self.newly_lost()?;
        self.lost += lost;
        Ok(lost)
    }

    /// How many packets have gone out and not come in yet. Once packets were lost nobody knows.
    #[must_use]
    pub const fn in_flight(&self) -> u64 {
        if self.lost == 0 { self.out.saturating_sub(self.come_in) } else { 0 }
    }

    /// How many frames the kernel could not keep for us. Anything but 0 makes the capture worthless as evidence of
    /// anything but a flood.
    #[must_use]
    pub const fn lost(&self) -> u64 {
        self.lost
    }

    /// The kernel's count of lost frames; reading it sets it back to 0.
    fn newly_lost(&self) -> io::Result<u64> {
        // SAFETY: two integers, for which zero is a value.
        let mut stats: libc::tpacket_stats = unsafe { mem::zeroed() };
        let mut len = mem::size_of_val(&stats) as libc::socklen_t;
        // SAFETY: the kernel writes at most `len` bytes into `stats`.
        let result = unsafe {
            libc::getsockopt(
                self.socket.as_raw_fd(),
                libc::SOL_PACKET,
                libc::PACKET_STATISTICS,
                (&raw mut stats).cast(),
                &raw mut len,
            )
        };
        if result < 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(u64::from(stats.tp_drops))
    }

    /// One frame into `self.buffer`: packet type, time, length.
    fn receive(&mut self) -> io::Result<Option<(u8, u64, usize)>> {
        // SAFETY: all fields are integers, for which zero is a value.
        let mut from: libc::sockaddr_ll = unsafe { mem::zeroed() };
        let mut control = [0_u64; 16];
        let mut part = libc::iovec { iov_base: self.buffer.as_mut_ptr().cast(), iov_len: self.buffer.len() };
        // SAFETY: integers and pointers, for which zero is a value.
        let mut message: libc::msghdr = unsafe { mem::zeroed() };
        message.msg_name = (&raw mut from).cast();
        message.msg_namelen = mem::size_of_val(&from) as libc::socklen_t;
        message.msg_iov = &raw mut part;
        message.msg_iovlen = 1;
        message.msg_control = control.as_mut_ptr().cast();
        message.msg_controllen = mem::size_of_val(&control) as _;
        loop {
            // SAFETY: every pointer in `message` is to memory of the length that stands beside it, alive until the end.
            let len = unsafe { libc::recvmsg(self.socket.as_raw_fd(), &raw mut message, 0) };
            if let Ok(len) = usize::try_from(len) {
                return Ok(Some((from.sll_pkttype, timestamp(&message), len)));
            }
            let error = io::Error::last_os_error();
            match error.kind() {
                io::ErrorKind::WouldBlock => return Ok(None),
                io::ErrorKind::Interrupted => {}
                // The device goes down when the lab ends.
                _ if error.raw_os_error() == Some(libc::ENETDOWN) => return Ok(None),
                _ => return Err(error),
            }
        }
    }
}

impl AsFd for Wire {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

fn set_option(socket: &OwnedFd, level: libc::c_int, name: libc::c_int, value: libc::c_int) -> io::Result<()> {
    // SAFETY: `value` is an integer of the length that is given.
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            name,
            (&raw const value).cast(),
            mem::size_of_val(&value) as libc::socklen_t,
        )
    };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// The kernel's time of arrival, in nanoseconds since the epoch; 0 if it gave none.
fn timestamp(message: &libc::msghdr) -> u64 {
    // SAFETY: the kernel filled the control area, and the CMSG macros stay within its length.
    unsafe {
        let mut header = libc::CMSG_FIRSTHDR(message);
        while !header.is_null() {
            if (*header).cmsg_level == libc::SOL_SOCKET && (*header).cmsg_type == libc::SCM_TIMESTAMPNS {
                let time: libc::timespec = std::ptr::read_unaligned(libc::CMSG_DATA(header).cast());
                return time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64;
            }
            header = libc::CMSG_NXTHDR(message, header);
        }
    }
    0
}
