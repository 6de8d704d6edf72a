//! Our ends of the program's standard streams.

use crate::event::Stream;
use rustix::io::{Errno, ioctl_fionbio, ioctl_fionread, read, write};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// What we hold of a program's standard input, output and error. All of it is non-blocking.
pub struct Streams {
    input: Option<OwnedFd>,
    to_type: Vec<u8>,
    end_after: bool,
    /// The pipe is full, or nobody reads it any more.
    stuck: bool,
    outputs: [(Stream, Option<OwnedFd>); 2],
    /// The program's side of its terminal. A program can close it and open it again by its name. If nobody had it open in
    /// between, ours would be at its end, or not, depending on when we looked.
    _held: OwnedFd,
    /// The piece before, for telling a repetition from something new.
    last: Vec<u8>,
}

/// What a [`Streams::drain`] brought.
#[derive(Clone, Copy, Debug, Default)]
pub struct Drained {
    /// Bytes of output.
    pub output: u64,
    /// Whether it differs from the piece before.
    pub new: bool,
    /// Bytes of input that the program's pipe took.
    pub typed: u64,
}

impl Streams {
    /// `stdout` is a terminal: our side and the program's.
    pub(super) fn new(input: OwnedFd, (stdout, held): (OwnedFd, OwnedFd), stderr: OwnedFd) -> io::Result<Self> {
        for fd in [&input, &stdout, &stderr] {
            ioctl_fionbio(fd, true)?;
        }
        Ok(Self {
            input: Some(input),
            to_type: Vec::new(),
            end_after: false,
            stuck: false,
            outputs: [(Stream::Stdout, Some(stdout)), (Stream::Stderr, Some(stderr))],
            _held: held,
            last: Vec::new(),
        })
    }

    /// Types bytes.
    ///
    /// # Errors
    /// In words, when the input has ended before: a consequence of what the program did, and no trouble of ours.
    pub fn type_bytes(&mut self, bytes: &[u8]) -> Result<(), String> {
        if self.end_after {
            return Err("the program's input has ended".to_owned());
        }
        self.to_type.extend_from_slice(bytes);
        self.write();
        Ok(())
    }

    /// Closes standard input, once all that was typed before is written.
    pub fn end_input(&mut self) {
        self.end_after = true;
        self.write();
    }

    /// Whether there is something typed that the pipe has not refused yet.
    #[must_use]
    pub const fn unwritten(&self) -> bool {
        !self.to_type.is_empty() && !self.stuck
    }

    /// Whether something that was typed has not been read yet.
    ///
    /// # Errors
    /// Those of `ioctl(2)`.
    pub fn unread(&self) -> io::Result<bool> {
        // Of a pipe the kernel tells the bytes inside, at whichever end it is asked.
        let inside = self.input.as_ref().map_or(Ok(0), ioctl_fionread)?;
        Ok(inside > 0 || !self.to_type.is_empty())
    }

    /// Reads all that the program has written, and writes what it can take. Reading a terminal flushes what is on its
    /// way inside the kernel first (`n_tty_read`), so nothing that was written before the call is left behind.
    ///
    /// # Errors
    /// Those of `read(2)`.
    pub fn drain(&mut self, mut seen: impl FnMut(Stream, &[u8])) -> io::Result<Drained> {
        let mut out = Drained { typed: self.write(), ..Drained::default() };
        let mut piece = Vec::new();
        for (stream, slot) in &mut self.outputs {
            let from = piece.len();
            read_all(slot, &mut piece)?;
            if piece.len() > from {
                seen(*stream, &piece[from..]);
            }
        }
        if !piece.is_empty() {
            out.output = piece.len() as u64;
            out.new = piece != self.last;
            self.last = piece;
        }
        Ok(out)
    }

    /// The descriptors on which output can arrive.
    pub fn readable(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.outputs.iter().filter_map(|(_, fd)| fd.as_ref().map(AsFd::as_fd))
    }

    fn write(&mut self) -> u64 {
        let mut written = 0;
        let Some(fd) = &self.input else { return 0 };
        self.stuck = false;
        while !self.to_type.is_empty() {
            match write(fd, &self.to_type) {
                Ok(count) => {
                    self.to_type.drain(..count);
                    written += count as u64;
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    self.stuck = true;
                    break;
                }
                // Nobody reads it any more.
                Err(_) => self.to_type.clear(),
            }
        }
        if self.end_after && self.to_type.is_empty() {
            self.input = None;
        }
        written
    }
}

fn read_all(slot: &mut Option<OwnedFd>, into: &mut Vec<u8>) -> io::Result<()> {
    let Some(fd) = slot else { return Ok(()) };
    // To clear it would take longer than to read what mostly comes.
    let mut buffer = [MaybeUninit::uninit(); 65_536];
    // One pass takes at most this much, so that a flood cannot keep us from everything else.
    const PASS: usize = 1 << 20;
    let limit = into.len() + PASS;
    while into.len() < limit {
        match read(&*fd, &mut buffer[..]) {
            // A terminal that was hung up gives EIO.
            Ok(([], _)) | Err(Errno::IO) => {
                *slot = None;
                return Ok(());
            }
            Ok((piece, _)) => into.extend_from_slice(piece),
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
