//! Pieces of the page that are looked at one at a time, and so are not part of it until then: compressed, many in one, because
//! they resemble each other. The browser unpacks the one that is asked for.
//!
//! There are several series, each numbered from 0. What is alike is together in one; a piece that was there before keeps its number.

use flate2::Compression;
use flate2::write::ZlibEncoder;
use serde::Serialize;
use std::collections::HashMap;
use std::io::{self, Write};

/// Bytes of one series after which they are compressed and written: what has to be unpacked for one piece.
const ENOUGH: usize = 128 << 10;
/// Stands between two pieces; never within one, because no escaped text has it.
const BETWEEN: char = '\0';

/// Writes the pieces as they fill up. In memory are at most [`ENOUGH`] bytes of each series, and a hash of each distinct piece.
pub(super) struct Blobs<W> {
    series: Vec<Series>,
    out: W,
}

#[derive(Default)]
struct Series {
    /// How many pieces are written already.
    written: usize,
    /// How many there are.
    count: usize,
    /// Those that are not written.
    open: String,
    known: HashMap<[u8; 16], usize>,
}

impl<W: Write> Blobs<W> {
    pub(super) fn new(series: usize, out: W) -> Self {
        Self { series: (0..series).map(|_| Series::default()).collect(), out }
    }

    /// The number in its series of the piece that is made of `of`. What is known already is not made again.
    pub(super) fn put(
        &mut self,
        series: usize,
        of: &impl Serialize,
        make: impl FnOnce() -> String,
    ) -> io::Result<usize> {
        let mut hash = blake3::Hasher::new();
        serde_json::to_writer(&mut hash, of)?;
        let mut key = [0; 16];
        key.copy_from_slice(&hash.finalize().as_bytes()[..16]);
        let into = &mut self.series[series];
        if let Some(number) = into.known.get(&key) {
            return Ok(*number);
        }
        let number = into.count;
        into.known.insert(key, number);
        into.count += 1;
        if number > into.written {
            into.open.push(BETWEEN);
        }
        into.open.push_str(&make());
        if into.open.len() >= ENOUGH {
            self.flush(series)?;
        }
        Ok(number)
    }

    /// Writes what is left.
    pub(super) fn finish(mut self) -> io::Result<W> {
        for series in 0..self.series.len() {
            if self.series[series].count > self.series[series].written {
                self.flush(series)?;
            }
        }
        Ok(self.out)
    }

    fn flush(&mut self, number: usize) -> io::Result<()> {
        let series = &mut self.series[number];
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
        packed.write_all(series.open.as_bytes())?;
        let first = series.written;
        series.written = series.count;
        series.open.clear();
        // A block of data: no browser takes it for a script, and nothing in it can end it.
        writeln!(
            self.out,
            "<script type=\"application/zlib\" data-series=\"{number}\" data-first=\"{first}\">{}</script>",
            base64(&packed.finish()?)
        )
    }
}

/// Bytes in the alphabet of RFC 4648, section 4.
pub(super) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for index in 0..4 {
            let sextet = bits >> (18 - 6 * index) & 63;
            out.push(if index > chunk.len() { '=' } else { char::from(ALPHABET[sextet as usize]) });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    /// The test vectors of RFC 4648, section 10.
    #[rstest]
    #[case("", "")]
    #[case("f", "Zg==")]
    #[case("fo", "Zm8=")]
    #[case("foo", "Zm9v")]
    #[case("foob", "Zm9vYg==")]
    #[case("fooba", "Zm9vYmE=")]
    #[case("foobar", "Zm9vYmFy")]
    fn base64_is_that_of_the_rfc(#[case] text: &str, #[case] written: &str) {
        assert_eq!(base64(text.as_bytes()), written);
    }

    #[test]
    fn a_piece_that_was_there_before_keeps_its_number() {
        let mut blobs = Blobs::new(2, Vec::new());
        let mut put = |series, of| blobs.put(series, &of, || format!("made of {of}")).unwrap();
        assert_eq!([put(0, "a"), put(0, "b"), put(0, "a"), put(1, "a")], [0, 1, 0, 0]);
        assert_eq!(blobs.put(0, &"b", || panic!("it is known")).unwrap(), 1);
        assert_eq!(String::from_utf8(blobs.finish().unwrap()).unwrap().lines().count(), 2);
    }

    #[test]
    fn a_full_series_is_written_and_the_next_one_goes_on_counting() {
        let mut blobs = Blobs::new(1, Vec::new());
        assert_eq!(blobs.put(0, &"x", || "x".repeat(ENOUGH)).unwrap(), 0);
        assert_eq!(blobs.put(0, &"y", || "y".to_owned()).unwrap(), 1);
        let written = String::from_utf8(blobs.finish().unwrap()).unwrap();
        let firsts: Vec<_> = written.lines().filter_map(|line| line.split('"').nth(5)).collect();
        assert_eq!(firsts, ["0", "1"]);
    }
}
