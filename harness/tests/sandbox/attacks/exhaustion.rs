//! Attacks by using up what others need: processes, threads, descriptors, memory, disk.

use super::{checked, told};
use std::fs::File;
use std::io::{self, Write};
use std::net::UdpSocket;
use std::os::unix::net::UnixStream;
use std::process::exit;
use std::time::Duration;

/// Most processes and threads that are tried.
const MANY: usize = 120;

pub fn attack(name: &str) -> Option<String> {
    Some(match name {
        "fork_without_end" => fork_without_end(),
        "start_threads_without_end" => start_threads_without_end(),
        "open_descriptors_without_end" => {
            told((0..600).map(|_| File::open("/dev/null")).collect::<Result<Vec<_>, _>>())
        }
        // More than a lab has, and few enough for a machine.
        "open_terminals_without_end" => {
            let terminals = (0..64).map(|_| File::options().read(true).write(true).open("/dev/ptmx"));
            told(terminals.collect::<Result<Vec<_>, _>>())
        }
        "take_memory_without_end" => told(take_memory()),
        "take_memory_that_no_limit_counts" => told(take_shared_memory()),
        "make_memory_without_a_name" => {
            // SAFETY: the name is a string closed by NUL.
            told(checked(unsafe { libc::syscall(libc::SYS_memfd_create, c"bait".as_ptr(), 0) }))
        }
        "fill_sockets" => fill_sockets(),
        "be_ended_last" => told(be_ended_last()),
        "write_one_large_file" => told(write_files(1, 64)),
        "fill_the_disk" => told(write_files(64, 1)),
        "fill_the_table_of_files" => {
            told((0..10_000).try_for_each(|number| File::create(format!("{number}")).map(drop)))
        }
        "send_the_largest_datagrams_without_end" => told(send_without_end()),
        "print_much_for_each_line" => told(print_much_for_each_line()),
        _ => return None,
    })
}

/// Sends them to itself.
fn send_without_end() -> io::Result<()> {
    let receiver = UdpSocket::bind("127.0.0.1:0")?;
    let sender = UdpSocket::bind("127.0.0.1:0")?;
    loop {
        sender.send_to(&[0; 65_507], receiver.local_addr()?)?;
    }
}

/// In each step less than a flood.
fn print_much_for_each_line() -> io::Result<()> {
    let mut line = String::new();
    while io::stdin().read_line(&mut line)? > 0 {
        io::stdout().write_all(&[b'.'; 3 << 19])?;
        io::stdout().flush()?;
    }
    Ok(())
}

fn fork_without_end() -> String {
    let mut children = Vec::new();
    let mut refused = None;
    while children.len() < MANY && refused.is_none() {
        // SAFETY: this process has one thread; the child only sleeps.
        match unsafe { libc::fork() } {
            0 => {
                std::thread::sleep(Duration::from_secs(60));
                exit(0);
            }
            -1 => refused = Some(io::Error::last_os_error()),
            child => children.push(child),
        }
    }
    for child in children {
        // SAFETY: ends and awaits a child of ours.
        unsafe {
            libc::kill(child, libc::SIGKILL);
            libc::waitpid(child, std::ptr::null_mut(), 0);
        }
    }
    told(refused.map_or(Ok(()), Err))
}

fn start_threads_without_end() -> String {
    let sleep = || std::thread::sleep(Duration::from_secs(1));
    let threads: Result<Vec<_>, _> =
        (0..MANY).map(|_| std::thread::Builder::new().stack_size(64 << 10).spawn(sleep)).collect();
    told(threads)
}

/// Private memory, page by page.
fn take_memory() -> io::Result<()> {
    const MIB: usize = 1 << 20;
    let mut all: Vec<Vec<u8>> = Vec::new();
    for _ in 0..768 {
        let mut piece = Vec::new();
        piece.try_reserve_exact(MIB).map_err(io::Error::other)?;
        piece.resize(MIB, 1);
        all.push(piece);
    }
    Ok(())
}

/// Memory that a child could share, page by page; it is in no limit of a process.
fn take_shared_memory() -> io::Result<()> {
    const ALL: usize = 2 << 30;
    // SAFETY: a new mapping; every page of it is written once, and it stays until the process ends.
    unsafe {
        let flags = libc::MAP_SHARED | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        let at = libc::mmap(std::ptr::null_mut(), ALL, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0);
        if at == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        (0..ALL).step_by(4096).for_each(|page| at.cast::<u8>().add(page).write_volatile(1));
    }
    Ok(())
}

/// Memory of the kernel's, which no limit of a process counts: what is on its way between two ends that nobody reads. Some 100 MiB.
fn fill_sockets() -> String {
    const FILLING: usize = 5;
    let mut children = Vec::new();
    for _ in 0..FILLING {
        // SAFETY: this process has one thread.
        match unsafe { libc::fork() } {
            0 => {
                let mut pairs = Vec::new();
                while let Ok((mut one, other)) = UnixStream::pair()
                    && pairs.len() < 100
                {
                    let full = one.set_nonblocking(true).is_ok();
                    while full && one.write(&[0; 16 << 10]).is_ok() {}
                    pairs.push((one, other));
                }
                // SAFETY: ends the process, without what belongs to its parent, when that closes the pipe to it.
                unsafe {
                    libc::raise(libc::SIGSTOP);
                    libc::_exit(0)
                }
            }
            child => children.push(child),
        }
    }
    let mut stopped = 0;
    for child in &children {
        let mut status = 0;
        // SAFETY: awaits a child of ours, which stops itself or is killed, and ends it.
        unsafe {
            libc::waitpid(*child, &raw mut status, libc::WUNTRACED);
            stopped += usize::from(libc::WIFSTOPPED(status));
        }
    }
    for child in children {
        // SAFETY: as above.
        unsafe { libc::kill(child, libc::SIGKILL) };
    }
    if stopped == FILLING { "escaped".to_owned() } else { "contained: killed".to_owned() }
}

/// Memory ends, and who is to be ended first wants not to be: by default it is a large process, not the one that says so.
fn be_ended_last() -> io::Result<()> {
    std::fs::write("/proc/self/oom_score_adj", "1000")?;
    std::fs::write("/proc/self/oom_score_adj", "0")
}

/// Writes files of so many MiB where it is, 64 MiB in all.
fn write_files(files: usize, mib: usize) -> io::Result<()> {
    // Who is told by a signal would never learn of the error.
    // SAFETY: ignoring a signal touches no memory.
    unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
    let piece = vec![1; 1 << 20];
    for number in 0..files {
        let mut file = File::create(format!("{number}"))?;
        (0..mib).try_for_each(|_| file.write_all(&piece))?;
    }
    Ok(())
}
