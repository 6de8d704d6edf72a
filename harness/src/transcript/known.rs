//! The lines that a program has printed, and whether a further line says anything beside them.

use std::collections::BTreeSet;
use std::ops::Bound;

/// Longest line that is taken apart, in bytes: a question and the menu behind it are far shorter. A longer one is new unless it
/// was printed before as a whole.
const LONGEST: usize = 1_024;
/// How often the known lines are searched for parts of one, in one step. Nobody comes near it but a program that prints
/// thousands of lines made of others; the first line beyond it is new.
const SEARCHES: usize = 1 << 16;

/// The lines of all steps so far, in the form in which they are compared.
#[derive(Clone, Debug, Default)]
pub(super) struct Known(BTreeSet<String>);

impl Known {
    /// Takes in the lines of a step, and says whether one of them is new. It is asked for only where `wanted`: looking at
    /// each would cost more than printing it.
    pub(super) fn take(&mut self, lines: impl Iterator<Item = String>, wanted: bool) -> bool {
        let (mut new, mut searches) = (false, SEARCHES);
        for line in lines {
            if !self.0.contains(&line) {
                // One new line is enough.
                new = new || (wanted && !self.make_up(&line, &mut searches));
                self.0.insert(line);
            }
        }
        new
    }

    /// Whether a line is nothing but lines that were printed before: a question without a newline, and the menu behind it.
    /// Each search is taken from `searches`.
    fn make_up(&self, line: &str, searches: &mut usize) -> bool {
        if line.len() > LONGEST {
            return false;
        }
        let mut reached = vec![false; line.len() + 1];
        reached[0] = true;
        for at in 0..line.len() {
            if !reached[at] {
                continue;
            }
            let rest = &line[at..];
            let mut most = rest.len();
            while most > 0 {
                let Some(left) = searches.checked_sub(1) else { return false };
                *searches = left;
                // The greatest known line that is not greater than what stands here. Where it is no beginning of that, no
                // known line is one that goes on beyond what both have in common: it would be greater.
                let until = (Bound::Unbounded, Bound::Included(&rest[..most]));
                let Some(part) = self.0.range::<str, _>(until).next_back() else { break };
                let common = part.bytes().zip(rest[..most].bytes()).take_while(|(a, b)| a == b).count();
                if common == part.len() {
                    reached[at + common] = true;
                    most = rest.floor_char_boundary(common.saturating_sub(1));
                } else {
                    most = rest.floor_char_boundary(common);
                }
            }
        }
        reached[line.len()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn known(lines: &[&str]) -> Known {
        Known(lines.iter().map(|line| (*line).to_owned()).collect())
    }

    fn is_made_of(line: &str, known: &Known) -> bool {
        known.make_up(line, &mut SEARCHES.clone())
    }

    #[test]
    fn a_question_and_the_menu_behind_it_are_no_new_line() {
        let known = known(&["", "port:", ":sendamessage", "端口:"]);
        assert!(is_made_of("port::sendamessage", &known));
        assert!(is_made_of("端口:port:", &known));
        assert!(!is_made_of("port:thatisnone:sendamessage", &known));
        assert!(!is_made_of("端:", &known));
    }

    #[test]
    fn a_line_as_long_as_no_menu_is_new() {
        let long = "port:".repeat(LONGEST / 5 + 1);
        assert!(is_made_of(&long[5..], &known(&["port:"])));
        assert!(!is_made_of(&long, &known(&["port:"])));
    }

    /// At each place of these lines hundreds of known ones begin, and no way through them leads to the end.
    #[test]
    fn lines_made_of_others_do_not_cost_more_and_more() {
        let known = Known((1..500).map(|len| "a".repeat(len)).collect());
        let mut searches = SEARCHES;
        let mut lines = (0..10_000).map(|number| format!("{}b{number}", "a".repeat(1_000)));
        assert!(lines.all(|line| !known.make_up(&line, &mut searches)));
        assert_eq!(searches, 0);
    }

    proptest! {
        #[test]
        fn a_line_is_made_of_others_if_it_can_be_divided_into_them(
            lines in prop::collection::vec("[aä]{0,3}", 0..6),
            line in "[aä]{0,9}",
        ) {
            fn divides(line: &str, parts: &[String]) -> bool {
                let rests = parts.iter().filter(|part| !part.is_empty()).filter_map(|part| line.strip_prefix(part.as_str()));
                line.is_empty() || rests.into_iter().any(|rest| divides(rest, parts))
            }
            let known = Known(lines.iter().cloned().collect());
            prop_assert_eq!(is_made_of(&line, &known), divides(&line, &lines));
        }
    }
}
