//! Tells the entries of a zip archive.

use super::limits::{ENTRIES, Meter};
use super::refusal::{Problem, Refusal};
use super::rules::{self, Kind};
use super::{Entry, Take, damaged};
use std::collections::BTreeSet;
use std::io::{self, Cursor};
use zip::read::ZipFileEntry;
use zip::{CompressionMethod, ZipArchive};

/// The beginning of an entry in the list at the end of an archive.
const HEADER: &[u8] = b"PK\x01\x02";

/// Tells each entry in turn, as the list at the archive's end has them.
pub(super) fn entries(bytes: &[u8], meter: &Meter, take: Take<'_>) -> Result<(), Refusal> {
    // The library reads the whole list before anything else. Each entry of it has this beginning, so there are never more.
    if bytes.windows(HEADER.len()).filter(|window| *window == HEADER).nth(ENTRIES).is_some() {
        return Err(Problem::Many.of_all());
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(error).of_all())?;
    names_are_different(bytes, &archive)?;
    let list = archive.metadata();
    let mut packed = 0_u64;
    for number in 0..list.len() {
        let entry = list.entry(number).map_err(|error| damaged(error).of_all())?;
        let (name, kind) = (entry.name_raw(), kind(&entry));
        if !matches!(kind, Kind::File { .. }) {
            take(Entry { name, kind, content: &mut io::empty() })?;
            continue;
        }
        // Entries that share their packed bytes would have us unpack the same again and again.
        packed = entry.compressed_size().saturating_add(packed);
        if packed > bytes.len() as u64 {
            return Err(Problem::damaged("entries overlap").at(name));
        }
        if entry.encrypted() {
            return Err(Problem::Encrypted.at(name));
        }
        if !matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
            return Err(Problem::Method(entry.compression().to_string()).at(name));
        }
        let content = archive.by_index(number).map_err(|error| damaged(error).at(name))?;
        take(Entry { name, kind, content: &mut meter.read(content) })?;
    }
    Ok(())
}

/// The names that stand in front of entries, in the first part of an archive.
pub(super) fn names_at_the_beginning(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    const PART: usize = 1 << 20;
    let first = &bytes[..bytes.len().min(PART)];
    let starts = (0..first.len()).filter(|at| first[*at..].starts_with(b"PK\x03\x04"));
    starts.filter_map(|at| {
        let fixed = first[at..].first_chunk::<30>()?;
        first[at + 30..].get(..usize::from(u16::from_le_bytes([fixed[26], fixed[27]])))
    })
}

/// What an entry is: by its mode of Unix, and where there is none, by the slash at the end of a folder's name.
fn kind(entry: &ZipFileEntry<'_>) -> Kind {
    let mode = entry.external_attributes() >> 16;
    match rules::kind_of_mode(mode) {
        None | Some(Kind::File { .. }) if entry.name_raw().ends_with(b"/") => Kind::Folder,
        None => Kind::File { executable: mode & 0o111 != 0 },
        Some(kind) => kind,
    }
}

/// The library keeps one entry a name, and forgets the others. Which one counts would depend on the reader, so the list is
/// gone through here, too.
fn names_are_different(bytes: &[u8], archive: &ZipArchive<Cursor<&[u8]>>) -> Result<(), Refusal> {
    let start = usize::try_from(archive.central_directory_start()).unwrap_or(usize::MAX);
    let mut rest = bytes.get(start..).unwrap_or_default();
    let mut names = BTreeSet::new();
    while let Some((name, behind)) = header(rest) {
        if !names.insert(name) {
            return Err(Problem::Twice.at(name));
        }
        rest = behind;
    }
    if names.len() != archive.len() {
        return Err(Problem::damaged("its list of entries is ambiguous").of_all());
    }
    Ok(())
}

/// The name in a header of the list, and what is behind it.
fn header(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let fixed = bytes.first_chunk::<46>().filter(|fixed| fixed.starts_with(HEADER))?;
    let length = |at: usize| usize::from(u16::from_le_bytes([fixed[at], fixed[at + 1]]));
    let (name, behind) = bytes[46..].split_at_checked(length(28))?;
    Some((name, behind.get(length(30) + length(32)..)?))
}
