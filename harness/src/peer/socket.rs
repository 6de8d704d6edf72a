//! One non-blocking socket of a peer.

use super::family;
use rustix::io::Errno;
use rustix::net::{
    RecvFlags, SendFlags, Shutdown, SocketFlags, SocketType, accept_with, bind, connect, getsockname, listen, recv,
    send, sendto, shutdown, socket_with, sockopt,
};
use std::io;
use std::mem::MaybeUninit;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

/// Bytes that a peer's TCP socket takes or sends before somebody reads. Fixed, so that the kernel does not enlarge it:
/// between two looks, no more than this can go over the wire, and the capture has room for it.
const BUFFER: usize = 65_536;

const FLAGS: SocketFlags = SocketFlags::CLOEXEC.union(SocketFlags::NONBLOCK);

/// A socket of a peer, from its making to its close.
pub(super) struct PeerSocket {
    /// `None` once it is closed.
    fd: Option<OwnedFd>,
    stream: bool,
    /// What is still to be sent.
    pending: Vec<u8>,
    /// A FIN follows when all is sent.
    fin_pending: bool,
    /// The other side has closed, or the connection broke: nothing more will arrive.
    ended: bool,
    /// The kernel took less than it was offered the last time.
    full: bool,
}

impl PeerSocket {
    fn new(kind: SocketType, addr: SocketAddr) -> io::Result<Self> {
        let fd = socket_with(family(addr), kind, FLAGS, None)?;
        let stream = kind == SocketType::STREAM;
        if stream {
            // A listener's connections have its buffers.
            sockopt::set_socket_recv_buffer_size(&fd, BUFFER)?;
            sockopt::set_socket_send_buffer_size(&fd, BUFFER)?;
        }
        Ok(Self::from_fd(fd, stream))
    }

    const fn from_fd(fd: OwnedFd, stream: bool) -> Self {
        Self { fd: Some(fd), stream, pending: Vec::new(), fin_pending: false, ended: false, full: false }
    }

    /// A socket with an address of its own.
    pub(super) fn bound(kind: SocketType, addr: SocketAddr) -> io::Result<Self> {
        let (socket, addr) = Self::to_bind(kind, addr)?;
        bind(socket.open()?, &addr)?;
        Ok(socket)
    }

    /// A socket that waits for connections.
    pub(super) fn listening(addr: SocketAddr) -> io::Result<Self> {
        let (mut socket, addr) = Self::to_bind(SocketType::STREAM, addr)?;
        sockopt::set_socket_reuseaddr(socket.open()?, true)?;
        bind(socket.open()?, &addr)?;
        listen(socket.open()?, 128)?;
        // Only `accept` is for it.
        socket.stream = false;
        Ok(socket)
    }

    /// A socket for an address, and the address as it must be bound. "Every address" takes IPv6 with it where there is
    /// IPv6, or a program could still have the port there.
    fn to_bind(kind: SocketType, addr: SocketAddr) -> io::Result<(Self, SocketAddr)> {
        let every = SocketAddr::new(Ipv6Addr::UNSPECIFIED.into(), addr.port());
        if addr.ip() == IpAddr::from(Ipv4Addr::UNSPECIFIED)
            && let Ok(socket) = Self::new(kind, every)
        {
            sockopt::set_ipv6_v6only(socket.open()?, false)?;
            return Ok((socket, every));
        }
        Ok((Self::new(kind, addr)?, addr))
    }

    /// A socket that connects from one address to another. The answer, a refusal too, is seen on the wire.
    pub(super) fn connecting(from: SocketAddr, to: SocketAddr) -> io::Result<Self> {
        let mut socket = Self::new(SocketType::STREAM, to)?;
        let fd = socket.open()?;
        sockopt::set_tcp_nodelay(fd, true)?;
        bind(fd, &from)?;
        match connect(fd, &to) {
            Ok(()) | Err(Errno::INPROGRESS) => {}
            Err(_) => socket.ended = true,
        }
        Ok(socket)
    }

    pub(super) fn accept(&self) -> io::Result<Option<Self>> {
        let Some(fd) = &self.fd else { return Ok(None) };
        match accept_with(fd, FLAGS) {
            Ok(connection) => {
                sockopt::set_tcp_nodelay(&connection, true)?;
                Ok(Some(Self::from_fd(connection, true)))
            }
            Err(Errno::AGAIN | Errno::CONNABORTED | Errno::INTR) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn local(&self) -> io::Result<SocketAddr> {
        SocketAddr::try_from(getsockname(self.open()?)?).map_err(|_| io::Error::other("a socket without an IP address"))
    }

    pub(super) fn is_open(&self) -> bool {
        self.fd.is_some() && self.stream
    }

    pub(super) fn queue(&mut self, bytes: &[u8]) {
        if bytes.is_empty()
            && let Some(fd) = &self.fd
        {
            // The call is made, as a check says so; TCP makes nothing of it, and its result tells nothing.
            let _ = send(fd, bytes, SendFlags::NOSIGNAL);
        }
        self.pending.extend_from_slice(bytes);
        self.write();
    }

    pub(super) fn send_to(&self, bytes: &[u8], to: SocketAddr) -> Result<(), String> {
        let fd = self.open().map_err(|error| error.to_string())?;
        // An ICMP error that an earlier datagram brought is reported once, by the next call.
        let sent = sendto(fd, bytes, SendFlags::NOSIGNAL, &to).or_else(|_| sendto(fd, bytes, SendFlags::NOSIGNAL, &to));
        sent.map(drop).map_err(|error| format!("the datagram cannot be sent: {error}"))
    }

    /// Sends what is pending, as far as the kernel takes it; returns how many bytes it took.
    pub(super) fn write(&mut self) -> u64 {
        let mut written = 0;
        let Some(fd) = &self.fd else { return 0 };
        self.full = false;
        while !self.pending.is_empty() {
            match send(fd, &self.pending, SendFlags::NOSIGNAL) {
                Ok(count) => {
                    self.pending.drain(..count);
                    written += count as u64;
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    self.full = true;
                    break;
                }
                Err(_) => {
                    self.pending.clear();
                    self.ended = true;
                }
            }
        }
        if self.fin_pending && self.pending.is_empty() {
            self.fin_pending = false;
            // Fails only for a connection that is gone already.
            let _ = shutdown(fd, Shutdown::Write);
        }
        written
    }

    /// Reads what has arrived; returns how many bytes.
    pub(super) fn read(&mut self) -> u64 {
        let Some(fd) = &self.fd else { return 0 };
        let mut buffer = [MaybeUninit::<u8>::uninit(); 65_536];
        let mut bytes = 0;
        while !self.ended {
            match recv(fd, &mut buffer[..], RecvFlags::empty()) {
                Ok((_, 0)) if self.stream => self.ended = true,
                Ok((_, count)) => bytes += count as u64,
                Err(Errno::INTR | Errno::CONNREFUSED) if !self.stream => {}
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN | Errno::NOTCONN | Errno::INVAL) => break,
                Err(_) => self.ended = true,
            }
        }
        bytes
    }

    /// Whether there is something to send that the kernel has not refused yet.
    pub(super) const fn can_write_more(&self) -> bool {
        self.fd.is_some() && !self.pending.is_empty() && !self.full
    }

    pub(super) fn shut_down_sending(&mut self) -> Result<(), String> {
        self.fin_pending = true;
        self.write();
        Ok(())
    }

    /// An orderly close.
    pub(super) fn close(&mut self) {
        self.read();
        self.fd = None;
    }

    /// A close that sends a RST.
    pub(super) fn reset(&mut self) {
        if let Some(fd) = self.fd.take() {
            // SO_LINGER with a time of 0 makes close send a RST.
            let _ = sockopt::set_socket_linger(&fd, Some(Duration::ZERO));
        }
    }

    pub(super) fn readable(&self) -> Option<BorrowedFd<'_>> {
        self.fd.as_ref().filter(|_| !self.ended).map(AsFd::as_fd)
    }

    pub(super) fn inode(&self) -> Option<u32> {
        u32::try_from(rustix::fs::fstat(self.fd.as_ref()?).ok()?.st_ino).ok()
    }

    fn open(&self) -> io::Result<BorrowedFd<'_>> {
        self.fd.as_ref().map(AsFd::as_fd).ok_or_else(|| io::Error::other("the socket is closed"))
    }
}
