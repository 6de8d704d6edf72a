//! Archives byte by byte, because no honest tool makes hostile ones.

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use std::io::Write;
use tar::{EntryType, Header};

/// An entry of a zip archive.
#[derive(Clone, Debug)]
pub struct Zipped {
    pub name: Vec<u8>,
    pub packed: Vec<u8>,
    pub size: u32,
    pub crc: u32,
    pub method: u16,
    pub flags: u16,
    /// The mode of Unix.
    pub mode: u32,
    /// A further field in the list.
    pub extra: Vec<u8>,
    /// Whether its bytes are those of the entry before.
    pub shares: bool,
}

/// A file that is not compressed.
pub fn stored(name: impl AsRef<[u8]>, content: &[u8]) -> Zipped {
    let mut crc = flate2::Crc::new();
    crc.update(content);
    Zipped {
        name: name.as_ref().to_vec(),
        packed: content.to_vec(),
        size: content.len() as u32,
        crc: crc.sum(),
        method: 0,
        flags: 0,
        mode: 0o100_644,
        extra: Vec::new(),
        shares: false,
    }
}

/// A compressed file.
pub fn deflated(name: impl AsRef<[u8]>, content: &[u8]) -> Zipped {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    Zipped { packed: encoder.finish().unwrap(), method: 8, ..stored(name, content) }
}

/// A file of so many zeros, packed to a thousandth.
pub fn zeros(name: &str, mib: usize) -> Zipped {
    let content = vec![0; mib << 20];
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&content).unwrap();
    Zipped { packed: encoder.finish().unwrap(), method: 8, ..stored(name, &content) }
}

/// An entry with this mode.
pub fn moded(name: &str, mode: u32) -> Zipped {
    Zipped { mode, ..stored(name, b"/etc/passwd") }
}

/// A zip archive.
pub fn zip(entries: &[Zipped]) -> Vec<u8> {
    let (mut out, mut list) = (Vec::new(), Vec::new());
    let mut start = 0;
    for entry in entries {
        let lengths = [entry.packed.len() as u32, entry.size].map(u32::to_le_bytes).concat();
        let about = [&entry.flags.to_le_bytes()[..], &entry.method.to_le_bytes(), &[0, 0, 0x21, 0x52]].concat();
        let about = [&about[..], &entry.crc.to_le_bytes(), &lengths].concat();
        let name = (entry.name.len() as u16).to_le_bytes();
        if !entry.shares {
            start = out.len() as u32;
            out.extend([b"PK\x03\x04\x14\0", &about[..], &name, &[0, 0], &entry.name, &entry.packed].concat());
        }
        list.extend([b"PK\x01\x02\x14\x03\x14\0", &about[..], &name].concat());
        list.extend((entry.extra.len() as u16).to_le_bytes());
        list.extend([0; 6]);
        list.extend([(entry.mode << 16).to_le_bytes(), start.to_le_bytes()].concat());
        list.extend([&entry.name[..], &entry.extra].concat());
    }
    let (count, start) = ((entries.len() as u16).to_le_bytes(), (out.len() as u32).to_le_bytes());
    let length = (list.len() as u32).to_le_bytes();
    [&out[..], &list, b"PK\x05\x06\0\0\0\0", &count, &count, &length, &start, &[0, 0]].concat()
}

/// An entry of a tar file: its header, and what follows it.
pub fn entry(name: impl AsRef<[u8]>, kind: EntryType, content: &[u8]) -> Vec<u8> {
    entry_with(name, kind, content, |_| {})
}

/// The same with a change of the header.
pub fn entry_with(
    name: impl AsRef<[u8]>,
    kind: EntryType,
    content: &[u8],
    change: impl FnOnce(&mut Header),
) -> Vec<u8> {
    let mut header = Header::new_gnu();
    // The library would refuse to write some of them.
    header.as_old_mut().name[..name.as_ref().len()].copy_from_slice(name.as_ref());
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.set_size(content.len() as u64);
    change(&mut header);
    header.set_cksum();
    let mut out = [header.as_bytes(), content].concat();
    out.resize(out.len().next_multiple_of(512), 0);
    out
}

/// A file in a tar file.
pub fn file(name: impl AsRef<[u8]>, content: &[u8]) -> Vec<u8> {
    entry(name, EntryType::Regular, content)
}

/// An entry that leads to another.
pub fn link(name: &str, kind: EntryType, to: &str) -> Vec<u8> {
    let mut out = entry(name, kind, b"");
    let header = Header::from_byte_slice(out.first_chunk::<512>().unwrap());
    let mut header = header.clone();
    header.as_old_mut().linkname[..to.len()].copy_from_slice(to.as_bytes());
    header.set_cksum();
    out.copy_from_slice(header.as_bytes());
    out
}

/// A remark about the entry behind it, as newer archives have them.
pub fn remark(key: &str, value: &str) -> Vec<u8> {
    let length = key.len() + value.len() + 3;
    let length = length + (length + 2).to_string().len();
    entry("remark", EntryType::XHeader, format!("{length} {key}={value}\n").as_bytes())
}

/// A tar file.
pub fn tar(entries: &[Vec<u8>]) -> Vec<u8> {
    [entries.concat(), vec![0; 1024]].concat()
}

/// The same compressed.
pub fn tar_gz(entries: &[Vec<u8>]) -> Vec<u8> {
    gz(&tar(entries))
}

/// What gzip makes of it.
pub fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
