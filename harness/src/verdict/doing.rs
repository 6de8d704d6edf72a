//! What the program was doing when its transcript began to differ: evidence for people, never compared.

use crate::check::{Check, Stimulus, printable};
use crate::event::{Descriptor, Exit, Flood, Output, Rest, Step, Stream, Wait};
use crate::transcript::signal_name;
use serde::{Deserialize, Serialize};

/// Most tasks, and most lines of output, that are told.
const TOLD: usize = 6;
/// Longest line of output that is told whole, in characters.
const LINE: usize = 300;

/// What is known of the program at the end of a step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doing {
    /// Sentences: how it ended, or where it waits.
    pub state: Vec<String>,
    /// The last lines that it wrote to standard output in this step.
    pub stdout: Vec<String>,
    /// The last lines that it wrote to standard error since it was started, up to and with this step.
    pub stderr: Vec<String>,
}

/// Tells what the programs of a check were doing after its line `at`, or after the last one that was carried out.
#[must_use]
pub fn doing(check: &Check, steps: &[Step], at: usize) -> Doing {
    let count = steps.iter().take_while(|step| step.line() <= at).count();
    let steps = &steps[..count];
    let Some(step) = steps.last() else { return Doing::default() };
    let programs = Programs(check.programs());
    // What an earlier run of the program said does not concern this one.
    let started = |program| {
        let starts = |step: &Step| match check.stimuli.get(step.stimulus) {
            Some(Stimulus::Start(start)) => check.program(&start.name) == program,
            _ => false,
        };
        &steps[steps.iter().rposition(starts).unwrap_or(0)..]
    };
    Doing {
        state: programs.state(steps, step),
        stdout: programs.last_lines(|_| std::slice::from_ref(step), Stream::Stdout),
        stderr: programs.last_lines(started, Stream::Stderr),
    }
}

/// The names of the programs of a check.
struct Programs<'a>(Vec<&'a str>);

impl Programs<'_> {
    /// A program at the beginning of a sentence.
    fn name(&self, program: usize) -> String {
        if program == 0 { "The program".to_owned() } else { format!("The program `{}`", self.0[program]) }
    }

    fn state(&self, steps: &[Step], step: &Step) -> Vec<String> {
        let mut out = Vec::new();
        for program in 0..self.0.len() {
            let name = self.name(program);
            let end_in = |step: &Step| step.ended.iter().find(|end| end.program == program).map(|end| end.exit.clone());
            let now = end_in(step);
            let waits = if let Rest::Idle(waits) = &step.rest { waits.as_slice() } else { &[] };
            let waits: Vec<_> = waits.iter().filter(|wait| wait.program == program).collect();
            if let Some(exit) = &now {
                out.push(format!("{name} {}.", of_exit(exit)));
            } else if step.rest.is_rest()
                && waits.is_empty()
                && let Some(exit) = steps.iter().rev().find_map(end_in)
            {
                out.push(format!("{name} was not running any more; it {}.", of_exit(&exit)));
            }
            if now.is_some() && !waits.is_empty() {
                out.push("Another process that it had started goes on.".to_owned());
            }
            let told = told(&waits);
            out.extend(told.iter().take(TOLD).map(|wait| of_wait(&name, wait, waits.len() > 1)));
            match waits.len() - told.len().min(TOLD) {
                0 => {}
                1 => out.push("Another thread waits too.".to_owned()),
                more => out.push(format!("{more} more threads wait too.")),
            }
        }
        out.extend(restless(&step.rest));
        out
    }

    fn last_lines<'a>(&self, steps: impl Fn(usize) -> &'a [Step], stream: Stream) -> Vec<String> {
        let mut out = Vec::new();
        for (program, name) in self.0.iter().enumerate() {
            let output = steps(program).iter().flat_map(|step| &step.output).filter(|piece| piece.program == program);
            let lines = last_lines(output, stream);
            out.extend(lines.into_iter().map(|line| if self.0.len() > 1 { format!("{name}: {line}") } else { line }));
        }
        out
    }
}

/// The waits that tell something: beside one for the network or the input, those of threads for each other do not.
fn told<'a>(waits: &[&'a Wait]) -> Vec<&'a Wait> {
    let outside = |wait: &&Wait| wait.on.iter().any(Descriptor::is_from_outside);
    let any = waits.iter().any(outside);
    waits.iter().copied().filter(|wait| !any || outside(wait)).collect()
}

/// What a program that never comes to rest has done.
fn restless(rest: &Rest) -> Option<String> {
    match rest {
        Rest::Gone | Rest::Idle(_) => None,
        Rest::Hidden => Some(
            "The program runs a file that may be executed and not read. Of such a process nobody can see what it waits for."
                .to_owned(),
        ),
        Rest::Spinning { cpu_ms } => {
            Some(format!("The program burnt {cpu_ms} ms of CPU time, and nothing came of it."))
        }
        Rest::Flooding { what: Flood::Output, amount } => {
            Some(format!("The program wrote {amount} bytes of output in this one step (output limit)."))
        }
        Rest::Flooding { what: Flood::Memory, amount } => {
            Some(format!("The program had {} MiB of memory in use (memory limit).", amount >> 20))
        }
        Rest::Flooding { what: Flood::Processes, amount } => {
            Some(format!("The program started {amount} processes and threads in this one step (process limit)."))
        }
        Rest::Flooding { what: Flood::Wire, amount } => {
            Some(format!("{amount} packets went over the wire in this one step (packet limit)."))
        }
    }
}

fn of_exit(exit: &Exit) -> String {
    match exit {
        Exit::Status(status) => format!("exited with status {status}"),
        Exit::Signal(signal) => format!("was ended by {}", signal_name(*signal)),
        Exit::NotStarted(why) => format!("could not be started: {}", printable(why, LINE)),
    }
}

fn of_wait(name: &str, wait: &Wait, several: bool) -> String {
    let who = match several {
        false => name.to_owned(),
        true if wait.pid == wait.tid => format!("Process {} ({})", wait.pid, printable(&wait.name, LINE)),
        true => format!("Thread {} of process {} ({})", wait.tid, wait.pid, printable(&wait.name, LINE)),
    };
    if wait.call == "stopped" {
        return format!("{who} is stopped.");
    }
    // What an event loop has for itself tells nothing beside what it waits for.
    let any = wait.on.iter().any(Descriptor::is_from_outside);
    let on = wait.on.iter().filter(|at| !any || at.is_from_outside());
    let on: Vec<_> = on.map(|at| format!("descriptor {} ({})", at.fd, printable(&at.what, LINE))).collect();
    let on = if on.is_empty() { String::new() } else { format!(" on {}", on.join(" and ")) };
    if wait.only_sleeps() {
        return format!("{who} sleeps in {}, wakes by itself, and sleeps again.", wait.call);
    }
    let limit = match wait.time_out_to_tell() {
        None => String::new(),
        Some(ms @ ..10_000) => format!(", with a time-out of {ms} ms"),
        Some(ms) => format!(", with a time-out of {} s", ms / 1000),
    };
    format!("{who} waits in {}{on}{limit}.", wait.call)
}

fn last_lines<'a>(output: impl Iterator<Item = &'a Output>, stream: Stream) -> Vec<String> {
    let bytes: Vec<u8> = output.filter(|piece| piece.stream == stream).flat_map(|piece| piece.bytes.clone()).collect();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let before = lines.len().saturating_sub(TOLD);
    let cut = match before {
        0 => None,
        1 => Some("… 1 line, then".to_owned()),
        more => Some(format!("… {more} lines, then")),
    };
    cut.into_iter().chain(lines[before..].iter().map(|line| printable(line, LINE))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check;
    use crate::event::Ended;

    fn step(exit: Option<Exit>, rest: Rest, stderr: &str) -> Step {
        let output = vec![Output { program: 0, stream: Stream::Stderr, bytes: stderr.into() }];
        Step {
            output,
            ended: exit.into_iter().map(|exit| Ended { program: 0, exit }).collect(),
            rest,
            ..Step::default()
        }
    }

    fn told(steps: &[Step], at: usize) -> Doing {
        doing(&check::parse("t.check", "start a").unwrap(), steps, at)
    }

    #[test]
    fn a_wait_is_told_with_its_call_its_socket_and_its_time_out() {
        let on = vec![Descriptor { fd: 3, what: "tcp *:8989 LISTEN".into() }];
        let wait = Wait {
            pid: 2,
            tid: 2,
            name: "s".into(),
            call: "accept4".into(),
            on,
            timeout_ms: Some(100),
            ..Wait::default()
        };
        let told = told(&[step(None, Rest::Idle(vec![wait]), "")], 0);
        let said = "The program waits in accept4 on descriptor 3 (tcp *:8989 LISTEN), with a time-out of 100 ms.";
        assert_eq!(told.state, [said]);
    }

    #[test]
    fn what_is_left_of_a_sleep_that_begins_again_is_not_told() {
        let (name, call) = ("s".to_owned(), "clock_nanosleep".to_owned());
        let wait = |again, ms| Wait {
            pid: 2,
            tid: 2,
            name: name.clone(),
            call: call.clone(),
            timeout_ms: Some(ms),
            again,
            ..Wait::default()
        };
        let said = |wait| told(&[step(None, Rest::Idle(vec![wait]), "")], 0).state;
        assert_eq!(said(wait(true, 8)), ["The program sleeps in clock_nanosleep, wakes by itself, and sleeps again."]);
        assert_eq!(said(wait(true, 8)), said(wait(true, 9)));
        let long = "The program waits in clock_nanosleep, with a time-out of 60 s.";
        assert_eq!(said(wait(false, 60_000)), [long]);
    }

    #[test]
    fn an_end_in_an_earlier_step_is_told_too() {
        let later = Step { stimulus: 1, ..step(None, Rest::Gone, "") };
        let told = told(&[step(Some(Exit::Status(101)), Rest::Gone, "panicked"), later], 1);
        assert_eq!(told.state, ["The program was not running any more; it exited with status 101."]);
        assert_eq!(told.stderr, ["panicked"]);
    }

    #[test]
    fn what_an_earlier_run_wrote_is_not_told() {
        let steps = [step(Some(Exit::Status(2)), Rest::Gone, "usage"), step(Some(Exit::Status(1)), Rest::Gone, "no")];
        assert_eq!(told(&steps, 1).stderr, ["no"]);
    }

    #[test]
    fn names_that_a_program_chose_cannot_command_the_terminal() {
        let on = vec![Descriptor { fd: 3, what: "/tmp/\x1b[2J\n".into() }];
        let wait = |pid| Wait {
            pid,
            tid: pid,
            name: "\x1b[31m".into(),
            call: "read".into(),
            on: on.clone(),
            ..Wait::default()
        };
        let told = told(&[step(None, Rest::Idle(vec![wait(2), wait(3)]), "")], 0);
        let said = "Process 2 (\u{fffd}[31m) waits in read on descriptor 3 (/tmp/\u{fffd}[2J\u{fffd}).";
        assert_eq!(told.state[0], said);
    }

    #[test]
    fn what_a_program_wrote_cannot_command_the_terminal() {
        let told = told(&[step(Some(Exit::Signal(libc::SIGSEGV)), Rest::Gone, "\x1b[2Jgone\r\n")], 7);
        assert_eq!(told.stderr, ["\u{fffd}[2Jgone"]);
        assert_eq!(told.state, ["The program was ended by SIGSEGV."]);
    }
}
