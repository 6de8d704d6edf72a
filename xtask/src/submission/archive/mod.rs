//! A submission that is an archive (zip, tar, tar.gz): unpacked into a private folder of ours, or refused as a whole.
//!
//! An archive is written by somebody whom nobody trusts. Four rules keep it where it belongs:
//!
//! - a name or a kind of entry that could lead anywhere else is refused, never repaired (`rules`);
//! - only new files and folders are made, with permissions of ours; nothing is followed, replaced or given away (`write`);
//! - what comes out is counted while it comes out; what a header says about sizes is not believed (`limits`);
//! - a refusal leaves nothing behind ([`Unpacked`]).
//!
//! `zip` and `tar` only translate: both tell their entries to the same `write::Writer`.

mod format;
mod limits;
mod peek;
mod refusal;
mod rules;
mod tar;
mod unpacked;
mod write;
mod zip;

pub(crate) use peek::{Seen, is_meant_as_one, is_one, look, names};
pub use refusal::Refusal;
pub(super) use refusal::shown;
pub(crate) use rules::is_left_out;
pub use unpacked::Unpacked;

use crate::trouble::Trouble;
use format::Format;
use limits::{ARCHIVE, Meter};
use refusal::Problem;
use rules::Kind;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use write::Writer;

/// One entry, as an archive tells it. Nothing of it was looked at yet.
struct Entry<'a> {
    /// Its name, byte by byte.
    name: &'a [u8],
    kind: Kind,
    content: &'a mut dyn Read,
}

/// Unpacks the archive `path` into a folder of its own. `None` if it is no archive.
///
/// # Errors
/// When it is an archive that is refused, with `shown` as its name; when the folder cannot be written.
pub fn open(path: &Path, shown: &str) -> Result<Option<Unpacked>, Trouble> {
    let usage = |problem: String| Trouble::Usage(format!("{shown}: {problem}"));
    // A FIFO would be waited for, and a device may have no end.
    if !fs::metadata(path).is_ok_and(|data| data.is_file()) {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| usage(error.to_string()))?;
    file.take(ARCHIVE + 1).read_to_end(&mut bytes).map_err(|error| usage(error.to_string()))?;
    let refused = |refusal| match refusal {
        Refusal::Archive(problem) => usage(problem),
        Refusal::Ours(problem) => Trouble::Ours(format!("unpacking {shown}: {problem}")),
    };
    if format_of(&bytes).map_err(refused)?.is_none() {
        return Ok(None);
    }
    let unpacked = Unpacked::new(&bytes).map_err(Trouble::ours(format!("making a folder to unpack {shown}")))?;
    unpack(&bytes, &unpacked.files()).map_err(refused)?;
    Ok(Some(unpacked))
}

/// Unpacks an archive, given by its bytes, into a folder that is there and empty.
///
/// # Errors
/// When it is refused. What was written until then is left to the caller.
pub fn unpack(bytes: &[u8], into: &Path) -> Result<(), Refusal> {
    let format = format_of(bytes)?.ok_or_else(|| Problem::NoArchive.of_all())?;
    let meter = Meter::new(bytes.len() as u64);
    let mut writer = Writer::new(into);
    let take = &mut |entry: Entry<'_>| writer.write(entry);
    match format {
        Format::Zip => zip::entries(bytes, &meter, take),
        Format::Tar => tar::entries(bytes, &meter, take),
        Format::TarGz => tar::entries(format::gunzip(bytes), &meter, take),
    }
}

/// The format of a file with these bytes; `None` if it is no archive.
fn format_of(bytes: &[u8]) -> Result<Option<Format>, Refusal> {
    let format = Format::of(bytes).map_err(Problem::of_all)?;
    if format.is_some() && bytes.len() as u64 > ARCHIVE {
        return Err(Problem::LargeArchive.of_all());
    }
    Ok(format)
}

/// What takes an entry.
type Take<'a> = &'a mut dyn FnMut(Entry<'_>) -> Result<(), Refusal>;

/// Why nothing could be read: a limit of ours, or what a library says about it.
fn damaged(error: impl Into<io::Error>) -> Problem {
    let error = error.into();
    error.downcast::<Problem>().unwrap_or_else(|error| Problem::damaged(&error.to_string()))
}
