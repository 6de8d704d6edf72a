//! Joining the results of several machines.

use super::{Store, differs, ours};
use crate::outcome::Head;
use crate::trouble::Trouble;
use rusqlite::{Connection, OptionalExtension};
use std::path::Path;

/// Results that are no verdicts have an empty key, and are replaced by those that are.
const JOIN: &str = "
INSERT INTO submission SELECT * FROM other.submission WHERE present
  ON CONFLICT (name) DO UPDATE SET present = 1, stamp = excluded.stamp, digest = excluded.digest, problem = excluded.problem;
INSERT OR REPLACE INTO program SELECT * FROM other.program;
INSERT OR REPLACE INTO result SELECT * FROM other.result AS new WHERE NOT EXISTS (
  SELECT 1 FROM result AS old WHERE old.submission = new.submission AND old.exercise = new.exercise
    AND old.\"check\" = new.\"check\" AND length(old.key) > 0 AND length(new.key) = 0);
";
/// A submission of which there are two.
const TWICE: &str = "
SELECT name FROM submission JOIN other.submission AS new USING (name)
  WHERE submission.present AND new.present AND submission.digest IS NOT NULL AND new.digest IS NOT NULL
    AND submission.digest <> new.digest ORDER BY name LIMIT 1
";

impl Store {
    /// Takes the results of another store into this one.
    ///
    /// # Errors
    /// When they do not belong together: another grader, other checks, another submission of the same name.
    pub fn join(&mut self, other: &Path) -> Result<(), Trouble> {
        let wrong = |problem: String| Trouble::Usage(format!("{}: {problem}", other.display()));
        let theirs = Self::existing(other)?.head()?;
        let head = match self.find_head()? {
            None => theirs,
            Some(ours) => common(ours, theirs).map_err(wrong)?,
        };
        let failed = |error| ours(other, &error);
        // A path as SQLite takes it; one that is no UTF-8 it would not take either.
        let path = other.to_str().ok_or_else(|| wrong("its path is no UTF-8".to_owned()))?;
        self.connection.execute("ATTACH ?1 AS other", [path]).map_err(failed)?;
        let joined = join(&mut self.connection, &head);
        self.connection.execute_batch("DETACH other").map_err(failed)?;
        match joined.map_err(failed)? {
            None => Ok(()),
            Some(name) => {
                Err(wrong(format!("the submission `{name}` is there with other files than in the results before it")))
            }
        }
    }
}

/// Joins what is attached; or names a submission of which there are two.
fn join(connection: &mut Connection, head: &Head) -> rusqlite::Result<Option<String>> {
    let transaction = connection.transaction()?;
    if let Some(name) = transaction.query_row(TWICE, [], |row| row.get(0)).optional()? {
        return Ok(Some(name));
    }
    transaction.execute_batch(JOIN)?;
    transaction.execute("DELETE FROM about", [])?;
    transaction.execute("INSERT INTO about VALUES (?1)", [serde_json::to_string(head).unwrap_or_default()])?;
    transaction.commit()?;
    Ok(None)
}

/// The head of both, if they belong together.
fn common(mut ours: Head, theirs: Head) -> Result<Head, String> {
    if ours.grader != theirs.grader {
        return Err(format!("graded by {}, and the results before it by {}", theirs.grader, ours.grader));
    }
    if let Some(what) = differs::exercises(&ours.exercises, &theirs.exercises) {
        return Err(format!("{what}. Grade all with the same options"));
    }
    for held in theirs.isolation {
        if ours.isolation.iter().any(|known| known.level != held.level) {
            return Err("its checks were run with another isolation than those before it".to_owned());
        }
        if !ours.isolation.contains(&held) {
            ours.isolation.push(held);
        }
    }
    Ok(ours)
}
