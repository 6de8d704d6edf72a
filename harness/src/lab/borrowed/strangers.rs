//! What belongs to others in a borrowed network: sockets and packets that have nothing to do with the check.

use super::addresses::is_here;
use crate::check::{Check, Parameter, Parameters};
use crate::event::{Packet, Protocol, Socket};
use std::collections::HashSet;

/// Whether a packet is of the check: one of its ends has an address of the lab.
pub(in crate::lab) fn is_ours(packet: &Packet) -> bool {
    is_here(packet.src.ip()) || is_here(packet.dst.ip())
}

/// Whether a socket has an address of the lab at one of its ends.
pub(in crate::lab) fn has_our_address(socket: &Socket) -> bool {
    is_here(socket.local.ip()) || is_here(socket.remote.ip())
}

/// Whether nobody has a port that the check speaks of; the first that somebody has, if so.
pub(in crate::lab) fn ports_are_free(
    check: &Check,
    params: &Parameters,
    table: &[Socket],
) -> Result<(), (Protocol, u16)> {
    let numbers = params.0.values().filter_map(|value| match value {
        Parameter::Number(number) => u16::try_from(*number).ok(),
        Parameter::Text(_) => None,
    });
    let words = check.stimuli.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let words = words.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse().ok());
    let spoken_of: HashSet<u16> = numbers.chain(words).filter(|port| *port != 0).collect();
    let taken = table.iter().find(|socket| spoken_of.contains(&socket.local.port()));
    taken.map_or(Ok(()), |socket| Err((socket.protocol, socket.local.port())))
}
