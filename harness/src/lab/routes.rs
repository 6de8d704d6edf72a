//! What only netlink can tell the kernel of the lab's network (`man 7 rtnetlink`): routes that want acknowledgements at
//! once, and an IPv6 address.
//!
//! A receiver that has nothing to send keeps an acknowledgement back for up to 40 ms (RFC 9293 §3.8.6.3), and so long bytes
//! that a program leaves unread would be on their way. For our peers there is an option, which does not last; the program's
//! sockets are its own. A route says it for every socket that uses it (`man 8 ip-route`, `quickack`).

use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, sendto, socket_with};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::os::fd::OwnedFd;

// `linux/netlink.h` and `linux/rtnetlink.h`
const RTM_NEWADDR: u16 = 20;
const RTM_NEWROUTE: u16 = 24;
const NLM_F_REQUEST: u16 = 1;
const NLM_F_ACK: u16 = 4;
const NLM_F_REPLACE: u16 = 0x100;
const NLM_F_CREATE: u16 = 0x400;
const NLMSG_ERROR: u16 = 2;
const RT_TABLE_LOCAL: u8 = 255;
const RTPROT_KERNEL: u8 = 2;
const RT_SCOPE_UNIVERSE: u8 = 0;
const RT_SCOPE_HOST: u8 = 254;
const RTN_LOCAL: u8 = 2;
const RTA_DST: u16 = 1;
const RTA_OIF: u16 = 4;
const RTA_PREFSRC: u16 = 7;
const RTA_METRICS: u16 = 8;
const RTAX_QUICKACK: u16 = 15;
const IFA_LOCAL: u16 = 2;
/// Nobody else can have the address, so nobody is asked.
const IFA_F_NODAD: u8 = 2;
/// The loopback device is the first of every network namespace.
const LOOPBACK_INDEX: u32 = 1;

/// Makes everybody who sends to one of these addresses of the machine acknowledge at once. The routes are there already: the
/// kernel makes one for each address.
pub(super) fn acknowledge_at_once(addresses: impl IntoIterator<Item = Ipv4Addr>) -> io::Result<()> {
    let netlink = Netlink::open()?;
    addresses.into_iter().try_for_each(|address| netlink.ask(RTM_NEWROUTE, NLM_F_REPLACE, &quick(address)))
}

/// Gives the loopback device an IPv6 address beside `::1`. `getaddrinfo` with AI_ADDRCONFIG returns IPv6 addresses only to
/// machines that have one, which nearly all have; some libraries always ask so.
pub(super) fn add_ipv6(address: Ipv6Addr) -> io::Result<()> {
    let mut body = vec![libc::AF_INET6 as u8, 128, IFA_F_NODAD, RT_SCOPE_UNIVERSE];
    body.extend(LOOPBACK_INDEX.to_ne_bytes());
    body.extend(attribute(IFA_LOCAL, &address.octets()));
    Netlink::open()?.ask(RTM_NEWADDR, NLM_F_CREATE, &body)
}

/// `struct rtmsg` and its attributes: the route to an address of our own.
fn quick(address: Ipv4Addr) -> Vec<u8> {
    let octets = address.octets();
    let mut body = vec![libc::AF_INET as u8, 32, 0, 0, RT_TABLE_LOCAL, RTPROT_KERNEL, RT_SCOPE_HOST, RTN_LOCAL];
    body.extend(0_u32.to_ne_bytes());
    body.extend(attribute(RTA_DST, &octets));
    // The kernel gives the route of an address that address as its source; a route is replaced as a whole.
    body.extend(attribute(RTA_PREFSRC, &octets));
    body.extend(attribute(RTA_OIF, &LOOPBACK_INDEX.to_ne_bytes()));
    body.extend(attribute(RTA_METRICS, &attribute(RTAX_QUICKACK, &1_u32.to_ne_bytes())));
    body
}

struct Netlink(OwnedFd);

impl Netlink {
    fn open() -> io::Result<Self> {
        // NETLINK_ROUTE is the protocol with the number 0.
        Ok(Self(socket_with(AddressFamily::NETLINK, SocketType::DGRAM, SocketFlags::CLOEXEC, None)?))
    }

    /// Sends one message, `struct nlmsghdr` before the body, and waits for the kernel's answer.
    fn ask(&self, kind: u16, flags: u16, body: &[u8]) -> io::Result<()> {
        let mut message = Vec::new();
        message.extend((16 + body.len() as u32).to_ne_bytes());
        message.extend(kind.to_ne_bytes());
        message.extend((NLM_F_REQUEST | NLM_F_ACK | flags).to_ne_bytes());
        message.extend([0; 8]);
        message.extend(body);
        sendto(&self.0, &message, SendFlags::empty(), &SocketAddrNetlink::new(0, 0))?;
        let mut answer = [0; 1024];
        let (len, _) = recv(&self.0, &mut answer[..], RecvFlags::empty())?;
        refusal(&answer[..len]).map_or(Ok(()), Err)
    }
}

/// `struct rtattr`; all values here are multiples of four bytes long.
fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
    let len = 4 + value.len() as u16;
    [&len.to_ne_bytes()[..], &kind.to_ne_bytes(), value].concat()
}

/// The error in an answer, if it is one: `struct nlmsgerr`, in which 0 means success.
fn refusal(answer: &[u8]) -> Option<io::Error> {
    let kind = answer.get(4..6).map(|bytes| u16::from_ne_bytes([bytes[0], bytes[1]]));
    let code = answer.get(16..20).map(|bytes| i32::from_ne_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]));
    match (kind, code) {
        (Some(NLMSG_ERROR), Some(0)) => None,
        (Some(NLMSG_ERROR), Some(code)) => Some(io::Error::from_raw_os_error(-code)),
        _ => Some(io::Error::other("the kernel's answer to a route cannot be read")),
    }
}
