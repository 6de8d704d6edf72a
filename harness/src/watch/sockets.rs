//! The socket table of the lab's network namespace (sock_diag, `man 7 sock_diag`).

use crate::event::{Protocol, Socket, State};
use rustix::net::netlink::{self, SocketAddrNetlink};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, sendto, socket_with};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::OwnedFd;

/// `SOCK_DIAG_BY_FAMILY`, `linux/sock_diag.h`.
const SOCK_DIAG_BY_FAMILY: u16 = 20;
/// `TCPDIAG_GETSOCK`, `linux/inet_diag.h`: TCP sockets of both families. The kernel goes through its whole table for each
/// question, and with `SOCK_DIAG_BY_FAMILY` TCP would take two.
const TCPDIAG_GETSOCK: u16 = 18;
/// Every state from ESTABLISHED to NEW_SYN_RECV. Not BOUND_INACTIVE (Linux 6.8), for which the kernel goes through a
/// second, large table.
const STATES: u32 = 0x1ffe;
const NLM_F_REQUEST_DUMP: u16 = 0x301;
const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
/// Attribute that tells an IPv6 socket which does not take IPv4, `linux/inet_diag.h`.
const INET_DIAG_SKV6ONLY: u16 = 11;
const NETLINK_HEADER: usize = 16;
/// `struct inet_diag_msg`.
const MESSAGE: usize = 72;

/// A connection to the kernel's socket table.
pub struct SocketTable {
    netlink: OwnedFd,
    buffer: Vec<u8>,
}

impl SocketTable {
    /// Opens it for the network namespace of the calling thread.
    ///
    /// # Errors
    /// Those of `socket(2)`.
    pub fn open() -> io::Result<Self> {
        let netlink =
            socket_with(AddressFamily::NETLINK, SocketType::DGRAM, SocketFlags::CLOEXEC, Some(netlink::SOCK_DIAG))?;
        Ok(Self { netlink, buffer: vec![0; 64 * 1024] })
    }

    /// Every UDP and TCP socket, in all states. [`Socket::peers`] is set for those whose inode is in `ours`.
    ///
    /// # Errors
    /// Those of netlink.
    pub fn read(&mut self, ours: &[u32]) -> io::Result<Vec<Socket>> {
        let mut out = Vec::new();
        self.dump(Protocol::Tcp, &request(TCPDIAG_GETSOCK, &tcp_sockets()), ours, &mut out)?;
        for family in [libc::AF_INET, libc::AF_INET6] {
            self.dump(Protocol::Udp, &request(SOCK_DIAG_BY_FAMILY, &udp_sockets(family as u8)), ours, &mut out)?;
        }
        Ok(out)
    }

    fn dump(&mut self, protocol: Protocol, request: &[u8], ours: &[u32], out: &mut Vec<Socket>) -> io::Result<()> {
        sendto(&self.netlink, request, SendFlags::empty(), &SocketAddrNetlink::new(0, 0))?;
        loop {
            let (len, _) = recv(&self.netlink, &mut self.buffer[..], RecvFlags::empty())?;
            if reply(protocol, &self.buffer[..len], ours, out)? {
                return Ok(());
            }
        }
    }
}

/// Takes in one reply of the kernel to a question for all sockets of a protocol; says whether it was the last one. Messages that
/// are too short or unknown are left out.
///
/// # Errors
/// The one that the kernel names.
pub fn reply(protocol: Protocol, mut bytes: &[u8], ours: &[u32], out: &mut Vec<Socket>) -> io::Result<bool> {
    while let Some((kind, body, next)) = split_message(bytes) {
        match kind {
            NLMSG_DONE => return Ok(true),
            NLMSG_ERROR => {
                let code = body.get(..4).map_or(0, |code| i32::from_ne_bytes([code[0], code[1], code[2], code[3]]));
                return Err(io::Error::from_raw_os_error(code.wrapping_neg()));
            }
            _ => {
                let is_ours = |socket: &Socket| ours.contains(&socket.inode) && socket.inode != 0;
                out.extend(parse(protocol, body).map(|socket| Socket { peers: is_ours(&socket), ..socket }));
            }
        }
        bytes = next;
    }
    Ok(false)
}

/// `struct nlmsghdr` and what follows it.
fn request(kind: u16, body: &[u8]) -> Vec<u8> {
    let mut out = vec![0; NETLINK_HEADER];
    out[0..4].copy_from_slice(&((NETLINK_HEADER + body.len()) as u32).to_ne_bytes());
    out[4..6].copy_from_slice(&kind.to_ne_bytes());
    out[6..8].copy_from_slice(&NLM_F_REQUEST_DUMP.to_ne_bytes());
    out.extend_from_slice(body);
    out
}

/// `struct inet_diag_req`: any address, no extensions.
fn tcp_sockets() -> [u8; 60] {
    let mut out = [0; 60];
    out[52..56].copy_from_slice(&STATES.to_ne_bytes());
    out
}

/// `struct inet_diag_req_v2`: any address, no extensions.
fn udp_sockets(family: u8) -> [u8; 56] {
    let mut out = [0; 56];
    out[0] = family;
    out[1] = libc::IPPROTO_UDP as u8;
    out[4..8].copy_from_slice(&STATES.to_ne_bytes());
    out
}

/// The first netlink message: its type, its body, and what follows it.
fn split_message(bytes: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let len = u32::from_ne_bytes(bytes.get(..4)?.try_into().ok()?) as usize;
    let kind = u16::from_ne_bytes(bytes.get(4..6)?.try_into().ok()?);
    let body = bytes.get(NETLINK_HEADER..len)?;
    Some((kind, body, bytes.get(len.next_multiple_of(4)..).unwrap_or_default()))
}

/// `struct inet_diag_msg` and its attributes. `None` for what is too short or unknown.
fn parse(protocol: Protocol, body: &[u8]) -> Option<Socket> {
    let fixed = body.get(..MESSAGE)?;
    let number = |at: usize| u32::from_ne_bytes([fixed[at], fixed[at + 1], fixed[at + 2], fixed[at + 3]]);
    let port = |at: usize| u16::from_be_bytes([fixed[at], fixed[at + 1]]);
    let v6 = i32::from(fixed[0]) == libc::AF_INET6;
    let ip = |at: usize| -> Option<IpAddr> {
        let bytes: [u8; 16] = fixed[at..at + 16].try_into().ok()?;
        Some(if v6 {
            IpAddr::V6(Ipv6Addr::from(bytes)).to_canonical()
        } else {
            Ipv4Addr::new(bytes[0], bytes[1], bytes[2], bytes[3]).into()
        })
    };
    Some(Socket {
        protocol,
        local: SocketAddr::new(ip(8)?, port(4)),
        remote: SocketAddr::new(ip(24)?, port(6)),
        state: State::from_kernel(fixed[1])?,
        v6_only: v6 && attribute(&body[MESSAGE..], INET_DIAG_SKV6ONLY).and_then(|value| value.first()) == Some(&1),
        peers: false,
        program: 0,
        timer: fixed[2],
        expired: fixed[3],
        receive_queue: number(56),
        send_queue: number(60),
        inode: number(68),
        reuse_address: None,
    })
}

/// The value of one attribute (`struct rtattr`).
fn attribute(mut bytes: &[u8], wanted: u16) -> Option<&[u8]> {
    loop {
        let len = usize::from(u16::from_ne_bytes(bytes.get(..2)?.try_into().ok()?));
        let kind = u16::from_ne_bytes(bytes.get(2..4)?.try_into().ok()?);
        let value = bytes.get(4..len)?;
        if kind == wanted {
            return Some(value);
        }
        bytes = bytes.get(len.next_multiple_of(4)..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::net::{TcpListener, UdpSocket};

    #[test]
    fn sockets_of_this_namespace_are_found() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let udp = UdpSocket::bind("[::]:0").unwrap();
        let table = SocketTable::open().unwrap().read(&[]).unwrap();
        let found = |protocol, port| {
            table.iter().find(|socket| socket.protocol == protocol && socket.local.port() == port).unwrap()
        };
        let listening = found(Protocol::Tcp, listener.local_addr().unwrap().port());
        assert_eq!(listening.state, State::Listen);
        assert_eq!(listening.local, listener.local_addr().unwrap());
        let bound = found(Protocol::Udp, udp.local_addr().unwrap().port());
        assert!(bound.local.ip().is_unspecified() && !bound.v6_only);
    }

    /// A message as the kernel writes it: a socket with one attribute.
    fn message(kind: u16, body: &[u8]) -> Vec<u8> {
        let mut out = request(kind, body);
        out.resize(out.len().next_multiple_of(4), 0);
        out
    }

    fn socket(state: u8) -> Vec<u8> {
        let mut body = vec![0; MESSAGE];
        body[..2].copy_from_slice(&[libc::AF_INET6 as u8, state]);
        body.extend([5, 0, 11, 0, 1, 0, 0, 0]);
        body
    }

    #[test]
    fn a_reply_is_read_to_its_end() {
        let mut out = Vec::new();
        let sockets = [message(20, &socket(10)), message(20, &socket(1))].concat();
        assert!(!reply(Protocol::Tcp, &sockets, &[], &mut out).unwrap());
        assert_eq!(
            out.iter().map(|socket| (socket.state, socket.v6_only)).collect::<Vec<_>>(),
            [(State::Listen, true), (State::Established, true)]
        );
        assert!(reply(Protocol::Tcp, &message(NLMSG_DONE, &[0; 4]), &[], &mut out).unwrap());
        for code in [libc::EPERM, i32::MIN] {
            let error = message(NLMSG_ERROR, &code.wrapping_neg().to_ne_bytes());
            assert_eq!(reply(Protocol::Tcp, &error, &[], &mut out).unwrap_err().raw_os_error(), Some(code));
        }
    }

    proptest! {
        #[test]
        fn no_reply_makes_the_reader_panic_or_grow(
            pieces in proptest::collection::vec(
                prop_oneof![
                    proptest::collection::vec(any::<u8>(), 0..120),
                    (0_u16..22, any::<u8>()).prop_map(|(kind, state)| message(kind, &socket(state))),
                ],
                0..5,
            ),
            (at, byte) in (any::<proptest::sample::Index>(), any::<u8>()),
        ) {
            let mut bytes = pieces.concat();
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            let mut out = Vec::new();
            let _ = reply(Protocol::Tcp, &bytes, &[0, 7], &mut out);
            prop_assert!(out.len() * MESSAGE <= bytes.len());
        }
    }
}
