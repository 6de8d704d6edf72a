//! How much may come out of an archive, counted while it comes out.
//!
//! A submission is some source files; the largest among the reference programs has a few kilobytes. The limits are far
//! above anything that is handed in on purpose, and low enough that a hostile archive costs a second and no disk.

use super::Problem;
use std::cell::Cell;
use std::io::{self, Read};

const MIB: u64 = 1 << 20;

/// An archive itself. It is read into memory, so that what is looked at and what is unpacked are the same. Nothing that
/// keeps to the other limits is much larger packed than unpacked.
pub(super) const ARCHIVE: u64 = 64 * MIB;
/// All that comes out, headers and what is left out included: a few hundred times a large submission.
pub(super) const TOTAL: u64 = 64 * MIB;
/// One file: room for a built program with its debugging information, which is the largest that is handed in.
pub(super) const ENTRY: u64 = 16 * MIB;
/// Files and folders. A package with all its dependencies beside it (`cargo vendor`) has some thousand.
pub(super) const ENTRIES: usize = 10_000;
/// How many times as large as the archive what comes out may be. Source text packs to a fifth, a log to a twentieth;
/// deflate reaches 1032 with zeros. Compared with the archive and not with the entry, because entries can share their
/// packed bytes, and an archive cannot lie about its own length.
pub(super) const RATIO: u64 = 100;
/// Below this nothing is won by refusing, and a file of test data may well be all blanks.
const RATIO_FLOOR: u64 = 8 * MIB;
/// A whole name: it must fit into PATH_MAX (4096) behind our folder, and in front of what a compiler adds.
pub(super) const NAME: usize = 1024;
/// A part of a name: NAME_MAX.
pub(super) const PART: usize = 255;
/// Folders in one another: deeper than any language's habits, and no strain for what walks through them.
pub(super) const DEPTH: usize = 32;

/// Counts what comes out of one archive.
pub(super) struct Meter {
    archive: u64,
    out: Cell<u64>,
}

impl Meter {
    /// For an archive of so many bytes.
    pub(super) fn new(archive: u64) -> Self {
        Self { archive, out: Cell::new(0) }
    }

    /// Counts what is read from here on.
    pub(super) fn read<R: Read>(&self, inner: R) -> Metered<'_, R> {
        Metered { inner, meter: self, ended: false }
    }

    fn count(&self, bytes: usize) -> io::Result<()> {
        let out = self.out.get() + bytes as u64;
        self.out.set(out);
        match () {
            () if out > TOTAL => Err(io::Error::other(Problem::Large)),
            () if out > RATIO_FLOOR && out > RATIO * self.archive => Err(io::Error::other(Problem::Bomb)),
            () => Ok(()),
        }
    }
}

/// A reader whose bytes are counted.
pub(super) struct Metered<'a, R> {
    inner: R,
    meter: &'a Meter,
    ended: bool,
}

impl<R> Metered<'_, R> {
    /// Whether its end was reached.
    pub(super) fn has_ended(&self) -> bool {
        self.ended
    }
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let got = self.inner.read(buffer)?;
        self.ended |= got == 0 && !buffer.is_empty();
        self.meter.count(got)?;
        Ok(got)
    }
}
