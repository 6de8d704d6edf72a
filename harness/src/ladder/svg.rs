//! The drawing as a picture: one SVG file that needs nothing else, readable on a light and on a dark page.
//!
//! Colours stand in classes with plain values, and a media query sets them anew for dark pages: viewers that know no media
//! queries draw the light ones.

use super::{About, Arrow, Change, Entry, Kind, Ladder, What};
use crate::check::must_be_escaped;
use crate::event::{State, Stream};
use std::fmt::Write;
use textwrap::{Options, WordSplitter, WrapAlgorithm};
use unicode_width::UnicodeWidthStr;

/// Width of one column of text, in pixels, at the font size of the drawing; wide characters take two.
const COLUMN: f32 = 7.3;
/// Room for states beside the outer lanes, and for words right of a lane that stands alone.
const MARGIN: f32 = 142.0;
const ALONE: f32 = 520.0;
/// The least and the greatest distance of two lanes.
const GAP: (f32, f32) = (300.0, 460.0);
/// How far an arrow sinks on its way: time runs downwards.
const SINK: f32 = 12.0;
const LINE: f32 = 18.0;

const STYLE: &str = "\
text{font:12px ui-monospace,'Cascadia Mono','SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#1f2328}\
.bg{fill:#ffffff}.band{fill:#f0f3f6}.lane{stroke:#8c959f;stroke-width:1.5}.gone{stroke-dasharray:2 5}\
.name{font-weight:700;font-size:14px}.head{font-weight:700}.faint{fill:#59636e}.err{fill:#9a6700}.bad{fill:#cf222e}\
.over{paint-order:stroke;stroke:#ffffff;stroke-width:5px;stroke-linejoin:round}\
.pill{fill:#ffffff;stroke:#8c959f}.pill.held{stroke:#8250df;stroke-width:1.5}.state{font-size:11px;font-weight:700}.state.held{fill:#8250df}.state.shut{fill:#59636e;font-weight:400}\
.a{stroke-width:1.6;fill:none}.open{stroke:#1a7f37}.close{stroke:#9a6700}.break{stroke:#cf222e}.data{stroke:#0969da}.ack{stroke:#59636e}\
.h{stroke:none}.h.open{fill:#1a7f37}.h.close{fill:#9a6700}.h.break{fill:#cf222e}.h.data{fill:#0969da}.h.ack{fill:#59636e}";
const DARK: &str = "\
text{fill:#e6edf3}.bg{fill:#0d1117}.band{fill:#1c2129}.lane{stroke:#6e7681}.faint{fill:#9198a1}.err{fill:#d29922}.bad{fill:#f85149}\
.over{stroke:#0d1117}.pill{fill:#0d1117;stroke:#6e7681}.pill.held{stroke:#a371f7}.state.held{fill:#a371f7}.state.shut{fill:#9198a1}\
.open{stroke:#3fb950}.close{stroke:#d29922}.break{stroke:#f85149}.data{stroke:#58a6ff}.ack{stroke:#9198a1}\
.h.open{fill:#3fb950}.h.close{fill:#d29922}.h.break{fill:#f85149}.h.data{fill:#58a6ff}.h.ack{fill:#9198a1}";

/// The picture of a whole ladder.
#[must_use]
pub fn draw(ladder: &Ladder) -> String {
    let mut picture = Picture::new(ladder);
    picture.head(ladder);
    for (index, section) in ladder.sections.iter().enumerate() {
        if index == 0 {
            section.running.iter().for_each(|lane| picture.run(*lane, true));
            if !section.standing.is_empty() {
                let top = picture.y;
                let height = picture.states(&section.standing, |_| top + 8.0);
                picture.y += height.max(LINE) + 8.0;
            }
        }
        section.entries.iter().for_each(|entry| picture.entry(entry));
    }
    picture.finish(ladder)
}

struct Picture {
    /// The places of the lanes, from the left.
    x: Vec<f32>,
    width: f32,
    y: f32,
    /// Since where each lane is as it is now, and whether it runs.
    since: Vec<(f32, bool)>,
    /// Drawn first, behind everything.
    back: String,
    front: String,
}

impl Picture {
    fn new(ladder: &Ladder) -> Self {
        let labels =
            ladder.sections.iter().flat_map(|section| &section.entries).filter_map(|entry| match &entry.what {
                What::Arrow(arrow) => Some(arrow.label.width()),
                _ => None,
            });
        let widest = labels.max().unwrap_or(0) as f32 * COLUMN + 60.0;
        let lanes = ladder.lanes.len();
        let gap = widest.clamp(GAP.0, GAP.1) + if lanes == 2 { 60.0 } else { 0.0 };
        let x: Vec<_> = (0..lanes).map(|lane| MARGIN + lane as f32 * gap).collect();
        let right = if lanes < 2 { ALONE } else { MARGIN };
        let width = x.last().copied().unwrap_or(MARGIN) + right;
        let since = ladder.lanes.iter().map(|lane| (62.0, !lane.is_program)).collect();
        Self { x, width, y: 76.0, since, back: String::new(), front: String::new() }
    }

    fn head(&mut self, ladder: &Ladder) {
        for (lane, x) in ladder.lanes.iter().zip(self.x.clone()) {
            self.text(x, 30.0, "name", "middle", &lane.name);
            self.text(x, 48.0, "faint", "middle", &lane.about);
        }
    }

    fn entry(&mut self, entry: &Entry) {
        let changes = entry.changes.as_slice();
        match &entry.what {
            What::Heading { text, starts } => {
                self.y += 8.0;
                let lines = wrap(text, self.width - 40.0);
                let height = lines.len() as f32 * LINE + 8.0;
                let (y, width) = (self.y, self.width - 16.0);
                let _ = write!(
                    self.front,
                    "<rect class=\"band\" x=\"8\" y=\"{y:.0}\" width=\"{width:.0}\" height=\"{height:.0}\" rx=\"4\"/>"
                );
                for (index, line) in lines.iter().enumerate() {
                    self.text(20.0, y + 17.0 + index as f32 * LINE, "head", "start", line);
                }
                self.y += height + 10.0;
                if let Some(lane) = starts {
                    self.run(*lane, true);
                }
            }
            What::Arrow(arrow) => self.arrow(arrow, changes),
            What::Says { lane, stream, lines } => {
                let (word, class) = if *stream == Stream::Stdout { ("prints", "") } else { ("stderr", "err") };
                self.beside(*lane, word, lines, class, changes);
            }
            What::Note { lane, about, text } => {
                let class = match about {
                    About::Wait | About::Port => "faint",
                    About::End => "head",
                    About::Trouble => "bad",
                };
                self.beside(*lane, "", std::slice::from_ref(text), class, changes);
                if *about == About::End {
                    self.run(*lane, false);
                }
            }
            What::Remark(text) => {
                let x = self.x.first().copied().unwrap_or(MARGIN);
                self.text(x + 12.0, self.y + 12.0, "faint over", "start", text);
                let top = self.y;
                let height = self.states(changes, |_| top + 8.0);
                self.y += height.max(LINE) + 4.0;
            }
            What::Joins(_) => {}
        }
    }

    fn arrow(&mut self, arrow: &Arrow, changes: &[Change]) {
        let (from, to) = (self.x[arrow.from], self.x[arrow.to]);
        if arrow.from == arrow.to {
            let text = format!("↺ to itself: {} {}", arrow.label, arrow.data);
            return self.beside(arrow.from, "", &[text.trim_end().to_owned()], "", changes);
        }
        let class = class_of(arrow.kind);
        let middle = from.midpoint(to);
        self.text(middle, self.y + 10.0, "over", "middle", &arrow.label);
        let (y, end) = (self.y + 16.0, self.y + 16.0 + SINK);
        let side = if to > from { -1.0 } else { 1.0 };
        // The head lies along the line.
        let (tip, back) = (to + side, to + side * 11.0);
        let slope = SINK / (to - from).abs();
        let at = end - 10.0 * slope;
        let _ = write!(
            self.front,
            "<path class=\"a {class}\" d=\"M{from:.1} {y:.1}L{back:.1} {at:.1}\"/>\
             <path class=\"h {class}\" d=\"M{tip:.1} {end:.1}L{back:.1} {:.1}L{back:.1} {:.1}Z\"/>",
            at - 4.5,
            at + 4.5
        );
        let top = self.y;
        let height =
            self.states(changes, |change| if change.lane == arrow.from { top + 16.0 } else { top + 16.0 + SINK });
        self.y = end + 4.0;
        let room = (from - to).abs() - 40.0;
        for line in wrap(&arrow.data, room) {
            self.text(middle, self.y + 12.0, "faint over", "middle", &line);
            self.y += LINE;
        }
        self.y = (self.y + 6.0).max(top + height + 8.0);
    }

    /// Words beside a lane: right of it, or left of the last one.
    fn beside(&mut self, lane: usize, word: &str, lines: &[String], class: &str, changes: &[Change]) {
        let is_last = lane > 0 && lane + 1 == self.x.len();
        let room = if self.x.len() == 1 { ALONE } else { self.x[1] - self.x[0] } - 24.0;
        let first = if word.is_empty() { String::new() } else { format!("{word} ") };
        let top = self.y;
        let lines: Vec<_> = lines.iter().flat_map(|line| wrap(line, room - first.len() as f32 * COLUMN)).collect();
        let widest = lines.iter().map(|line| line.width()).max().unwrap_or(0) + first.len();
        let x = self.x[lane] + if is_last { -12.0 - widest as f32 * COLUMN } else { 12.0 };
        if !word.is_empty() {
            self.text(x, self.y + 12.0, "faint over", "start", word);
        }
        for line in &lines {
            self.text(x + first.len() as f32 * COLUMN, self.y + 12.0, &format!("{class} over"), "start", line);
            self.y += LINE;
        }
        let height = self.states(changes, |_| top + 8.0);
        self.y = (self.y + 2.0).max(top + height + 4.0);
    }

    /// States beside their lanes, `at` the height of the middle of each; returns how high all of it is, from `self.y` on.
    fn states(&mut self, changes: &[Change], at: impl Fn(&Change) -> f32) -> f32 {
        let mut below = vec![0.0; self.x.len()];
        let mut lowest = 0.0_f32;
        for change in changes {
            let text = change.text();
            let (x, width) = (self.x[change.lane], text.width() as f32 * 6.9 + 12.0);
            let is_last = change.lane > 0 && change.lane + 1 == self.x.len();
            let outer = change.lane == 0 || is_last;
            // Beside an inner lane run the arrows, so its states stand below them.
            let y = at(change) + below[change.lane] + if outer { 0.0 } else { 16.0 };
            below[change.lane] += 20.0;
            let left = match (change.lane, is_last) {
                (0, _) => x - 10.0 - width,
                _ => x + 10.0,
            };
            let class = match change.state {
                State::TimeWait | State::CloseWait => " held",
                State::Close => " shut",
                _ => "",
            };
            let _ = write!(
                self.front,
                "<rect class=\"pill{class}\" x=\"{left:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"17\" rx=\"8.5\"/>",
                y - 8.5
            );
            self.text(left + width / 2.0, y + 4.0, &format!("state{class}"), "middle", &text);
            lowest = lowest.max(y + 10.0 - self.y);
        }
        lowest
    }

    fn text(&mut self, x: f32, y: f32, class: &str, anchor: &str, text: &str) {
        let _ = write!(
            self.front,
            "<text class=\"{}\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" xml:space=\"preserve\">{}</text>",
            class.trim(),
            escape(text)
        );
    }

    /// From here on a program runs, or does not.
    fn run(&mut self, lane: usize, runs: bool) {
        if self.since[lane].1 == runs {
            return;
        }
        self.lane(lane);
        self.since[lane] = (self.y, runs);
    }

    /// The line of a lane until here.
    fn lane(&mut self, lane: usize) {
        let ((from, runs), x, y) = (self.since[lane], self.x[lane], self.y);
        let class = if runs { "lane" } else { "lane gone" };
        let _ = write!(self.back, "<path class=\"{class}\" d=\"M{x:.1} {from:.1}V{y:.1}\"/>");
    }

    fn finish(mut self, ladder: &Ladder) -> String {
        self.y += 10.0;
        (0..self.x.len()).for_each(|lane| self.lane(lane));
        let (width, height) = (self.width, self.y + 14.0);
        let names: Vec<_> = ladder.lanes.iter().map(|lane| lane.name.as_str()).collect();
        let packets: usize = ladder.sections.iter().map(|section| section.packets).sum();
        let about =
            format!("A sequence diagram, time running downwards: {packets} packets between {}.", names.join(", "));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
             viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" aria-labelledby=\"title desc\">\
             <title id=\"title\">{}</title><desc id=\"desc\">{}</desc>\
             <style>{STYLE}@media (prefers-color-scheme:dark){{{DARK}}}</style>\
             <rect class=\"bg\" width=\"100%\" height=\"100%\"/>{}{}</svg>\n",
            escape(&ladder.title),
            escape(&about),
            self.back,
            self.front
        )
    }
}

fn wrap(text: &str, room: f32) -> Vec<String> {
    if text.is_empty() {
        return Vec::new();
    }
    let columns = ((room / COLUMN) as usize).max(12);
    let options =
        Options::new(columns).word_splitter(WordSplitter::NoHyphenation).wrap_algorithm(WrapAlgorithm::FirstFit);
    textwrap::wrap(text, options).into_iter().map(std::borrow::Cow::into_owned).collect()
}

const fn class_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Opens => "open",
        Kind::Closes => "close",
        Kind::Breaks => "break",
        Kind::Data => "data",
        Kind::Acknowledges => "ack",
    }
}

/// Text as XML takes it. Characters that XML does not have are replaced, and those that nobody should see.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => out.push(char::REPLACEMENT_CHARACTER),
            c if must_be_escaped(c) => out.push(char::REPLACEMENT_CHARACTER),
            c => out.push(c),
        }
    }
    out
}
