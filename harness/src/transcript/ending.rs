//! The last lane: how the program ended, or that it will never come to rest.

use super::names::Names;
use super::output::Talks;
use crate::check::Stimulus;
use crate::event::{Exit, Rest, Step};

const RESTLESS: &str = "never comes to rest; the check ends here";
const HIDDEN: &str = "hides what it does; the check ends here";

/// What the programs' ends or restlessness look like.
pub(super) fn lines(names: &Names<'_>, stimulus: &Stimulus, step: &Step, talks: &Talks) -> Vec<String> {
    let mut out = Vec::new();
    for program in 0..names.programs.len() {
        let ends: Vec<_> = step.ended.iter().filter(|end| end.program == program).collect();
        let killed = matches!(stimulus, Stimulus::Kill(name) if names.check.program(name) == program);
        let free = names.check.exit_is_free(step.line());
        let mut say = |line: &str| out.push(names.of(program, line));
        ends.iter().for_each(|end| say(&of_exit(&end.exit, talks.errors(program), killed, free)));
        let Rest::Idle(waits) = &step.rest else { continue };
        let waits: Vec<_> = waits.iter().filter(|wait| wait.program == program).collect();
        if waits.is_empty() {
        } else if !ends.is_empty() {
            say("leaves a process behind");
        } else if waits.iter().all(|wait| wait.call == "stopped") {
            say("is stopped");
        }
    }
    // Which of the limits is reached first depends on how fast the machine is, so they are one to the transcript.
    match step.rest {
        Rest::Gone | Rest::Idle(_) => {}
        Rest::Hidden => out.push(HIDDEN.to_owned()),
        Rest::Spinning { .. } | Rest::Flooding { .. } => out.push(RESTLESS.to_owned()),
    }
    out
}

fn of_exit(exit: &Exit, said: &[u8], killed: bool, free: bool) -> String {
    match exit {
        Exit::Status(_) if is_crash(said) => "crashes".to_owned(),
        Exit::Status(_) if free => "ends".to_owned(),
        Exit::Status(0) => "exits 0".to_owned(),
        Exit::Status(_) if said.trim_ascii().is_empty() => "fails without a word on stderr".to_owned(),
        Exit::Status(_) => "fails cleanly".to_owned(),
        Exit::Signal(_) if killed => "is killed".to_owned(),
        Exit::Signal(signal) => format!("dies of {}", signal_name(*signal)),
        Exit::NotStarted(_) => "cannot be started".to_owned(),
    }
}

/// Whether a failure was none that the program meant: what the run-time system of a language prints when nobody has
/// caught a panic or an exception. The texts are those of the systems, not of students.
#[must_use]
pub(crate) fn is_crash(said: &[u8]) -> bool {
    const UNCAUGHT: [&[&str]; 7] = [
        &["Traceback (most recent call last):"],
        &["panicked at "],
        &["Exception in thread \""],
        &["Exception", "\n\tat ", ".java:"],
        &["panic: ", "goroutine "],
        &["\n    at ", "\nNode.js v"],
        &["Unhandled exception. System."],
    ];
    let said = String::from_utf8_lossy(said);
    UNCAUGHT.iter().any(|marks| marks.iter().all(|mark| said.contains(mark)))
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
