//! Messages that came before anybody asked for them, and were received and thrown away.

use super::Diagnosis;
use super::case::Case;
use super::cause::Cause;
use super::text::short;
use crate::check::Stimulus;
use crate::event::{Body, Protocol, Stream};

/// A message that should be shown now had come in an earlier step. It is in no socket any more, and is never shown.
pub(super) fn find(case: &Case<'_>) -> Option<Diagnosis> {
    let asked = matches!(case.stimulus(), Stimulus::Type { .. });
    let unread = |step| case.sockets(step).any(|socket| socket.protocol == Protocol::Udp && socket.receive_queue > 0);
    if !asked || unread(case.step) || case.shows_later() {
        return None;
    }
    let printed = case.output_since(case.started(), Stream::Stdout);
    let printed = String::from_utf8_lossy(&printed);
    let text =
        case.unshown_texts().into_iter().find(|text| !printed.contains(text.as_str()) && came_before(case, text))?;
    let told =
        format!("{} came before it was asked for. The program has received it, and never shows it.", short(&text));
    Some(Diagnosis::new(Cause::MessageLost, told))
}

/// Whether a datagram with this text had come to the program before this step.
fn came_before(case: &Case<'_>, text: &str) -> bool {
    (case.started()..case.step).any(|step| {
        let from_peer = |src| case.is_peer(Protocol::Udp, src, step);
        let mut packets = case.seen.steps[step].packets.iter();
        packets.any(|packet| {
            matches!(&packet.body, Body::Udp { payload } if payload == text.as_bytes()) && from_peer(packet.src)
        })
    })
}
