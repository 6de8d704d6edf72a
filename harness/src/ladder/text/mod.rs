//! The drawing for a terminal, line by line: each entry becomes some lines as soon as it is there, so that a trace can draw
//! while things happen.
//!
//! ```text
//!         tcp_server                        A
//!                │                          │
//! ── 2  A connects to 8989 ─────────────────────────────────
//!                │◄───── [SYN] Seq=0 ───────┤ SYN_SENT
//!   SYN_RECEIVED ├─ [SYN,ACK] Seq=0 Ack=1 ─►│ ESTABLISHED
//! ```

mod glyphs;
mod layout;
mod row;

pub use glyphs::Charset;

use super::{About, Arrow, Change, Entry, Kind, Ladder, Lane, Section, What};
use crate::event::{State, Stream};
use anstyle::{AnsiColor, Style};
use glyphs::Glyphs;
use layout::Layout;
use row::Row;
use textwrap::{Options, WordSplitter, WrapAlgorithm};
use unicode_width::UnicodeWidthStr;

const FAINT: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();

/// How a drawing is to look. Lines have colours in them; whoever writes them to something else than a terminal takes them out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Width, in columns.
    pub columns: usize,
    /// What lines are made of.
    pub charset: Charset,
}

/// A whole ladder.
#[must_use]
pub fn draw(ladder: &Ladder, look: Look) -> Vec<String> {
    let mut drawer = Drawer::new(ladder.lanes.clone(), look);
    let widest = ladder.changes().map(|change| change.text().width() + 1).max().unwrap_or(0);
    drawer.layout = Layout::new(ladder.lanes.len(), look.columns, widest.clamp(layout::STATE, layout::NUMBERED));
    let mut out = drawer.head();
    for (index, section) in ladder.sections.iter().enumerate() {
        if index == 0 {
            out.extend(drawer.begin(section));
        }
        out.extend(section.entries.iter().flat_map(|entry| drawer.push(entry)));
    }
    out
}

/// Draws one entry after the other.
#[derive(Clone, Debug)]
pub struct Drawer {
    lanes: Vec<Lane>,
    running: Vec<bool>,
    look: Look,
    glyphs: Glyphs,
    layout: Layout,
}

impl Drawer {
    /// Nothing is drawn yet; no program runs.
    #[must_use]
    pub fn new(lanes: Vec<Lane>, look: Look) -> Self {
        let layout = Layout::new(lanes.len(), look.columns, layout::STATE);
        let running = lanes.iter().map(|lane| !lane.is_program).collect();
        Self { lanes, running, look, glyphs: Glyphs::of(look.charset), layout }
    }

    /// The names of the lanes.
    #[must_use]
    pub fn head(&self) -> Vec<String> {
        let line = |text: fn(&Lane) -> &str, style: Style| {
            let mut row = Row::new();
            for (lane, at) in self.lanes.iter().zip(&self.layout.at) {
                let text = cut(text(lane), self.layout.gap.max(8) - 2, self.glyphs.ellipsis);
                let half = text.width() / 2;
                let left = at.saturating_sub(half).min(self.look.columns.saturating_sub(text.width()));
                row.put(left, text, style);
            }
            row.render()
        };
        let abouts = self.lanes.iter().any(|lane| !lane.about.is_empty());
        let second = abouts.then(|| line(|lane| &lane.about, FAINT));
        [line(|lane| &lane.name, BOLD)].into_iter().chain(second).collect()
    }

    /// The states that hold at the beginning of a section.
    #[must_use]
    pub fn begin(&mut self, section: &Section) -> Vec<String> {
        section.running.iter().for_each(|lane| self.running[*lane] = true);
        let mut changes = section.standing.clone();
        // Of many alike one is enough.
        changes.sort_by_key(|change| (change.lane, change.state as u8));
        changes.dedup_by_key(|change| (change.lane, change.state as u8));
        self.with_states(Row::new(), &changes)
    }

    /// The lines of one more entry.
    #[must_use]
    pub fn push(&mut self, entry: &Entry) -> Vec<String> {
        match &entry.what {
            What::Heading { text, starts } => {
                let lines = self.heading(text);
                if let Some(lane) = starts {
                    self.running[*lane] = true;
                }
                lines
            }
            What::Arrow(arrow) => self.arrow(arrow, &entry.changes),
            What::Says { lane, stream, lines } => {
                let (word, style) = match stream {
                    Stream::Stdout => ("prints", Style::new()),
                    Stream::Stderr => ("stderr", AnsiColor::Yellow.on_default()),
                };
                self.beside(*lane, word, lines, style, &[])
            }
            What::Note { lane, about, text } => {
                let style = match about {
                    About::Wait | About::Port => FAINT,
                    About::End => BOLD,
                    About::Trouble => AnsiColor::Red.on_default(),
                };
                if *about == About::End {
                    self.running[*lane] = false;
                }
                self.beside(*lane, "", std::slice::from_ref(text), style, &entry.changes)
            }
            What::Remark(text) => {
                let mut row = Row::new();
                row.put(self.layout.at[0] + 2, self.own(text), FAINT);
                self.with_states(row, &entry.changes)
            }
            What::Joins(lane) => {
                self.lanes.push(lane.clone());
                self.running.push(!lane.is_program);
                self.layout = Layout::new(self.lanes.len(), self.look.columns, layout::STATE);
                self.head()
            }
        }
    }

    /// A rule across all lanes, with a text in it.
    fn heading(&self, text: &str) -> Vec<String> {
        let line = self.glyphs.line;
        let room = self.look.columns.saturating_sub(6).max(20);
        let lines = wrap(text, room, "   ");
        let last = lines.len().saturating_sub(1);
        let draw = |(index, text): (usize, &String)| {
            let before = if index == 0 { line.repeat(2) } else { "  ".to_owned() };
            let rest = self.look.columns.saturating_sub(text.width() + 4);
            let after = if index == last { format!(" {FAINT}{}{FAINT:#}", line.repeat(rest)) } else { String::new() };
            format!("{FAINT}{before}{FAINT:#} {BOLD}{}{BOLD:#}{after}", text.trim_end())
        };
        lines.iter().enumerate().map(draw).collect()
    }

    fn arrow(&self, arrow: &Arrow, changes: &[Change]) -> Vec<String> {
        let style = style_of(arrow.kind);
        let (label, data) = (self.own(&arrow.label), self.own(&arrow.data));
        if arrow.from == arrow.to {
            // To itself: there is no way to draw, so it is said.
            let text = format!("{} to itself: {label} {data}", self.glyphs.itself);
            return self.beside(arrow.from, "", &[text.trim_end().to_owned()], style, changes);
        }
        let (left, right) = (self.layout.at[arrow.from.min(arrow.to)], self.layout.at[arrow.from.max(arrow.to)]);
        let inner = right - left - 1;
        let both = format!("{label} {data}");
        let fits = |text: &str| text.width() + 3 <= inner;
        let (inside, below) = if !data.is_empty() && fits(&both) {
            (both, String::new())
        } else if fits(&label) {
            (label, data)
        } else {
            // The label does not fit into the arrow, so all stands below it.
            (String::new(), both.trim_end().to_owned())
        };
        let mut row = Row::new();
        let to_right = arrow.from < arrow.to;
        let crosses = |column: usize| self.layout.at.contains(&(left + 1 + column));
        row.put(left + 1, self.glyphs.arrow(inner, &inside, to_right, crosses), style);
        let (from, leaves) = if to_right { (left, self.glyphs.leaves_right) } else { (right, self.glyphs.leaves_left) };
        row.put(from, leaves.to_owned(), FAINT);
        let mut out = self.with_states(row, changes);
        for text in wrap(&below, inner.saturating_sub(4).max(8), "") {
            let mut row = Row::new();
            row.put(left + 3, text, style);
            out.push(self.with_lanes(row));
        }
        out
    }

    /// Words beside a lane: right of it, or left of the last one.
    fn beside(&self, lane: usize, word: &str, lines: &[String], style: Style, changes: &[Change]) -> Vec<String> {
        let room = self.layout.room(lane);
        // Beside the word all lines begin at one column.
        let (indent, others) = if word.is_empty() { (0, "  ") } else { (word.len() + 1, "") };
        let room = room.saturating_sub(indent).max(8);
        let lines: Vec<_> = lines.iter().flat_map(|line| wrap(&self.own(line), room, others)).collect();
        let widest = lines.iter().map(|line| line.width()).max().unwrap_or(0) + indent;
        let left = self.left_of(lane, widest);
        let mut out = Vec::new();
        for (index, line) in lines.into_iter().enumerate() {
            let mut row = Row::new();
            if index == 0 && indent > 0 {
                row.put(left, word.to_owned(), FAINT);
            }
            row.put(left + indent, line, style);
            out.extend(self.with_states(row, if index == 0 { changes } else { &[] }));
        }
        out
    }

    /// A row with the states that come with it: in the margins where they have room, else below it.
    fn with_states(&self, mut row: Row, changes: &[Change]) -> Vec<String> {
        let mut waiting: Vec<&Change> = changes.iter().collect();
        let mut out = Vec::new();
        loop {
            let first = out.is_empty() && !row.is_empty();
            waiting.retain(|change| {
                let (text, width) = (change.text(), change.text().width());
                let in_margin = self.layout.margin(change.lane, width);
                let left = in_margin.unwrap_or_else(|| self.left_of(change.lane, width));
                // Between the lanes stands what the row is about.
                let fits = (in_margin.is_some() || !first) && row.is_free(left, width);
                if fits {
                    row.put(left, text, style_of_state(change.state));
                }
                !fits
            });
            if !row.is_empty() {
                out.push(self.with_lanes(std::mem::replace(&mut row, Row::new())));
            }
            if waiting.is_empty() {
                return out;
            }
        }
    }

    /// Where a text of a lane begins: right of the lane, or so that it ends left of the last one.
    fn left_of(&self, lane: usize, width: usize) -> usize {
        let at = self.layout.at[lane];
        if lane > 0 && lane + 1 == self.lanes.len() { at.saturating_sub(width + 1) } else { at + 2 }
    }

    /// A row with all lanes behind it.
    fn with_lanes(&self, mut row: Row) -> String {
        for lane in 0..self.lanes.len() {
            let at = self.layout.at[lane];
            if row.is_free(at, 1) {
                row.put(at, self.lane(lane).to_owned(), FAINT);
            }
        }
        row.render()
    }

    fn lane(&self, lane: usize) -> &'static str {
        if self.running[lane] { self.glyphs.lane } else { self.glyphs.gone }
    }

    /// A text of ours with the marks of this charset.
    fn own(&self, text: &str) -> String {
        text.replace('…', self.glyphs.ellipsis)
    }
}

/// The lines of a text, at most `columns` wide.
fn wrap(text: &str, columns: usize, others: &str) -> Vec<String> {
    if text.is_empty() {
        return Vec::new();
    }
    let options = Options::new(columns)
        .subsequent_indent(others)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    textwrap::wrap(text, options).into_iter().map(std::borrow::Cow::into_owned).collect()
}

/// A text in at most `columns`.
fn cut(text: &str, columns: usize, ellipsis: &str) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut out = String::new();
    for c in text.chars() {
        out.push(c);
        if out.width() + ellipsis.width() > columns {
            out.pop();
            break;
        }
    }
    out + ellipsis
}

const fn style_of(kind: Kind) -> Style {
    match kind {
        Kind::Opens => AnsiColor::Green.on_default(),
        Kind::Closes => AnsiColor::Yellow.on_default(),
        Kind::Breaks => AnsiColor::Red.on_default(),
        Kind::Data => AnsiColor::Cyan.on_default(),
        Kind::Acknowledges => Style::new(),
    }
}

const fn style_of_state(state: State) -> Style {
    match state {
        State::TimeWait | State::CloseWait => AnsiColor::Magenta.on_default().bold(),
        State::Close => FAINT,
        _ => BOLD,
    }
}
