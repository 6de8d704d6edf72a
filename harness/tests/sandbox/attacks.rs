//! Attacks on whoever grades. Each prints what became of it; what can be exhausted is bounded: at most 120 processes or
//! threads, 64 MiB of disk, 1 GiB of memory.
#![expect(unsafe_code, reason = "system calls that no library offers")]

use std::fs::{self, File};
use std::io::{self, Write};
use std::process::exit;
use std::time::Duration;

/// Most processes and threads that are tried.
const MANY: usize = 120;

fn main() {
    let attack = std::env::args().nth(1).unwrap_or_default();
    let said = match attack.as_str() {
        "read_the_shadow_file" => told(fs::read("/etc/shadow")),
        "read_the_machines_files" => told(fs::read_dir("/proc/1/root/root")),
        "read_inits_environment" => told(fs::read("/proc/1/environ")),
        "read_inits_memory" => told(File::open("/proc/1/mem")),
        "list_inits_descriptors" => told(fs::read_dir("/proc/1/fd")),
        "write_into_the_system" => told(File::create("/usr/netlings")),
        "write_into_etc" => told(File::create("/etc/netlings")),
        "write_sysctls" => told(fs::OpenOptions::new().write(true).open("/proc/sys/kernel/pid_max")),
        "make_init_a_victim" => told(fs::write("/proc/1/oom_score_adj", "1000")),
        "kill_init" => call(libc::SYS_kill, [1, libc::SIGKILL as i64, 0]),
        "limit_init" => call(libc::SYS_prlimit64, [1, libc::RLIMIT_CPU as i64, 0]),
        "leave_its_processor" => call(libc::SYS_sched_setaffinity, [0, 128, &raw const ALL as i64]),
        "make_a_user_namespace" => call(libc::SYS_unshare, [i64::from(libc::CLONE_NEWUSER), 0, 0]),
        "clone_a_user_namespace" => call(libc::SYS_clone, [i64::from(libc::CLONE_NEWUSER | libc::SIGCHLD), 0, 0]),
        "clone_by_the_new_call" => call(libc::SYS_clone3, [0, 0, 0]),
        "mount" => call(libc::SYS_mount, [c"none".as_ptr() as i64, c"/tmp".as_ptr() as i64, c"tmpfs".as_ptr() as i64]),
        "change_the_root" => call(libc::SYS_chroot, [c"/tmp".as_ptr() as i64, 0, 0]),
        "talk_to_the_hypervisor" => {
            call(libc::SYS_socket, [i64::from(libc::AF_VSOCK), i64::from(libc::SOCK_STREAM), 0])
        }
        "capture_packets" => call(libc::SYS_socket, [i64::from(libc::AF_PACKET), i64::from(libc::SOCK_RAW), 0]),
        "forge_packets" => call(libc::SYS_socket, [i64::from(libc::AF_INET), i64::from(libc::SOCK_RAW), 255]),
        "use_several_paths" => call(
            libc::SYS_socket,
            [i64::from(libc::AF_INET), i64::from(libc::SOCK_STREAM), i64::from(libc::IPPROTO_MPTCP)],
        ),
        "keep_a_key" => call(libc::SYS_keyctl, [0, -3, 1]),
        "use_io_uring" => call(libc::SYS_io_uring_setup, [8, 0, 0]),
        "load_a_filter_program" => call(libc::SYS_bpf, [0, 0, 0]),
        "watch_the_machine" => call(libc::SYS_perf_event_open, [0, 0, -1]),
        "handle_page_faults" => call(libc::SYS_userfaultfd, [0, 0, 0]),
        "become_unreadable" => call(libc::SYS_prctl, [i64::from(libc::PR_SET_DUMPABLE), 0, 0]),
        "type_into_a_terminal" => call(libc::SYS_ioctl, [1, libc::TIOCSTI as i64, c"x".as_ptr() as i64]),
        "become_root" => call(libc::SYS_setuid, [0, 0, 0]),
        "signal_everybody" => signal_everybody(),
        "fork_without_end" => fork_without_end(),
        "start_threads_without_end" => start_threads_without_end(),
        "open_descriptors_without_end" => {
            let files = (0..2000).map(|_| File::open("/dev/null")).collect::<Result<Vec<_>, _>>();
            told(files.map(|files| files.len()))
        }
        "take_memory_without_end" => told(take_memory()),
        "write_one_large_file" => told(write_files(1, 64)),
        "fill_the_disk" => told(write_files(64, 1)),
        "fill_the_table_of_files" => {
            told((0..10_000).try_for_each(|number| File::create(format!("/tmp/{number}")).map(drop)))
        }
        "leave_a_daemon" => leave_a_daemon(),
        // No attack: it stays to be looked at.
        "wait_for_a_line" => told(io::stdin().read_line(&mut String::new())),
        "abort" => std::process::abort(),
        _ => "no such attack".to_owned(),
    };
    println!("{said}");
}

static ALL: [u8; 128] = [0xff; 128];

fn told<T>(result: io::Result<T>) -> String {
    match result {
        Ok(_) => "escaped".to_owned(),
        Err(error) => format!("contained: {error}"),
    }
}

fn call(number: i64, [a, b, c]: [i64; 3]) -> String {
    // SAFETY: the arguments are numbers or point to constants; the calls that could change this process fail or end it.
    let result = unsafe { libc::syscall(number, a, b, c, 0, 0) };
    match result {
        // The child of a `clone`.
        0 if number == libc::SYS_clone => exit(0),
        result if result < 0 => told::<()>(Err(io::Error::last_os_error())),
        _ => "escaped".to_owned(),
    }
}

/// Sends a signal to every process that it may signal, but itself.
fn signal_everybody() -> String {
    // SAFETY: no memory is touched.
    let result = unsafe { libc::kill(-1, libc::SIGKILL) };
    if result == 0 { "somebody was there".to_owned() } else { told::<()>(Err(io::Error::last_os_error())) }
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
    for _ in 0..1024 {
        let mut piece = Vec::new();
        piece.try_reserve_exact(MIB).map_err(io::Error::other)?;
        piece.resize(MIB, 1);
        all.push(piece);
    }
    Ok(())
}

/// Writes files of so many MiB, 64 MiB in all.
fn write_files(files: usize, mib: usize) -> io::Result<()> {
    // Who is told by a signal would never learn of the error.
    // SAFETY: ignoring a signal touches no memory.
    unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
    let piece = vec![1; 1 << 20];
    for number in 0..files {
        let mut file = File::create(format!("/tmp/{number}"))?;
        (0..mib).try_for_each(|_| file.write_all(&piece))?;
    }
    Ok(())
}

/// A process of a session of its own, whose parent has ended, and which no hang-up reaches.
fn leave_a_daemon() -> String {
    // SAFETY: this process has one thread.
    if unsafe { libc::fork() } == 0 {
        // SAFETY: no memory is touched.
        unsafe {
            libc::setsid();
            libc::signal(libc::SIGTERM, libc::SIG_IGN);
            libc::prctl(libc::PR_SET_NAME, c"netl_survivor".as_ptr());
            if libc::fork() != 0 {
                libc::_exit(0);
            }
        }
        std::thread::sleep(Duration::from_secs(600));
        exit(0);
    }
    "gone".to_owned()
}
