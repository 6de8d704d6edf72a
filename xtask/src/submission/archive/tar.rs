//! Tells the entries of a tar file, compressed or not.

use super::limits::Meter;
use super::refusal::{Problem, Refusal};
use super::rules::Kind;
use super::{Entry, Take, damaged};
use std::io::{self, Read};
use tar::{Archive, EntryType};

/// Tells each entry in turn. All that is read is counted, also headers, long names and what is left out: whatever the
/// library keeps in memory of them is smaller than that.
pub(super) fn entries(from: impl Read, meter: &Meter, take: Take<'_>) -> Result<(), Refusal> {
    let mut archive = Archive::new(meter.read(from));
    let mut last: Option<Vec<u8>> = None;
    for entry in archive.entries().map_err(|error| damaged(error).of_all())? {
        let mut entry = entry.map_err(|error| damaged(error).after(last.as_deref()))?;
        let name = entry.path_bytes().into_owned();
        let kind = match entry.header().entry_type() {
            // Remarks about the whole archive, as `git archive` makes them.
            EntryType::XGlobalHeader => continue,
            EntryType::Regular | EntryType::Continuous if name.ends_with(b"/") => Kind::Folder,
            EntryType::Regular | EntryType::Continuous => {
                let mode = entry.header().mode().map_err(|error| damaged(error).at(&name))?;
                Kind::File { executable: mode & 0o111 != 0 }
            }
            EntryType::Directory => Kind::Folder,
            EntryType::Symlink => Kind::SymbolicLink,
            EntryType::Link => Kind::HardLink,
            EntryType::Char | EntryType::Block => Kind::Device,
            EntryType::Fifo => Kind::Fifo,
            EntryType::GNUSparse => Kind::Sparse,
            _ => Kind::Other,
        };
        let kind = if is_sparse(&mut entry).map_err(|error| damaged(error).at(&name))? { Kind::Sparse } else { kind };
        let left = entry.size();
        take(Entry { name: &name, kind, content: &mut Whole { entry, left } })?;
        last = Some(name);
    }
    let mut rest = archive.into_inner();
    // It ends with a block of zeros. Without one something is missing, and it may be the program.
    if rest.has_ended() {
        return Err(Problem::damaged("its end is missing").after(last.as_deref()));
    }
    // What is compressed has its sum at the very end.
    io::copy(&mut rest, &mut io::sink()).map_err(|error| damaged(error).after(last.as_deref()))?;
    Ok(())
}

/// The content of an entry, which may not be shorter than the header says.
struct Whole<R> {
    entry: R,
    left: u64,
}

impl<R: Read> Read for Whole<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let got = self.entry.read(buffer)?;
        self.left = self.left.saturating_sub(got as u64);
        if got == 0 && self.left > 0 && !buffer.is_empty() {
            return Err(io::Error::other("its content ends early"));
        }
        Ok(got)
    }
}

/// Whether the content is only a part of the file, with a list of where it belongs, as newer archives tell it.
fn is_sparse<R: Read>(entry: &mut tar::Entry<'_, R>) -> io::Result<bool> {
    let Some(extensions) = entry.pax_extensions()? else { return Ok(false) };
    for extension in extensions {
        if extension?.key_bytes().starts_with(b"GNU.sparse.") {
            return Ok(true);
        }
    }
    Ok(false)
}
