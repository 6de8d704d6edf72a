//! Reading `/proc` with as few calls as there can be: a lab is looked at some thousand times a second.
//!
//! Each file is one text, which the kernel makes when it is read; the standard library asks for its size, which is none, and then
//! reads it in pieces of 32 bytes and more, with a call each.

use rustix::buffer::spare_capacity;
use rustix::fs::{CWD, Mode, OFlags, RawDir, SeekFrom, openat, seek};
use rustix::io::{pread, retry_on_intr};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;

/// The place in the listing of `/proc` behind its names that are no processes (`FIRST_PROCESS_ENTRY`, `fs/proc/base.c`).
const PROCESSES: u64 = 256;

/// Most files are shorter, in bytes.
const PIECE: usize = 4096;

/// All of a file of `/proc`.
///
/// # Errors
/// Those of `open(2)` and `read(2)`: ESRCH or ENOENT for a task that has gone.
pub fn read(path: &str) -> io::Result<Vec<u8>> {
    let file = open(path)?;
    let mut out = Vec::with_capacity(PIECE);
    // Not to the first read that is short: of several records, the kernel may hand out some.
    while piece(&file, &mut out)? > 0 {}
    Ok(out)
}

/// Opens a file of `/proc`, for [`read_again`] for instance, or a directory.
///
/// # Errors
/// Those of `open(2)`.
pub fn open(path: &str) -> io::Result<OwnedFd> {
    Ok(openat(CWD, path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?)
}

/// All of a file that is one record (`single_open`, `fs/seq_file.c`), as it is now: of those the kernel hands out all that there is room for.
///
/// # Errors
/// Those of `read(2)`: ESRCH for a task that has gone, EPERM for one that may not be looked into any more.
pub fn read_again(file: &OwnedFd) -> io::Result<Vec<u8>> {
    let mut out = Vec::with_capacity(PIECE);
    while piece(file, &mut out)? > 0 && out.len() == out.capacity() {}
    Ok(out)
}

/// Appends what there is room for, and makes room where there is none; returns how much it was.
fn piece(file: &OwnedFd, out: &mut Vec<u8>) -> io::Result<usize> {
    if out.len() == out.capacity() {
        out.reserve(out.capacity());
    }
    let at = out.len() as u64;
    Ok(retry_on_intr(|| pread(file, spare_capacity(out), at))?)
}

/// All of a file of `/proc`, as text. What is no text in it is replaced.
///
/// # Errors
/// Those of [`read`].
pub fn read_text(path: &str) -> io::Result<String> {
    let text = String::from_utf8(read(path)?);
    Ok(text.unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

/// The names in a directory that are numbers, in its order.
///
/// # Errors
/// Those of `open(2)` and `getdents(2)`.
pub fn numbers(dir: &str) -> io::Result<Vec<i32>> {
    numbers_in(&open(dir)?)
}

/// The processes that there are. If `first` is one of them, those below it may be left out.
///
/// # Errors
/// Those of `open(2)` and `getdents(2)`.
pub fn processes(first: i32) -> io::Result<Vec<i32>> {
    let dir = open("/proc")?;
    // Half a hundred other names come before them, and take the kernel more time than the processes of a lab.
    seek(&dir, SeekFrom::Start(PROCESSES))?;
    let pids = numbers_in(&dir)?;
    if pids.contains(&first) {
        return Ok(pids);
    }
    // They begin elsewhere in this kernel.
    seek(&dir, SeekFrom::Start(0))?;
    numbers_in(&dir)
}

fn numbers_in(dir: &OwnedFd) -> io::Result<Vec<i32>> {
    let mut room = [MaybeUninit::uninit(); 4096];
    let mut entries = RawDir::new(dir, &mut room);
    let mut out = Vec::new();
    while let Some(entry) = entries.next() {
        out.extend(entry?.file_name().to_str().ok().and_then(|name| name.parse::<i32>().ok()));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io::{Read, Write};
    use std::process::{Child, Command, Stdio};
    use std::thread;

    /// A process that waits until its input ends, with this in its environment.
    fn waiting(long: &str) -> Child {
        let child =
            Command::new("cat").env_clear().env("LONG", long).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = child.unwrap();
        // It has been executed once it answers.
        child.stdin.as_mut().unwrap().write_all(b"x").unwrap();
        child.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
        child
    }

    fn end(mut child: Child) {
        drop(child.stdin.take());
        child.wait().unwrap();
    }

    #[test]
    fn a_file_is_read_to_its_end_however_long_it_is() {
        let long = "x".repeat(20_000);
        let child = waiting(&long);
        assert_eq!(read(&format!("/proc/{}/environ", child.id())).unwrap(), format!("LONG={long}\0").into_bytes());
        // Of many lines, the kernel hands out some at a time.
        let path = format!("/proc/{}/smaps", child.id());
        let (ours, stds) = (read_text(&path).unwrap(), fs::read_to_string(&path).unwrap());
        assert!(ours.len() > 8192, "{ours}");
        assert_eq!(ours.lines().count(), stds.lines().count());
        end(child);
    }

    #[test]
    fn a_task_that_has_gone_is_an_error_that_says_so() {
        // The kernel gives no id above 2^22.
        assert_eq!(read("/proc/8388608/stat").unwrap_err().kind(), io::ErrorKind::NotFound);
        assert_eq!(numbers("/proc/8388608/task").unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn threads_are_listed() {
        let own = std::process::id().cast_signed();
        let here = rustix::thread::gettid().as_raw_nonzero().get();
        let other = thread::spawn(|| rustix::thread::gettid().as_raw_nonzero().get());
        let tids = numbers("/proc/self/task").unwrap();
        assert!(tids.contains(&own) && tids.contains(&here), "{tids:?}");
        assert_ne!(other.join().unwrap(), here);
    }

    #[test]
    fn every_process_is_listed_wherever_they_begin() {
        let child = waiting("");
        let is_there = |pids: &[i32]| {
            let wanted = [std::process::id(), child.id()].map(u32::cast_signed);
            wanted.iter().all(|pid| pids.contains(pid))
        };
        // 1 may be hidden from us, and 0 is no process: the one that is not there makes us read all.
        for first in [1, 0] {
            let pids = processes(first).unwrap();
            assert!(is_there(&pids), "{first}: {pids:?}");
        }
        end(child);
    }
}
