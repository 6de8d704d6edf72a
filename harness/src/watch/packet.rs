//! From the bytes of a captured frame to a [`Packet`].

use crate::event::{Body, Flags, Packet, Protocol, Segment};
use etherparse::{NetSlice, SlicedPacket, TransportSlice, ip_number};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Reads an Ethernet frame as the loopback device carries it. `None` for what is no IP packet (ARP for instance)
/// and for what is cut off or malformed.
#[must_use]
pub fn parse(at_ns: u64, frame: &[u8]) -> Option<Packet> {
    let sliced = SlicedPacket::from_ethernet(frame).ok()?;
    let whole = sliced.ether_payload()?.payload;
    let (src, dst, carried, ip_header) = match sliced.net? {
        NetSlice::Ipv4(ip) => {
            let header = ip.header();
            let options = ip.extensions().auth.map_or(0, |auth| auth.slice().len());
            let addresses = (IpAddr::V4(header.source_addr()), IpAddr::V4(header.destination_addr()));
            (addresses.0, addresses.1, ip.payload().clone(), header.slice().len() + options)
        }
        NetSlice::Ipv6(ip) => {
            let header = ip.header();
            let extensions = ip.extensions().slice().len();
            let addresses = (IpAddr::V6(header.source_addr()), IpAddr::V6(header.destination_addr()));
            (addresses.0, addresses.1, ip.payload().clone(), header.slice().len() + extensions)
        }
        NetSlice::Arp(_) => return None,
    };
    let at = |src_port, dst_port| (SocketAddr::new(src, src_port), SocketAddr::new(dst, dst_port));
    // What is not taken apart is kept whole.
    let all = carried.payload.len();
    let ((src, dst), transport_header, body) = match sliced.transport {
        Some(TransportSlice::Udp(udp)) => {
            let body = Body::Udp { payload: udp.payload().to_vec() };
            (at(udp.source_port(), udp.destination_port()), udp.header_len(), body)
        }
        Some(TransportSlice::Tcp(tcp)) => {
            let segment = Segment {
                seq: tcp.sequence_number(),
                ack: tcp.acknowledgment_number(),
                window: tcp.window_size(),
                flags: Flags { syn: tcp.syn(), ack: tcp.ack(), fin: tcp.fin(), rst: tcp.rst(), psh: tcp.psh() },
                payload: tcp.payload().to_vec(),
            };
            (at(tcp.source_port(), tcp.destination_port()), tcp.header_len(), Body::Tcp(segment))
        }
        Some(TransportSlice::Icmpv4(icmp)) => {
            (at(0, 0), all, unreachable_v4(icmp.slice()).unwrap_or(Body::Other(ip_number::ICMP.0)))
        }
        Some(TransportSlice::Icmpv6(icmp)) => {
            (at(0, 0), all, unreachable_v6(icmp.slice()).unwrap_or(Body::Other(ip_number::IPV6_ICMP.0)))
        }
        _ => (at(0, 0), all, Body::Other(carried.ip_number.0)),
    };
    let headers = whole.get(..ip_header + transport_header)?.to_vec();
    Some(Packet { at_ns, src, dst, headers, body })
}

/// Destination unreachable (RFC 792): type 3, and the head of the packet that it is about from byte 8 on.
fn unreachable_v4(icmp: &[u8]) -> Option<Body> {
    if *icmp.first()? != 3 {
        return None;
    }
    let inner = icmp.get(8..)?;
    let header_len = usize::from(inner.first()? & 0x0f) * 4;
    let addr = |at: usize| Some(IpAddr::from(Ipv4Addr::from(<[u8; 4]>::try_from(inner.get(at..at + 4)?).ok()?)));
    about(icmp[1] == 3, *inner.get(9)?, addr(12)?, addr(16)?, inner.get(header_len..)?)
}

/// Destination unreachable (RFC 4443): type 1; code 4 is "port unreachable".
fn unreachable_v6(icmp: &[u8]) -> Option<Body> {
    if *icmp.first()? != 1 {
        return None;
    }
    let inner = icmp.get(8..)?;
    let addr = |at: usize| Some(IpAddr::from(Ipv6Addr::from(<[u8; 16]>::try_from(inner.get(at..at + 16)?).ok()?)));
    about(icmp[1] == 4, *inner.get(6)?, addr(8)?, addr(24)?, inner.get(40..)?)
}

fn about(port: bool, number: u8, src: IpAddr, dst: IpAddr, transport: &[u8]) -> Option<Body> {
    let protocol = match number {
        6 => Protocol::Tcp,
        17 => Protocol::Udp,
        _ => return None,
    };
    let port_at = |at: usize| Some(u16::from_be_bytes([*transport.get(at)?, *transport.get(at + 1)?]));
    let (from, to) = (SocketAddr::new(src, port_at(0)?), SocketAddr::new(dst, port_at(2)?));
    Some(Body::Unreachable { port, protocol, from, to })
}

#[cfg(test)]
mod tests {
    use super::*;
    use etherparse::{Icmpv4Type, PacketBuilder, TcpOptionElement};
    use proptest::prelude::*;

    fn udp_frame(payload: &[u8]) -> Vec<u8> {
        let mut frame = Vec::new();
        PacketBuilder::ethernet2([0; 6], [0; 6])
            .ipv4([127, 0, 0, 1], [192, 168, 1, 103], 64)
            .udp(40_000, 8080)
            .write(&mut frame, payload)
            .unwrap();
        frame
    }

    #[test]
    fn a_datagram_is_read() {
        let packet = parse(7, &udp_frame(b"hello")).unwrap();
        assert_eq!(packet.src, "127.0.0.1:40000".parse().unwrap());
        assert_eq!(packet.dst, "192.168.1.103:8080".parse().unwrap());
        assert_eq!(packet.body, Body::Udp { payload: b"hello".to_vec() });
        assert_eq!(packet.at_ns, 7);
    }

    #[test]
    fn a_segment_is_read() {
        let mut frame = Vec::new();
        PacketBuilder::ethernet2([0; 6], [0; 6])
            .ipv6([1; 16], [2; 16], 64)
            .tcp(1, 2, 1000, 512)
            .ack(77)
            .fin()
            .write(&mut frame, b"bye")
            .unwrap();
        let Body::Tcp(segment) = parse(0, &frame).unwrap().body else { panic!("not a segment") };
        assert_eq!((segment.seq, segment.ack, segment.window), (1000, 77, 512));
        assert_eq!(segment.flags, Flags { fin: true, ack: true, ..Flags::default() });
        assert_eq!(segment.payload, b"bye");
    }

    #[test]
    fn headers_and_payload_are_the_packet_as_it_was_captured() {
        let udp = udp_frame(b"hello");
        let mut tcp = Vec::new();
        let builder = PacketBuilder::ethernet2([0; 6], [0; 6]).ipv6([1; 16], [2; 16], 64).tcp(1, 2, 1000, 512);
        let options = [TcpOptionElement::MaximumSegmentSize(65_495), TcpOptionElement::Timestamp(1, 2)];
        builder.options(&options).unwrap().write(&mut tcp, b"bye").unwrap();
        for mut frame in [udp, tcp] {
            let ip = frame[14..].to_vec();
            // What a device adds behind a short packet is no part of it.
            frame.extend([0; 9]);
            let packet = parse(0, &frame).unwrap();
            assert!(!packet.body.payload().is_empty());
            assert_eq!([&packet.headers, packet.body.payload()].concat(), ip);
        }
    }

    #[test]
    fn port_unreachable_names_the_datagram_it_is_about() {
        let original = &udp_frame(b"hello")[14..];
        let mut frame = Vec::new();
        PacketBuilder::ethernet2([0; 6], [0; 6])
            .ipv4([192, 168, 1, 103], [127, 0, 0, 1], 64)
            .icmpv4(Icmpv4Type::DestinationUnreachable(etherparse::icmpv4::DestUnreachableHeader::Port))
            .write(&mut frame, original)
            .unwrap();
        let (from, to) = ("127.0.0.1:40000".parse().unwrap(), "192.168.1.103:8080".parse().unwrap());
        let expected = Body::Unreachable { port: true, protocol: Protocol::Udp, from, to };
        let packet = parse(0, &frame).unwrap();
        assert_eq!(packet.body, expected);
        assert_eq!(packet.headers, frame[14..], "what has no payload of its own is kept whole");
    }

    proptest! {
        #[test]
        fn no_frame_makes_the_reader_panic(frame in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(0, &frame);
        }

        #[test]
        fn a_damaged_frame_makes_it_neither_panic_nor_grow(
            frame in frames(),
            damage in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..4),
            len in any::<proptest::sample::Index>(),
        ) {
            let mut frame = frame;
            damage.into_iter().for_each(|(at, byte)| {
                let at = at.index(frame.len());
                frame[at] = byte;
            });
            frame.truncate(len.index(frame.len() + 1));
            if let Some(packet) = parse(0, &frame) {
                prop_assert!(packet.bytes() <= frame.len() as u64);
            }
        }
    }

    /// A frame of each kind that is taken apart.
    fn frames() -> impl Strategy<Value = Vec<u8>> {
        let builder = || PacketBuilder::ethernet2([0; 6], [0; 6]);
        let mut out = vec![udp_frame(b"hello"); 6];
        out[1..].iter_mut().for_each(Vec::clear);
        let options = [TcpOptionElement::MaximumSegmentSize(65_495), TcpOptionElement::Timestamp(1, 2)];
        let tcp = builder().ipv6([1; 16], [2; 16], 64).tcp(1, 2, 1000, 512).options(&options).unwrap();
        tcp.write(&mut out[1], b"bye").unwrap();
        let about = udp_frame(b"hello")[14..].to_vec();
        let port = etherparse::icmpv4::DestUnreachableHeader::Port;
        let v4 = builder().ipv4([1; 4], [2; 4], 64).icmpv4(Icmpv4Type::DestinationUnreachable(port));
        v4.write(&mut out[2], &about).unwrap();
        let port = etherparse::icmpv6::DestUnreachableCode::Port;
        let v6 = builder().ipv6([1; 16], [2; 16], 64).icmpv6(etherparse::Icmpv6Type::DestinationUnreachable(port));
        v6.write(&mut out[3], &[&[0x60; 40][..], &about].concat()).unwrap();
        let raw = builder().ipv4([1; 4], [2; 4], 64);
        raw.write(&mut out[4], etherparse::IpNumber(132), b"something else").unwrap();
        // An IPv6 header before extensions: hop by hop, a fragment, then UDP.
        out[5] =
            [&[0; 12][..], &[0x86, 0xdd, 0x60, 0, 0, 0, 0, 24, 0, 64], &[1; 32], &[44, 0, 1, 4, 0, 0, 0, 0]].concat();
        out[5].extend([17, 0, 0, 1, 0, 0, 0, 1, 0, 9, 0, 9, 0, 8, 0, 0]);
        proptest::sample::select(out)
    }
}
