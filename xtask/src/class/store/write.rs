//! Writing results while checks run: a thread takes them as they come, and commits what has come in the meantime at once, so that
//! nobody waits for the disk.

use super::pack::pack;
use super::read::{Known, known, outcome};
use super::{Store, ours};
use crate::outcome::{CheckResult, Head, Outcome, Problem, ProgramOutcome};
use crate::trouble::Trouble;
use harness::ladder::Ladder;
use rusqlite::{Connection, params};
use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use tokio::sync::{mpsc, oneshot};

/// How many wait to be written before those who bring more have to wait, too.
const WAITING: usize = 256;

/// Something to keep.
pub enum Put {
    /// What is known of a submission before it is built. Programs and results that it had stay.
    Submission {
        /// Its name.
        name: String,
        /// What its files looked like from outside.
        stamp: [u8; 32],
        /// A hash of all that is in them.
        digest: [u8; 32],
        /// Why it cannot be graded.
        problem: Option<Problem>,
    },
    /// What became of a program.
    Program {
        /// Whose.
        submission: String,
        /// For which exercise.
        exercise: String,
        /// A hash of all that running it depends on; `None` where there is nothing to run.
        digest: Option<[u8; 32]>,
        /// What became of it.
        outcome: ProgramOutcome,
    },
    /// What came of a check.
    Result {
        /// Whose.
        submission: String,
        /// Of which exercise.
        exercise: String,
        /// Its name.
        check: String,
        /// What it depends on. Empty if it shall be run again.
        key: Vec<u8>,
        /// How long it took.
        milliseconds: u64,
        /// The result.
        result: CheckResult,
        /// The drawing, where it is kept.
        drawing: Option<Box<Ladder>>,
    },
}

enum Ask {
    Put(Put),
    Known(String, oneshot::Sender<rusqlite::Result<Known>>),
    Outcome(String, Arc<Head>, oneshot::Sender<Result<Outcome, Trouble>>),
}

/// A store that is written to while checks run.
pub struct Writer {
    send: mpsc::Sender<Ask>,
    thread: JoinHandle<(Store, rusqlite::Result<()>)>,
}

impl Store {
    /// Starts writing.
    ///
    /// # Errors
    /// When there can be no thread for it.
    pub fn writer(self) -> Result<Writer, Trouble> {
        let (send, receive) = mpsc::channel(WAITING);
        let work = move || {
            let mut store = self;
            let written = write(&mut store.connection, &store.path, receive);
            (store, written)
        };
        let thread = thread::Builder::new().name("results".to_owned()).spawn(work);
        Ok(Writer { send, thread: thread.map_err(Trouble::ours("starting a thread"))? })
    }
}

impl Writer {
    /// Keeps something. It is on the disk soon after.
    ///
    /// # Errors
    /// When writing has failed; [`Self::finish`] says why.
    pub async fn put(&self, put: Put) -> Result<(), Trouble> {
        self.send.send(Ask::Put(put)).await.map_err(|_| stopped())
    }

    /// What is known of a submission, with all that was put before.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn known(&self, submission: &str) -> Result<Known, Trouble> {
        let (send, receive) = oneshot::channel();
        self.send.send(Ask::Known(submission.to_owned(), send)).await.map_err(|_| stopped())?;
        let known = receive.await.map_err(|_| stopped())?;
        known.map_err(|error| Trouble::Ours(format!("reading what is known of {submission}: {error}")))
    }

    /// What came of a submission so far, with all that was put before.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn outcome(&self, submission: &str, head: &Arc<Head>) -> Result<Outcome, Trouble> {
        let (send, receive) = oneshot::channel();
        let ask = Ask::Outcome(submission.to_owned(), Arc::clone(head), send);
        self.send.send(ask).await.map_err(|_| stopped())?;
        receive.await.map_err(|_| stopped())?
    }

    /// Waits until everything is on the disk, and gives the store back.
    ///
    /// # Errors
    /// What kept something from being written.
    pub fn finish(self) -> Result<Store, Trouble> {
        drop(self.send);
        let (store, written) = self.thread.join().map_err(|_| stopped())?;
        written.map_err(|error| ours(&store.path, &error))?;
        Ok(store)
    }
}

fn stopped() -> Trouble {
    Trouble::Ours("results can no longer be written".to_owned())
}

fn write(connection: &mut Connection, path: &Path, mut receive: mpsc::Receiver<Ask>) -> rusqlite::Result<()> {
    while let Some(first) = receive.blocking_recv() {
        let transaction = connection.transaction()?;
        let mut next = Some(first);
        while let Some(ask) = next {
            match ask {
                Ask::Put(put) => put.write(&transaction)?,
                // Whoever has asked may have gone.
                Ask::Known(submission, reply) => drop(reply.send(known(&transaction, &submission))),
                Ask::Outcome(submission, head, reply) => {
                    drop(reply.send(outcome(&transaction, path, &head, &submission)));
                }
            }
            next = receive.try_recv().ok();
        }
        transaction.commit()?;
    }
    Ok(())
}

impl Put {
    fn write(self, connection: &Connection) -> rusqlite::Result<()> {
        match self {
            Self::Submission { name, stamp, digest, problem } => {
                let problem = problem.map(|problem| serde_json::to_string(&problem).unwrap_or_default());
                let mut update = connection.prepare_cached(
                    "INSERT INTO submission (name, present, stamp, digest, problem) VALUES (?1, 1, ?2, ?3, ?4) ON CONFLICT (name) \
                     DO UPDATE SET stamp = excluded.stamp, digest = excluded.digest, problem = excluded.problem",
                )?;
                update.execute(params![name, stamp, digest, problem])?;
            }
            Self::Program { submission, exercise, digest, outcome } => {
                let mut insert = connection.prepare_cached("INSERT OR REPLACE INTO program VALUES (?1, ?2, ?3, ?4)")?;
                let outcome = serde_json::to_string(&outcome).unwrap_or_default();
                insert.execute(params![submission, exercise, digest, outcome])?;
            }
            Self::Result { submission, exercise, check, key, milliseconds, result, drawing } => {
                let mut insert = connection
                    .prepare_cached("INSERT OR REPLACE INTO result VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?;
                let drawing = drawing.map(|drawing| pack(&drawing));
                insert.execute(params![
                    submission,
                    exercise,
                    check,
                    key,
                    result.verdict(),
                    i64::try_from(milliseconds).unwrap_or(i64::MAX),
                    pack(&result),
                    drawing
                ])?;
            }
        }
        Ok(())
    }
}
