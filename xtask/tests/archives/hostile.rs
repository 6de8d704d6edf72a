//! Entries that lead elsewhere, or are no file and no folder: each kind with its message, exit code 2, and nothing that
//! is left.

use super::make::{Zipped, entry, entry_with, file, link, moded, remark, stored, tar_gz, zeros, zip};
use super::refusal;
use rstest::rstest;
use tar::EntryType;

const PARENT: &str = "its name leads out of the submission (`..`). Make the archive anew, of one folder";
const ABSOLUTE: &str = "its name is an absolute path. Make the archive anew, of a folder and not of `/`";
const BACKSLASH: &str = "its name has a backslash. Rename it, or use a tool that writes `/` between folders";
const CONTROL: &str = "its name has a control character. Rename it";
const NO_UTF8: &str = "its name is no UTF-8. Rename it to plain letters, or make a tar.gz";
const NO_NAME: &str = "it has no name. Make the archive anew";
const SYMBOLIC_LINK: &str = "it is a symbolic link. Put the file in its place";
const HARD_LINK: &str = "it is a hard link. Put the file in its place (tar: --hard-dereference)";
const DEVICE: &str = "it is a device. A submission has files and folders only";
const FIFO: &str = "it is a FIFO. A submission has files and folders only";
const SOCKET: &str = "it is a socket. A submission has files and folders only";
const OTHER: &str = "it is neither a file nor a folder. A submission has files and folders only";
const SPARSE: &str = "it is a sparse file. Make the archive anew without --sparse";
const TWICE: &str = "the archive has it twice. Keep the one that is to be graded";
const BOTH: &str = "the archive has it as a file and as a folder. Keep one of them";
const ENCRYPTED: &str = "it is encrypted. Make the archive anew without a password";
const METHOD: &str =
    "it is compressed by Bzip2, which is not read. Make the archive anew with the usual method (deflate)";
const WRONG_SUM: &str = "the archive is cut off or damaged (Invalid checksum). Make it or copy it anew";
const EARLY: &str = "the archive is cut off or damaged (its content ends early). Make it or copy it anew";
const LARGE: &str = "it is larger than 16 MiB. Leave out what is built or installed, like target and .venv";
const BOMB: &str = "what comes out is more than 100 times as large as the archive. \
    Leave out what is built or installed, like target and .venv";

#[rstest]
#[case::parent(stored("../x", b""), "../x", PARENT)]
#[case::far_parent(stored("a/../../../../../x", b""), "a/../../../../../x", PARENT)]
#[case::absolute(stored("/tmp/x", b""), "/tmp/x", ABSOLUTE)]
#[case::drive(stored("C:\\x", b""), "C:\\x", ABSOLUTE)]
#[case::backslash(stored("..\\x", b""), "..\\x", BACKSLASH)]
#[case::control(stored("a\x1b[2J.py", b""), "a\\u{1b}[2J.py", CONTROL)]
#[case::nul(stored("a.py\0.txt", b""), "a.py\\0.txt", CONTROL)]
#[case::no_utf8(stored(b"\xb2\xe2.py", b""), "\\xb2\\xe2.py", NO_UTF8)]
#[case::no_name(stored("", b""), "", NO_NAME)]
#[case::dot(stored(".", b""), ".", NO_NAME)]
#[case::symbolic_link(moded("a.py", 0o120_777), "a.py", SYMBOLIC_LINK)]
#[case::fifo(moded("a", 0o010_644), "a", FIFO)]
#[case::characters(moded("a", 0o020_666), "a", DEVICE)]
#[case::blocks(moded("a", 0o060_666), "a", DEVICE)]
#[case::socket(moded("a", 0o140_755), "a", SOCKET)]
#[case::twice(stored("udp_sender.py", b"print(2)\n"), "udp_sender.py", TWICE)]
#[case::twice_by_another_spelling(stored("./udp_sender.py", b""), "./udp_sender.py", TWICE)]
#[case::file_as_folder(stored("udp_sender.py/x", b""), "udp_sender.py/x", BOTH)]
#[case::folder_as_file(moded("udp_sender.py/", 0o040_755), "udp_sender.py/", BOTH)]
#[case::encrypted(Zipped { flags: 1, ..stored("a.py", b"") }, "a.py", ENCRYPTED)]
#[case::method(Zipped { method: 12, ..stored("a.py", b"") }, "a.py", METHOD)]
#[case::wrong_sum(Zipped { crc: 1, ..stored("a.py", b"abc") }, "a.py", WRONG_SUM)]
#[case::bomb(zeros("a", 9), "a", BOMB)]
#[case::large(stored("a", &vec![b'a'; 17 << 20]), "a", LARGE)]
fn an_entry_of_a_zip_archive_is_refused_by_its_name(#[case] bad: Zipped, #[case] name: &str, #[case] why: &str) {
    let bytes = zip(&[stored("udp_sender.py", b"print()\n"), bad]);
    assert_eq!(refusal("submission.zip", &bytes), format!("entry `{name}`: {why}"));
}

#[rstest]
#[case::parent(&[file("../x", b"")], "../x", PARENT)]
#[case::absolute(&[file("/tmp/x", b"")], "/tmp/x", ABSOLUTE)]
#[case::parent_in_a_remark(&[remark("path", "../x"), file("a", b"")], "../x", PARENT)]
#[case::parent_in_a_long_name(&[entry("L", EntryType::GNULongName, b"../x\0"), file("a", b"")], "../x", PARENT)]
#[case::control(&[file("a\x1b[2J.py", b"")], "a\\u{1b}[2J.py", CONTROL)]
#[case::symbolic_link(&[link("a.py", EntryType::Symlink, "/etc/passwd")], "a.py", SYMBOLIC_LINK)]
#[case::behind_a_link(&[link("a", EntryType::Symlink, "/tmp"), file("a/x", b"")], "a", SYMBOLIC_LINK)]
#[case::hard_link(&[link("a.py", EntryType::Link, "/etc/passwd")], "a.py", HARD_LINK)]
#[case::characters(&[entry("a", EntryType::Char, b"")], "a", DEVICE)]
#[case::blocks(&[entry("a", EntryType::Block, b"")], "a", DEVICE)]
#[case::fifo(&[entry("a", EntryType::Fifo, b"")], "a", FIFO)]
#[case::unknown(&[entry("a", EntryType::new(b'M'), b"")], "a", OTHER)]
#[case::sparse(&[sparse("a")], "a", SPARSE)]
#[case::sparse_in_a_remark(&[remark("GNU.sparse.major", "1"), file("a", b"")], "a", SPARSE)]
#[case::twice(&[file("udp_sender.py", b"")], "udp_sender.py", TWICE)]
#[case::file_as_folder(&[file("udp_sender.py/x", b"")], "udp_sender.py/x", BOTH)]
#[case::folder_as_file(&[entry("udp_sender.py", EntryType::Directory, b"")], "udp_sender.py", BOTH)]
#[case::false_size(&[remark("size", "99999999999"), file("a", b"")], "a", EARLY)]
fn an_entry_of_a_tar_gz_archive_is_refused_by_its_name(#[case] bad: &[Vec<u8>], #[case] name: &str, #[case] why: &str) {
    let bytes = tar_gz(&[&[file("udp_sender.py", b"print()\n")], bad].concat());
    assert_eq!(refusal("submission.tar.gz", &bytes), format!("entry `{name}`: {why}"));
}

/// A sparse file in the older way: in its header is where its content belongs.
fn sparse(name: &str) -> Vec<u8> {
    entry_with(name, EntryType::GNUSparse, b"", |header| header.as_gnu_mut().unwrap().set_real_size(0))
}
