//! One line of a drawing: pieces of text at their columns.

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

#[derive(Clone, Debug, Default)]
pub(super) struct Row(Vec<Piece>);

#[derive(Clone, Debug)]
struct Piece {
    at: usize,
    width: usize,
    text: String,
    style: Style,
}

impl Row {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Puts a text at a column. What is there already stays on top.
    pub(super) fn put(&mut self, at: usize, text: String, style: Style) {
        self.0.push(Piece { at, width: text.width(), text, style });
    }

    /// Whether nothing stands in these columns.
    pub(super) fn is_free(&self, at: usize, width: usize) -> bool {
        self.0.iter().all(|piece| piece.at + piece.width <= at || at + width <= piece.at)
    }

    /// The line, with its colours and without spaces at its end.
    pub(super) fn render(mut self) -> String {
        self.0.sort_by_key(|piece| piece.at);
        let (mut out, mut column) = (String::new(), 0);
        for Piece { at, width, text, style } in self.0 {
            if at < column || width == 0 {
                continue;
            }
            out.push_str(&" ".repeat(at - column));
            out.push_str(&if style.is_plain() { text } else { format!("{style}{text}{style:#}") });
            column = at + width;
        }
        out
    }
}
