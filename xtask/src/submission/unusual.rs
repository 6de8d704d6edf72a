//! What is said of a tool that did not end by itself.

use harness::check::printable;
use harness::event::Wait;
use harness::lab::{End, Finished, Limit, Limits};

/// Longest name that is told whole, in characters.
const NAME: usize = 200;

/// A sentence about how a tool ended, unless that was by an exit code: then its own words say enough.
pub(super) fn unusual(tool: &str, finished: &Finished) -> Option<String> {
    let limit = match finished.end {
        End::Status(_) => return None,
        End::Signal(signal) => return Some(format!("{tool} was ended by signal {signal}.\n")),
        End::Stopped(limit) => limit,
    };
    let of = Limits::COMPILER;
    let why = match limit {
        Limit::Cpu => format!("it used more than {} seconds of CPU time", of.cpu_seconds),
        Limit::Memory => format!("it had more than {} GiB of memory in use", of.memory >> 30),
        Limit::Disk => format!("it wrote more than {} GiB", of.disk >> 30),
        Limit::Output => format!("it printed more than {} MiB", of.output >> 20),
        Limit::Processes => format!("it started more than {} processes and threads", of.processes),
        Limit::Waiting => format!("it waited for something that never comes{}", named(&finished.waits)),
        Limit::Idling => format!("for too long it did nothing but wait, again and again{}", named(&finished.waits)),
    };
    Some(format!("{tool} was stopped: {why}.\n"))
}

fn named(waits: &[Wait]) -> String {
    if waits.is_empty() {
        String::new()
    } else {
        format!(": {}", waits.iter().map(of_wait).collect::<Vec<_>>().join(", "))
    }
}

/// `` `sleep` (clock_nanosleep, 77 s) ``. What is named there may have been named by the submission.
fn of_wait(wait: &Wait) -> String {
    let mut in_what = vec![wait.call.clone()];
    in_what.extend(wait.on.iter().map(|on| printable(&on.what, NAME)));
    in_what.extend(wait.timeout_ms.map(span));
    format!("`{}` ({})", printable(&wait.name, NAME), in_what.join(", "))
}

/// A time-out as it was chosen: of some only what is left is known, a moment later.
fn span(ms: u64) -> String {
    if ms < 1_000 { format!("{ms} ms") } else { format!("{} s", ms.div_ceil(1_000)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use harness::event::Descriptor;
    use rstest::rstest;

    fn wait(name: &str, call: &str, on: &[&str], timeout_ms: Option<u64>) -> Wait {
        let on = on.iter().map(|what| Descriptor { fd: 3, what: (*what).to_owned() }).collect();
        Wait { pid: 2, tid: 2, name: name.to_owned(), call: call.to_owned(), on, timeout_ms, ..Wait::default() }
    }

    fn said(limit: Limit, waits: Vec<Wait>) -> String {
        let finished = Finished { end: End::Stopped(limit), stdout: Vec::new(), stderr: Vec::new(), waits };
        unusual("cargo", &finished).unwrap()
    }

    #[rstest]
    #[case(wait("sleep", "clock_nanosleep", &[], Some(77_000)), "`sleep` (clock_nanosleep, 77 s)")]
    #[case(wait("python3", "clock_nanosleep", &[], Some(76_931)), "`python3` (clock_nanosleep, 77 s)")]
    #[case(wait("sh", "flock", &["/tmp/lock"], None), "`sh` (flock, /tmp/lock)")]
    #[case(wait("cat", "read", &["a pipe"], None), "`cat` (read, a pipe)")]
    #[case(wait("a\n\x1b[2J", "read", &["/tmp/\r::error::"], None), "`a\u{fffd}\u{fffd}[2J` (read, /tmp/\u{fffd}::error::)")]
    fn who_is_waited_for_is_named(#[case] wait: Wait, #[case] named: &str) {
        let sentence = format!("cargo was stopped: it waited for something that never comes: {named}.\n");
        assert_eq!(said(Limit::Waiting, vec![wait]), sentence);
    }

    #[test]
    fn all_are_named_who_are_told() {
        let waits = vec![wait("a", "pause", &[], None), wait("b", "clock_nanosleep", &[], Some(100))];
        let sentence = "cargo was stopped: for too long it did nothing but wait, again and again: \
                        `a` (pause), `b` (clock_nanosleep, 100 ms).\n";
        assert_eq!(said(Limit::Idling, waits), sentence);
        assert_eq!(said(Limit::Waiting, Vec::new()), "cargo was stopped: it waited for something that never comes.\n");
    }
}
