//! What has come and is lost: messages that were received and thrown away, and receives without room.

use super::Diagnosis;
use super::case::Case;
use super::cause::Cause;
use super::ending::on;
use super::text::short;
use crate::check::Stimulus;
use crate::event::{Body, Descriptor, Protocol, Stream, Wait};

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
        let to_program = |dst| !case.is_peer(Protocol::Udp, dst, step);
        let mut packets = case.seen.steps[step].packets.iter();
        packets.any(|packet| {
            matches!(&packet.body, Body::Udp { payload } if payload == text.as_bytes()) && to_program(packet.dst)
        })
    })
}

/// It receives into a buffer without room: seen where it waited for what then came.
pub(super) fn no_room(case: &Case<'_>) -> Option<Diagnosis> {
    let steps = case.seen.steps[case.started()..=case.step].iter().rev().take(2);
    let no_room = |wait: &Wait| wait.room == Some(0) && wait.on.iter().any(Descriptor::is_from_outside);
    let wait = steps.flat_map(|step| case.waits_at(step)).find(|wait| no_room(wait))?;
    let (call, on) = (&wait.call, on(case, wait));
    let told = if case.waits().any(no_room) {
        format!("It waits in `{call}`{on}, and gives the call room for 0 bytes, so it never gets any.")
    } else {
        format!("It called `{call}`{on} with room for 0 bytes, so it got none of what came.")
    };
    Some(Diagnosis::new(Cause::NoRoom, told))
}
