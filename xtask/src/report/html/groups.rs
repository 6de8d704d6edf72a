//! Failures that are alike in several submissions: the same cause, and the same step. Of each group one failure is kept, and the
//! numbers of the submissions.

use super::escape::{InAddress, Text};
use super::summary::count;
use crate::outcome::{CheckOutcome, ExerciseOutcome, Failure};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

/// Most groups that are shown.
const SHOWN: usize = 200;

/// All failures, by what they have in common.
pub(super) struct Groups {
    known: HashMap<Key, usize>,
    groups: Vec<Group>,
    /// The group of each distinct failure, by check and number.
    of: Vec<Vec<usize>>,
    /// The submissions by number.
    names: Vec<String>,
}

/// What failures of one group have in common.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    /// The exercise, and the cause.
    Cause(String, String),
    /// Where none is known: the exercise, the check, the step, and what was seen there.
    Step(String, String, usize, Option<Vec<String>>),
}

struct Group {
    exercise: String,
    title: String,
    /// How it is seen in the first submission, and what to do.
    because: String,
    next: String,
    /// The first submission that has it.
    first: usize,
    /// The submissions, in order.
    rows: Vec<usize>,
    /// The checks and steps at which it shows.
    places: BTreeMap<(String, usize), Place>,
}

struct Place {
    stimulus: String,
    rows: Vec<usize>,
}

impl Groups {
    /// For so many checks.
    pub(super) fn new(checks: usize) -> Self {
        Self { known: HashMap::new(), groups: Vec::new(), of: vec![Vec::new(); checks], names: Vec::new() }
    }

    /// A submission, before its failures.
    pub(super) fn submission(&mut self, name: &str) {
        self.names.push(name.to_owned());
    }

    /// A failure of the last submission: of a check by its column, and the number of its piece.
    pub(super) fn add(
        &mut self,
        exercise: &ExerciseOutcome,
        check: &CheckOutcome,
        failure: &Failure,
        column: usize,
        piece: usize,
    ) {
        let key = match &failure.diagnosis {
            Some(diagnosis) => Key::Cause(exercise.name.clone(), diagnosis.title.clone()),
            None => Key::Step(exercise.name.clone(), check.name.clone(), failure.step, failure.seen.clone()),
        };
        let row = self.names.len().saturating_sub(1);
        let number = *self.known.entry(key).or_insert_with(|| {
            self.groups.push(Group::new(exercise, check, failure, row));
            self.groups.len() - 1
        });
        // Equal pieces are equal failures, so a number that is known has its group.
        if piece == self.of[column].len() {
            self.of[column].push(number);
        }
        let group = &mut self.groups[number];
        once(&mut group.rows, row);
        let place = group.places.entry((check.name.clone(), failure.step));
        let stimulus = || Place { stimulus: failure.stimulus.clone(), rows: Vec::new() };
        once(&mut place.or_insert_with(stimulus).rows, row);
    }

    /// Writes those that several submissions have, and for the page's program the group of each failure.
    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut order: Vec<usize> = (0..self.groups.len()).collect();
        // Equal ones stay in the order in which they were seen.
        order.sort_by_key(|number| Reverse(self.groups[*number].rows.len()));
        let several = order.iter().take_while(|number| self.groups[**number].rows.len() > 1).count();
        writeln!(
            out,
            "<section class=\"groups\" id=\"groups\" aria-labelledby=\"h-groups\">\n<h2 id=\"h-groups\">Identical failures</h2>"
        )?;
        writeln!(
            out,
            "<p>The same cause in the same exercise, and for each the checks and steps at which it shows.</p>"
        )?;
        for (rank, number) in order.iter().enumerate().take(several.min(SHOWN)) {
            self.group(rank, &self.groups[*number], out)?;
        }
        if several > SHOWN {
            writeln!(out, "<p>… and {} more that fewer submissions have.</p>", several - SHOWN)?;
        }
        let alone = self.groups.len() - several;
        match (several, alone) {
            (0, 0) => writeln!(out, "<p>Nothing failed.</p>")?,
            (0, _) => writeln!(out, "<p>No two submissions fail in the same way.</p>")?,
            (_, 0) => {}
            (_, 1) => writeln!(out, "<p>1 more failure occurs in one submission alone.</p>")?,
            _ => writeln!(out, "<p>{alone} more failures occur in one submission alone.</p>")?,
        }
        writeln!(out, "</section>")?;
        self.table(&order, out)
    }

    fn group(&self, rank: usize, group: &Group, out: &mut dyn Write) -> io::Result<()> {
        let Group { exercise, title, because, next, first, rows, places } = group;
        writeln!(
            out,
            "<details class=\"group\" id=\"g{rank}\" data-group=\"{rank}\"><summary><b>{}</b> <span><code>{}</code> <span class=\"title\">{}</span></span></summary>",
            count(rows.len(), "submission"),
            Text(exercise),
            Text(title)
        )?;
        if !because.is_empty() {
            writeln!(
                out,
                "<p>In <a href=\"#s={}\"><bdi>{}</bdi></a>: {}</p>\n<p><b>Next:</b> {}</p>",
                InAddress(&self.names[*first]),
                Text(&self.names[*first]),
                Text(because),
                Text(next)
            )?;
        }
        writeln!(out, "<ul>")?;
        for ((check, step), place) in places {
            let names: Vec<_> = place.rows.iter().map(|row| self.names[*row].as_str()).collect();
            let numbers: Vec<_> = place.rows.iter().map(usize::to_string).collect();
            writeln!(
                out,
                "<li><code>{}</code>, step {step}: <code>{}</code><p class=\"names\" data-check=\"{}::{}\" data-rows=\"{}\">{}</p></li>",
                Text(check),
                Text(&place.stimulus),
                Text(exercise),
                Text(check),
                numbers.join(" "),
                Text(names.join(", "))
            )?;
        }
        writeln!(out, "</ul></details>")
    }

    /// The places of the groups in their order, by check and number of the failure.
    fn table(&self, order: &[usize], out: &mut dyn Write) -> io::Result<()> {
        let mut ranks = vec![0; order.len()];
        for (rank, number) in order.iter().enumerate() {
            ranks[*number] = rank;
        }
        let of: Vec<Vec<usize>> =
            self.of.iter().map(|pieces| pieces.iter().map(|number| ranks[*number]).collect()).collect();
        // Numbers alone, which cannot end the element.
        writeln!(out, "<script type=\"application/json\" id=\"groups-of\">{}</script>", serde_json::to_string(&of)?)
    }
}

impl Group {
    fn new(exercise: &ExerciseOutcome, check: &CheckOutcome, failure: &Failure, row: usize) -> Self {
        let (title, because, next) = match &failure.diagnosis {
            Some(cause) => (cause.title.clone(), cause.because.clone(), cause.next.clone()),
            None => (
                format!("{} differs at step {}, and no cause is known", check.name, failure.step),
                String::new(),
                String::new(),
            ),
        };
        Self {
            exercise: exercise.name.clone(),
            title,
            because,
            next,
            first: row,
            rows: Vec::new(),
            places: BTreeMap::new(),
        }
    }
}

/// Adds a row that can be the last one already.
fn once(rows: &mut Vec<usize>, row: usize) {
    if rows.last() != Some(&row) {
        rows.push(row);
    }
}
