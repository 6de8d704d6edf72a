//! Completing the checksums of captured packets.
//!
//! Where a device computes checksums, and the loopback device says that it does, the kernel leaves only the sum of the
//! pseudo-header in the field of TCP and UDP; nobody computes the rest, because the packet never leaves the machine. A
//! capture shows that sum, which Wireshark calls wrong as soon as it is asked to look. pcapng's packet flags have a bit that says
//! "not ready", but Wireshark does not heed it. So such a field is completed: the file has what would be on a wire.
//! Any other value was put there by somebody, and stays.

/// IP protocol numbers, and where the field is in the header.
const TCP: (u8, usize) = (6, 16);
const UDP: (u8, usize) = (17, 6);
/// Where in an ICMP error the copy of the packet begins that it is about.
const COPY: usize = 8;

/// Completes the checksum of a TCP segment or UDP datagram, given with its IP header, if the kernel has left it open. That may be
/// one whose copy is in an ICMP error: it was copied as it was, and the checksum of ICMP counts it in.
pub(super) fn complete(packet: &mut [u8]) {
    let Some(about) = copy_in_an_error(packet) else {
        complete_transport(packet);
        return;
    };
    let field = about - COPY + 2;
    let Some((left_open, completed)) = complete_transport(&mut packet[about..]) else { return };
    // RFC 1624: a checksum follows one changed word without the others.
    let before = [packet[field], packet[field + 1]].map(|byte| !byte);
    let after = !sum(&[before, (!left_open).to_be_bytes(), completed.to_be_bytes()].concat());
    packet[field..field + 2].copy_from_slice(&after.to_be_bytes());
}

/// Where the copy of a packet begins that could not be delivered (RFC 792, RFC 4443), if it is whole.
fn copy_in_an_error(packet: &[u8]) -> Option<usize> {
    let (protocol, icmp, _) = ip(packet)?;
    let unreachable = match protocol {
        1 => 3,
        58 => 1,
        _ => return None,
    };
    let about = icmp + COPY;
    (*packet.get(icmp)? == unreachable && about <= packet.len()).then_some(about)
}

/// Completes a checksum that was left open; returns what stood there, and what stands there now.
fn complete_transport(packet: &mut [u8]) -> Option<(u16, u16)> {
    let (field, transport, left_open, is_udp) = find(packet)?;
    if packet.get(field..field + 2)? != left_open.to_be_bytes() {
        return None;
    }
    // The sum of the pseudo-header stands in the field already, so it is counted in.
    let completed = match !sum(&packet[transport..]) {
        // RFC 768: 0 would say that there is none.
        0 if is_udp => u16::MAX,
        sum => sum,
    };
    packet[field..field + 2].copy_from_slice(&completed.to_be_bytes());
    Some((left_open, completed))
}

/// Where the checksum is, where the transport header begins, the sum of its pseudo-header (RFC 9293 §3.1, RFC 8200 §8.1), and
/// whether it is UDP's. `None` for all other protocols.
fn find(packet: &[u8]) -> Option<(usize, usize, u16, bool)> {
    let (protocol, transport, addresses) = ip(packet)?;
    let field = match protocol {
        number if number == TCP.0 => transport + TCP.1,
        number if number == UDP.0 => transport + UDP.1,
        _ => return None,
    };
    let len = u16::try_from(packet.len().checked_sub(transport)?).ok()?;
    let [high, low] = len.to_be_bytes();
    let pseudo = [addresses, &[0, protocol, high, low]].concat();
    Some((field, transport, sum(&pseudo), protocol == UDP.0))
}

/// The protocol that an IP packet carries, where that begins, and both addresses. `None` for fragments and for packets that are
/// not whole: their checksums cannot be told. IPv6 extensions count as a protocol.
fn ip(packet: &[u8]) -> Option<(u8, usize, &[u8])> {
    let word = |at: usize| Some(u16::from_be_bytes([*packet.get(at)?, *packet.get(at + 1)?]));
    let (protocol, header, len, addresses) = match packet.first()? >> 4 {
        // More fragments follow, or this is none but the first.
        4 if word(6)? & 0x3fff != 0 => return None,
        4 => (*packet.get(9)?, usize::from(packet[0] & 0x0f) * 4, usize::from(word(2)?), packet.get(12..20)?),
        6 => (*packet.get(6)?, 40, usize::from(word(4)?) + 40, packet.get(8..40)?),
        _ => return None,
    };
    (len == packet.len()).then_some((protocol, header, addresses))
}

/// The one's complement sum of 16-bit words (RFC 1071).
fn sum(bytes: &[u8]) -> u16 {
    let words = bytes.chunks(2).map(|word| u32::from(word[0]) << 8 | word.get(1).map_or(0, |low| u32::from(*low)));
    // Each word is less than 2¹⁶, and a packet has less than 2¹⁶ of them.
    let mut sum: u32 = words.sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    sum as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use etherparse::PacketBuilder;
    use proptest::prelude::*;
    use rstest::rstest;

    /// A packet with a right checksum, and where the field is.
    fn packet(v6: bool, udp: bool, payload: &[u8]) -> (Vec<u8>, usize) {
        let mut out = Vec::new();
        let builder = if v6 {
            PacketBuilder::ipv6([1; 16], [2; 16], 64)
        } else {
            PacketBuilder::ipv4([127, 0, 0, 1], [192, 168, 1, 103], 64)
        };
        if udp {
            builder.udp(40_000, 8080).write(&mut out, payload).unwrap();
        } else {
            builder.tcp(40_000, 8080, 7, 512).write(&mut out, payload).unwrap();
        }
        (out, if v6 { 40 } else { 20 } + if udp { UDP.1 } else { TCP.1 })
    }

    #[rstest]
    fn what_the_kernel_left_open_is_completed(
        #[values(false, true)] v6: bool,
        #[values(false, true)] udp: bool,
        #[values("", "hello", "hello!")] payload: &str,
    ) {
        let (right, field) = packet(v6, udp, payload.as_bytes());
        let mut open = left_open(&right, field);
        assert_ne!(open, right);
        complete(&mut open);
        assert_eq!(open, right);
    }

    /// A packet as the kernel leaves it.
    fn left_open(right: &[u8], field: usize) -> Vec<u8> {
        let mut open = right.to_vec();
        open[field..field + 2].copy_from_slice(&find(right).unwrap().2.to_be_bytes());
        open
    }

    #[rstest]
    fn a_copy_in_an_icmp_error_is_completed_and_the_checksum_of_icmp_follows(#[values(false, true)] v6: bool) {
        let (right, field) = packet(v6, true, b"hello");
        let error = |about: &[u8]| {
            let mut out = Vec::new();
            if v6 {
                let builder = PacketBuilder::ipv6([2; 16], [1; 16], 64);
                let kind =
                    etherparse::Icmpv6Type::DestinationUnreachable(etherparse::icmpv6::DestUnreachableCode::Port);
                builder.icmpv6(kind).write(&mut out, about).unwrap();
            } else {
                let builder = PacketBuilder::ipv4([192, 168, 1, 103], [127, 0, 0, 1], 64);
                let kind =
                    etherparse::Icmpv4Type::DestinationUnreachable(etherparse::icmpv4::DestUnreachableHeader::Port);
                builder.icmpv4(kind).write(&mut out, about).unwrap();
            }
            out
        };
        let mut captured = error(&left_open(&right, field));
        assert_ne!(captured, error(&right));
        complete(&mut captured);
        assert_eq!(captured, error(&right));

        // What the error does not quote whole cannot be completed.
        let cut = error(&left_open(&right, field)[..right.len() - 1]);
        let mut same = cut.clone();
        complete(&mut same);
        assert_eq!(same, cut);
    }

    #[test]
    fn a_wrong_checksum_of_somebody_else_stays() {
        let (mut wrong, field) = packet(false, true, b"hello");
        wrong[field] ^= 0x55;
        let before = wrong.clone();
        complete(&mut wrong);
        assert_eq!(wrong, before);
    }

    #[test]
    fn a_fragment_stays() {
        let (right, field) = packet(false, true, b"hello");
        for (at, bit) in [(6, 0x20), (7, 1)] {
            let mut fragment = left_open(&right, field);
            fragment[at] |= bit;
            let before = fragment.clone();
            complete(&mut fragment);
            assert_eq!(fragment, before);
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(mut packet in prop::collection::vec(any::<u8>(), 0..80), head in 0x40_u8..0x70) {
            complete(&mut packet);
            if let Some(first) = packet.first_mut() {
                *first = head;
            }
            complete(&mut packet);
        }
    }
}
