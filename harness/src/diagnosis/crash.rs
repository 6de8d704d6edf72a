//! Where a program crashed, from what the run-time system of its language printed last.

use crate::check::printable;
use crate::event::{Exit, MEMORY_OF_A_PROCESS};
use crate::transcript::signal_name;

/// How it crashed and where, for a sentence.
pub(super) fn of(exit: &Exit, stderr: &str) -> String {
    printable(&unescaped(exit, stderr), 400) + &memory(stderr)
}

/// What run-time systems say when memory was refused.
const MEMORY_REFUSED: [&str; 7] = [
    "MemoryError",
    "memory allocation of ",
    "heap out of memory",
    "std::bad_alloc",
    "OutOfMemoryError",
    "runtime: out of memory",
    "Cannot allocate memory",
];

/// How much there is, for whoever was refused more. That it was is the program's own word; where it says nothing, as in C after a
/// `malloc` that is not looked at, nobody can tell: the kernel does not count refusals.
fn memory(stderr: &str) -> String {
    if MEMORY_REFUSED.iter().any(|words| stderr.contains(words)) {
        format!(" A process has {} MiB of memory here.", MEMORY_OF_A_PROCESS >> 20)
    } else {
        String::new()
    }
}

/// The same of a program that goes on, and may have caught what it shows.
pub(super) fn shown(stderr: &str) -> String {
    let told = of(&Exit::Status(1), stderr).replace("An exception that it did not catch", "An exception");
    format!("{told} The program goes on.")
}

fn unescaped(exit: &Exit, stderr: &str) -> String {
    match exit {
        Exit::Signal(signal) => of_signal(*signal, stderr),
        _ => python(stderr).or_else(|| rust(stderr)).or_else(|| frames(stderr)).unwrap_or_else(|| match exit {
            Exit::Status(status) => format!("It ended with status {status}."),
            _ => "It ended.".to_owned(),
        }),
    }
}

fn of_signal(signal: i32, stderr: &str) -> String {
    let why = match signal {
        libc::SIGSEGV => ": it used memory that is not its own, by a null pointer or beyond the end of a buffer",
        libc::SIGPIPE => ": it wrote to a connection that the other side had reset or closed",
        libc::SIGABRT => ": it gave up by itself (`abort`)",
        libc::SIGFPE => ": it divided by zero",
        libc::SIGILL => ": it came to an instruction that does not exist",
        _ => "",
    };
    let words = stderr.lines().rev().find(|line| !line.trim().is_empty());
    let words = words.filter(|_| signal == libc::SIGABRT).map(|line| format!(" Its last words: {}", line.trim()));
    format!("{} ended it{why}.{}", signal_name(signal), words.unwrap_or_default())
}

/// `File "x.py", line 9, in main` and the exception of the last traceback.
fn python(stderr: &str) -> Option<String> {
    let start = stderr.rfind("Traceback (most recent call last):")?;
    let lines: Vec<_> = stderr[start..].lines().collect();
    let frames = || lines.iter().rev().filter(|line| line.trim_start().starts_with("File \""));
    let frame = frames().find(|frame| !is_library(frame)).or_else(|| frames().next())?;
    let mut words = frame.trim().splitn(3, ", ");
    let (_, line) = (words.next(), words.next()?);
    let within = words.next().and_then(|word| word.strip_prefix("in ")).filter(|name| *name != "<module>");
    let within = within.map(|name| format!(", in {name}")).unwrap_or_default();
    // Whoever prints a traceback and goes on can print something behind it.
    let exception = lines[1..].iter().find(|line| !line.trim().is_empty() && !line.starts_with(' '))?;
    Some(format!("An exception that it did not catch, {line}{within}: {}.", exception.trim().trim_end_matches('.')))
}

/// `thread 'main' panicked at src/main.rs:9:5:` and the message behind it.
fn rust(stderr: &str) -> Option<String> {
    let lines: Vec<_> = stderr.lines().collect();
    let at = lines.iter().position(|line| line.contains("panicked at "))?;
    let (_, place) = lines[at].split_once("panicked at ")?;
    let place = place.trim_end_matches(':');
    let mut parts = place.rsplitn(3, ':');
    let (_, line) = (parts.next()?, parts.next()?);
    let message = lines.get(at + 1).map(|line| line.trim()).filter(|line| !line.is_empty())?;
    Some(format!("A panic in line {line}: {}.", message.trim_end_matches('.')))
}

/// The systems that print `at` and the frame behind an exception (Java, Node, .NET).
fn frames(stderr: &str) -> Option<String> {
    let lines: Vec<_> = stderr.lines().collect();
    let first = lines.iter().position(|line| line.trim_start().starts_with("at "))?;
    let message = lines[..first].iter().rev().find(|line| !line.trim().is_empty())?.trim().trim_end_matches('.');
    // `Exception in thread "main" java.net.BindException: …`
    let message = message
        .strip_prefix("Exception in thread \"")
        .and_then(|rest| Some(rest.split_once("\" ")?.1))
        .unwrap_or(message);
    let frames = || lines[first..].iter().map(|line| line.trim()).filter(|line| line.starts_with("at "));
    let frame = frames().find(|frame| !is_library(frame)).map(|frame| format!(", {frame}")).unwrap_or_default();
    // What Node says of an event for which there is no handler.
    let event = if stderr.contains("Unhandled 'error' event") { " Nothing handles the `error` event." } else { "" };
    Some(format!("An exception that it did not catch: {message}{frame}.{event}"))
}

/// Whether a frame lies in what came with the language, and not in the submission.
fn is_library(frame: &str) -> bool {
    const LIBRARIES: [&str; 10] = [
        "/lib/python",
        "<frozen ",
        "node:",
        "at java.",
        "at javax.",
        "at jdk.",
        "at sun.",
        "at com.sun.",
        "at System.",
        "at Microsoft.",
    ];
    LIBRARIES.iter().any(|library| frame.contains(library))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(
        "Traceback (most recent call last):\n  File \"/s/a.py\", line 9, in main\n    int(x)\nValueError: invalid literal\n",
        "An exception that it did not catch, line 9, in main: ValueError: invalid literal."
    )]
    #[case(
        "thread 'main' (2) panicked at src/main.rs:12:41:\ncalled `Option::unwrap()` on a `None` value\nnote: run with\n",
        "A panic in line 12: called `Option::unwrap()` on a `None` value."
    )]
    #[case(
        "Exception in thread \"main\" java.net.BindException: Address already in use\n\tat A.main(A.java:7)\n",
        "An exception that it did not catch: java.net.BindException: Address already in use, at A.main(A.java:7)."
    )]
    #[case(
        "Exception in thread \"main\" java.io.IOException: no\n\tat java.base/sun.nio.ch.Net.send0(Native Method)\n\tat A.run(A.java:34)\n",
        "An exception that it did not catch: java.io.IOException: no, at A.run(A.java:34)."
    )]
    #[case(
        "Traceback (most recent call last):\n  File \"/s/a.py\", line 30, in accept\n    sel.register(x)\n  File \"/usr/lib/python3.11/selectors.py\", line 241, in register\n    raise\nKeyError: 5\n",
        "An exception that it did not catch, line 30, in accept: KeyError: 5."
    )]
    #[case(
        "node:dgram:200\n  throw x;\nError: bad port\n    at Socket.send (node:dgram:200:9)\n    at /s/udp_chat:12:3\n\nNode.js v20\n",
        "An exception that it did not catch: Error: bad port, at /s/udp_chat:12:3."
    )]
    #[case(
        "Traceback (most recent call last):\n  File \"/s/a.py\", line 8, in handle\n    x\nConnectionResetError: [Errno 104] no\n----\n",
        "An exception that it did not catch, line 8, in handle: ConnectionResetError: [Errno 104] no."
    )]
    #[case(
        "node:events:497\n      throw er;\nError: connect ECONNREFUSED\n    at TCP.after (node:net:1:2)\n\nNode.js v20\n",
        "An exception that it did not catch: Error: connect ECONNREFUSED."
    )]
    #[case("no", "It ended with status 1.")]
    fn the_last_frame_is_found(#[case] stderr: &str, #[case] expected: &str) {
        assert_eq!(of(&Exit::Status(1), stderr), expected);
    }

    #[rstest]
    #[case(
        Exit::Status(1),
        "Traceback (most recent call last):\n  File \"/s/a.py\", line 9, in f\n    x\nMemoryError\n",
        true
    )]
    #[case(Exit::Signal(libc::SIGABRT), "memory allocation of 1073741824 bytes failed\n", true)]
    #[case(
        Exit::Signal(libc::SIGABRT),
        "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n",
        true
    )]
    #[case(Exit::Signal(libc::SIGABRT), "terminate called after throwing an instance of 'std::bad_alloc'\n", true)]
    #[case(Exit::Status(1), "tcp_server: malloc: Cannot allocate memory\n", true)]
    #[case(Exit::Signal(libc::SIGSEGV), "", false)]
    #[case(Exit::Status(1), "tcp_server: Address already in use\n", false)]
    fn who_was_refused_memory_is_told_how_much_there_is(#[case] exit: Exit, #[case] stderr: &str, #[case] told: bool) {
        assert_eq!(of(&exit, stderr).ends_with(" A process has 512 MiB of memory here."), told);
    }

    #[test]
    fn a_signal_is_explained() {
        assert!(of(&Exit::Signal(libc::SIGSEGV), "").starts_with("SIGSEGV ended it: it used memory"));
    }
}
