//! The last lane: how the program ended, or that it will never come to rest.

use crate::check::Stimulus;
use crate::event::{Exit, Rest, Step};

const RESTLESS: &str = "never comes to rest; the check ends here";

/// What the program's end or restlessness looks like. `said` is its standard error since it was started.
pub(super) fn lines(stimulus: &Stimulus, step: &Step, said: &[u8]) -> Vec<String> {
    let mut out: Vec<String> = step.exit.iter().map(|exit| of_exit(stimulus, exit, said)).collect();
    match &step.rest {
        Rest::Gone => {}
        Rest::Idle(_) if step.exit.is_some() => out.push("leaves a process behind".to_owned()),
        Rest::Idle(waits) if !waits.is_empty() && waits.iter().all(|wait| wait.call == "stopped") => {
            out.push("is stopped".to_owned())
        }
        Rest::Idle(_) => {}
        // Which of these limits is reached first depends on how fast the machine is, so they are one to the transcript.
        Rest::Spinning { .. } | Rest::Flooding { .. } => out.push(RESTLESS.to_owned()),
    }
    out
}

fn of_exit(stimulus: &Stimulus, exit: &Exit, said: &[u8]) -> String {
    match exit {
        Exit::Status(0) => "exits 0".to_owned(),
        Exit::Status(status) if is_crash(*status, said) => "crashes".to_owned(),
        Exit::Status(_) if said.trim_ascii().is_empty() => "fails without a word on stderr".to_owned(),
        Exit::Status(_) => "fails cleanly".to_owned(),
        Exit::Signal(_) if *stimulus == Stimulus::Kill => "is killed".to_owned(),
        Exit::Signal(signal) => format!("dies of {}", signal_name(*signal)),
        Exit::NotStarted(_) => "cannot be started".to_owned(),
    }
}

/// Whether a failure was none that the program meant: what the run-time system of a language prints when nobody has
/// caught a panic or an exception. The texts are those of the systems, not of students.
#[must_use]
fn is_crash(status: i32, said: &[u8]) -> bool {
    const UNCAUGHT: [&[&str]; 6] = [
        &["Traceback (most recent call last):"],
        &["panicked at "],
        &["Exception in thread \""],
        &["panic: ", "goroutine "],
        &["\n    at ", "\nNode.js v"],
        &["Unhandled exception. System."],
    ];
    let said = String::from_utf8_lossy(said);
    status != 0 && UNCAUGHT.iter().any(|marks| marks.iter().all(|mark| said.contains(mark)))
}

/// The name of a signal, as `kill -l` gives it.
pub(crate) fn signal_name(number: i32) -> String {
    let name = match number {
        libc::SIGABRT => "SIGABRT",
        libc::SIGALRM => "SIGALRM",
        libc::SIGBUS => "SIGBUS",
        libc::SIGFPE => "SIGFPE",
        libc::SIGHUP => "SIGHUP",
        libc::SIGILL => "SIGILL",
        libc::SIGINT => "SIGINT",
        libc::SIGKILL => "SIGKILL",
        libc::SIGPIPE => "SIGPIPE",
        libc::SIGSEGV => "SIGSEGV",
        libc::SIGSYS => "SIGSYS",
        libc::SIGTERM => "SIGTERM",
        libc::SIGTRAP => "SIGTRAP",
        libc::SIGXCPU => "SIGXCPU",
        libc::SIGXFSZ => "SIGXFSZ",
        _ => return format!("signal {number}"),
    };
    name.to_owned()
}
