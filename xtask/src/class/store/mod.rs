//! The results of a class, kept as each check ends, in one file of SQLite: what is committed there survives the end of the grader,
//! and of the system's power.
//!
//! A result is kept under a [key](crate::class::key) of all that it depends on. The same command again finds what is finished by
//! that, and a report shows nothing that came of another program or another check.
//!
//! | table        | a row is                                                                            |
//! |--------------|-------------------------------------------------------------------------------------|
//! | `about`      | what holds for all: the [`Head`], as JSON                                           |
//! | `submission` | one that was found; `present` if it was there the last time                         |
//! | `program`    | what became of a submission's program for an exercise, as JSON                      |
//! | `result`     | what came of a check; `detail` and `drawing` are JSON, compressed by deflate (RFC 1951) |

mod differs;
mod merge;
mod pack;
mod read;
mod write;

pub use read::{Known, KnownProgram};
pub use write::{Put, Writer};

use crate::outcome::Head;
use crate::trouble::Trouble;
use rusqlite::{Connection, Error, ErrorCode, OptionalExtension, params};
use std::path::{Path, PathBuf};

/// Marks a file as ours (`PRAGMA application_id`): "NetL".
const APPLICATION: i32 = 0x4e65_744c;
/// The version of the tables below (`PRAGMA user_version`).
const VERSION: i32 = 1;
const TABLES: &str = "
CREATE TABLE about (head TEXT NOT NULL);
CREATE TABLE submission (
  name TEXT PRIMARY KEY, present INTEGER NOT NULL, stamp BLOB, digest BLOB, problem TEXT
) WITHOUT ROWID;
CREATE TABLE program (
  submission TEXT NOT NULL, exercise TEXT NOT NULL, digest BLOB, outcome TEXT NOT NULL,
  PRIMARY KEY (submission, exercise)
) WITHOUT ROWID;
CREATE TABLE result (
  submission TEXT NOT NULL, exercise TEXT NOT NULL, \"check\" TEXT NOT NULL,
  key BLOB NOT NULL, verdict TEXT NOT NULL, milliseconds INTEGER, detail BLOB NOT NULL, drawing BLOB,
  PRIMARY KEY (submission, exercise, \"check\")
);
";

/// The results of a class.
pub struct Store {
    connection: Connection,
    /// For messages.
    path: PathBuf,
}

impl Store {
    /// Opens a file of results, or makes one. Nobody else can have it open at the same time.
    ///
    /// # Errors
    /// When it cannot be written, is something else, is in use, or comes from a newer version.
    pub fn open(path: &Path) -> Result<Self, Trouble> {
        let connection = Connection::open(path).map_err(|error| usage(path, &error))?;
        let store = Self { connection, path: path.to_owned() };
        let is_new = store.look().map_err(|error| usage(path, &error))?;
        if !is_new {
            store.check_version()?;
        }
        store.prepare(is_new).map_err(|error| usage(path, &error))?;
        Ok(store)
    }

    /// Opens one that must be there.
    ///
    /// # Errors
    /// The same, and when there is none, or nothing in it.
    pub fn existing(path: &Path) -> Result<Self, Trouble> {
        if !path.is_file() {
            return Err(Trouble::Usage(format!("{}: there is no such file", path.display())));
        }
        let store = Self::open(path)?;
        if store.find_head()?.is_none() {
            return Err(Trouble::Usage(format!("{}: no class was graded into it", path.display())));
        }
        Ok(store)
    }

    /// One that is kept nowhere.
    ///
    /// # Errors
    /// When SQLite cannot make it.
    pub fn in_memory() -> Result<Self, Trouble> {
        let path = PathBuf::from("memory");
        let connection = Connection::open_in_memory().map_err(|error| ours(&path, &error))?;
        let store = Self { connection, path };
        store.connection.execute_batch(TABLES).map_err(|error| ours(&store.path, &error))?;
        Ok(store)
    }

    /// Says whether there is nothing in it yet. Whoever has it open keeps it to the end.
    fn look(&self) -> rusqlite::Result<bool> {
        self.connection.execute_batch("PRAGMA locking_mode = EXCLUSIVE")?;
        self.connection.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| row.get(0))
    }

    fn prepare(&self, is_new: bool) -> rusqlite::Result<()> {
        // FULL: a commit is on the disk when it returns.
        self.connection
            .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; BEGIN IMMEDIATE; COMMIT;")?;
        if is_new {
            let marks = format!("PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION};");
            self.connection.execute_batch(&format!("BEGIN; {TABLES} {marks} COMMIT;"))?;
        }
        Ok(())
    }

    fn check_version(&self) -> Result<(), Trouble> {
        let number = |name: &str| -> Result<i32, Trouble> {
            let value = self.connection.pragma_query_value(None, name, |row| row.get(0));
            value.map_err(|error| usage(&self.path, &error))
        };
        let shown = self.path.display();
        if number("application_id")? != APPLICATION {
            return Err(Trouble::Usage(format!("{shown}: this is somebody else's database. Name another file")));
        }
        match number("user_version")? {
            VERSION => Ok(()),
            other => Err(Trouble::Usage(format!(
                "{shown}: its format has the version {other}, and this grader knows {VERSION}. Use the grader that made it, or name \
                 another file"
            ))),
        }
    }

    /// Notes what is graded from now on, and which submissions there are. What is known of them stays; but why one could not be
    /// graded does not, if that was found by another grader or when looking for other programs.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn begin<'a>(&mut self, head: &Head, submissions: impl Iterator<Item = &'a str>) -> Result<(), Trouble> {
        // What cannot be read is no reason to believe what it was about.
        let before = self.find_head().ok().flatten();
        let names = |head: &Head| head.exercises.iter().map(|exercise| exercise.name.clone()).collect::<Vec<_>>();
        let same = before.is_some_and(|before| before.grader == head.grader && names(&before) == names(head));
        let work = || {
            let transaction = self.connection.transaction()?;
            if !same {
                transaction.execute(
                    "UPDATE submission SET stamp = NULL, digest = NULL, problem = NULL WHERE problem IS NOT NULL",
                    [],
                )?;
            }
            transaction.execute("DELETE FROM about", [])?;
            transaction.execute("INSERT INTO about VALUES (?1)", [serde_json::to_string(head).unwrap_or_default()])?;
            transaction.execute("UPDATE submission SET present = 0", [])?;
            {
                let mut insert = transaction.prepare(
                    "INSERT INTO submission (name, present) VALUES (?1, 1) ON CONFLICT (name) DO UPDATE SET present = 1",
                )?;
                for name in submissions {
                    insert.execute(params![name])?;
                }
            }
            transaction.commit()
        };
        work().map_err(|error| ours(&self.path, &error))
    }

    /// What was noted at the beginning.
    ///
    /// # Errors
    /// When there is nothing, or it cannot be read.
    pub fn head(&self) -> Result<Head, Trouble> {
        self.find_head()?.ok_or_else(|| Trouble::Ours(format!("{}: it has no head", self.path.display())))
    }

    fn find_head(&self) -> Result<Option<Head>, Trouble> {
        let text = self.connection.query_row("SELECT head FROM about", [], |row| row.get::<_, String>(0)).optional();
        let text = text.map_err(|error| ours(&self.path, &error))?;
        let broken = |error| Trouble::Usage(format!("{}: its head cannot be read: {error}", self.path.display()));
        text.map(|text| serde_json::from_str(&text).map_err(broken)).transpose()
    }
}

/// Trouble with a file that was named on the command line.
fn usage(path: &Path, error: &Error) -> Trouble {
    let shown = path.display();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Trouble::Usage(format!(
            "{shown}: another grader is at work with it. Wait for that one, or name another file"
        )),
        Some(ErrorCode::NotADatabase) => {
            Trouble::Usage(format!("{shown}: this is no file of results. Name another one"))
        }
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            Trouble::Usage(format!("{shown}: results cannot be written there: {error}. Name another file with --store"))
        }
        _ => ours(path, error),
    }
}

fn ours(path: &Path, error: &Error) -> Trouble {
    Trouble::Ours(format!("keeping results in {}: {error}", path.display()))
}
