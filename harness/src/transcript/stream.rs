//! One direction of a TCP connection: a stream of bytes again, whatever segments carried it.

use crate::event::Segment;

/// What has been seen of one direction.
#[derive(Clone, Debug, Default)]
pub(super) struct Stream {
    /// Sequence number of the next new byte; known from the SYN on.
    next: Option<u32>,
    /// Segments that came before those in front of them.
    early: Vec<(u32, Vec<u8>)>,
    /// Bytes that are new in this step.
    pub(super) fresh: Vec<u8>,
    /// Sequence number of the FIN.
    fin_at: Option<u32>,
    fin: bool,
    /// The FIN is new in this step.
    pub(super) fresh_fin: bool,
    /// A RST is new in this step.
    pub(super) fresh_rst: bool,
}

impl Stream {
    /// Takes in a segment. What was there already (a retransmission) changes nothing.
    pub(super) fn take(&mut self, segment: &Segment) {
        if segment.flags.rst {
            self.fresh_rst = true;
            return;
        }
        let start = segment.seq.wrapping_add(u32::from(segment.flags.syn));
        self.next.get_or_insert(start);
        if segment.flags.fin {
            self.fin_at = Some(start.wrapping_add(segment.payload.len() as u32));
        }
        if !segment.payload.is_empty() {
            self.early.push((start, segment.payload.clone()));
        }
        while let Some(bytes) = self.take_early() {
            self.next = self.next.map(|next| next.wrapping_add(bytes.len() as u32));
            self.fresh.extend(bytes);
        }
        if !self.fin && self.fin_at == self.next && self.fin_at.is_some() {
            self.fin = true;
            self.fresh_fin = true;
        }
    }

    /// Forgets what was new, at the end of a step.
    pub(super) fn end_step(&mut self) {
        self.fresh.clear();
        self.fresh_fin = false;
        self.fresh_rst = false;
    }

    /// The new bytes of a kept segment that continues the stream, if there is one. Those that are old are dropped.
    fn take_early(&mut self) -> Option<Vec<u8>> {
        let next = self.next?;
        // How far behind the stream's end a segment begins, in the arithmetic of sequence numbers (RFC 9293 §3.4).
        let behind = |start: u32| next.wrapping_sub(start).cast_signed();
        self.early.retain(|(start, bytes)| behind(*start) < bytes.len() as i32);
        let index = self.early.iter().position(|(start, _)| behind(*start) >= 0)?;
        let (start, bytes) = self.early.swap_remove(index);
        Some(bytes[behind(start) as usize..].to_vec())
    }
}
