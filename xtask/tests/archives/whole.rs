//! Archives that are refused as a whole: damaged, too large in all, of another format, or none at all.

use super::make::{Zipped, entry_with, file, gz, stored, tar, tar_gz, zeros, zip};
use super::{Place, refusal, said};
use rstest::rstest;
use std::fs;
use std::process::Command;
use tar::EntryType;

const MIB: usize = 1 << 20;
const LEAVE_OUT: &str = "Leave out what is built or installed, like target and .venv";
const NOT_READ: &str = "which is not read. Try: unpack it and give the folder, or make a zip or a tar.gz";
const ONE_FILE: &str = "this is one compressed file and no archive of a folder. Try: tar -czf submission.tar.gz FOLDER";
const NO_ARCHIVE: &str = "a submission is a folder or an archive (zip, tar, tar.gz), and this is another file. Ask for it again, as one of these";

/// What is said about an archive whose bytes are damaged.
fn damaged(how: &str) -> String {
    format!("the archive is cut off or damaged ({how}). Make it or copy it anew")
}

/// The same where it was noticed in an entry.
fn in_a(how: &str) -> String {
    format!("entry `a`: {}", damaged(how))
}

/// The same where it was noticed behind an entry.
fn after_a(how: &str) -> String {
    format!("after entry `a`: {}", damaged(how))
}

/// The header of an entry of so many MiB, of which nothing follows.
fn header(name: &str, kind: EntryType, mib: usize) -> Vec<u8> {
    entry_with(name, kind, b"", |header| header.set_size((mib * MIB) as u64))
}

/// What gzip makes of a tar file with a large entry at its end. What it makes of pieces, one behind the other, is what
/// it makes of them together.
fn gz_with_large(before: &[u8], name: &str, kind: EntryType, mib: usize) -> Vec<u8> {
    let piece = gz(&vec![b'a'; MIB]);
    [gz(before), gz(&header(name, kind, mib)), piece.repeat(mib), gz(&file("a.py", b"")), gz(&[0; 1024])].concat()
}

/// An archive with this change of its bytes.
fn changed(mut bytes: Vec<u8>, change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    change(&mut bytes);
    bytes
}

/// The beginning of an archive.
fn cut(bytes: Vec<u8>, length: usize) -> Vec<u8> {
    changed(bytes, |all| all.truncate(length))
}

/// What gzip makes of this, without its end.
fn gz_but_for(missing: usize, bytes: &[u8]) -> Vec<u8> {
    changed(gz(bytes), |all| all.truncate(all.len() - missing))
}

/// Files with numbers for names.
fn numbered(files: impl IntoIterator<Item = Zipped>) -> Vec<u8> {
    let named = files.into_iter().enumerate().map(|(number, file)| Zipped { name: number.to_string().into(), ..file });
    zip(&named.collect::<Vec<_>>())
}

/// An entry with a name in the list, and another in a further field.
fn renamed(name: &str, to: &str) -> Zipped {
    let mut crc = flate2::Crc::new();
    crc.update(name.as_bytes());
    let length = (5 + to.len() as u16).to_le_bytes();
    let extra = [&b"up"[..], &length, b"\x01", &crc.sum().to_le_bytes(), to.as_bytes()].concat();
    Zipped { extra, ..stored(name, b"") }
}

#[test]
fn more_entries_than_a_submission_has_are_refused() {
    let many = format!("the archive has more than 10000 files and folders. {LEAVE_OUT}");
    assert_eq!(refusal("a.zip", &numbered(vec![stored("", b""); 10_001])), many);
    let files: Vec<_> = (0..10_001).map(|number| file(number.to_string(), b"")).collect();
    assert_eq!(refusal("a.tar.gz", &tar_gz(&files)), format!("entry `10000`: {many}"));
    let left_out = vec![file(".git/a", b""); 10_001];
    assert_eq!(refusal("a.tar.gz", &tar_gz(&left_out)), format!("entry `.git/a`: {many}"));
}

#[test]
fn folders_that_names_imply_count_as_entries() {
    let deep = "a/".repeat(30);
    let files: Vec<_> = (0..400).map(|number| stored(format!("{number}/{deep}"), b"")).collect();
    let many = format!("the archive has more than 10000 files and folders. {LEAVE_OUT}");
    assert_eq!(refusal("a.zip", &zip(&files)), format!("entry `322/{deep}`: {many}"));
}

#[test]
fn what_is_unpacked_in_all_is_bounded_whatever_each_entry_has() {
    let files = [vec![stored("", &vec![b'a'; MIB])], vec![zeros("", 13); 5]].concat();
    let large = format!("more than 64 MiB come out of the archive. {LEAVE_OUT}");
    assert_eq!(refusal("a.zip", &numbered(files)), format!("entry `5`: {large}"));
}

#[test]
fn entries_that_share_their_bytes_are_refused_before_they_are_unpacked_again() {
    let first = stored("", &[b'a'; 2000]);
    let files = [first.clone(), Zipped { shares: true, ..first }];
    assert_eq!(refusal("a.zip", &numbered(files)), format!("entry `1`: {}", damaged("entries overlap")));
}

#[test]
fn an_entry_that_another_one_hides_is_noticed() {
    let bytes = zip(&[renamed("a.py", "b.py"), stored("b.py", b"")]);
    assert_eq!(refusal("a.zip", &bytes), damaged("its list of entries is ambiguous"));
}

#[test]
fn what_is_left_out_is_counted_too() {
    let bytes = gz_with_large(&file("udp_sender.py", b""), ".git/a", EntryType::Regular, 64);
    let bomb = format!("what comes out is more than 100 times as large as the archive. {LEAVE_OUT}");
    assert_eq!(refusal("a.tar.gz", &bytes), format!("after entry `.git/a`: {bomb}"));
}

#[test]
fn a_name_of_half_a_gibibyte_is_refused_in_little_memory() {
    let place = Place::new("a.tgz", &gz_with_large(b"", "L", EntryType::GNULongName, 512));
    let grade = place.grade("udp_sender::utf8_text");
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -v 400000 && exec \"$@\"", "sh"]).arg(grade.get_program()).args(grade.get_args());
    command.current_dir(&place.dir).env("CARGO_TARGET_DIR", place.dir.path().join("target"));
    let told = said(&mut command.into());
    assert!(told.starts_with("error: a.tgz: more than 64 MiB come out of the archive. "), "{told}");
    assert!(told.ends_with("exit Some(2)\n"), "{told}");
}

#[rstest]
#[case::zip(cut(zip(&[stored("a.py", b"")]), 60), damaged("invalid Zip archive: Could not find EOCD"))]
#[case::between_entries(gz(&file("a", b"")), after_a("its end is missing"))]
#[case::in_an_entry(gz(&cut(file("a", &[b'a'; 2000]), 1000)), in_a("its content ends early"))]
#[case::by_a_copy(gz_but_for(4, &tar(&[file("a", b"")])), after_a("unexpected end of file"))]
fn an_archive_that_is_cut_off_is_refused(#[case] bytes: Vec<u8>, #[case] message: String) {
    assert_eq!(refusal("a.tar.gz", &bytes), message);
}

#[test]
fn a_wrong_sum_of_a_compressed_file_is_noticed_at_its_end() {
    let bytes = changed(tar_gz(&[file("a", b"")]), |all| {
        let sum = all.len() - 8;
        all[sum] ^= 1;
    });
    let how = "corrupt gzip stream does not have a matching checksum";
    assert_eq!(refusal("a.tar.gz", &bytes), after_a(how));
}

#[test]
fn the_words_of_a_library_are_told_without_what_an_archive_put_into_them() {
    let bytes = changed(tar(&[file("a", b""), file("\x1b[2J", b"")]), |all| all[512 + 148] = b'x');
    let told = refusal("a.tar", &bytes);
    assert!(told.starts_with("after entry `a`: the archive is cut off or damaged ("), "{told}");
    assert!(!told.contains('\x1b') && told.contains("\\u{1b}[2J"), "{told}");
}

#[rstest]
#[case::rar(b"Rar!\x1a\x07\x01\0".to_vec(), format!("this is a rar archive, {NOT_READ}"))]
#[case::seven_zip(b"7z\xbc\xaf\x27\x1c\0\x04".to_vec(), format!("this is a 7z archive, {NOT_READ}"))]
#[case::xz(b"\xfd7zXZ\0\0\x04".to_vec(), format!("this is an xz file, {NOT_READ}"))]
#[case::one_file(gz(b"print()\n"), ONE_FILE.to_owned())]
#[case::large(vec![0; 65 * MIB], format!("the archive is larger than 64 MiB. {LEAVE_OUT}"))]
#[case::text(b"print()\n".to_vec(), NO_ARCHIVE.to_owned())]
fn what_is_no_archive_that_is_read_is_told_with_a_remedy(#[case] bytes: Vec<u8>, #[case] message: String) {
    assert_eq!(refusal("a.zip", &bytes), message);
}

#[test]
fn a_fifo_is_not_waited_for() {
    let place = Place::new("a.zip", b"");
    let fifo = place.dir.path().join("a.zip");
    fs::remove_file(&fifo).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, &fifo, rustix::fs::Mode::RUSR).unwrap();
    let told = said(&mut place.grade("udp_sender::utf8_text"));
    assert!(told.starts_with("error: a.zip: a submission is a folder or an archive"), "{told}");
    assert!(told.ends_with("exit Some(2)\n"), "{told}");
}
