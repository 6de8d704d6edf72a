//! The grader's side of a lab: starting one, and taking its answer.

use super::cpu::Cpus;
use super::error::{LabError, While};
use super::job::{Job, Order, Reply};
use crate::event::Observation;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Stdio;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

/// How to re-execute the grader so that it calls [`super::main`].
#[derive(Clone, Debug)]
pub struct Launcher {
    exe: PathBuf,
    arg: OsString,
    cpus: Cpus,
}

impl Launcher {
    /// `exe` started with the one argument `arg` must call [`super::main`] before it does anything else, and above all
    /// before it starts a thread.
    pub fn new(exe: impl Into<PathBuf>, arg: impl Into<OsString>) -> Self {
        Self { exe: exe.into(), arg: arg.into(), cpus: Cpus::ours() }
    }

    /// Runs a job in a lab of its own. When the future is dropped, the lab and everything in it ends.
    ///
    /// # Errors
    /// Trouble of ours. What the program does is never an error.
    pub async fn run(&self, job: &Job) -> Result<Observation, LabError> {
        let place = self.cpus.take();
        let order = Order { job, cpu: place.as_ref().map(|place| place.cpu) };
        let mut command = Command::new(&self.exe);
        command.arg(&self.arg).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut lab = command.spawn().during("starting a lab")?;
        let reply = converse(&mut lab, &order).await?;
        // The kernel takes its time to close the capture; nobody has to wait for it.
        tokio::spawn(async move { lab.wait().await });
        reply
    }
}

async fn converse(lab: &mut Child, order: &Order<&Job>) -> Result<Reply, LabError> {
    let pipes = lab.stdin.as_mut().zip(lab.stdout.as_mut()).zip(lab.stderr.as_mut());
    let Some(((stdin, stdout), stderr)) = pipes else { return Err(LabError::new("starting a lab", "no pipes")) };
    let order = order.to_bytes().during("writing the job")?;
    // A lab that has died says why on its standard error; the broken pipe says nothing.
    let _ = stdin.write_all(&order).await;
    let mut reply = Vec::new();
    stdout.read_to_end(&mut reply).await.during("reading the lab's answer")?;
    if let Ok(reply) = serde_json::from_slice(&reply) {
        return Ok(reply);
    }
    let mut said = String::new();
    let _ = stderr.read_to_string(&mut said).await;
    Err(LabError::new("reading the lab's answer", format!("the lab ended without one. {}", said.trim())))
}
