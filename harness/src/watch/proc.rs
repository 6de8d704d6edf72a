//! The texts of `/proc`, read (`man 5 proc`). A program can choose parts of them: its name is any bytes but NUL.

use super::tasks::Call;
use std::time::Duration;

/// `/proc/<pid>/task/<tid>/syscall`: `NR A0 … A5 SP PC`; none for `-1 SP PC` and `running`.
#[must_use]
pub fn call(text: &str) -> Option<Call> {
    let mut words = text.split_whitespace();
    let number = words.next()?.parse().ok()?;
    let mut hex = || u64::from_str_radix(words.next()?.strip_prefix("0x")?, 16).ok();
    if number < 0 {
        return None;
    }
    let mut args = [0; 6];
    for arg in &mut args {
        *arg = hex()?;
    }
    Some(Call { number, args, sp: hex()?, pc: hex()? })
}

/// What `/proc/<pid>/task/<tid>/status` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// The letter of the task's state.
    pub state: char,
    /// How often it was switched out, of its own will or not.
    pub switches: u64,
    /// How many tasks its process has, if that can be read.
    pub threads: Option<u64>,
}

/// Reads `/proc/<pid>/task/<tid>/status`.
#[must_use]
pub fn status(status: &[u8]) -> Status {
    let (mut state, mut threads, mut switches) = (None, None, 0_u64);
    for line in status.split(|byte| *byte == b'\n') {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let value = || str::from_utf8(&line[colon + 1..]).unwrap_or_default().trim();
        let number = || value().parse::<u64>().ok();
        // The name, which is first, is the program's choice; its line breaks are escaped.
        match &line[..colon] {
            b"State" => state = state.or(value().chars().next()),
            b"Threads" => threads = threads.or(number()),
            b"voluntary_ctxt_switches" | b"nonvoluntary_ctxt_switches" => {
                switches = switches.wrapping_add(number().unwrap_or(0));
            }
            _ => {}
        }
    }
    Status { state: state.unwrap_or('R'), switches, threads }
}

/// Of `/proc/<pid>/status`: whether the process has a function for a signal.
#[must_use]
pub fn catches(status: &[u8], signal: i32) -> bool {
    let status = String::from_utf8_lossy(status);
    let set = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).map(str::trim);
    let set = set.and_then(|set| u64::from_str_radix(set, 16).ok()).unwrap_or(0);
    u32::try_from(signal - 1).is_ok_and(|bit| set.checked_shr(bit).is_some_and(|set| set & 1 == 1))
}

/// User and system time of `/proc/<pid>/stat`, the process's own and its waited-for children's, in ticks.
#[must_use]
pub fn cpu_ticks(stat: &[u8]) -> u64 {
    let times = fields(stat).into_iter().skip(11).take(4).filter_map(|word| word.parse::<u64>().ok());
    times.fold(0, u64::saturating_add)
}

/// The same without its children's.
#[must_use]
pub fn own_cpu_ticks(stat: &[u8]) -> u64 {
    let times = fields(stat).into_iter().skip(11).take(2).filter_map(|word| word.parse::<u64>().ok());
    times.fold(0, u64::saturating_add)
}

/// The session of `/proc/<pid>/stat`.
#[must_use]
pub fn session(stat: &[u8]) -> Option<i32> {
    fields(stat).get(3)?.parse().ok()
}

/// The parent of `/proc/<pid>/stat`.
#[must_use]
pub fn parent(stat: &[u8]) -> Option<i32> {
    fields(stat).get(1)?.parse().ok()
}

/// Of `/proc/<pid>/smaps_rollup`: the memory in use, in KiB; of what several processes share, each has its part.
#[must_use]
pub fn proportional_kib(rollup: &[u8]) -> u64 {
    let rollup = String::from_utf8_lossy(rollup);
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
    line.and_then(|text| text.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// The fields of `/proc/<pid>/stat` behind the name, which stands in parentheses and can contain anything, also parentheses.
fn fields(stat: &[u8]) -> Vec<&str> {
    let name_end = stat.iter().rposition(|byte| *byte == b')').map_or(stat.len(), |at| at + 1);
    std::str::from_utf8(&stat[name_end..]).map(|rest| rest.split_whitespace().collect()).unwrap_or_default()
}

/// The inode in `socket:[7]`, to which a descriptor's link leads.
#[must_use]
pub fn socket_inode(link: &str) -> Option<u32> {
    link.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
}

/// What is left of a timerfd's time, by its `fdinfo`: `it_value: (seconds, nanoseconds)`. `None` when it is not armed.
#[must_use]
pub fn timer_left(info: &str) -> Option<Duration> {
    let value = info.lines().find_map(|line| line.strip_prefix("it_value:"))?;
    let (seconds, nanos) = value.trim().strip_prefix('(')?.strip_suffix(')')?.split_once(',')?;
    let nanos = Duration::from_nanos(nanos.trim().parse().ok()?);
    let left = Duration::from_secs(seconds.trim().parse().ok()?).saturating_add(nanos);
    (!left.is_zero()).then_some(left)
}

/// How often a timerfd has expired since it was last read or set, by its `fdinfo`.
#[must_use]
pub fn timer_ticks(info: &str) -> u64 {
    let ticks = info.lines().find_map(|line| line.strip_prefix("ticks:"));
    ticks.and_then(|ticks| ticks.trim().parse().ok()).unwrap_or(0)
}

/// The descriptors that an epoll instance watches, by its `fdinfo`.
#[must_use]
pub fn watched(info: &str) -> Vec<i32> {
    let descriptor = |line: &str| line.strip_prefix("tfd:")?.split_whitespace().next()?.parse().ok();
    // The kernel lists them by their places in its memory.
    let mut watched: Vec<_> = info.lines().filter_map(descriptor).collect();
    watched.sort_unstable();
    watched
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_blocked_call_is_read() {
        let call = call("0 0x3 0x7ffe 0x400 0x0 0x0 0x0 0x7ffd1 0x7f22\n").unwrap();
        assert_eq!((call.number, call.args[0], call.sp, call.pc), (0, 3, 0x7ffd1, 0x7f22));
    }

    #[test]
    fn a_task_that_runs_or_sleeps_without_a_call_is_in_none() {
        assert_eq!(call("running\n"), None);
        assert_eq!(call("-1 0x7ffd 0x7f22\n"), None);
    }

    #[test]
    fn a_state_is_read_with_its_switches() {
        let status =
            b"Name:\t\xff\nState:\tS (sleeping)\nThreads:\t2\nvoluntary_ctxt_switches:\t3\nnonvoluntary_ctxt_switches:\t4\n";
        assert_eq!(super::status(status), Status { state: 'S', switches: 7, threads: Some(2) });
        assert_eq!(super::status(b""), Status { state: 'R', switches: 0, threads: None });
    }

    #[test]
    fn the_signals_that_a_process_catches_are_read() {
        let status = b"Name:\t\xff\nSigIgn:\tffffffffffffffff\nSigCgt:\t0000000000016007\nCapInh:\t0\n";
        assert_eq!(
            [libc::SIGHUP, libc::SIGKILL, libc::SIGALRM].map(|signal| catches(status, signal)),
            [true, false, true]
        );
        assert!(!catches(b"", libc::SIGALRM) && !catches(status, 0) && !catches(status, 65));
    }

    #[test]
    fn a_name_of_any_bytes_does_not_shift_the_cpu_time() {
        for name in [&b"a) b) c"[..], b"\xff\xfe", "名字".as_bytes(), b""] {
            let stat = [b"5 (", name, b") S 1 1 9 0 -1 0 0 0 0 0 10 20 3 4 20 0 1 0"].concat();
            assert_eq!((cpu_ticks(&stat), own_cpu_ticks(&stat), session(&stat)), (37, 30, Some(9)));
        }
    }

    #[test]
    fn the_parent_and_the_memory_are_read() {
        assert_eq!(parent(b"5 (a) b) S 1 5 5 0 -1"), Some(1));
        assert_eq!(proportional_kib(b"7ffe-7fff [rollup]\nRss: 9 kB\nPss:      1234 kB\n"), 1234);
        assert_eq!(proportional_kib(b""), 0);
    }

    #[test]
    fn a_socket_is_known_by_its_link() {
        assert_eq!(socket_inode("socket:[77]"), Some(77));
        assert_eq!(socket_inode("pipe:[77]"), None);
    }

    #[test]
    fn an_armed_timerfd_tells_what_is_left() {
        assert_eq!(timer_left("clockid: 1\nit_value: (2, 500)\n"), Some(Duration::new(2, 500)));
        assert_eq!(timer_left("clockid: 1\nit_value: (0, 0)\n"), None);
        assert_eq!([timer_ticks("clockid: 1\nticks: 3\n"), timer_ticks("clockid: 1\n")], [3, 0]);
        assert!(timer_left("it_value: (18446744073709551615, 4294967295)").is_some());
    }

    #[test]
    fn what_epoll_watches_is_read_in_order() {
        assert_eq!(watched("pos:\t0\ntfd:        7 events:       19\ntfd:        3 events: 1\n"), [3, 7]);
    }

    /// What the kernel writes, with a few bytes of something else.
    fn damaged() -> impl Strategy<Value = Vec<u8>> {
        let texts = [
            "0 0x3 0x7ffe 0x400 0x0 0x0 0x0 0x7ffd1 0x7f22\n",
            "State:\tS (sleeping)\nvoluntary_ctxt_switches:\t18446744073709551615\nnonvoluntary_ctxt_switches:\t4\n",
            "5 (a) S 1 1 9 0 -1 0 0 0 0 0 18446744073709551615 18446744073709551615 3 4 20 0 1 0",
            "it_value: (18446744073709551615, 18446744073709551615)",
            "tfd:        7 events:       19\n",
            "socket:[4294967296]",
        ];
        let pieces: [&[u8]; 6] = [b")", b"\xff", b"-", b"\n", b"99999999999999999999", b""];
        let piece = proptest::sample::select(pieces.to_vec());
        (proptest::sample::select(texts.to_vec()), any::<proptest::sample::Index>(), piece).prop_map(
            |(text, at, piece)| {
                let (before, after) = text.as_bytes().split_at(at.index(text.len()));
                [before, piece, after].concat()
            },
        )
    }

    proptest! {
        #[test]
        fn nothing_in_proc_makes_the_reader_panic(
            bytes in prop_oneof![proptest::collection::vec(any::<u8>(), 0..200), damaged()],
        ) {
            let text = String::from_utf8_lossy(&bytes);
            let _ = (call(&text), status(&bytes), cpu_ticks(&bytes), session(&bytes));
            let _ = (socket_inode(&text), timer_left(&text), timer_ticks(&text));
            prop_assert!(watched(&text).len() <= text.len());
        }
    }
}
