//! What lines and arrows are made of.

use unicode_width::UnicodeWidthStr;

/// The characters that a drawing may use. What programs said and sent stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// Box drawing.
    Unicode,
    /// Nothing beyond ASCII.
    Ascii,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Glyphs {
    pub(super) line: &'static str,
    pub(super) lane: &'static str,
    /// The lane of a program that does not run.
    pub(super) gone: &'static str,
    pub(super) leaves_right: &'static str,
    pub(super) leaves_left: &'static str,
    head_right: &'static str,
    head_left: &'static str,
    crossing: &'static str,
    pub(super) itself: &'static str,
    pub(super) ellipsis: &'static str,
}

impl Glyphs {
    pub(super) const fn of(charset: Charset) -> Self {
        match charset {
            Charset::Unicode => Self {
                line: "─",
                lane: "│",
                gone: "┊",
                leaves_right: "├",
                leaves_left: "┤",
                head_right: "►",
                head_left: "◄",
                crossing: "┼",
                itself: "↺",
                ellipsis: "…",
            },
            Charset::Ascii => Self {
                line: "-",
                lane: "|",
                gone: ":",
                leaves_right: "|",
                leaves_left: "|",
                head_right: ">",
                head_left: "<",
                crossing: "+",
                itself: "@",
                ellipsis: "...",
            },
        }
    }

    /// An arrow `width` columns long with a text in its middle. `crosses` says at which columns it crosses a lane.
    pub(super) fn arrow(&self, width: usize, text: &str, to_right: bool, crosses: impl Fn(usize) -> bool) -> String {
        let text = if text.is_empty() { String::new() } else { format!(" {text} ") };
        // The head takes one column.
        let shaft = width.saturating_sub(1 + text.width());
        let (before, offset) = (shaft / 2, usize::from(!to_right));
        let line = |from: usize, to: usize| -> String {
            (from..to).map(|column| if crosses(column) { self.crossing } else { self.line }).collect()
        };
        let left = line(offset, offset + before);
        let right = line(offset + before + text.width(), offset + shaft + text.width());
        if to_right {
            format!("{left}{text}{right}{}", self.head_right)
        } else {
            format!("{}{left}{text}{right}", self.head_left)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::to_the_right("[SYN]", true, "── [SYN] ───►")]
    #[case::to_the_left("[SYN]", false, "◄── [SYN] ───")]
    #[case::wide_characters("你好", true, "── 你好 ┼──►")]
    #[case::no_text("", true, "────────┼──►")]
    fn an_arrow_has_its_length_whatever_stands_in_it(#[case] text: &str, #[case] right: bool, #[case] arrow: &str) {
        let width = arrow.width();
        assert_eq!(Glyphs::of(Charset::Unicode).arrow(width, text, right, |column| column == 8), arrow);
    }
}
