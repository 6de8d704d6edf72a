//! The ladder of a trace: it grows with each fact.

use super::cast::Cast;
use super::story::Story;
use super::words::{of_data, printable, thousands};
use super::{About, Entry, Ladder, Lane, Section, What};
use crate::event::{Fact, State};

/// A program of a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Performer {
    /// What its lane is called: `server.py`.
    pub name: String,
    /// The command as it was given.
    pub command: String,
}

/// Tells what happens, entry by entry, and keeps it.
#[derive(Clone, Debug)]
pub struct Telling {
    programs: Vec<Performer>,
    story: Story,
    section: Section,
}

impl Telling {
    /// Nothing has happened.
    #[must_use]
    pub fn new(programs: Vec<Performer>) -> Self {
        let lane = |of: &Performer| Lane { name: printable(&of.name), about: String::new(), is_program: true };
        let cast = Cast::new(programs.iter().map(lane));
        Self { programs, story: Story::new(cast, (32_768, 60_999)), section: Section::default() }
    }

    /// The lanes as they stand now.
    #[must_use]
    pub fn lanes(&self) -> &[Lane] {
        &self.story.cast.lanes
    }

    /// The entries that a fact adds.
    pub fn take(&mut self, fact: &Fact) -> Vec<Entry> {
        let story = &mut self.story;
        let entries = match fact {
            Fact::Ready { ephemeral } => {
                story.set_ephemeral(*ephemeral);
                Vec::new()
            }
            Fact::Started(program) => {
                let text = format!("start {}", printable(&self.programs[*program].command));
                vec![story.heading(text, Some(*program))]
            }
            Fact::Typed { program, bytes } => {
                let line = bytes.strip_suffix(b"\n").unwrap_or(bytes);
                let line = if line.is_empty() { "\"\"".to_owned() } else { of_data(line) };
                let into = match self.programs.len() {
                    1 => String::new(),
                    _ => format!(" into {}", story.cast.lanes[*program].name),
                };
                vec![story.heading(format!("type {line}{into}"), None)]
            }
            Fact::EndOfInput => vec![story.heading("end of input", None)],
            Fact::Sockets(sockets) => {
                story.cast.learn(sockets);
                Vec::new()
            }
            Fact::Packet(packet) => {
                self.section.packets += 1;
                story.packet(packet)
            }
            Fact::Output(output) => story.output(output).into_iter().collect(),
            Fact::Ended(ended) => vec![story.ended(ended)],
            Fact::NoRoute => {
                let text = "an address was tried that this lab does not have: --address IP adds one".to_owned();
                let lane = story.cast.running().last().copied().unwrap_or(self.programs.len() - 1);
                vec![Entry::plain(What::Note { lane, about: About::Trouble, text })]
            }
            Fact::Lost(count) => {
                vec![Entry::plain(What::Remark(format!("… {} packets came too fast to be seen", thousands(*count))))]
            }
            Fact::Rest { rest, sockets } => story.rest(rest, sockets),
        };
        // What is kept has all lanes from the beginning.
        let kept = entries.iter().filter(|entry| !matches!(entry.what, What::Joins(_)));
        self.section.entries.extend(kept.cloned());
        entries
    }

    /// Sentences about what connections have left behind: who holds TIME_WAIT, and who has not closed.
    #[must_use]
    pub fn left_behind(&self) -> Vec<String> {
        let mut out = Vec::new();
        let standing = self.story.standing().all();
        for (lane, of) in self.story.cast.lanes.iter().enumerate() {
            let count = |state| {
                let is = |change: &&super::Change| change.lane == lane && change.state == state;
                standing.iter().filter(is).count()
            };
            let times = |count| if count == 1 { String::new() } else { format!(", {count} times") };
            let name = &of.name;
            match count(State::TimeWait) {
                0 => {}
                held => out.push(format!("TIME_WAIT is held by {name}{}: it closed first.", times(held))),
            }
            match count(State::CloseWait) {
                0 => {}
                held => out.push(format!(
                    "CLOSE_WAIT is held by {name}{}: the other end has closed, and it has not.",
                    times(held)
                )),
            }
        }
        out
    }

    /// All of it.
    #[must_use]
    pub fn ladder(&self) -> Ladder {
        let names: Vec<_> = self.programs.iter().map(|program| printable(&program.name)).collect();
        Ladder {
            title: names.join(" and "),
            lanes: self.story.cast.lanes.clone(),
            sections: vec![self.section.clone()],
        }
    }
}
