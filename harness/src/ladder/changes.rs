//! Changes of states, of which each end of a connection has one: its last.

use super::Change;
use std::collections::{HashMap, HashSet};

/// Most changes that are drawn at once. Of more, many are alike.
const MANY: usize = 24;

/// Changes in the order in which their ends came first.
#[derive(Clone, Debug, Default)]
pub(super) struct Changes {
    all: Vec<Change>,
    /// The place of the change of each end: its lane, and its connection.
    places: HashMap<(usize, Option<(usize, usize)>), usize>,
}

impl Changes {
    /// Takes in a change; one that the same end had before is forgotten.
    pub(super) fn take(&mut self, new: Change) {
        let place = *self.places.entry((new.lane, new.connection)).or_insert(self.all.len());
        if place < self.all.len() {
            self.all[place] = new;
        } else {
            self.all.push(new);
        }
    }

    /// All of them.
    pub(super) fn all(self) -> Vec<Change> {
        self.all
    }

    /// All of them, or of very many one for each state of each lane: nobody reads thousands.
    pub(super) fn few(mut self) -> Vec<Change> {
        if self.all.len() > MANY {
            let mut known = HashSet::new();
            self.all.retain(|change| known.insert((change.lane, change.state as u8)));
        }
        self.all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::State;

    fn changes(count: usize) -> Changes {
        let mut out = Changes::default();
        for number in 1..=count {
            out.take(Change { lane: 1, connection: Some((0, number)), state: State::SynSent });
            out.take(Change { lane: 1, connection: Some((0, number)), state: State::Established });
        }
        out.take(Change { lane: 0, connection: None, state: State::Listen });
        out
    }

    #[test]
    fn each_end_has_its_last_state_at_its_first_place() {
        let states: Vec<_> = changes(2).all().iter().map(|change| (change.lane, change.state)).collect();
        assert_eq!(states, [(1, State::Established), (1, State::Established), (0, State::Listen)]);
    }

    #[test]
    fn of_very_many_that_are_alike_one_is_drawn() {
        assert_eq!(changes(MANY - 1).few().len(), MANY);
        assert_eq!(changes(MANY).few().len(), 2);
        assert_eq!(changes(20_000).all().len(), 20_001);
    }
}
