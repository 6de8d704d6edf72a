//! What stands beside an arrow or a lane.

use super::Kind;
use super::tcp::Taken;
use crate::check::{self, is_text, quote};
use crate::event::{Descriptor, Exit, Flags, Segment, Wait};
use crate::transcript::signal_name;

/// Longest text of a packet that is drawn, in characters, and most bytes that are drawn in hexadecimal.
const TEXT: usize = 100;
const HEX: usize = 16;

/// `[FIN,ACK] Seq=36 Ack=1`, as the lecture notes and Wireshark write it.
pub(super) fn of_segment(segment: &Segment, taken: &Taken) -> String {
    let mut out = format!("[{}] Seq={}", flags(segment.flags), taken.seq);
    if let Some(ack) = taken.ack {
        out.push_str(&format!(" Ack={ack}"));
    }
    if !segment.payload.is_empty() {
        out.push_str(&format!(" Len={}", segment.payload.len()));
    }
    if segment.window == 0 && !segment.flags.rst {
        out.push_str(" Win=0");
    }
    if taken.number > 1 {
        out.push_str(&format!(" #{}", taken.number));
    }
    if taken.again {
        out.push_str(" again");
    }
    out
}

fn flags(flags: Flags) -> String {
    let all = [(flags.fin, "FIN"), (flags.syn, "SYN"), (flags.rst, "RST"), (flags.psh, "PSH"), (flags.ack, "ACK")];
    all.iter().filter(|(set, _)| *set).map(|(_, name)| *name).collect::<Vec<_>>().join(",")
}

pub(super) const fn kind_of(segment: &Segment) -> Kind {
    let flags = segment.flags;
    if flags.rst {
        Kind::Breaks
    } else if flags.syn {
        Kind::Opens
    } else if flags.fin {
        Kind::Closes
    } else if segment.payload.is_empty() {
        Kind::Acknowledges
    } else {
        Kind::Data
    }
}

/// Bytes as a person can read them: text in quotes where it is text, also in the encoding of the lecture notes, else the
/// first bytes in hexadecimal. What is left out is marked by `…`.
pub(super) fn of_data(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return String::new();
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if is_text(text) => return quoted(text, false),
        // A segment can end in the middle of a character.
        Err(error) if error.error_len().is_none() && error.valid_up_to() > 0 => {
            let text = String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned();
            if is_text(&text) {
                return quoted(&text, true);
            }
        }
        _ => {}
    }
    if let Some(text) = encoding_rs::GBK.decode_without_bom_handling_and_without_replacement(bytes)
        && text.chars().all(|c| c.is_ascii_graphic() || " \r\n\t".contains(c) || is_chinese(c))
        && is_text(&text)
    {
        return format!("{} as gbk", quoted(&text, false));
    }
    let hex = bytes.iter().take(HEX).fold("hex".to_owned(), |text, byte| format!("{text} {byte:02x}"));
    if bytes.len() > HEX { format!("{hex} …") } else { hex }
}

fn quoted(text: &str, cut: bool) -> String {
    let shown: String = text.chars().take(TEXT).collect();
    let mark = if cut || shown.len() < text.len() { "…" } else { "" };
    format!("{}{mark}", quote(&shown))
}

/// Ideographs, and the punctuation and full-width forms that are written with them.
fn is_chinese(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ffef}' | '“' | '”' | '‘' | '’' | '…' | '—')
}

/// `waits in accept4 (tcp *:8989 LISTEN)`. Ports that the kernel chose are left out.
pub(super) fn of_wait(wait: &Wait, ephemeral: (u16, u16)) -> String {
    if wait.call == "stopped" {
        return "is stopped".to_owned();
    }
    if wait.only_sleeps() {
        return format!("sleeps again and again ({})", wait.call);
    }
    let limit = match wait.time_out_to_tell() {
        None => String::new(),
        // What is left of a time-out differs from run to run; who waits for seconds waits for whole ones.
        Some(ms @ ..1_000) => format!(", {ms} ms"),
        Some(ms) => format!(", {} s", ms.div_ceil(1_000)),
    };
    format!("waits in {}{}{limit}", wait.call, of_descriptors(wait, ephemeral))
}

/// `its time-out of 2 s ends recvfrom (udp *:7788)`.
pub(super) fn of_given_up(wait: &Wait, ephemeral: (u16, u16)) -> String {
    let of = wait.span().map(|span| format!(" of {span}")).unwrap_or_default();
    format!("its time-out{of} ends {}{}", wait.call, of_descriptors(wait, ephemeral))
}

fn of_descriptors(wait: &Wait, ephemeral: (u16, u16)) -> String {
    // What an event loop has for itself tells nothing beside what it waits for.
    let any = wait.on.iter().any(Descriptor::is_from_outside);
    let told: Vec<_> = wait.on.iter().filter(|at| !any || at.is_from_outside()).collect();
    let on: Vec<_> = told.iter().take(2).map(|at| of_descriptor(at, ephemeral)).collect();
    let more = if told.len() > 2 { ", …" } else { "" };
    if on.is_empty() { String::new() } else { format!(" ({}{more})", on.join(", ")) }
}

/// A socket without the addresses at its ends, except for one that others must know.
fn of_descriptor(at: &Descriptor, ephemeral: (u16, u16)) -> String {
    let words: Vec<_> = at.what.split(' ').collect();
    match words.as_slice() {
        [protocol @ ("tcp" | "udp"), _, "to", _, state] => format!("{protocol} {state}"),
        [protocol @ ("tcp" | "udp"), local, state @ ..] => {
            let port = local.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
            let chosen = port.is_none_or(|port| port == 0 || (ephemeral.0..=ephemeral.1).contains(&port));
            let parts = [*protocol].into_iter().chain((!chosen).then_some(*local)).chain(state.iter().copied());
            parts.collect::<Vec<_>>().join(" ")
        }
        _ => printable(&at.what),
    }
}

pub(super) fn of_exit(exit: &Exit) -> String {
    match exit {
        Exit::Status(status) => format!("exits {status}"),
        Exit::Signal(libc::SIGKILL) => "is killed".to_owned(),
        Exit::Signal(signal) => format!("dies of {}", signal_name(*signal)),
        Exit::NotStarted(why) => format!("cannot be started: {}", printable(why)),
    }
}

/// A text of somebody else's that can be put on a terminal, whole.
pub(super) fn printable(text: &str) -> String {
    check::printable(text, usize::MAX)
}

/// A number with its thousands set apart.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::must_be_escaped;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case::text("你好".as_bytes(), "\"你好\"")]
    #[case::cut_in_a_character(&"你好".as_bytes()[..4], "\"你\"…")]
    #[case::gbk(&[0xc4, 0xe3, 0xba, 0xc3, b'!'], "\"你好!\" as gbk")]
    #[case::neither(&[0xc3, 0x28], "hex c3 28")]
    #[case::controls(b"\x1b[2J", "\"\\u{1b}[2J\"")]
    #[case::nothing(b"", "")]
    fn data_is_shown_as_text_where_it_is_text(#[case] bytes: &[u8], #[case] expected: &str) {
        assert_eq!(of_data(bytes), expected);
    }

    #[rstest]
    #[case::listener("tcp *:8989 LISTEN", "tcp *:8989 LISTEN")]
    #[case::connection("tcp 127.0.0.1:8989 to 127.0.0.1:40001 ESTABLISHED", "tcp ESTABLISHED")]
    #[case::udp("udp *:7788", "udp *:7788")]
    #[case::chosen_by_the_kernel("udp 0.0.0.0:40000", "udp")]
    #[case::input("standard input", "standard input")]
    fn a_descriptor_is_told_without_what_differs_from_run_to_run(#[case] what: &str, #[case] expected: &str) {
        assert_eq!(of_descriptor(&Descriptor { fd: 3, what: what.to_owned() }, (32_768, 60_999)), expected);
    }

    proptest! {
        #[test]
        fn nothing_that_is_shown_commands_a_terminal(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let shown = of_data(&bytes);
            prop_assert!(!shown.chars().any(must_be_escaped), "{shown:?}");
            prop_assert!(shown.chars().count() < 1500);
        }
    }
}
