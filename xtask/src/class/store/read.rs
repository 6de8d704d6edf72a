//! Reading what is kept: what is known of a submission before it is graded again, and the outcomes for reports.

use super::pack::unpack;
use super::{Store, ours};
use crate::class::key;
use crate::outcome::{
    CheckHead, CheckOutcome, CheckResult, ExerciseHead, ExerciseOutcome, Head, Outcome, Outcomes, Points, Problem,
    ProgramOutcome,
};
use crate::trouble::Trouble;
use rusqlite::{Connection, OptionalExtension, Row};
use std::collections::BTreeMap;
use std::path::Path;

/// What is kept of a submission.
#[derive(Debug, Default)]
pub struct Known {
    /// What its files looked like from outside.
    pub stamp: Option<[u8; 32]>,
    /// The hash of all that was in them.
    pub digest: Option<[u8; 32]>,
    /// Why it could not be graded.
    pub problem: Option<Problem>,
    /// By exercise.
    pub programs: BTreeMap<String, KnownProgram>,
    /// The keys and verdicts of results, by exercise and check.
    pub results: BTreeMap<(String, String), (Vec<u8>, String)>,
}

/// What is kept of a program.
#[derive(Debug)]
pub struct KnownProgram {
    /// The hash of all that running it depends on; `None` where there is nothing to run.
    pub digest: Option<[u8; 32]>,
    /// What became of it.
    pub outcome: ProgramOutcome,
}

/// Reads what is kept of a submission, without the results' details.
pub(super) fn known(connection: &Connection, submission: &str) -> rusqlite::Result<Known> {
    let mut about = connection.prepare_cached("SELECT stamp, digest, problem FROM submission WHERE name = ?1")?;
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get::<_, Option<String>>(2)?));
    let Some((stamp, digest, problem)) = about.query_row([submission], read).optional()? else {
        return Ok(Known::default());
    };
    let mut results =
        connection.prepare_cached("SELECT exercise, \"check\", key, verdict FROM result WHERE submission = ?1")?;
    let read = |row: &Row<'_>| Ok(((row.get(0)?, row.get(1)?), (row.get(2)?, row.get(3)?)));
    let results = results.query_map([submission], read)?.collect::<rusqlite::Result<_>>()?;
    // What cannot be read any more was never known.
    let problem = problem.and_then(|text| serde_json::from_str(&text).ok());
    Ok(Known { stamp, digest, problem, programs: programs(connection, submission)?, results })
}

fn programs(connection: &Connection, submission: &str) -> rusqlite::Result<BTreeMap<String, KnownProgram>> {
    let mut programs =
        connection.prepare_cached("SELECT exercise, digest, outcome FROM program WHERE submission = ?1")?;
    let rows = programs.query_map([submission], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?)))?;
    let mut out = BTreeMap::new();
    for row in rows {
        let (exercise, digest, outcome) = row?;
        if let Ok(outcome) = serde_json::from_str(&outcome) {
            out.insert(exercise, KnownProgram { digest, outcome });
        }
    }
    Ok(out)
}

/// A row of results.
struct Kept {
    key: Vec<u8>,
    milliseconds: Option<i64>,
    detail: Vec<u8>,
    drawing: Option<Vec<u8>>,
}

impl Outcomes for Store {
    fn each(&self, f: &mut dyn FnMut(Outcome) -> Result<(), Trouble>) -> Result<(), Trouble> {
        let head = self.head()?;
        for name in self.names()? {
            f(outcome(&self.connection, &self.path, &head, &name)?)?;
        }
        Ok(())
    }
}

impl Store {
    /// The submissions that are there, in order.
    fn names(&self) -> Result<Vec<String>, Trouble> {
        let work = || {
            let mut names =
                self.connection.prepare_cached("SELECT name FROM submission WHERE present ORDER BY name")?;
            names.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()
        };
        work().map_err(|error| ours(&self.path, &error))
    }
}

/// What came of a submission, as far as it is kept. `path` is for messages.
pub(super) fn outcome(connection: &Connection, path: &Path, head: &Head, name: &str) -> Result<Outcome, Trouble> {
    let read = || {
        let mut problem = connection.prepare_cached("SELECT problem FROM submission WHERE name = ?1")?;
        let problem: Option<String> = problem.query_row([name], |row| row.get(0))?;
        rusqlite::Result::Ok((problem, programs(connection, name)?, results(connection, name)?))
    };
    let (problem, mut programs, mut kept) = read().map_err(|error| ours(path, &error))?;
    let problem: Option<Problem> = problem.and_then(|text| serde_json::from_str(&text).ok());
    if problem.is_some() {
        // What it had before is not what it has now.
        programs.clear();
    }
    let mut exercises = Vec::new();
    for exercise in &head.exercises {
        let program = programs.remove(&exercise.name);
        let checks = exercise.checks.iter().map(|check| {
            let row = kept.remove(&(exercise.name.clone(), check.name.clone()));
            check_outcome(path, head, problem.as_ref(), program.as_ref(), check, row)
        });
        let checks = checks.collect::<Result<_, _>>()?;
        exercises.push(of_exercise(exercise, checks, program));
    }
    let points = Points::of(exercises.iter().flat_map(|exercise| &exercise.checks));
    Ok(Outcome { submission: name.to_owned(), points, problem, exercises })
}

fn results(connection: &Connection, name: &str) -> rusqlite::Result<BTreeMap<(String, String), Kept>> {
    let mut results = connection.prepare_cached(
        "SELECT exercise, \"check\", key, milliseconds, detail, drawing FROM result WHERE submission = ?1",
    )?;
    let read = |row: &Row<'_>| {
        let kept = Kept { key: row.get(2)?, milliseconds: row.get(3)?, detail: row.get(4)?, drawing: row.get(5)? };
        Ok(((row.get(0)?, row.get(1)?), kept))
    };
    results.query_map([name], read)?.collect()
}

/// The outcome of a check. What is kept counts only if it came of the program and the check as they are now.
fn check_outcome(
    path: &Path,
    head: &Head,
    problem: Option<&Problem>,
    program: Option<&KnownProgram>,
    check: &CheckHead,
    kept: Option<Kept>,
) -> Result<CheckOutcome, Trouble> {
    let digest = program.and_then(|program| program.digest);
    let mut out = CheckOutcome {
        name: check.name.clone(),
        about: check.about.clone(),
        points: check.points,
        visibility: check.visibility,
        result: CheckResult::Skip,
        milliseconds: None,
        ladder: None,
    };
    let is_ready = matches!(program, Some(KnownProgram { outcome: ProgramOutcome::Ready { .. }, .. }));
    if problem.is_some_and(|problem| problem.ours)
        || matches!(program, Some(KnownProgram { outcome: ProgramOutcome::NotBuilt { .. }, .. }))
    {
        out.result = CheckResult::not_built();
        return Ok(out);
    }
    if problem.is_some() || (program.is_some() && !is_ready) {
        return Ok(out);
    }
    let current = digest.map(|digest| key::of_result(&digest, check, head));
    out.result = CheckResult::NotYet;
    if let Some(kept) = kept.filter(|kept| kept.key.is_empty() || Some(&kept.key) == current.as_ref()) {
        let broken = |error| Trouble::Ours(format!("{}: a result cannot be read: {error}", path.display()));
        out.result = unpack(&kept.detail).map_err(broken)?;
        out.milliseconds = kept.milliseconds.and_then(|time| u64::try_from(time).ok());
        out.ladder = kept.drawing.map(|drawing| unpack(&drawing)).transpose().map_err(broken)?;
    }
    Ok(out)
}

fn of_exercise(exercise: &ExerciseHead, checks: Vec<CheckOutcome>, program: Option<KnownProgram>) -> ExerciseOutcome {
    let program = program.map_or(ProgramOutcome::NotYet, |program| program.outcome);
    ExerciseOutcome::new(exercise, checks, program)
}
