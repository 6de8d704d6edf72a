//! Text from programs is escaped wherever it is shown: in a pipe, on a terminal, in JSON, in pictures and captures.

use super::graded::{alone, grader, named, program, reference, submission};
use rstest::rstest;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use std::fs::{self, File, OpenOptions};
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// The first character that commands a terminal or misleads its reader. Our own colours are none, if there may be `colours`.
fn command_in(text: &str, colours: bool) -> Option<String> {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let invisible = matches!(u32::from(c),
            0xad | 0x61c | 0x180e | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0xfeff | 0xfff9..=0xfffb
            | 0xe0000..=0xe007f);
        let colour = rest.strip_prefix("\x1b[").and_then(|rest| {
            let after = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
            after.strip_prefix('m')
        });
        rest = match colour.filter(|_| colours) {
            Some(after) => after,
            None if (c.is_control() && c != '\n') || invisible => {
                return Some(rest.escape_debug().take(60).collect());
            }
            None => &rest[c.len_utf8()..],
        };
    }
    None
}

fn assert_escaped(bytes: &[u8], colours: bool) -> String {
    let text = std::str::from_utf8(bytes).unwrap_or_else(|error| panic!("{error}: {bytes:?}")).to_owned();
    assert_eq!(command_in(&text, colours), None, "{text:?}");
    text
}

#[test]
fn what_commands_a_terminal_is_known() {
    for text in ["\x1b]0;x\x07", "\x1b[2J", "\r", "\u{9b}31m", "\u{202e}", "\u{200b}", "\0", "\x1b[1;2H"] {
        assert!(command_in(text, true).is_some(), "{text:?}");
    }
    assert_eq!(command_in("\x1b[1m\x1b[31m✗ 问题\x1b[0m\n", true), None);
    assert!(command_in("\x1b[1m", false).is_some());
}

/// What a command writes to a terminal.
fn on_a_terminal(command: &mut Command) -> Vec<u8> {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let path = ptsname(&ours, Vec::new()).unwrap();
    let theirs = OpenOptions::new().read(true).write(true).open(path.to_str().unwrap()).unwrap();
    let mut modes = rustix::termios::tcgetattr(&theirs).unwrap();
    modes.output_modes.remove(rustix::termios::OutputModes::OPOST);
    rustix::termios::tcsetattr(&theirs, rustix::termios::OptionalActions::Now, &modes).unwrap();
    command.env("TERM", "xterm-256color").env("LC_ALL", "C.UTF-8").env_remove("CI");
    let mut child = command.stdin(Stdio::null()).stdout(theirs).stderr(Stdio::piped()).spawn().unwrap();
    // The command holds the terminal open as long as it is there.
    command.stdout(Stdio::null());
    let mut out = Vec::new();
    // At its end a terminal gives EIO.
    let _ = File::from(ours).read_to_end(&mut out);
    child.wait().unwrap();
    out
}

/// A submission with programs that put such text wherever they can, and the check that each is graded by.
fn commanding() -> (TempDir, [&'static str; 4]) {
    let waits = alone("commands_the_terminal.py") + "waits_for_files()\n";
    let throws = program("commands_the_terminal.py")
        + "raise ValueError(COMMANDS[0].decode() + COMMANDS[3])\n"
            .replace("COMMANDS[3]", "COMMANDS[3].decode()")
            .as_str();
    let right = program("commands_the_terminal.py") + &reference("tcp_client", ".py");
    let dir = submission(&[
        ("udp_receiver.py".to_owned(), waits),
        ("udp_sender.py".to_owned(), alone("sends_commands.py")),
        ("tcp_server.py".to_owned(), throws),
        ("tcp_client.py".to_owned(), right),
    ]);
    (dir, ["udp_receiver::utf8_text", "udp_sender::one_datagram", "tcp_server::one_client", "tcp_client::utf8_text"])
}

#[rstest]
#[case::the_report(&[])]
#[case::with_drawings(&["--show", "ladder"])]
fn in_a_report_in_a_pipe_and_on_a_terminal(#[case] options: &[&str]) {
    let (dir, checks) = commanding();
    let mut command = grader(dir.path(), &checks);
    let text = assert_escaped(&command.args(options).output().unwrap().stdout, false);
    assert!(text.contains("pwned"), "{text}");
    let text = assert_escaped(&on_a_terminal(&mut command), true);
    assert!(text.contains("pwned") && text.contains("\x1b["), "{text}");
    // The names of tasks, and of the files that they wait for.
    assert!(text.contains("[31mx") && text.contains("]0;pwned"), "{text}");
}

#[test]
fn in_json() {
    let (dir, checks) = commanding();
    let mut command = grader(dir.path(), &checks);
    command.args(["--format", "json"]);
    let text = assert_escaped(&command.output().unwrap().stdout, false);
    // Where a reader takes the escapes of JSON away, there is nothing behind them either.
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut texts = 0;
    let mut values = vec![&report];
    while let Some(value) = values.pop() {
        match value {
            serde_json::Value::String(text) => {
                assert_escaped(text.as_bytes(), false);
                texts += usize::from(text.contains("pwned"));
            }
            serde_json::Value::Array(list) => values.extend(list),
            serde_json::Value::Object(fields) => values.extend(fields.values()),
            _ => {}
        }
    }
    assert!(texts > 5, "{text}");
    assert_escaped(&on_a_terminal(&mut command), false);
}

#[test]
fn in_pictures_and_captures() {
    let (dir, checks) = commanding();
    let kept = tempfile::tempdir().unwrap();
    let mut command = grader(dir.path(), &checks);
    command.arg("--svg").arg(kept.path()).arg("--pcap").arg(kept.path());
    assert_eq!(command.output().unwrap().status.code(), Some(1));
    let read =
        |check: &str, kind: &str| fs::read(kept.path().join(check.replace("::", "-")).with_extension(kind)).unwrap();
    for check in checks {
        let picture = assert_escaped(&read(check, "svg"), false);
        assert!(picture.contains("pwned"), "{picture}");
        assert!(!picture.contains("<script") && !picture.contains("]]>"), "{picture}");
    }
    // What was printed is in no capture; its comments tell what we did.
    let capture = read("udp_receiver::utf8_text", "pcapng");
    assert!(!capture.windows(5).any(|part| part == b"pwned"));
}

#[rstest]
#[case("breaks_its_compiler.c")]
#[case("breaks_its_compiler.py")]
fn in_the_words_of_a_compiler(#[case] attack: &str) {
    let dir = submission(&[(named("udp_sender", attack), program(attack))]);
    let mut command = grader(dir.path(), &["udp_sender::one_datagram"]);
    let text = assert_escaped(&command.output().unwrap().stdout, false);
    assert!(text.contains("does not compile") && text.contains("PASS"), "{text}");
    assert_escaped(&on_a_terminal(&mut command), true);
    assert_escaped(&command.args(["--format", "json"]).stdout(Stdio::piped()).output().unwrap().stdout, false);
}

#[test]
fn in_a_trace() {
    let dir = submission(&[("program.py".to_owned(), alone("commands_the_terminal.py") + "waits_for_files()\n")]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("trace").arg("--").arg(dir.path().join("program.py")).stdin(Stdio::null());
    assert!(Path::new(&dir.path().join("program.py")).exists());
    let text = assert_escaped(&command.output().unwrap().stdout, false);
    assert!(text.contains("pwned") && text.contains("waits in"), "{text}");
    assert_escaped(&on_a_terminal(&mut command), true);
}
