//! What kind of archive a file is, by its first bytes: a name says what somebody meant, and the bytes what it is.

use super::Problem;
use flate2::bufread::MultiGzDecoder;
use std::io::Read;

/// A format that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Zip,
    Tar,
    TarGz,
}

/// The beginnings of what people hand in, too.
const OTHERS: [(&[u8], &str); 7] = [
    (b"Rar!\x1a\x07", "a rar archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\xfd7zXZ\0", "an xz file"),
    (b"BZh", "a bzip2 file"),
    (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"LZIP", "an lzip file"),
    (b"PK\x07\x08", "a part of a split zip archive"),
];

/// The length of a header in a tar file.
const BLOCK: usize = 512;

impl Format {
    /// The format of a file with these bytes. `None` if it is nothing that has to do with archives.
    ///
    /// # Errors
    /// When it is something of that kind that is not read.
    pub(super) fn of(bytes: &[u8]) -> Result<Option<Self>, Problem> {
        if let Some((_, name)) = OTHERS.iter().find(|(magic, _)| bytes.starts_with(magic)) {
            return Err(Problem::OtherFormat(name));
        }
        // The second is an archive without an entry, which begins with its end.
        if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
            return Ok(Some(Self::Zip));
        }
        if bytes.starts_with(b"\x1f\x8b") {
            let mut first = Vec::new();
            let read = gunzip(bytes).take(BLOCK as u64).read_to_end(&mut first);
            read.map_err(|error| Problem::damaged(&error.to_string()))?;
            return if is_tar(&first) { Ok(Some(Self::TarGz)) } else { Err(Problem::OneFile) };
        }
        Ok(is_tar(bytes).then_some(Self::Tar))
    }
}

/// The bytes that were compressed by gzip, also in several members, one behind the other.
pub(super) fn gunzip(bytes: &[u8]) -> MultiGzDecoder<&[u8]> {
    MultiGzDecoder::new(bytes)
}

/// Whether this begins with a header of a tar file, or with its end. Old ones have no mark, but a sum.
fn is_tar(bytes: &[u8]) -> bool {
    let Some(block) = bytes.first_chunk::<BLOCK>() else { return false };
    if block[257..].starts_with(b"ustar") || block.iter().all(|byte| *byte == 0) {
        return true;
    }
    // The field of the sum counts as blanks.
    let (sum, blanks) = (148..156, 8 * u32::from(b' '));
    let rest = block.iter().enumerate().filter(|(at, _)| !sum.contains(at));
    let expected = rest.map(|(_, byte)| u32::from(*byte)).sum::<u32>() + blanks;
    let digits = block[sum].iter().map(|byte| char::from(*byte)).filter(char::is_ascii_digit).collect::<String>();
    u32::from_str_radix(&digits, 8) == Ok(expected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::read::GzEncoder;
    use rstest::rstest;

    fn header(header: tar::Header) -> Vec<u8> {
        let mut header = header;
        header.set_path("a.py").unwrap();
        header.set_size(0);
        header.set_cksum();
        header.as_bytes().to_vec()
    }

    fn gz(bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        GzEncoder::new(bytes, Compression::fast()).read_to_end(&mut out).unwrap();
        out
    }

    #[rstest]
    #[case::zip(b"PK\x03\x04".to_vec(), Ok(Some(Format::Zip)))]
    #[case::empty_zip(b"PK\x05\x06".to_vec(), Ok(Some(Format::Zip)))]
    #[case::tar(header(tar::Header::new_ustar()), Ok(Some(Format::Tar)))]
    #[case::gnu_tar(header(tar::Header::new_gnu()), Ok(Some(Format::Tar)))]
    #[case::old_tar(header(tar::Header::new_old()), Ok(Some(Format::Tar)))]
    #[case::empty_tar(vec![0; 1024], Ok(Some(Format::Tar)))]
    #[case::tar_gz(gz(&header(tar::Header::new_gnu())), Ok(Some(Format::TarGz)))]
    #[case::text(b"import socket\n".repeat(100), Ok(None))]
    #[case::nothing(Vec::new(), Ok(None))]
    #[case::one_file(gz(b"import socket\n"), Err(Problem::OneFile))]
    #[case::rar(b"Rar!\x1a\x07\x01\0".to_vec(), Err(Problem::OtherFormat("a rar archive")))]
    fn a_format_is_known_by_its_first_bytes(#[case] bytes: Vec<u8>, #[case] format: Result<Option<Format>, Problem>) {
        assert_eq!(Format::of(&bytes), format);
    }
}
