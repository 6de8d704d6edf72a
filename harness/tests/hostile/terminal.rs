//! What must never reach a terminal.

/// The colours that drawings and reports have in them: reset, bold, faint, and those of the text.
const COLOURS: [&str; 9] = ["0", "1", "2", "31", "32", "33", "34", "35", "36"];

/// The first line with a character in it that commands a terminal or turns the direction of text. Our own colours may stand there.
pub fn commands(text: &str) -> Option<&str> {
    text.split('\n').find(|line| is_command(line))
}

fn is_command(line: &str) -> bool {
    let turns =
        |c| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let mut rest = line;
    while let Some(at) = rest.find(|c: char| c.is_control() || turns(c)) {
        let colour = rest[at..].strip_prefix("\x1b[").and_then(|rest| rest.split_once('m'));
        match colour.filter(|(number, _)| COLOURS.contains(number)) {
            Some((_, after)) => rest = after,
            None => return true,
        }
    }
    false
}

#[test]
fn a_command_is_found() {
    for text in ["a\x1b[2J", "\x1b[8m", "\r", "\u{9b}31m", "a\n\u{202e}", "\x1b[31mx\x07", "\x7f", "\x1b"] {
        assert!(commands(text).is_some(), "{text:?}");
    }
    assert_eq!(commands("\x1b[1m\x1b[31mred\x1b[0m\nand \u{fffd}[2J"), None);
}
