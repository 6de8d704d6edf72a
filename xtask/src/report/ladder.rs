//! Drawn conversations in a report, and whether a terminal can show box drawing.

use super::Out;
use super::columns::width_of;
use harness::ladder::Ladder;
use harness::ladder::text::{Charset, Look, draw};
use std::env;

/// Spaces before the lines of a drawing that is part of a failure.
const INDENT: usize = 4;
/// Most lines of such a drawing.
const LINES: usize = 25;

/// How drawings look there: in ASCII where that is no terminal, or one of a locale without UTF-8.
#[must_use]
pub fn look(out: Out) -> Look {
    let is_terminal = match out {
        Out::Stdout => rustix::termios::isatty(rustix::stdio::stdout()),
        Out::Stderr => rustix::termios::isatty(rustix::stdio::stderr()),
    };
    let unicode = is_terminal && is_utf8(|name| env::var(name).ok());
    let charset = if unicode { Charset::Unicode } else { Charset::Ascii };
    Look { columns: width_of(out), charset }
}

/// The lines of a whole ladder.
#[must_use]
pub fn whole(ladder: &Ladder, look: Look) -> Vec<String> {
    draw(ladder, look)
}

/// The lines of what one line of the check brought about, after an empty one. None where no packet went over the wire.
#[must_use]
pub fn of_step(ladder: &Ladder, line: usize, look: Look) -> Vec<String> {
    let part = ladder.part(line);
    if part.sections.iter().all(|section| section.packets == 0) {
        return Vec::new();
    }
    let mut lines = draw(&part, Look { columns: look.columns - INDENT, ..look });
    if lines.len() > LINES {
        let more = lines.len() - (LINES - 1);
        lines.truncate(LINES - 1);
        lines.push(format!("({more} more lines: --show ladder draws all of it)"));
    }
    let indent = " ".repeat(INDENT);
    [String::new()].into_iter().chain(lines.into_iter().map(|line| format!("{indent}{line}"))).collect()
}

/// Whether the locale's characters are UTF-8, by the variable that counts (POSIX, `setlocale`).
fn is_utf8(variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name| variable(name).filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set).unwrap_or_default().to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;
    use harness::ladder::{About, Entry, Lane, Section, What};
    use rstest::rstest;

    #[rstest]
    #[case::all_of_it(20, 22)]
    #[case::its_beginning(60, 26)]
    fn a_part_that_is_too_long_is_cut_with_a_sentence(#[case] notes: usize, #[case] lines: usize) {
        let note = Entry::plain(What::Note { lane: 0, about: About::Wait, text: "waits".to_owned() });
        let section = Section { packets: 1, entries: vec![note; notes], ..Section::default() };
        let lane = Lane { name: "p".to_owned(), about: String::new(), is_program: true };
        let ladder = Ladder { lanes: vec![lane], sections: vec![section], ..Ladder::default() };
        let drawn = of_step(&ladder, 0, Look { columns: 80, charset: Charset::Ascii });
        assert_eq!(drawn.len(), lines, "{drawn:#?}");
        assert_eq!(drawn.last().is_some_and(|line| line.contains("more lines: --show ladder")), notes > 25);
        assert!(of_step(&ladder, 1, Look { columns: 80, charset: Charset::Ascii }).is_empty());
    }

    #[rstest]
    #[case::by_language(&[("LANG", "zh_CN.UTF-8")], true)]
    #[case::all_counts_most(&[("LC_ALL", "C"), ("LANG", "zh_CN.UTF-8")], false)]
    #[case::an_empty_one_counts_nothing(&[("LC_ALL", ""), ("LC_CTYPE", "C.utf8"), ("LANG", "C")], true)]
    #[case::another_encoding(&[("LANG", "zh_CN.GBK")], false)]
    #[case::none(&[], false)]
    fn the_locale_says_whether_there_is_box_drawing(#[case] set: &[(&str, &str)], #[case] unicode: bool) {
        let variable = |name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        assert_eq!(is_utf8(variable), unicode);
    }
}
