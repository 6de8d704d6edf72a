//! Attacks by calls that no exercise needs: new namespaces, second ways to call the kernel, what outlives a lab.

use super::{any, checked, told};
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::process::exit;

pub fn attack(name: &str) -> Option<String> {
    Some(match name {
        "make_a_user_namespace" => call(libc::SYS_unshare, [i64::from(libc::CLONE_NEWUSER), 0, 0]),
        "clone_a_user_namespace" => call(libc::SYS_clone, [i64::from(libc::CLONE_NEWUSER | libc::SIGCHLD), 0, 0]),
        "clone_by_the_new_call" => clone_by_the_new_call(),
        // Both take a capability, which a new user namespace gives.
        "mount" => told(become_somebody().and_then(|()| {
            raw(libc::SYS_mount, [c"none".as_ptr() as i64, c"/tmp".as_ptr() as i64, c"tmpfs".as_ptr() as i64])
        })),
        "change_the_root" => {
            told(become_somebody().and_then(|()| raw(libc::SYS_chroot, [c"/tmp".as_ptr() as i64, 0, 0])))
        }
        "keep_a_key" => call(libc::SYS_keyctl, [0, -3, 1]),
        "use_io_uring" => {
            // `struct io_uring_params`
            let params = [0_u32; 30];
            call(libc::SYS_io_uring_setup, [8, params.as_ptr() as i64, 0])
        }
        "load_a_filter_program" => {
            // A map of one array element, as `union bpf_attr` has it: type 2, key 4, value 4, entries 1.
            let attr: [u32; 32] = std::array::from_fn(|index| [2, 4, 4, 1].get(index).copied().unwrap_or(0));
            call(libc::SYS_bpf, [0, attr.as_ptr() as i64, size_of_val(&attr) as i64])
        }
        "watch_the_machine" => {
            // `struct perf_event_attr`: a software clock, of this process, in user mode.
            let mut attr = [0_u32; 32];
            (attr[0], attr[1], attr[10]) = (1, size_of_val(&attr) as u32, 0b110_0000);
            call(libc::SYS_perf_event_open, [attr.as_ptr() as i64, 0, -1])
        }
        // UFFD_USER_MODE_ONLY, which an ordinary user may.
        "handle_page_faults" => call(libc::SYS_userfaultfd, [1, 0, 0]),
        "leave_its_processor" => call(libc::SYS_sched_setaffinity, [0, 128, &raw const ALL as i64]),
        // Before everybody else: a better priority, then one of the real-time ones.
        "take_the_processor" => {
            let priority = 1_i32;
            any([
                raw(libc::SYS_setpriority, [i64::from(libc::PRIO_PROCESS), 0, -10]),
                raw(libc::SYS_sched_setscheduler, [0, i64::from(libc::SCHED_FIFO), &raw const priority as i64]),
            ])
        }
        "become_unreadable" => call(libc::SYS_prctl, [i64::from(libc::PR_SET_DUMPABLE), 0, 0]),
        "type_into_a_terminal" => {
            // The terminal of its standard output becomes its own first.
            let own = raw(libc::SYS_ioctl, [1, libc::TIOCSCTTY as i64, 0]);
            told(own.and_then(|_| raw(libc::SYS_ioctl, [1, libc::TIOCSTI as i64, c"x".as_ptr() as i64])))
        }
        // Who has a lease on a file makes everybody wait who opens it.
        "lease_its_file" => told(File::open("/proc/self/exe").and_then(|file| {
            let (lease, read) = (i64::from(libc::F_SETLEASE), i64::from(libc::F_RDLCK));
            raw(libc::SYS_fcntl, [i64::from(file.as_raw_fd()), lease, read])
        })),
        "set_the_clock" => {
            let time = [0_i64, 0];
            call(libc::SYS_clock_settime, [i64::from(libc::CLOCK_REALTIME), time.as_ptr() as i64, 0])
        }
        "read_the_kernels_log" => call(libc::SYS_syslog, [3, [0_u8; 64].as_ptr() as i64, 64]),
        #[cfg(target_arch = "x86_64")]
        "call_as_another_architecture" => call_as_another_architecture(),
        #[cfg(target_arch = "x86_64")]
        "call_by_the_numbers_of_x32" => call(0x4000_0000 + libc::SYS_getpid, [0; 3]),
        _ => return None,
    })
}

static ALL: [u8; 128] = [0xff; 128];

fn raw(number: i64, [a, b, c]: [i64; 3]) -> io::Result<i64> {
    // The fourth one, where there is one, is a group that there is not (`perf_event_open`), or flags (`mount`).
    let d = if number == libc::SYS_perf_event_open { -1 } else { 0 };
    // SAFETY: the arguments are numbers, or point to constants and to variables that outlive the call; the calls that could
    // change this process fail or end it.
    match unsafe { libc::syscall(number, a, b, c, d, 0) } {
        // The child of a `clone`.
        0 if number == libc::SYS_clone || number == libc::SYS_clone3 => exit(0),
        result => checked(result),
    }
}

fn call(number: i64, args: [i64; 3]) -> String {
    told(raw(number, args))
}

fn become_somebody() -> io::Result<()> {
    raw(libc::SYS_unshare, [i64::from(libc::CLONE_NEWUSER | libc::CLONE_NEWNS), 0, 0]).map(drop)
}

/// `clone3` keeps its flags in memory, where no filter can look.
fn clone_by_the_new_call() -> String {
    // `struct clone_args`: flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls
    let args = [libc::CLONE_NEWUSER as u64, 0, 0, 0, libc::SIGCHLD as u64, 0, 0, 0];
    call(libc::SYS_clone3, [args.as_ptr() as i64, size_of_val(&args) as i64, 0])
}

/// The 32-bit entry into the kernel, where calls have other numbers.
#[cfg(target_arch = "x86_64")]
fn call_as_another_architecture() -> String {
    let mut result: i64 = 20; // getpid
    // SAFETY: the call has no arguments and touches no memory.
    unsafe {
        std::arch::asm!("int 0x80", inlateout("rax") result, out("r8") _, out("r9") _, out("r10") _, out("r11") _)
    };
    if result > 0 {
        "escaped".to_owned()
    } else {
        format!("contained: {}", io::Error::from_raw_os_error(-result as i32))
    }
}
