//! Which causes could lie behind a failure, if another check of the same program proves one of them.
//!
//! What another check proves says nothing about this one unless it would show here in just this way. Where nothing was to be sent,
//! it is no explanation that nothing is sent.

use super::case::Case;
use super::cause::Cause;
use super::fact::{Kind, What};
use crate::check::Stimulus;
use crate::event::{Body, Exit, Packet, Protocol, Wait};

/// The causes behind `found` that fit what was seen in this check.
pub(super) fn behind(case: &Case<'_>, found: Cause) -> Vec<Cause> {
    Cause::ALL.iter().copied().filter(|cause| cause.is_behind(found) && fits(case, *cause)).collect()
}

/// Whether a program with this fault fails in just this way here.
fn fits(case: &Case<'_>, cause: Cause) -> bool {
    match cause {
        Cause::NothingSent => {
            case.misses(|kind| matches!(kind, Kind::Wire(from, _, What::Data(_) | What::Syn) if case.is_program(from)))
        }
        Cause::NotListening => case.misses(|kind| matches!(kind, Kind::Place(_))),
        // It goes to a place of its own, whatever it was told.
        Cause::WrongPort | Cause::ArgumentIgnored => {
            case.sockets(case.step).any(|socket| socket.program == case.program)
                || case.sent(case.step).next().is_some()
        }
        // It has gone when something was typed, and that need not be what was typed.
        Cause::ExitedEarly => matches!(case.stimulus(), Stimulus::Type { .. }),
        // What it sends beside the text is too much for one datagram, and nothing else is.
        Cause::NewlineSent | Cause::NulSent | Cause::ExtraBytes | Cause::WrongEncoding => {
            matches!(case.stimulus(), Stimulus::Start(start) if case.fits_exactly(start))
                && matches!(case.exit(), Some(Exit::Status(_)))
                && case.sent(case.step).next().is_none()
        }
        Cause::WaitsForMore | Cause::WaitsForAnother | Cause::NoRoom => case.something_has_come(),
        Cause::Sleeps => case.waits().next().is_some() && case.waits().all(Wait::only_sleeps),
        _ => true,
    }
}

impl Case<'_> {
    /// Whether a peer has sent the program something since it was started, be it an empty datagram.
    fn something_has_come(&self) -> bool {
        let from_peer = |step: usize, packet: &Packet| match &packet.body {
            Body::Udp { .. } => self.is_peer(Protocol::Udp, packet.src, step),
            Body::Tcp(segment) => !segment.payload.is_empty() && self.is_peer(Protocol::Tcp, packet.src, step),
            Body::Unreachable { .. } | Body::Other(_) => false,
        };
        (self.started()..=self.step)
            .any(|step| self.seen.steps[step].packets.iter().any(|packet| from_peer(step, packet)))
    }
}
