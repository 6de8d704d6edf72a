//! The filter for system calls (`seccomp(2)`): what no exercise needs and an attack could use.

use super::Purpose;
use libc::c_long;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    apply_filter, sock_filter,
};
use std::collections::BTreeMap;
use std::env::consts::ARCH;
use std::io;

/// Calls that fail with EPERM whatever their arguments.
const FORBIDDEN: [c_long; 46] = [
    // Namespaces, mounts, roots.
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    // Memory that no limit counts.
    libc::SYS_memfd_create,
    libc::SYS_memfd_secret,
    libc::SYS_shmget,
    // Keys outlive a lab.
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    // Second ways to call the kernel, and large attack surfaces.
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_fanotify_init,
    libc::SYS_open_by_handle_at,
    libc::SYS_name_to_handle_at,
    // A lab has one processor, so that packets arrive in the order in which they were sent.
    libc::SYS_sched_setaffinity,
    // The machine's own business.
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_acct,
    libc::SYS_quotactl,
    libc::SYS_syslog,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_vhangup,
];

/// Flags of `clone` that make a namespace.
const NAMESPACES: [libc::c_int; 7] = [
    libc::CLONE_NEWUSER,
    libc::CLONE_NEWNS,
    libc::CLONE_NEWPID,
    libc::CLONE_NEWNET,
    libc::CLONE_NEWIPC,
    libc::CLONE_NEWUTS,
    libc::CLONE_NEWCGROUP,
];

/// The kinds of sockets that a program can make. AF_VSOCK, for one, knows no network namespace.
const FAMILIES: &[libc::c_int] = &[libc::AF_UNIX, libc::AF_INET, libc::AF_INET6, libc::AF_NETLINK];
/// The same for a tool, which has no business on a network.
const FAMILIES_OF_TOOLS: &[libc::c_int] = &[libc::AF_UNIX];

/// The filters, ready to be taken on.
pub(super) struct Calls(Vec<BpfProgram>);

impl Calls {
    pub(super) fn new(purpose: Purpose) -> io::Result<Self> {
        // `clone3` has its flags in memory, where no filter can look. Without it every library falls back to `clone`.
        let absent = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
        let forbidden = forbidden(purpose).map_err(io::Error::other)?;
        Ok(Self(vec![program(absent, libc::ENOSYS)?, program(forbidden, libc::EPERM)?, without_x32()]))
    }

    /// Takes the filters on, for the calling thread and all that it starts.
    pub(super) fn restrict(&self) -> io::Result<()> {
        self.0.iter().try_for_each(|filter| apply_filter(filter)).map_err(io::Error::other)
    }
}

/// On x86-64 some kernels have the calls a second time, with this bit in their numbers, which no rule knows. Nobody else has
/// such numbers.
const X32: u32 = 0x4000_0000;

/// A filter by which those do not exist.
fn without_x32() -> BpfProgram {
    let line = |code: u32, skip_if_less: u8, k: u32| sock_filter { code: code as u16, jt: 0, jf: skip_if_less, k };
    vec![
        // The number is the first field of `struct seccomp_data`.
        line(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0),
        line(libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K, 1, X32),
        line(libc::BPF_RET | libc::BPF_K, 0, libc::SECCOMP_RET_ERRNO | libc::ENOSYS.unsigned_abs()),
        line(libc::BPF_RET | libc::BPF_K, 0, libc::SECCOMP_RET_ALLOW),
    ]
}

type Rules = BTreeMap<c_long, Vec<SeccompRule>>;

fn program(rules: Rules, errno: i32) -> io::Result<BpfProgram> {
    let arch = ARCH.try_into().map_err(io::Error::other)?;
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, SeccompAction::Errno(errno.unsigned_abs()), arch);
    filter.and_then(TryInto::try_into).map_err(io::Error::other)
}

fn forbidden(purpose: Purpose) -> Result<Rules, seccompiler::BackendError> {
    let mut rules: Rules = FORBIDDEN.iter().map(|call| (*call, Vec::new())).collect();
    let namespaces = NAMESPACES.iter().map(|flag| {
        let flag = u64::from(flag.unsigned_abs());
        SeccompRule::new(vec![is(0, SeccompCmpOp::MaskedEq(flag), flag)?])
    });
    rules.insert(libc::SYS_clone, namespaces.collect::<Result<_, _>>()?);
    let families = match purpose {
        Purpose::Program => FAMILIES,
        Purpose::Tool => FAMILIES_OF_TOOLS,
    };
    let families = families.iter().map(|family| is(0, SeccompCmpOp::Ne, u64::from(family.unsigned_abs())));
    let multipath = is(2, SeccompCmpOp::Eq, libc::IPPROTO_MPTCP as u64)?;
    rules.insert(
        libc::SYS_socket,
        vec![SeccompRule::new(families.collect::<Result<_, _>>()?)?, SeccompRule::new(vec![multipath])?],
    );
    // Typing into a terminal for somebody else.
    let typing =
        [libc::TIOCSTI, libc::TIOCLINUX].map(|request| SeccompRule::new(vec![is(1, SeccompCmpOp::Eq, request)?]));
    rules.insert(libc::SYS_ioctl, typing.into_iter().collect::<Result<_, _>>()?);
    // Who has a lease on a file makes everybody wait who opens it, in other labs, too. (Its owner may take one, and as an
    // ordinary user the program's user id is the grader's.)
    rules.insert(libc::SYS_fcntl, vec![SeccompRule::new(vec![is(1, SeccompCmpOp::Eq, libc::F_SETLEASE as u64)?])?]);
    // Limits are for oneself. Who limits init ends it.
    let others = is(0, SeccompCmpOp::Ne, 0)?;
    rules.insert(libc::SYS_prlimit64, vec![SeccompRule::new(vec![others])?]);
    // Whoever makes himself unreadable cannot be watched.
    let unreadable = is(0, SeccompCmpOp::Eq, libc::PR_SET_DUMPABLE as u64)?;
    rules.insert(libc::SYS_prctl, vec![SeccompRule::new(vec![unreadable])?]);
    Ok(rules)
}

/// A condition on the lower half of an argument: the kernel takes these as `int`.
fn is(argument: u8, operator: SeccompCmpOp, value: u64) -> Result<SeccompCondition, seccompiler::BackendError> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operator, value)
}
