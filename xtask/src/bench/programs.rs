//! Starting programs of ours, and reading what they used.

use crate::trouble::Trouble;
use harness::program::Program;
use rustix::io::Errno;
use rustix::param::clock_ticks_per_second;
use rustix::process::{WaitOptions, getpid, set_child_subreaper, wait};
use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::Command;

/// From the start of a program without arguments to its end.
///
/// # Errors
/// When it cannot be run.
pub async fn own_run(program: &Program) -> Result<Duration, Trouble> {
    let [command, args @ ..] = program.command.as_slice() else { return Ok(Duration::ZERO) };
    let began = Instant::now();
    let mut command = Command::new(command);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().await.map_err(Trouble::ours("running a program"))?;
    Ok(began.elapsed())
}

/// The CPU time of all processes that we have started and that are over, with those that they have started and waited for. It is
/// counted in hundredths of a second.
///
/// # Errors
/// When the kernel does not say.
pub fn cpu_of_children() -> Result<Duration, Trouble> {
    let text = fs::read_to_string("/proc/self/stat").map_err(Trouble::ours("reading /proc/self/stat"))?;
    let ticks =
        ticks_of_children(&text).ok_or_else(|| Trouble::Ours(format!("/proc/self/stat has no times: {text}")))?;
    Ok(Duration::from_secs_f64(ticks as f64 / clock_ticks_per_second() as f64))
}

/// Makes this process the parent of those whose parent ends, if it has started them itself or through others.
///
/// # Errors
/// When the kernel refuses.
pub fn adopt_orphans() -> Result<(), Trouble> {
    let adopted = set_child_subreaper(Some(getpid()));
    adopted.map_err(|error| Trouble::Ours(format!("becoming the parent of orphans: {error}")))
}

/// Waits for all children: what they have used is known then. Only where nobody else waits for one of them.
pub fn await_children() {
    while matches!(wait(WaitOptions::empty()), Ok(_) | Err(Errno::INTR)) {}
}

/// The fields 16 and 17 of `/proc/PID/stat`, added: `cutime` and `cstime`. The second field is a name, which can have anything in it.
fn ticks_of_children(stat: &str) -> Option<u64> {
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace().skip(13).map(str::parse::<u64>);
    Some(fields.next()?.ok()? + fields.next()?.ok()?)
}

/// The most memory that a process had in use so far (VmHWM), in bytes; `None` when it is over.
pub fn peak(pid: u32) -> Option<u64> {
    peak_in(&fs::read_to_string(format!("/proc/{pid}/status")).ok()?)
}

fn peak_in(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim_end().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_times_of_children_are_found_behind_any_name() {
        let stat = "7 (a) b (1 2) S 1 7 7 0 -1 4194560 5 6 7 8 11 12 300 45 20 0 1 0 99 100 101\n";
        assert_eq!(ticks_of_children(stat), Some(345));
        assert_eq!(ticks_of_children("7 (a) S 1 7"), None);
    }

    #[test]
    fn the_peak_is_given_in_bytes_and_a_process_that_is_over_has_none() {
        let status = "Name:\txtask\nVmPeak:\t  200000 kB\nVmHWM:\t   20480 kB\nVmRSS:\t   10240 kB\n";
        assert_eq!(peak_in(status), Some(20 * 1024 * 1024));
        assert_eq!(peak_in("Name:\txtask\nState:\tZ (zombie)\n"), None);
    }
}
