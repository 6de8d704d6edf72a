//! What was on the wire as a pcapng file, for Wireshark and tshark: every packet with the bytes of its headers, and the
//! stimuli as packet comments. Format: draft-ietf-opsawg-pcapng.
//!
//! A stimulus is a comment of the first packet after it. Several stimuli without a packet between them are several comments
//! of one packet, in their order. Those that no packet follows stand at the end of the section's own comment, which
//! Wireshark shows with the properties of the file.

mod block;
mod checksum;
#[cfg(test)]
mod tests;

use crate::check::{Check, Parameters};
use crate::event::{Observation, Packet, Step};
use block::Blocks;

/// A capture that grows: notes of what was done, and the packets that followed.
#[derive(Clone, Debug)]
pub struct Capture {
    /// What the capture is of.
    about: String,
    /// The notes that no packet has followed yet.
    notes: Vec<String>,
    /// The packets so far.
    packets: Blocks,
}

impl Capture {
    /// An empty capture. `about` says what it is of; it may have several lines.
    #[must_use]
    pub fn new(about: impl Into<String>) -> Self {
        Self { about: about.into(), notes: Vec::new(), packets: Blocks::default() }
    }

    /// Something was done. It becomes a comment of the next packet.
    pub fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    /// A packet was seen.
    pub fn packet(&mut self, packet: &Packet) {
        let mut bytes = [&packet.headers, packet.body.payload()].concat();
        checksum::complete(&mut bytes);
        self.packets.packet(packet.at_ns, &bytes, &self.notes);
        self.notes.clear();
    }

    /// The whole file, as far as it has grown.
    #[must_use]
    pub fn file(&self) -> Vec<u8> {
        let mut about = self.about.clone();
        if !self.notes.is_empty() {
            let place = if self.packets.is_empty() { "No packet was seen:" } else { "After the last packet:" };
            about = format!("{about}\n\n{place}\n{}", self.notes.join("\n"));
        }
        let mut file = Blocks::default();
        file.section(about.trim());
        file.interface();
        file.append(&self.packets);
        file.into_bytes()
    }
}

/// The capture of a whole check, as a file. `name` is the check's: `tcp_server::one_client`.
#[must_use]
pub fn of_check(name: &str, check: &Check, params: &Parameters, seen: &Observation) -> Vec<u8> {
    let mut capture = Capture::new(about(name, check, params));
    for step in &seen.steps {
        capture.note(stimulus(check, step));
        step.packets.iter().for_each(|packet| capture.packet(packet));
    }
    capture.file()
}

/// What the check is about, and the values that its lines name.
fn about(name: &str, check: &Check, params: &Parameters) -> String {
    let lines: Vec<_> = check.stimuli.iter().map(ToString::to_string).collect();
    let named = params.0.iter().filter(|(name, _)| lines.iter().any(|line| line.contains(&format!("{{{name}}}"))));
    let values: String = named.map(|(name, value)| format!("\n{{{name}}} is {value}")).collect();
    format!("{name}\n{}{values}", check.about)
}

/// The stimulus of a step, with the step's number as reports count them.
fn stimulus(check: &Check, step: &Step) -> String {
    let number = step.line() + 1;
    let time = step.repeated.map(|repeated| format!(", repetition {}", repeated.time)).unwrap_or_default();
    let line = check.stimuli.get(step.stimulus).map(ToString::to_string).unwrap_or_default();
    let impossible = step.impossible.as_ref().map(|reason| format!(" (cannot be done: {reason})")).unwrap_or_default();
    format!("step {number}{time}: {line}{impossible}")
}
