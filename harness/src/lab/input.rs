//! What the user types into a trace, as it comes through the order's pipe: the length as four bytes, then the bytes; length 0 is
//! the end of the input, and the end of the pipe the end of the trace.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, read};
use std::io;

/// Input that no program has got yet.
#[derive(Debug, Default)]
pub(super) struct Input {
    /// Bytes of frames that are not whole yet.
    raw: Vec<u8>,
    typed: Vec<u8>,
    /// Nothing more will come.
    ended: bool,
    /// The programs have been told that.
    told: bool,
    cut: bool,
    new: bool,
}

impl Input {
    /// Takes in what has come.
    pub(super) fn read(&mut self) -> io::Result<()> {
        let stdin = io::stdin();
        let mut buffer = [0; 4096];
        while !self.cut {
            let mut fds = [PollFd::new(&stdin, PollFlags::IN)];
            if poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 0 }))? == 0 {
                break;
            }
            // The descriptor itself is read, not the buffer that the standard library keeps of it.
            match read(&stdin, &mut buffer[..]) {
                Ok(0) => self.cut = true,
                Ok(count) => self.take(&buffer[..count]),
                Err(Errno::INTR | Errno::AGAIN) => {}
                Err(_) => self.cut = true,
            }
        }
        Ok(())
    }

    fn take(&mut self, bytes: &[u8]) {
        self.raw.extend(bytes);
        while let Some((head, rest)) = self.raw.split_first_chunk::<4>() {
            let length = u32::from_le_bytes(*head) as usize;
            let Some(frame) = rest.get(..length) else { break };
            self.typed.extend(frame);
            self.ended |= length == 0;
            self.new = true;
            self.raw.drain(..4 + length);
        }
    }

    /// Whether nobody wants to see the trace go on.
    pub(super) const fn is_cut(&self) -> bool {
        self.cut
    }

    /// Whether something has come since this was last asked.
    pub(super) fn is_new(&mut self) -> bool {
        std::mem::take(&mut self.new)
    }

    /// The next line, with its newline; the last one can be without.
    pub(super) fn line(&mut self) -> Option<Vec<u8>> {
        let end = match self.typed.iter().position(|byte| *byte == b'\n') {
            Some(at) => at + 1,
            None if self.ended && !self.typed.is_empty() => self.typed.len(),
            None => return None,
        };
        Some(self.typed.drain(..end).collect())
    }

    /// Whether the programs must be told now that the input has ended: they have all of it.
    pub(super) fn end(&mut self) -> bool {
        let now = self.ended && self.typed.is_empty() && !self.told;
        self.told |= now;
        now
    }

    /// Whether nothing more will come.
    pub(super) const fn is_at_its_end(&self) -> bool {
        self.ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(of: &[&[u8]]) -> Vec<u8> {
        of.iter().flat_map(|bytes| [&(bytes.len() as u32).to_le_bytes()[..], bytes].concat()).collect()
    }

    #[test]
    fn lines_are_given_one_by_one_however_they_came() {
        let mut input = Input::default();
        let bytes = frames(&[b"one\ntw", b"o\nthree"]);
        bytes.chunks(3).for_each(|piece| input.take(piece));
        assert_eq!(input.line().as_deref(), Some(&b"one\n"[..]));
        assert_eq!(input.line().as_deref(), Some(&b"two\n"[..]));
        assert_eq!(input.line(), None);
        assert!(!input.end());
        input.take(&frames(&[b""]));
        assert!(input.is_at_its_end() && !input.end(), "a line is still there");
        assert_eq!(input.line().as_deref(), Some(&b"three"[..]));
        assert!(input.end() && !input.end());
    }
}
