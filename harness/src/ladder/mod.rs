//! The drawn conversation: who sent what to whom, in which TCP state each end was after it, what the programs printed, and
//! where they waited. Lanes stand beside each other, time runs downwards.
//!
//! | module    | what it is                                                                        |
//! |-----------|-----------------------------------------------------------------------------------|
//! | `tcp`     | relative numbers and the states of both ends, from the segments alone (RFC 9293)  |
//! | `cast`    | whose an address is: which lane a packet leaves and which it reaches              |
//! | `changes` | the last state of each end, where several things have changed it                  |
//! | `story`   | facts to entries, one after the other; `trace` uses it while things happen        |
//! | `check`   | a whole [`Ladder`] from a check and what was seen                                 |
//! | `trace`   | the same from what a lab tells while it happens: [`Telling`]                      |
//! | `words`   | what stands beside an arrow or a lane                                             |
//! | [`text`]  | the drawing for a terminal                                                        |
//! | [`svg`]   | the drawing as a picture                                                          |
//!
//! It is evidence for people and never compared. Everything here is pure.

mod cast;
mod changes;
mod check;
mod story;
pub mod svg;
mod tcp;
pub mod text;
mod trace;
mod words;

pub use cast::Cast;
pub use story::Story;
pub use trace::{Performer, Telling};

use crate::event::{State, Stream};
use serde::{Deserialize, Serialize};

/// A drawn conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ladder {
    /// What it shows, in a few words: `tcp_server::one_client`.
    pub title: String,
    /// From left to right: the programs, then the other ends.
    pub lanes: Vec<Lane>,
    /// One for each line of a check that was carried out; a trace has one alone.
    pub sections: Vec<Section>,
}

/// One who takes part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// `tcp_server`, `A`.
    pub name: String,
    /// Its address, or other words below its name; can be empty.
    pub about: String,
    /// Whether it is a program, which runs only between its start and its end.
    pub is_program: bool,
}

/// A part of the conversation that can be drawn by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// The line of the check, from 0.
    pub line: usize,
    /// The states that hold when it begins.
    pub standing: Vec<Change>,
    /// The programs that run when it begins, by their lanes.
    pub running: Vec<usize>,
    /// What happened, in order.
    pub entries: Vec<Entry>,
    /// How many packets went over the wire in it; more than are drawn, where something is left out.
    pub packets: usize,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What it is.
    pub what: What,
    /// The states that it brought about.
    pub changes: Vec<Change>,
}

/// The kinds of entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    /// A stimulus; what follows came of it.
    Heading {
        /// In the words of the check.
        text: String,
        /// The lane of the program that it starts.
        starts: Option<usize>,
    },
    /// A packet.
    Arrow(Arrow),
    /// What a program wrote.
    Says {
        /// The program's lane.
        lane: usize,
        /// On which stream.
        stream: Stream,
        /// Lines that can be put on a terminal; no empty ones.
        lines: Vec<String>,
    },
    /// A sentence about a lane.
    Note {
        /// Which.
        lane: usize,
        /// What about it.
        about: About,
        /// `waits in accept4 (tcp *:8989 LISTEN)`
        text: String,
    },
    /// A sentence about the drawing itself: what is left out of it.
    Remark(String),
    /// Another lane, right of those that were there. Only while a drawing grows: a [`Ladder`] has all lanes at once.
    Joins(Lane),
}

/// What a note is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum About {
    /// A port that it has.
    Port,
    /// Where it waits.
    Wait,
    /// Its end.
    End,
    /// That it does not come to rest, or that a stimulus was not possible.
    Trouble,
}

/// A packet from one lane to another, or to itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrow {
    /// The sender's lane.
    pub from: usize,
    /// The receiver's lane.
    pub to: usize,
    /// For its colour.
    pub kind: Kind,
    /// `[SYN,ACK] Seq=0 Ack=1`
    pub label: String,
    /// What it carries, as a person can read it; can be empty.
    pub data: String,
}

/// Kinds of packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// A segment with SYN.
    Opens,
    /// A segment with FIN.
    Closes,
    /// A segment with RST, or an ICMP error.
    Breaks,
    /// A segment or datagram with data.
    Data,
    /// An acknowledgement and nothing else.
    Acknowledges,
}

/// The state of one end of a connection, from here on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Whose.
    pub lane: usize,
    /// The other end's lane, and which of the connections between the two, from 1; `None` for a listener.
    pub connection: Option<(usize, usize)>,
    /// The state.
    pub state: State,
}

impl Change {
    /// As it stands beside the lane: the state, with the number of the connection from the second on.
    #[must_use]
    pub fn text(&self) -> String {
        match self.connection {
            Some((_, number)) if number > 1 => format!("#{number} {}", self.state.name()),
            _ => self.state.name().to_owned(),
        }
    }
}

impl Ladder {
    /// The part of it that belongs to one line of the check, with the lanes that take part in it.
    #[must_use]
    pub fn part(&self, line: usize) -> Self {
        let sections: Vec<_> = self.sections.iter().filter(|section| section.line == line).cloned().collect();
        Self { title: self.title.clone(), lanes: self.lanes.clone(), sections }.without_idle_lanes()
    }

    /// Every state that stands anywhere in it.
    fn changes(&self) -> impl Iterator<Item = &Change> {
        self.sections
            .iter()
            .flat_map(|section| section.standing.iter().chain(section.entries.iter().flat_map(|entry| &entry.changes)))
    }

    /// The same without the lanes that nothing happens to. Programs stay.
    fn without_idle_lanes(mut self) -> Self {
        let mut used: Vec<bool> = self.lanes.iter().map(|lane| lane.is_program).collect();
        for entry in self.sections.iter().flat_map(|section| &section.entries) {
            match &entry.what {
                What::Arrow(arrow) => [arrow.from, arrow.to].into_iter().for_each(|lane| used[lane] = true),
                What::Note { lane, .. } | What::Says { lane, .. } => used[*lane] = true,
                What::Heading { .. } | What::Remark(_) | What::Joins(_) => {}
            }
            entry.changes.iter().for_each(|change| used[change.lane] = true);
        }
        let place: Vec<usize> = (0..used.len()).map(|lane| used[..lane].iter().filter(|used| **used).count()).collect();
        let mut lane = 0;
        self.lanes.retain(|_| {
            lane += 1;
            used[lane - 1]
        });
        for section in &mut self.sections {
            section.standing.retain(|change| used[change.lane]);
            section.standing.iter_mut().for_each(|change| change.lane = place[change.lane]);
            section.running.iter_mut().for_each(|lane| *lane = place[*lane]);
            for entry in &mut section.entries {
                entry.changes.iter_mut().for_each(|change| change.lane = place[change.lane]);
                match &mut entry.what {
                    What::Arrow(arrow) => {
                        arrow.from = place[arrow.from];
                        arrow.to = place[arrow.to];
                    }
                    What::Note { lane, .. } | What::Says { lane, .. } => *lane = place[*lane],
                    What::Heading { starts, .. } => *starts = starts.map(|lane| place[lane]),
                    What::Remark(_) | What::Joins(_) => {}
                }
            }
        }
        self
    }
}

#[cfg(test)]
mod tests;
