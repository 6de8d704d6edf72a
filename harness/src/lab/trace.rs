//! Looking on while programs talk to each other: packets are told as they come, output and ends when all tasks sleep, and where
//! programs wait when the lab has settled. Lines of the user's input are given to the programs one by one, each at rest.
//!
//! That output waits until all tasks sleep makes a drawing the same on every run: what two programs print at the same time
//! has no order of its own.

use super::error::{LabError, While};
use super::first::{self, Opened};
use super::input::Input;
use super::isolation::Setting;
use super::job::Trace;
use crate::event::{Ended, Fact, Output, Packet, Protocol, Rest, Socket, Wait};
use crate::program::{self, Drained, Programs, join};
use crate::sandbox::Sandbox;
use crate::settle::{Activity, Occasion, Settler, World};
use crate::watch::counters;
use crate::watch::cpu::CpuTime;
use crate::watch::options::{Options, Way};
use crate::watch::sockets::SocketTable;
use crate::watch::started::Started;
use crate::watch::tasks::{Sample, Tasks};
use crate::watch::wire::Wire;
use std::collections::HashSet;
use std::io::{self, Write};
use std::mem;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long output is kept back at most while tasks run.
const PATIENCE: Duration = Duration::from_secs(1);
/// How much of it is kept back at most, in bytes.
const HELD: usize = 64 * 1024;
/// How often is looked whether a program has gone on silently.
const LOOK: Duration = Duration::from_secs(1);
/// The longest sleep that is waited for when the input is at its end. A longer one counts as the end of the trace.
const SLEEP_MS: u64 = 60_000;

/// Runs the programs of a trace until nothing more can happen, or until the order's pipe is closed.
pub(super) fn run(trace: &Trace, setting: &Setting) -> Result<(), LabError> {
    first::prepare().during("tracing")?;
    let lab = Onlooker::new(trace, setting)?;
    look_on(lab, trace).during("tracing")
}

fn look_on(mut lab: Onlooker<'_>, trace: &Trace) -> io::Result<()> {
    tell(&Fact::Ready { ephemeral: first::ephemeral_ports()? })?;
    let result = lab.go(trace);
    // Who asked us to end wants what was seen until then.
    let result = if lab.input.is_cut() { lab.flush() } else { result };
    // Closing the capture takes the kernel some time; it does so when this process has ended.
    mem::forget(lab);
    result
}

/// Tells a fact.
fn tell(fact: &Fact) -> io::Result<()> {
    send(&Ok(fact))
}

/// Tells a fact, or the trouble that nothing more follows after: a [`Told`](super::job::Told).
pub(super) fn send(told: &Result<&Fact, LabError>) -> io::Result<()> {
    let mut line = serde_json::to_vec(told)?;
    line.push(b'\n');
    let mut out = io::stdout().lock();
    out.write_all(&line)?;
    out.flush()
}

struct Onlooker<'a> {
    setting: &'a Setting,
    wire: Wire,
    table: SocketTable,
    programs: Programs,
    sandbox: Arc<Sandbox>,
    settler: Settler,
    tasks: Tasks,
    cpu: CpuTime,
    started: Started,
    options: Options,
    input: Input,
    /// Output and ends that are not told yet, and since when.
    output: Vec<Output>,
    ended: Vec<Ended>,
    held_since: Option<Instant>,
    /// Ports whose owners have been asked for.
    ports: HashSet<(Protocol, u16)>,
    /// The last look while all tasks slept and nothing happened.
    calm: Option<Sample>,
    quiet: bool,
    /// Packets that had nowhere to go, as the kernel counts them.
    unroutable: u64,
}

impl<'a> Onlooker<'a> {
    fn new(trace: &Trace, setting: &'a Setting) -> Result<Self, LabError> {
        let needs: Vec<_> = trace.programs.iter().flat_map(|program| program.needs.clone()).collect();
        let Opened { wire, sandbox, options, .. } = first::open(setting, &needs)?;
        Ok(Self {
            setting,
            wire,
            sandbox,
            table: SocketTable::open().during("opening the socket table")?,
            programs: Programs::new(trace.programs.len()),
            settler: Settler::default(),
            tasks: Tasks::default(),
            cpu: CpuTime::default(),
            started: Started::default(),
            options,
            input: Input::default(),
            output: Vec::new(),
            ended: Vec::new(),
            held_since: None,
            ports: HashSet::new(),
            calm: None,
            quiet: false,
            unroutable: counters::unroutable(),
        })
    }

    fn go(&mut self, trace: &Trace) -> io::Result<()> {
        let mut rest = Rest::Gone;
        for number in 0..trace.programs.len() {
            tell(&Fact::Started(number))?;
            match program::launch(&self.sandbox, &trace.programs[number], &[], |_| Ok(()))? {
                Ok(launched) => self.programs.add(number, launched),
                Err(exit) => self.ended.push(Ended { program: number, exit }),
            }
            rest = self.settle(true)?;
        }
        loop {
            let waits = match &rest {
                Rest::Gone | Rest::Hidden | Rest::Flooding { .. } => return Ok(()),
                Rest::Spinning { .. } => &[],
                Rest::Idle(waits) => waits.as_slice(),
            };
            if !self.give(waits)? {
                if self.input.is_at_its_end() && !waits.iter().any(ends_soon) {
                    return Ok(());
                }
                self.wait()?;
            }
            rest = self.settle(false)?;
        }
    }

    /// Gives the next line of the input to the program that waits for it, or the end of the input to all; says whether there
    /// was something to give.
    fn give(&mut self, waits: &[Wait]) -> io::Result<bool> {
        let wants = waits.iter().find(|wait| wait.on.iter().any(|at| at.fd == 0 && at.what == "standard input"));
        let running: Vec<_> = self.programs.all_running().map(|program| self.programs.owner(program.pid)).collect();
        let only = if let [program] = running.as_slice() { Some(*program) } else { None };
        let program = wants.map(|wait| wait.program).or(only);
        if let Some(program) = program
            && let Some(bytes) = self.input.line()
        {
            tell(&Fact::Typed { program, bytes: bytes.clone() })?;
            if let Some(launched) = self.programs.running(program) {
                // It runs, and its input has not been ended: a refusal is impossible.
                let _ = launched.streams.type_bytes(&bytes);
            }
            return Ok(true);
        }
        if self.input.end() {
            if wants.is_some() {
                tell(&Fact::EndOfInput)?;
            }
            self.programs.end_input();
            return Ok(true);
        }
        Ok(false)
    }

    /// Lets the lab settle, and tells how it is.
    fn settle(&mut self, starting: bool) -> io::Result<Rest> {
        let cpu_before = self.cpu_time()?;
        let mut settler = mem::take(&mut self.settler);
        let settled = settler.settle(self, cpu_before, Occasion { starting, line: None, again: false });
        self.settler = settler;
        let settled = settled?;
        self.flush()?;
        let unroutable = counters::unroutable();
        if mem::replace(&mut self.unroutable, unroutable) < unroutable {
            tell(&Fact::NoRoute)?;
        }
        tell(&Fact::Rest { rest: settled.rest.clone(), sockets: settled.sockets })?;
        Ok(settled.rest)
    }

    /// Waits until something happens.
    fn wait(&mut self) -> io::Result<()> {
        let before = self.tasks.sample()?;
        loop {
            self.pause(LOOK, true)?;
            let activity = self.drain()?;
            // A task can go on without doing anything that is seen from outside; then it waits elsewhere.
            if activity != Activity::default() || self.input.is_new() || self.tasks.sample()? != before {
                return Ok(());
            }
        }
    }

    /// Tells what was kept back: output by program and stream, then ends.
    fn flush(&mut self) -> io::Result<()> {
        self.held_since = None;
        let mut output = mem::take(&mut self.output);
        output.sort_by_key(|piece| (piece.program, piece.stream as u8));
        let mut pieces = Vec::new();
        output.iter().for_each(|piece| join(&mut pieces, piece.program, piece.stream, &piece.bytes));
        pieces.into_iter().try_for_each(|piece| tell(&Fact::Output(piece)))?;
        let mut ended = mem::take(&mut self.ended);
        ended.sort_by_key(|end| end.program);
        ended.into_iter().try_for_each(|end| tell(&Fact::Ended(end)))
    }

    /// Tells packets at once, after the owners of ports that were not seen before.
    fn tell_packets(&mut self, packets: Vec<Packet>) -> io::Result<()> {
        let ports: Vec<_> = packets.iter().flat_map(ports_of).collect();
        if ports.iter().any(|port| !self.ports.contains(port)) {
            self.ports.extend(ports);
            let sockets = self.sockets()?;
            tell(&Fact::Sockets(sockets))?;
        }
        packets.into_iter().try_for_each(|packet| tell(&Fact::Packet(packet)))
    }
}

impl World for Onlooker<'_> {
    fn drain(&mut self) -> io::Result<Activity> {
        self.input.read()?;
        if self.input.is_cut() {
            return Err(io::Error::other("the trace was asked to end"));
        }
        // The exit comes before the output: what a program wrote before it ended is then certainly read.
        let exits = self.programs.reap(&mut self.ended)?;
        let noted = self.options.note()?;
        let Drained { output, new, typed } = self.programs.drain(&mut self.output)?;
        let mut activity = Activity { exits, output, new_output: new, moved: typed, noted, ..Activity::default() };
        let mut packets = Vec::new();
        let lost = self.wire.read(|packet| packets.push(packet))?;
        if lost > 0 {
            tell(&Fact::Lost(lost))?;
        }
        activity.packets = lost + packets.len() as u64;
        activity.errors = packets.iter().filter(|packet| packet.body.is_error()).count() as u64;
        self.tell_packets(packets)?;
        if !self.output.is_empty() || !self.ended.is_empty() {
            let since = *self.held_since.get_or_insert_with(Instant::now);
            let much = self.output.iter().map(|piece| piece.bytes.len()).sum::<usize>() > HELD;
            if much || since.elapsed() > PATIENCE {
                self.flush()?;
            }
        }
        self.quiet = activity == Activity::default();
        Ok(activity)
    }

    fn sample(&mut self) -> io::Result<Sample> {
        let sample = self.tasks.sample()?;
        self.cpu.look(sample.processes());
        if self.held_since.is_some() {
            let calm = self.quiet && sample.is_asleep() && self.in_flight() == 0;
            if calm && self.calm.as_ref() == Some(&sample) {
                self.flush()?;
            }
            self.calm = calm.then(|| sample.clone());
        }
        Ok(sample)
    }

    fn in_flight(&self) -> u64 {
        self.wire.in_flight()
    }

    fn unwritten(&self) -> bool {
        self.programs.unwritten()
    }

    fn out_of_memory(&self) -> io::Result<Option<u64>> {
        self.setting.out_of_memory()
    }

    fn unread_input(&self) -> io::Result<bool> {
        self.programs.unread()
    }

    fn sockets(&mut self) -> io::Result<Vec<Socket>> {
        let mut table = self.table.read(&[])?;
        self.options.look(&table);
        if self.programs.are_several() {
            let owners = self.programs.socket_owners()?;
            table.iter_mut().for_each(|socket| socket.program = owners.get(&socket.inode).copied().unwrap_or(0));
            // Of one that no process has open any more nobody knows whose it was.
            table.iter_mut().filter(|socket| !owners.contains_key(&socket.inode)).for_each(|socket| socket.inode = 0);
        }
        Ok(table)
    }

    fn owner(&self, pid: i32) -> usize {
        self.programs.owner(pid)
    }

    fn time_out(&self, pid: i32, fd: u64, way: Way) -> Option<Duration> {
        self.options.time_out(pid, fd, way)
    }

    fn cpu_time(&mut self) -> io::Result<Duration> {
        self.cpu.total(program::reaped_cpu())
    }

    fn started(&mut self) -> u64 {
        self.started.look()
    }

    fn pause(&mut self, pause: Duration, or_less: bool) -> io::Result<()> {
        let watched = [self.wire.as_fd()].into_iter().chain(self.programs.readable()).chain(self.options.readable());
        first::pause(pause, true, watched.filter(|_| or_less)).map(drop)
    }
}

/// Whether a task only sleeps, and not for too long: then something can still happen by itself.
fn ends_soon(wait: &Wait) -> bool {
    wait.call.ends_with("nanosleep") && wait.timeout_ms.is_some_and(|ms| ms <= SLEEP_MS)
}

/// The ports of a packet.
fn ports_of(packet: &Packet) -> Vec<(Protocol, u16)> {
    let protocol = match &packet.body {
        crate::event::Body::Udp { .. } => Protocol::Udp,
        crate::event::Body::Tcp(_) => Protocol::Tcp,
        _ => return Vec::new(),
    };
    [packet.src, packet.dst].map(|end| (protocol, end.port())).to_vec()
}
