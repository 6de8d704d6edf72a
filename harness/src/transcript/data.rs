//! Bytes of the wire as text.

use super::names::Names;
use crate::check::{is_text, pattern, quote};

/// Longest run of bytes that is written out; of a longer one only its ends are.
const WHOLE: usize = 400;

/// The bytes as a transcript writes them.
pub(super) fn name(names: &Names<'_>, bytes: &[u8]) -> String {
    if let Some(name) = names.params.naming_text(bytes) {
        return format!("{{{name}}}");
    }
    if names.patterns().any(|len| len == bytes.len() && pattern(len) == bytes) {
        return format!("the {} bytes", bytes.len());
    }
    describe(bytes)
}

/// Any bytes as a person can read them, with their number: as text where they are text, else in hexadecimal.
#[must_use]
pub fn describe(bytes: &[u8]) -> String {
    let len = bytes.len();
    let unit = if len == 1 { "byte" } else { "bytes" };
    if len > WHOLE {
        // The checksum tells two long texts apart that differ only in the middle.
        return format!(
            "{} … {} ({len} {unit}, checksum {:08x})",
            shape(&bytes[..40]),
            shape(&bytes[len - 20..]),
            checksum(bytes)
        );
    }
    format!("{} ({len} {unit})", shape(bytes))
}

fn shape(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if is_text(text) => quote(text),
        _ => bytes.iter().fold("hex".to_owned(), |text, byte| format!("{text} {byte:02x}")),
    }
}

/// FNV-1a with 32 bits.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |sum, byte| (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}
