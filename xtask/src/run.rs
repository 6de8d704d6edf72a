//! Running checks, several at once, each in a lab of its own.

use crate::LAB;
use crate::trouble::Trouble;
use exercises::{Exercise, ExerciseCheck};
use harness::event::Observation;
use harness::lab::{Job, LabError, Launcher};
use harness::program::Program;
use harness::transcript::Transcript;
use std::env;
use std::num::NonZero;
use std::sync::Arc;
use std::thread;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Starts labs; no more than a given number at once.
#[derive(Clone, Debug)]
pub struct Runner {
    launcher: Arc<Launcher>,
    width: Arc<Semaphore>,
    jobs: usize,
}

/// What starts labs: this program, executed again.
///
/// # Errors
/// When the system does not say where this program is.
pub fn launcher() -> Result<Launcher, Trouble> {
    let exe = env::current_exe().map_err(Trouble::ours("finding this program"))?;
    Ok(Launcher::new(exe, LAB))
}

/// What one run of a check gave.
#[derive(Clone, Debug)]
pub struct Ran {
    /// What was seen.
    pub seen: Observation,
    /// The same, in canonical form.
    pub transcript: Transcript,
}

impl Runner {
    /// A runner that starts labs by re-executing this program.
    ///
    /// # Errors
    /// When the system does not say where this program is.
    pub fn new(jobs: usize) -> Result<Self, Trouble> {
        Ok(Self::with(launcher()?, jobs))
    }

    /// A runner with its own way to start labs.
    #[must_use]
    pub fn with(launcher: Launcher, jobs: usize) -> Self {
        Self { launcher: Arc::new(launcher), width: Arc::new(Semaphore::new(jobs)), jobs }
    }

    /// How it starts labs.
    #[must_use]
    pub fn launcher(&self) -> &Launcher {
        &self.launcher
    }

    /// How many labs it runs at once.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.jobs
    }

    /// Waits until there is room for one more lab.
    pub async fn room(&self) -> Option<OwnedSemaphorePermit> {
        // The semaphore is never closed.
        Arc::clone(&self.width).acquire_owned().await.ok()
    }

    /// Runs a check on a program. Whoever runs many asks for [`Self::room`] first.
    ///
    /// # Errors
    /// Trouble of ours.
    pub async fn run(&self, exercise: &Exercise, check: &ExerciseCheck, program: &Program) -> Result<Ran, LabError> {
        let job = Job { check: check.check.clone(), params: exercise.params.clone(), program: program.clone() };
        let seen = self.launcher.run(&job).await?;
        let transcript = Transcript::new(&job.check, &job.params, &seen);
        Ok(Ran { seen, transcript })
    }
}

/// How many labs run at once unless something else is asked for: one for each processor.
#[must_use]
pub fn default_jobs() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}
