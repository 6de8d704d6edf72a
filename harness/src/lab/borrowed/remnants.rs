//! What a check leaves in the kernel: connections in TIME_WAIT and FIN_WAIT2, which would keep the next one from its port. In a
//! network of one's own they vanish with it. Here each is sent the reset that ends it, as if its other end had said so
//! (RFC 1337 §2 has how, as a hazard).

use super::strangers::Ours;
use crate::event::{Body, Packet, Segment, Socket};
use etherparse::PacketBuilder;
use rustix::net::{AddressFamily, SendFlags, SocketFlags, SocketType, sendto, socket_with};
use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::os::fd::OwnedFd;

/// A socket that can send what nobody has sent.
pub(in crate::lab) struct Remnants {
    raw: OwnedFd,
    /// The next sequence number that each end would use: by sender and receiver.
    next: HashMap<(SocketAddr, SocketAddr), u32>,
}

impl Remnants {
    /// Opens it. Needs CAP_NET_RAW.
    ///
    /// # Errors
    /// Those of `socket(2)`.
    pub(in crate::lab) fn open() -> io::Result<Self> {
        let protocol = NonZeroU32::new(libc::IPPROTO_RAW as u32).map(rustix::net::Protocol::from_raw);
        let raw = socket_with(AddressFamily::INET, SocketType::RAW, SocketFlags::CLOEXEC, protocol)?;
        Ok(Self { raw, next: HashMap::new() })
    }

    /// Notes a packet.
    pub(in crate::lab) fn note(&mut self, packet: &Packet) {
        let Body::Tcp(segment) = &packet.body else { return };
        let after = after(segment);
        let next = self.next.entry((packet.src, packet.dst)).or_insert(after);
        // Sequence numbers go round: the later one is less than half of them ahead.
        if segment.flags.syn || after.wrapping_sub(*next) < 1 << 31 {
            *next = after;
        }
    }

    /// Resets what is left of the check's connections.
    ///
    /// # Errors
    /// Those of `sendto(2)`.
    pub(in crate::lab) fn reset(&self, ours: &Ours, table: &[Socket]) -> io::Result<()> {
        for socket in table.iter().filter(|socket| ours.has_socket(socket)) {
            // One that never heard of its other end has nothing to wait for.
            let Some(seq) = self.next.get(&(socket.remote, socket.local)) else { continue };
            let (IpAddr::V4(from), IpAddr::V4(to)) = (socket.remote.ip(), socket.local.ip()) else { continue };
            let builder = PacketBuilder::ipv4(from.octets(), to.octets(), 64)
                .tcp(socket.remote.port(), socket.local.port(), *seq, 0)
                .rst();
            let mut packet = Vec::with_capacity(builder.size(0));
            builder.write(&mut packet, &[]).map_err(io::Error::other)?;
            sendto(&self.raw, &packet, SendFlags::empty(), &SocketAddr::new(socket.local.ip(), 0))?;
        }
        Ok(())
    }
}

/// The sequence number after a segment.
fn after(segment: &Segment) -> u32 {
    let flags = u32::from(segment.flags.syn) + u32::from(segment.flags.fin);
    segment.seq.wrapping_add(segment.payload.len() as u32).wrapping_add(flags)
}
