//! The grader's side of a lab: starting one, and taking its answer.

use super::cgroup::{self, Bounds, Missing};
use super::cpu::{Cpus, Place};
use super::error::{LabError, While};
use super::isolation::{Isolation, Setting};
use super::job::{Finished, Job, Order, TaskRef, Told, Tool, Trace};
use super::nursery::{Nursery, Pipes};
use super::probe::{self, Protection};
use crate::event::{Fact, Observation};
use crate::sandbox::Layers;
use serde::de::DeserializeOwned;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, Lines};
use tokio::net::unix::pipe;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// How to re-execute the grader so that it calls [`super::main`].
#[derive(Clone, Debug)]
pub struct Launcher {
    exe: PathBuf,
    arg: OsString,
    cpus: Cpus,
    /// What a lab may have in memory, in bytes, if that is not what its kind has.
    memory: Option<u64>,
    /// Why no lab has a memory cgroup, if that does not depend on what is delegated to this process.
    no_cgroup: Option<Missing>,
    setting: Setting,
    /// What labs of their own are forked from, once there was one.
    nursery: Arc<Mutex<Option<Nursery>>>,
}

impl Launcher {
    /// `exe` started with the one argument `arg` must call [`super::main`] before it does anything else, and above all
    /// before it starts a thread.
    pub fn new(exe: impl Into<PathBuf>, arg: impl Into<OsString>) -> Self {
        Self {
            exe: exe.into(),
            arg: arg.into(),
            cpus: Cpus::ours(),
            memory: None,
            no_cgroup: None,
            setting: Setting { isolation: Isolation::Full, layers: Layers::all(), events: None },
            nursery: Arc::default(),
        }
    }

    /// Labs that keep programs in by these layers only: to show what each is for. Nobody's program but our own may run in
    /// such a lab.
    #[must_use]
    pub fn with_only(self, layers: Layers) -> Self {
        Self { setting: Setting { layers, ..self.setting }, ..self }
    }

    /// Labs that may have so many bytes in memory, where they have a memory cgroup.
    #[must_use]
    pub fn with_memory(self, memory: u64) -> Self {
        Self { memory: Some(memory), ..self }
    }

    /// Labs that `exe` makes in a container which it makes first. A cgroup that is delegated to this process is not to be reached from there.
    #[must_use]
    pub fn in_a_container(self) -> Self {
        let why = "labs are made in a container, and the grader is outside".to_owned();
        Self { no_cgroup: Some(Missing { why, remedy: "run the grader in the container".to_owned() }), ..self }
    }

    /// Labs that keep so much apart. Of borrowed ones there must never be two at once in a network.
    #[must_use]
    pub fn with(self, isolation: Isolation) -> Self {
        Self { setting: Setting { isolation, ..self.setting }, ..self }
    }

    /// Runs a job in a lab of its own. When the future is dropped, the lab and everything in it ends.
    ///
    /// # Errors
    /// Trouble of ours. What the program does is never an error.
    pub async fn run(&self, job: &Job) -> Result<Observation, LabError> {
        let place = self.cpus.take();
        let seen: Observation = self.ask(TaskRef::Check(job), place.as_ref()).await?;
        seen.fits(&job.check).map_err(|why| LabError::new("reading the lab's answer", why))?;
        Ok(seen)
    }

    /// Runs a tool in a lab of its own, on all processors. When the future is dropped, the lab and everything in it ends.
    ///
    /// # Errors
    /// Trouble of ours. What becomes of the tool is never an error.
    pub async fn run_tool(&self, tool: &Tool) -> Result<Finished, LabError> {
        self.ask(TaskRef::Tool(tool), None).await
    }

    /// Finds out what keeps programs in here, by trying.
    ///
    /// # Errors
    /// Why there can be no such lab.
    pub async fn probe(&self) -> Result<Vec<Protection>, LabError> {
        let mut found: Vec<_> = self.ask(TaskRef::Probe, None).await?;
        found.push(probe::memory(self.cgroup()));
        Ok(found)
    }

    /// Starts a trace in a lab of its own. When what is returned is dropped, the lab and everything in it ends.
    ///
    /// # Errors
    /// Trouble of ours.
    pub async fn trace(&self, trace: &Trace) -> Result<Tracing, LabError> {
        let place = self.cpus.take();
        let order = self.order(TaskRef::Trace(trace), place.as_ref());
        // Ctrl-C goes to all processes of the terminal's group; the lab shall end when we say so, after its last words.
        let mut lab = self.command().process_group(0).spawn().during("starting a lab")?;
        let (Some(mut input), Some(output)) = (lab.stdin.take(), lab.stdout.take()) else {
            return Err(LabError::new("starting a lab", "no pipes"));
        };
        // A lab that has died says why on its standard error; the broken pipe says nothing.
        let _ = input.write_all(&order.to_bytes().during("writing the order")?).await;
        let facts = BufReader::new(output).lines();
        Ok(Tracing { lab, input: Some(input), facts, programs: trace.programs.len(), _place: place })
    }

    /// Gives a lab of its own something to do, and takes its answer.
    async fn ask<T: DeserializeOwned>(&self, task: TaskRef<'_>, place: Option<&Place>) -> Result<T, LabError> {
        // First of all, because the cgroup in which the grader is may be another afterwards, and so that of all that it starts.
        let order = self.order(task, place);
        if !self.setting.is_borrowed() {
            // Who closes the capture when all is said, which takes the kernel its time, is waited for by the nursery.
            let Ends { mut stdin, mut stdout, mut stderr } = self.fork()?;
            return converse(&mut stdin, &mut stdout, &mut stderr, &order).await;
        }
        let mut lab = self.command().spawn().during("starting a lab")?;
        let pipes = lab.stdin.as_mut().zip(lab.stdout.as_mut()).zip(lab.stderr.as_mut());
        let Some(((stdin, stdout), stderr)) = pipes else { return Err(LabError::new("starting a lab", "no pipes")) };
        let reply = converse(stdin, stdout, stderr, &order).await;
        // The next one finds a place that was tidied up.
        let _ = lab.wait().await;
        reply
    }

    /// Starts a lab from the nursery.
    fn fork(&self) -> Result<Ends, LabError> {
        const DOING: &str = "starting a lab";
        let (ours, theirs) = Ends::new().during(DOING)?;
        let mut nursery = self.nursery.lock().unwrap_or_else(PoisonError::into_inner);
        // One that somebody has ended is followed by another; labs that it has forked go on.
        if nursery.as_ref().is_none_or(|nursery| nursery.fork(&theirs).is_err()) {
            let started = Nursery::start(self.command().into_std()).during("starting the nursery of labs")?;
            nursery.insert(started).fork(&theirs).during(DOING)?;
        }
        Ok(ours)
    }

    fn order<'a>(&self, job: TaskRef<'a>, place: Option<&Place>) -> Order<TaskRef<'a>> {
        let memory = self.memory.unwrap_or(job.memory());
        let cgroup = self.cgroup().ok().map(|base| Bounds { base: base.to_owned(), memory });
        Order { job, cpu: place.map(|place| place.cpu), cgroup, setting: self.setting.clone() }
    }

    /// Where labs have their cgroups.
    fn cgroup(&self) -> Result<&Path, &Missing> {
        match &self.no_cgroup {
            Some(missing) => Err(missing),
            None => cgroup::find(),
        }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.exe);
        // A lab that nobody waits for any more ends with its standard input, and has somebody to see that through.
        command.arg(&self.arg).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

/// A trace that goes on in a lab.
pub struct Tracing {
    lab: Child,
    input: Option<ChildStdin>,
    facts: Lines<BufReader<ChildStdout>>,
    /// How many programs are traced.
    programs: usize,
    _place: Option<Place>,
}

impl Tracing {
    /// The next fact; `None` when the lab has ended. Can be dropped and asked again without losing anything.
    ///
    /// # Errors
    /// Trouble of ours.
    pub async fn next(&mut self) -> Result<Option<Fact>, LabError> {
        let Some(line) = self.facts.next_line().await.during("reading what the lab tells")? else {
            let mut said = String::new();
            if let Some(stderr) = self.lab.stderr.as_mut() {
                let _ = stderr.read_to_string(&mut said).await;
            }
            let said = said.trim();
            return if said.is_empty() { Ok(None) } else { Err(LabError::new("tracing", said)) };
        };
        let told: Told =
            serde_json::from_str(&line).map_err(std::io::Error::from).during("reading what the lab tells")?;
        let fact = told?;
        fact.fits(self.programs).map_err(|why| LabError::new("reading what the lab tells", why))?;
        Ok(Some(fact))
    }

    /// Passes on what the user has typed; nothing at all means the end of the input. Only after [`Fact::Ready`].
    pub async fn type_bytes(&mut self, bytes: &[u8]) {
        let Some(input) = self.input.as_mut() else { return };
        let frame = [&(bytes.len() as u32).to_le_bytes()[..], bytes].concat();
        // A lab that has ended takes nothing, and has told why.
        let _ = input.write_all(&frame).await;
    }

    /// Asks the lab to end; what it still has to tell follows.
    pub fn end(&mut self) {
        self.input = None;
    }
}

/// Our ends of a lab's pipes.
struct Ends {
    stdin: pipe::Sender,
    stdout: pipe::Receiver,
    stderr: pipe::Receiver,
}

impl Ends {
    fn new() -> io::Result<(Self, Pipes)> {
        let ((stdin, to), (from, stdout), (said, stderr)) = (io::pipe()?, io::pipe()?, io::pipe()?);
        let ours = Self {
            stdin: pipe::Sender::from_owned_fd(to.into())?,
            stdout: pipe::Receiver::from_owned_fd(from.into())?,
            stderr: pipe::Receiver::from_owned_fd(said.into())?,
        };
        Ok((ours, Pipes { stdin: stdin.into(), stdout: stdout.into(), stderr: stderr.into() }))
    }
}

async fn converse<T: DeserializeOwned>(
    stdin: &mut (impl AsyncWrite + Unpin),
    stdout: &mut (impl AsyncRead + Unpin),
    stderr: &mut (impl AsyncRead + Unpin),
    order: &Order<TaskRef<'_>>,
) -> Result<T, LabError> {
    let order = order.to_bytes().during("writing the job")?;
    // A lab that has died says why on its standard error; the broken pipe says nothing.
    let _ = stdin.write_all(&order).await;
    let mut reply = Vec::new();
    stdout.read_to_end(&mut reply).await.during("reading the lab's answer")?;
    if let Ok(reply) = serde_json::from_slice::<Result<T, LabError>>(&reply) {
        return reply;
    }
    let mut said = String::new();
    let _ = stderr.read_to_string(&mut said).await;
    Err(LabError::new("reading the lab's answer", format!("the lab ended without one. {}", said.trim())))
}
