//! Guessing what a file is before anything is done with it: whether it is an archive, and what is in it.

use super::format::{self, Format};
use super::limits::{ARCHIVE, Meter};
use super::rules::{self, Kind};
use super::{Entry, Refusal, Take, tar, zip};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// How much of a file says whether it is an archive: the first header of a tar file, also a compressed one.
const BEGINNING: u64 = 4 << 10;

/// Whether a file begins like an archive, also like one that is not read.
pub(crate) fn is_one(path: &Path) -> bool {
    let beginning = || {
        let mut bytes = Vec::new();
        File::open(path)?.take(BEGINNING).read_to_end(&mut bytes)?;
        io::Result::Ok(bytes)
    };
    // Nothing is opened that could be waited for.
    fs::metadata(path).is_ok_and(|data| data.is_file())
        && beginning().is_ok_and(|bytes| !matches!(Format::of(&bytes), Ok(None)))
}

/// Whether a file with this name can be meant as an archive: documents are zip archives inside, and nobody means them to be opened.
pub(crate) fn is_meant_as_one(path: &Path) -> bool {
    const DOCUMENTS: [&str; 13] =
        ["docx", "docm", "xlsx", "xlsm", "pptx", "odt", "ods", "odp", "odg", "epub", "jar", "pages", "numbers"];
    let kind = path.extension().unwrap_or_default().to_ascii_lowercase();
    !DOCUMENTS.iter().any(|known| kind == *known)
}

/// What can be seen of an archive without unpacking it.
#[derive(Default)]
pub(crate) struct Seen {
    /// The names of its files, as far as they can be read.
    pub(crate) names: Vec<String>,
    /// Why the rest cannot be read.
    pub(crate) refusal: Option<Refusal>,
}

/// The names of the files in an archive, as far as they can be read: to guess what it is, and nothing else. Of a zip archive
/// that is larger than one submission can be, those that stand at its beginning.
///
/// # Errors
/// When the file cannot be read.
pub(crate) fn names(path: &Path) -> io::Result<Vec<String>> {
    look(path).map(|seen| seen.names)
}

/// The same, with what keeps the rest from being read.
///
/// # Errors
/// When the file cannot be read.
pub(crate) fn look(path: &Path) -> io::Result<Seen> {
    let mut bytes = Vec::new();
    File::open(path)?.take(ARCHIVE + 1).read_to_end(&mut bytes)?;
    let mut names = Vec::new();
    let mut add = |name: &[u8]| {
        let name = rules::name(name).ok().filter(|name| !name.is_empty() && !rules::is_left_out(name));
        names.extend(name);
    };
    let take: Take<'_> = &mut |entry: Entry<'_>| {
        if matches!(entry.kind, Kind::File { .. }) {
            add(entry.name);
        }
        Ok(())
    };
    let meter = Meter::new(bytes.len() as u64);
    // What is refused in the middle has told the names until then.
    let read = match Format::of(&bytes) {
        Ok(Some(Format::Zip)) if bytes.len() as u64 > ARCHIVE => {
            zip::names_at_the_beginning(&bytes).for_each(add);
            Ok(())
        }
        Ok(Some(Format::Zip)) => zip::entries(&bytes, &meter, take),
        Ok(Some(Format::Tar)) => tar::entries(&*bytes, &meter, take),
        Ok(Some(Format::TarGz)) => tar::entries(format::gunzip(&bytes), &meter, take),
        Ok(None) => Ok(()),
        Err(problem) => Err(problem.of_all()),
    };
    Ok(Seen { names, refusal: read.err() })
}
