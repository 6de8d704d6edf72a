//! `cargo xtask grade`: the programs of a submission, or of all submissions of a class, graded.

use crate::class::batch::{Batch, Ended};
use crate::class::find::{Class, Given, given};
use crate::class::progress::Progress;
use crate::class::shard::Shard;
use crate::class::store::Store;
use crate::files::Files;
use crate::isolation::{Choice, Chosen};
use crate::kept::Graded;
use crate::outcome::{Head, Outcomes};
use crate::report::{self, Format, Out, Reports, Show};
use crate::run::{Runner, default_jobs, launcher};
use crate::select::Select;
use crate::trouble::{INTERRUPTED, Trouble};
use clap::Args;
use exercises::Exercise;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Grade submissions: find their programs, build them, run every check in a lab of its own
///
/// A submission is a folder with one program for each exercise, in any language. For the exercise tcp_server that is
/// one of: a Cargo package with a binary tcp_server, tcp_server.rs, tcp_server.py, tcp_server.c, or an executable file tcp_server.
/// A zip, tar or tar.gz archive of such a folder is one, too.
///
/// A folder of submissions, as learning platforms export them, is a class, and so are several submissions. Results of a class
/// are kept as each check ends: the same command again goes on where the one before was ended, and runs only what has
/// changed.
#[derive(Args)]
#[command(after_long_help = "\
Exit codes:
  0  everything passed
  1  something failed, or some program is missing
  2  the command or the submission is not what it should be, or there is no program
     at all in the only submission: there is no grade, and no report
  3  trouble of ours, which says nothing about the submission
130  interrupted: of a class, what was finished is kept")]
pub struct Grade {
    /// The folder with the programs, or an archive of it; or a class [default: the starters in `exercises`]
    submissions: Vec<PathBuf>,
    #[command(flatten)]
    select: Select,
    #[command(flatten)]
    isolation: Choice,
    /// How many labs run at once [default: one for each processor]
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: Option<u16>,
    /// How the result is written to standard output
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    reports: Reports,
    /// What else is shown of each check that ran, whether or not it passed
    #[arg(long, value_enum, value_name = "WHAT")]
    show: Option<Show>,
    /// Also write what was on the wire into this folder, one file a check, for Wireshark
    ///
    /// The file of the check tcp_server::one_client is DIR/tcp_server-one_client.pcapng. What was done to the program stands
    /// there as packet comments. Of a class, DIR has a folder for each submission.
    #[arg(long, value_name = "DIR")]
    pcap: Option<PathBuf>,
    /// Also write the drawn conversations into this folder, one picture a check
    #[arg(long, value_name = "DIR")]
    svg: Option<PathBuf>,
    #[command(flatten)]
    class: OfClass,
}

/// Options for a class.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "For a class")]
struct OfClass {
    /// Where results are kept [default: beside the class's folder, with .netlings.sqlite after its name]
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    /// Only the K-th of N parts, by the submissions' names: for N machines. `cargo xtask merge` joins their results
    #[arg(long, value_name = "K/N")]
    shard: Option<Shard>,
    /// Begin no further submission when one has failed
    #[arg(long)]
    fail_fast: bool,
}

impl Grade {
    /// Grades, and writes the reports.
    ///
    /// # Errors
    /// When grading was not possible at all.
    pub async fn run(self) -> Result<ExitCode, Trouble> {
        let out = self.reports.leave(self.format)?;
        self.grade(out).await.map_err(|trouble| self.reports.not_written(trouble))
    }

    async fn grade(&self, out: Out) -> Result<ExitCode, Trouble> {
        let exercises = self.select.load()?;
        let names: Vec<_> = exercises.iter().map(|exercise| exercise.name.as_str()).collect();
        let paths =
            if self.submissions.is_empty() { vec![exercises::root().to_owned()] } else { self.submissions.clone() };
        let given = given(&paths, &names)?;
        if let Given::Class(class) = &given {
            self.reports.are_about(class.entries.len())?;
        }
        self.reports.can_be_written()?;
        let files = Files::new(self.pcap.clone(), self.svg.clone())?;
        let jobs = self.jobs.map_or_else(default_jobs, usize::from);
        let chosen = self.isolation.make(&launcher()?, jobs).await?;
        if let Some(error) = &chosen.fell_back {
            anstream::eprintln!(
                "note: labs of their own cannot be made here ({}: {}), so checks are run in the network that is there, one at a \
                 time. What that means: cargo xtask doctor",
                error.doing,
                error.error
            );
        }
        let head = self.select.course().head(&exercises, chosen.held.clone())?;
        let live = if matches!(given, Given::One(_)) { self.reports.live() } else { Reports::default() };
        let batch = self.batch(exercises, head, &chosen, files, live);
        match given {
            Given::One(path) => self.one(&path, &batch, out).await,
            Given::Class(class) => self.class(class, batch, &paths, out).await,
        }
    }

    fn batch(&self, exercises: Vec<Exercise>, head: Head, chosen: &Chosen, files: Files, live: Reports) -> Batch {
        Batch {
            exercises: exercises.into_iter().map(Arc::new).collect(),
            head: Arc::new(head),
            live,
            runner: Runner::with(chosen.launcher.clone(), chosen.jobs),
            files,
            all_drawings: self.show == Some(Show::Ladder),
            fail_fast: self.class.fail_fast,
            workshop: Arc::default(),
        }
    }

    async fn one(&self, path: &Path, batch: &Batch, out: Out) -> Result<ExitCode, Trouble> {
        let name = if path == exercises::root() { "exercises".to_owned() } else { path.display().to_string() };
        let progress = Progress::of_one();
        let mut store = Store::in_memory()?;
        store.begin(&batch.head, [name.as_str()].into_iter())?;
        let writer = store.writer()?;
        batch.one(path, &name, &writer, &progress).await?;
        let store = writer.finish()?;
        progress.finish();
        self.reports.write(&batch.head, &store)?;
        let mut code = ExitCode::SUCCESS;
        store.each(&mut |outcome| {
            report::print(&batch.head, &outcome, self.format, self.show, out)?;
            if let Err(error) = Graded::note(&outcome) {
                anstream::eprintln!("note: `cargo xtask hint` will not know of this grading: {error}");
            }
            code = ExitCode::from(outcome.exit_code());
            Ok(())
        })?;
        Ok(code)
    }

    async fn class(&self, class: Class, batch: Batch, paths: &[PathBuf], out: Out) -> Result<ExitCode, Trouble> {
        for note in &class.notes {
            anstream::eprintln!("note: {note}");
        }
        let mut entries = class.entries;
        if let Some(shard) = self.class.shard {
            entries.retain(|entry| shard.takes(&entry.name));
        }
        let kept = self.class.store.clone().unwrap_or_else(|| beside(paths));
        let mut store = Store::open(&kept)?;
        store.begin(&batch.head, entries.iter().map(|entry| entry.name.as_str()))?;
        let progress = Progress::of_class(entries.len(), batch.head.checks());
        let (batch, writer) = (Arc::new(batch), Arc::new(store.writer()?));
        let ended = batch.class(entries, &writer, &progress).await;
        progress.finish();
        // Those that were interrupted have gone with their futures, and so have their hands on the writer.
        let writer = Arc::into_inner(writer).ok_or_else(|| Trouble::Ours("results are still written".to_owned()))?;
        let store = writer.finish()?;
        let ended = ended?;
        self.reports.write(&batch.head, &store)?;
        let code = report::print_class(&batch.head, &store, self.format, ended, Some(&kept), out)?;
        Ok(ExitCode::from(if ended == Ended::Interrupted { INTERRUPTED } else { code }))
    }
}

/// Where results are kept unless something else is asked for: beside a class's folder, or here, if there are several.
fn beside(paths: &[PathBuf]) -> PathBuf {
    let name = match paths {
        [path] => path.canonicalize().ok(),
        _ => None,
    };
    name.unwrap_or_else(|| PathBuf::from("submissions")).with_added_extension("netlings.sqlite")
}
