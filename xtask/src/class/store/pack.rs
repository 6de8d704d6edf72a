//! Plain data as compressed JSON.

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io;

/// Compressed JSON.
pub(super) fn pack(value: &impl Serialize) -> Vec<u8> {
    let mut out = DeflateEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory does not fail, and there is nothing in our data that JSON cannot say.
    let _ = serde_json::to_writer(&mut out, value);
    out.finish().unwrap_or_default()
}

/// The other way.
///
/// # Errors
/// When the bytes are something else.
pub(super) fn unpack<T: DeserializeOwned>(bytes: &[u8]) -> io::Result<T> {
    Ok(serde_json::from_reader(io::BufReader::new(DeflateDecoder::new(bytes)))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_packed_is_unpacked(lines in proptest::collection::vec("\\PC*", 0..20)) {
            prop_assert_eq!(unpack::<Vec<String>>(&pack(&lines)).unwrap(), lines);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = unpack::<Vec<String>>(&bytes);
        }
    }
}
