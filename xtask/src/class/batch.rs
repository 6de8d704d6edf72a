//! Grading submissions through one pool of labs. What is finished already is not done again, and what one submission does costs
//! only itself.

use super::entry::Entry;
use super::key;
use super::progress::Progress;
use super::store::{Known, Put, Writer};
use crate::files::Files;
use crate::judge::run_and_draw;
use crate::outcome::{CheckResult, Head, Problem, ProgramOutcome};
use crate::report::Reports;
use crate::run::Runner;
use crate::submission::{self, Built, OfClass, Submission, Workshop};
use crate::trouble::Trouble;
use exercises::Exercise;
use harness::program::Program;
use std::ops::AddAssign;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use tokio::task::{JoinSet, spawn_blocking};

/// How many submissions are begun beyond those that the pool has room for: while the last checks of one run, those of the next
/// are ready.
const AHEAD: usize = 2;

/// What is graded, and how.
pub struct Batch {
    /// The exercises.
    pub exercises: Vec<Arc<Exercise>>,
    /// The same as reports have them.
    pub head: Arc<Head>,
    /// The pool.
    pub runner: Runner,
    /// Reports of one submission that are written again whenever a check has ended.
    pub live: Reports,
    /// Files that are asked for beside the reports.
    pub files: Files,
    /// Whether drawings are kept of passing checks, too.
    pub all_drawings: bool,
    /// Whether no submission is begun after one that has failed.
    pub fail_fast: bool,
    /// Where Cargo packages of a class are built.
    pub workshop: Arc<Workshop>,
}

/// How grading a class has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Everything is done.
    Done,
    /// A submission has failed, and the rest was not begun.
    FailedFast,
    /// The user has ended it.
    Interrupted,
}

/// What came of the checks of a submission.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Those that are passed.
    pub passed: usize,
    /// Those that have failed.
    pub failed: usize,
    /// Those that were not run, for whatever reason.
    pub others: usize,
    /// Those of all these that were finished before.
    pub known: usize,
    /// Whether the submission could not be graded at all.
    pub refused: bool,
}

impl Tally {
    fn count(&mut self, verdict: &str) {
        match verdict {
            "pass" => self.passed += 1,
            "fail" => self.failed += 1,
            _ => self.others += 1,
        }
    }

    /// All of them.
    #[must_use]
    pub const fn all(&self) -> usize {
        self.passed + self.failed + self.others
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.others += other.others;
        self.known += other.known;
    }
}

/// A submission with what is needed to keep its results.
struct Kept<'a> {
    name: &'a str,
    writer: &'a Writer,
    /// What is known of it; nothing, if it is graded only once.
    known: Option<Known>,
    digest: [u8; 32],
}

impl Batch {
    /// Grades one submission. What is wrong with it is the error, and nothing is looked up or found again.
    ///
    /// # Errors
    /// Why it cannot be graded.
    pub async fn one(&self, path: &Path, name: &str, writer: &Writer, progress: &Progress) -> Result<(), Trouble> {
        self.write_live(name, writer).await?;
        let graded = self.find_and_grade(path, name, writer, progress).await;
        let Err(trouble) = graded else { return Ok(()) };
        // Who sees nothing but the report shall find it there.
        let problem = Problem::from(trouble.without(&format!("{}: ", path.display())));
        let (name_of, stamp, digest) = (name.to_owned(), [0; 32], [0; 32]);
        writer.put(Put::Submission { name: name_of, stamp, digest, problem: Some(problem) }).await?;
        self.write_live(name, writer).await?;
        Err(trouble)
    }

    async fn find_and_grade(
        &self,
        path: &Path,
        name: &str,
        writer: &Writer,
        progress: &Progress,
    ) -> Result<(), Trouble> {
        progress.say("looking for programs");
        let names = self.names();
        let submission = submission::find(path, &names, self.runner.launcher()).await?;
        progress.say("building");
        let kept = Kept { name, writer, known: None, digest: [0; 32] };
        self.grade(&submission, &kept, &self.files, progress).await.map(drop)
    }

    /// Grades all of a class.
    ///
    /// # Errors
    /// Trouble that leaves no sense in going on. What concerns one submission only becomes its result.
    pub async fn class(
        self: &Arc<Self>,
        entries: Vec<Entry>,
        writer: &Arc<Writer>,
        progress: &Progress,
    ) -> Result<Ended, Trouble> {
        let mut running = JoinSet::new();
        let ended = self.all(entries, &mut running, writer, progress).await;
        // What still runs ends.
        running.shutdown().await;
        ended
    }

    async fn all(
        self: &Arc<Self>,
        entries: Vec<Entry>,
        running: &mut JoinSet<Result<(Arc<Entry>, Tally), Trouble>>,
        writer: &Arc<Writer>,
        progress: &Progress,
    ) -> Result<Ended, Trouble> {
        let (mut entries, mut ended) = (entries.into_iter().map(Arc::new), Ended::Done);
        let width = self.runner.width() + AHEAD;
        let interrupt = tokio::signal::ctrl_c();
        tokio::pin!(interrupt);
        loop {
            while running.len() < width
                && ended == Ended::Done
                && let Some(entry) = entries.next()
            {
                let (batch, writer, progress) = (Arc::clone(self), Arc::clone(writer), progress.clone());
                running.spawn(async move {
                    let tally = batch.of_class(&entry, &writer, &progress).await;
                    tally.map(|tally| (entry, tally))
                });
            }
            tokio::select! {
                done = running.join_next() => {
                    let Some(done) = done else { return Ok(ended) };
                    let (entry, tally) = done.map_err(|error| Trouble::Ours(format!("grading: {error}")))??;
                    progress.submission(&entry.name, &tally);
                    if self.fail_fast && (tally.refused || tally.passed < tally.all()) && entries.len() > 0 {
                        ended = Ended::FailedFast;
                    }
                }
                _ = &mut interrupt => return Ok(Ended::Interrupted),
            }
        }
    }

    fn names(&self) -> Vec<&str> {
        self.exercises.iter().map(|exercise| exercise.name.as_str()).collect()
    }

    /// Grades one submission of a class, as far as that is not done yet.
    async fn of_class(&self, entry: &Arc<Entry>, writer: &Writer, progress: &Progress) -> Result<Tally, Trouble> {
        let name = entry.name.as_str();
        let known = writer.known(name).await?;
        let (stamp, digest) = match hashes(entry, known.stamp.zip(known.digest)).await {
            Ok(hashes) => hashes,
            Err(error) => {
                let problem = Problem { message: format!("it cannot be read: {error}"), ours: true };
                return self.refuse(entry, [0; 32], [0; 32], problem, writer, progress).await;
            }
        };
        if known.digest == Some(digest)
            && let Some(tally) = self.finished(&known)
        {
            if known.stamp != Some(stamp) {
                let (name, problem) = (name.to_owned(), known.problem);
                writer.put(Put::Submission { name, stamp, digest, problem }).await?;
            }
            progress.known(tally);
            return Ok(tally);
        }
        let found = async {
            // Cargo is asked what it would build, in a lab.
            let _room = self.runner.room().await;
            let staged = entry.stage()?;
            let class = OfClass { workshop: Arc::clone(&self.workshop), digest };
            let launcher = self.runner.launcher();
            let found = submission::find_of_class(staged.path(), &self.names(), class, launcher).await;
            // What is told about it names the entry, wherever it lies.
            let mut submission = found.map_err(|trouble| trouble.without(&format!("{}: ", staged.path().display())))?;
            submission.unpacked = submission.unpacked.or_else(|| staged.unpacked());
            Ok::<_, Trouble>((staged, submission))
        };
        // Kept to the end: the programs lie there.
        let (_staged, submission) = match found.await {
            Ok(found) => found,
            Err(trouble) => return self.refuse(entry, stamp, digest, trouble.into(), writer, progress).await,
        };
        writer.put(Put::Submission { name: name.to_owned(), stamp, digest, problem: None }).await?;
        let files = self.files.within(name)?;
        let kept = Kept { name, writer, known: Some(known), digest };
        match self.grade(&submission, &kept, &files, progress).await {
            Ok(tally) => Ok(tally),
            Err(trouble) => self.refuse(entry, stamp, digest, trouble.into(), writer, progress).await,
        }
    }

    /// Notes why a submission cannot be graded.
    async fn refuse(
        &self,
        entry: &Entry,
        stamp: [u8; 32],
        digest: [u8; 32],
        problem: Problem,
        writer: &Writer,
        progress: &Progress,
    ) -> Result<Tally, Trouble> {
        writer.put(Put::Submission { name: entry.name.clone(), stamp, digest, problem: Some(problem) }).await?;
        let tally = Tally { others: self.head.checks(), refused: true, ..Tally::default() };
        progress.skip(tally.others);
        Ok(tally)
    }

    /// What is known of a submission that has not changed, if nothing is left to do.
    fn finished(&self, known: &Known) -> Option<Tally> {
        let all = self.head.checks();
        if let Some(problem) = &known.problem {
            let refused = Tally { others: all, known: all, refused: true, ..Tally::default() };
            return (!problem.ours).then_some(refused);
        }
        let mut tally = Tally { known: all, ..Tally::default() };
        for exercise in &self.head.exercises {
            let program = known.programs.get(&exercise.name)?;
            match (&program.outcome, &program.digest) {
                (ProgramOutcome::NotBuilt { .. } | ProgramOutcome::NotYet, _)
                | (ProgramOutcome::Ready { .. }, None) => {
                    return None;
                }
                (ProgramOutcome::NotHandedIn | ProgramOutcome::DoesNotCompile { .. }, _) => {
                    tally.others += exercise.checks.len();
                }
                (ProgramOutcome::Ready { .. }, Some(digest)) => {
                    for check in &exercise.checks {
                        let (key, verdict) = known.results.get(&(exercise.name.clone(), check.name.clone()))?;
                        if *key != key::of_result(digest, check, &self.head) {
                            return None;
                        }
                        tally.count(verdict);
                    }
                }
            }
        }
        Some(tally)
    }

    /// Builds the programs of a submission, and runs the checks that are not finished.
    async fn grade(
        &self,
        submission: &Submission,
        kept: &Kept<'_>,
        files: &Files,
        progress: &Progress,
    ) -> Result<Tally, Trouble> {
        let mut built = submission.build(&self.names(), &self.runner).await?;
        let mut tally = Tally::default();
        let mut running = JoinSet::new();
        for (number, exercise) in self.exercises.iter().enumerate() {
            let source = submission.sources.get(&exercise.name);
            let shown = source.map(submission::Source::name).unwrap_or_default();
            let mut digest = None;
            let (outcome, program) = match built.remove(&exercise.name) {
                None => (ProgramOutcome::NotHandedIn, None),
                Some(Built::Ready(program)) => {
                    if let (Some(source), Some(_)) = (source, &kept.known) {
                        let hash = key::of_program(source, &program, &kept.digest);
                        digest = Some(hash.map_err(Trouble::ours("reading what was built"))?);
                    }
                    (ProgramOutcome::Ready { source: shown }, Some(program))
                }
                Some(Built::DoesNotCompile(message)) => {
                    (ProgramOutcome::DoesNotCompile { source: shown, message }, None)
                }
                Some(Built::NotBuilt(message)) => (ProgramOutcome::NotBuilt { message }, None),
            };
            let (name, of) = (kept.name.to_owned(), exercise.name.clone());
            kept.writer.put(Put::Program { submission: name, exercise: of, digest, outcome }).await?;
            match program {
                Some(program) => self.start(number, &program, digest, kept, files, &mut running, &mut tally, progress),
                None => {
                    tally.others += exercise.checks.len();
                    progress.skip(exercise.checks.len());
                }
            }
        }
        while let Some(done) = running.join_next().await {
            let put = done.map_err(|error| Trouble::Ours(format!("running a check: {error}")))??;
            if let Put::Result { result, .. } = &put {
                tally.count(result.verdict());
                progress.check(result);
            }
            kept.writer.put(put).await?;
            self.write_live(kept.name, kept.writer).await?;
        }
        Ok(tally)
    }

    /// Whoever ends us before we are done finds what we had so far.
    async fn write_live(&self, name: &str, writer: &Writer) -> Result<(), Trouble> {
        if self.live.is_empty() {
            return Ok(());
        }
        let outcome = writer.outcome(name, &self.head).await?;
        self.live.write(&self.head, &vec![outcome])
    }

    /// Starts the checks of a program that are not finished.
    #[expect(clippy::too_many_arguments, reason = "it is a part of `grade`")]
    fn start(
        &self,
        number: usize,
        program: &Program,
        digest: Option<[u8; 32]>,
        kept: &Kept<'_>,
        files: &Files,
        running: &mut JoinSet<Result<Put, Trouble>>,
        tally: &mut Tally,
        progress: &Progress,
    ) {
        let exercise = &self.exercises[number];
        for (index, check) in self.head.exercises[number].checks.iter().enumerate() {
            let key = digest.map(|digest| key::of_result(&digest, check, &self.head)).unwrap_or_default();
            let place = (exercise.name.clone(), check.name.clone());
            let known = kept.known.as_ref().and_then(|known| known.results.get(&place));
            if let Some((_, verdict)) = known.filter(|(known, _)| *known == key && !key.is_empty()) {
                let mut known = Tally { known: 1, ..Tally::default() };
                known.count(verdict);
                progress.known(known);
                *tally += known;
                continue;
            }
            let (exercise, program) = (Arc::clone(exercise), program.clone());
            let (runner, files, progress) = (self.runner.clone(), files.clone(), progress.clone());
            let (submission, all_drawings) = (kept.name.to_owned(), self.all_drawings);
            running.spawn(async move {
                let _room = runner.room().await;
                let check = &exercise.checks[index];
                progress.begins(&submission, &exercise.name, &check.name);
                let began = Instant::now();
                let (result, drawing) = run_and_draw(&exercise, check, &program, &runner, &files).await?;
                let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
                // What is no verdict is tried again the next time.
                let key = if result.is_final() { key } else { Vec::new() };
                let drawing = drawing.filter(|_| all_drawings || matches!(result, CheckResult::Fail(_))).map(Box::new);
                let (exercise, check) = (exercise.name.clone(), check.name.clone());
                Ok(Put::Result { submission, exercise, check, key, milliseconds, result, drawing })
            });
        }
    }
}

/// What an entry looks like from outside, and the hash of all that is in it, which is read only if it looks different than before.
async fn hashes(entry: &Arc<Entry>, before: Option<([u8; 32], [u8; 32])>) -> std::io::Result<([u8; 32], [u8; 32])> {
    let entry = Arc::clone(entry);
    let work = move || {
        let stamp = *entry.stamp()?.as_bytes();
        let digest = match before {
            Some((known, digest)) if known == stamp => digest,
            _ => *entry.digest()?.as_bytes(),
        };
        Ok((stamp, digest))
    };
    spawn_blocking(work).await.map_err(std::io::Error::other)?
}
