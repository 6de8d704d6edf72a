//! The supervisor: carries out the stimuli of a check, lets the lab settle after each, and writes down what was seen.

use super::borrowed::{self, Ours, Remnants};
use super::error::{LabError, While};
use super::first::{self, Opened};
use super::isolation::Setting;
use super::job::Job;
use crate::check::{Data, ProgramName, Start, Stimulus};
use crate::event::{
    Aborts, Body, Ended, Exit, Flood, Observation, Output, Packet, Protocol, Repeated, Rest, Socket, Step, steps_of,
};
use crate::peer::Peers;
use crate::program::{self, Drained, Launched, Programs};
use crate::sandbox::Sandbox;
use crate::settle::{Activity, Occasion, Settler, World};
use crate::watch::counters;
use crate::watch::cpu::CpuTime;
use crate::watch::options::{Options, Way};
use crate::watch::sockets::SocketTable;
use crate::watch::started::Started;
use crate::watch::tasks::{self, Sample, Tasks};
use crate::watch::wire::Wire;
use std::io;
use std::mem;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// From so many bytes of memory on it is counted exactly.
const MANY: u64 = 512 << 20;

/// Runs a check. The calling process is the first of the lab.
pub(super) fn run(job: &Job, setting: &Setting) -> Result<Observation, LabError> {
    const DOING: &str = "running the check";
    first::prepare().during(DOING)?;
    if !setting.is_borrowed() {
        return Supervisor::new(job, setting)?.run().during(DOING);
    }
    let (check, params) = borrowed::there(&job.check, &job.params).during(DOING)?;
    let job = Job { check, params, program: job.program.clone() };
    let mut lab = Supervisor::new(&job, setting)?;
    lab.ports_are_free()?;
    let seen = lab.run().during(DOING)?;
    borrowed::back(&seen).during(DOING)
}

struct Supervisor<'a> {
    job: &'a Job,
    setting: &'a Setting,
    wire: Wire,
    table: SocketTable,
    peers: Peers,
    programs: Programs,
    /// Where a program last sent or connected from.
    source: Option<(Protocol, u16)>,
    /// Whether something is repeated, so that leaks can be seen.
    repeats: bool,
    sandbox: Arc<Sandbox>,
    /// In a borrowed lab: what tidies up.
    remnants: Option<Remnants>,
    ours: Ours,
    settler: Settler,
    tasks: Tasks,
    cpu: CpuTime,
    started: Started,
    options: Options,
    /// The counts when they were last read, at first before the check.
    aborts: Aborts,
    unroutable: u64,
    seen: Seen,
}

/// What was seen since the stimulus.
#[derive(Default)]
struct Seen {
    packets: Vec<Packet>,
    output: Vec<Output>,
    ended: Vec<Ended>,
}

impl<'a> Supervisor<'a> {
    fn new(job: &'a Job, setting: &'a Setting) -> Result<Self, LabError> {
        let Opened { wire, sandbox, remnants, options } = first::open(setting, &job.program.needs)?;
        let place = if setting.is_borrowed() { borrowed::there_ip } else { std::convert::identity };
        Ok(Self {
            job,
            setting,
            wire,
            sandbox,
            remnants,
            ours: Ours::new(&job.params),
            table: SocketTable::open().during("opening the socket table")?,
            peers: Peers::new(&job.check, &job.params, place),
            programs: Programs::new(job.check.programs().len()),
            source: None,
            repeats: job.check.stimuli.iter().any(|line| matches!(line, Stimulus::Repeat { .. })),
            settler: Settler::of_a_check(),
            tasks: Tasks::default(),
            cpu: CpuTime::default(),
            started: Started::default(),
            options,
            aborts: if setting.is_borrowed() {
                counters::aborts().during("reading what the kernel has counted")?
            } else {
                // A network of one's own has had no connection yet.
                Aborts::default()
            },
            unroutable: counters::unroutable(),
            seen: Seen::default(),
        })
    }

    /// Carries out the check.
    fn run(mut self) -> io::Result<Observation> {
        let mut steps = Vec::new();
        for (line, repeated) in steps_of(&self.job.check) {
            let step = self.step(steps.len(), line, repeated)?;
            let goes_on = step.rest.is_rest();
            steps.push(step);
            if !goes_on {
                break;
            }
        }
        self.tidy_up()?;
        Ok(self.finish(steps, first::ephemeral_ports()?))
    }

    /// Whether the ports that the check speaks of are free. In a lab of one's own they are.
    fn ports_are_free(&mut self) -> Result<(), LabError> {
        let table = self.table.read(&[]).during("reading the socket table")?;
        borrowed::ports_are_free(&self.job.check, &self.job.params, &table).map_err(|(protocol, port)| {
            let taken = format!("somebody has {} port {port} here", protocol.name());
            LabError::missing("looking for the check's ports", taken)
                .with("A borrowed lab uses the network that is there. Remedy: end what has the port.")
        })
    }

    /// In a borrowed lab: leaves nothing behind that the next check would meet.
    fn tidy_up(&mut self) -> io::Result<()> {
        if self.remnants.is_none() {
            return Ok(());
        }
        first::end_all()?;
        self.peers.leave();
        self.drain()?;
        if let Some(remnants) = &self.remnants {
            remnants.reset(&self.ours, &self.table.read(&[])?)?;
        }
        // IPv6 has no address of the lab, and nobody could say that it ends.
        let is_left = |socket: &&Socket| socket.local.is_ipv4() && self.ours.has_socket(socket);
        match self.table.read(&[])?.iter().find(is_left) {
            None => Ok(()),
            Some(socket) => Err(io::Error::other(format!("{} does not go away", socket.local))),
        }
    }

    fn finish(mut self, steps: Vec<Step>, ephemeral: (u16, u16)) -> Observation {
        let endpoints = mem::take(&mut self.peers.endpoints);
        let memory_kib = program::own_memory_kib();
        let observation = Observation { steps, endpoints, ephemeral, memory_kib };
        // Closing the capture takes the kernel 8 to 16 ms. This process ends as soon as it has answered, and then the kernel
        // closes it all the same, while nobody waits.
        mem::forget(self);
        observation
    }

    /// Carries out line `line` of the check, as step `number`.
    fn step(&mut self, number: usize, line: usize, repeated: Option<Repeated>) -> io::Result<Step> {
        let began = Instant::now();
        let cpu_before = self.cpu_time()?;
        // Settling looks at the lab through us, so what it remembers is lent to it.
        let mut settler = mem::take(&mut self.settler);
        let mut impossible = None;
        let mut settled = None;
        let mut given_up = Vec::new();
        for part in parts(&self.job.check.stimuli[line]) {
            impossible = self.act(number, &part)?.err();
            let leaves_a_trace = matches!(part, Stimulus::Peer { .. } | Stimulus::Type { .. });
            let after = Occasion {
                starting: matches!(part, Stimulus::Start(_)),
                line: leaves_a_trace.then_some(line),
                again: repeated.is_some(),
            };
            let packets_before = self.seen.packets.len();
            let mut rest = settler.settle(self, cpu_before, after)?;
            rest.given_up.iter_mut().for_each(|given_up| given_up.packets += packets_before);
            given_up.append(&mut rest.given_up);
            let goes_on = impossible.is_none() && rest.rest.is_rest();
            settled = Some(rest);
            if !goes_on {
                break;
            }
        }
        self.settler = settler;
        let mut settled = settled.ok_or_else(|| io::Error::other("a stimulus without parts"))?;
        self.options.tell(&mut settled.sockets);
        if matches!(settled.rest, Rest::Flooding { what: Flood::Memory, .. }) {
            // Whether the kernel was there before us is luck.
            self.seen.ended.retain(|ended| ended.exit != Exit::Signal(libc::SIGKILL));
        }
        // A flood is a flood, however much of it was lost. Anything else cannot be told without every packet.
        let lost = self.wire.lost();
        if lost > 0 && settled.rest.is_rest() {
            return Err(io::Error::other(format!("{lost} packets were lost by the capture, so nothing can be said")));
        }
        let aborts = self.aborts()?;
        let unroutable = self.unroutable(&self.job.check.stimuli[line]);
        let seen = mem::take(&mut self.seen);
        Ok(Step {
            stimulus: line,
            repeated,
            impossible,
            packets: seen.packets,
            output: seen.output,
            sockets: settled.sockets,
            ended: seen.ended,
            given_up,
            rest: settled.rest,
            descriptors: if self.repeats { Some(tasks::open_descriptors()?) } else { None },
            aborts,
            unroutable,
            cpu_ms: settled.cpu.as_millis() as u64,
            wall_us: began.elapsed().as_micros() as u64,
        })
    }

    /// Why the program reset connections in this step, if it did.
    fn aborts(&mut self) -> io::Result<Option<Aborts>> {
        let resets = |packet: &&Packet| matches!(&packet.body, Body::Tcp(segment) if segment.flags.rst);
        let mut resets = self.seen.packets.iter().filter(resets).peekable();
        if resets.peek().is_none() {
            return Ok(None);
        }
        let own = resets.any(|packet| !self.peers.own(Protocol::Tcp, packet.src));
        let now = counters::aborts()?;
        let before = mem::replace(&mut self.aborts, now);
        Ok(own.then(|| Aborts { unread: now.unread - before.unread, linger: now.linger - before.linger }))
    }

    /// Whether something that the program sent in this step had no way to go. Only looked at where it should have sent, perhaps,
    /// and nothing was captured.
    fn unroutable(&mut self, stimulus: &Stimulus) -> bool {
        // In a borrowed network they are not only the program's.
        let is_asked = matches!(stimulus, Stimulus::Start(_) | Stimulus::Type { .. }) && self.remnants.is_none();
        if !is_asked || !self.seen.packets.is_empty() {
            return false;
        }
        let now = counters::unroutable();
        mem::replace(&mut self.unroutable, now) < now
    }

    /// Carries out a stimulus. The inner error says why it cannot be done, which follows from what the program did.
    fn act(&mut self, number: usize, stimulus: &Stimulus) -> io::Result<Result<(), String>> {
        match stimulus {
            Stimulus::Start(start) => return self.start(start),
            Stimulus::Type { data, into } => {
                let lines: io::Result<Vec<_>> = data.iter().map(|data| self.line(data)).collect();
                let lines = lines?.concat();
                return Ok(self.running(into).and_then(|program| program.streams.type_bytes(&lines)));
            }
            Stimulus::EndOfInput(of) => return Ok(self.running(of).map(|program| program.streams.end_input())),
            Stimulus::Kill(name) => {
                if let Err(reason) = self.running(name) {
                    return Ok(Err(reason));
                }
                self.kill(self.job.check.program(name))?;
            }
            Stimulus::HoldSourcePort => {
                let Some((protocol, port)) = self.source else {
                    return Ok(Err("the program has not sent anything".into()));
                };
                return self.peers.hold(number, protocol, port);
            }
            Stimulus::Peer { name, action } => return self.peers.act(number, name, action),
            // Its lines are carried out one by one.
            Stimulus::Repeat { .. } => {}
        }
        Ok(Ok(()))
    }

    fn start(&mut self, start: &Start) -> io::Result<Result<(), String>> {
        if self.running(&start.name).is_ok() {
            return Ok(Err(format!("{} still runs", called(&start.name))));
        }
        let args: Result<Vec<_>, _> = start.args.iter().map(|arg| arg.resolve(&self.job.params)).collect();
        let given = start.given.as_ref().map(|data| self.line(data)).transpose()?;
        let program = self.job.check.program(&start.name);
        match program::launch(&self.sandbox, &self.job.program, &args.map_err(io::Error::other)?, |streams| {
            given.iter().try_for_each(|line| streams.type_bytes(line))
        })? {
            Ok(launched) => self.programs.add(program, launched),
            Err(exit) => self.seen.ended.push(Ended { program, exit }),
        }
        Ok(Ok(()))
    }

    /// What is typed, with its newline.
    fn line(&self, data: &Data) -> io::Result<Vec<u8>> {
        let mut line = data.bytes(&self.job.params).map_err(io::Error::other)?;
        line.push(b'\n');
        Ok(line)
    }

    fn running(&mut self, name: &ProgramName) -> Result<&mut Launched, String> {
        let program = self.job.check.program(name);
        self.programs.running(program).ok_or_else(|| format!("{} does not run", called(name)))
    }

    /// Kills a program and all its descendants.
    fn kill(&mut self, program: usize) -> io::Result<()> {
        loop {
            let mut processes = tasks::processes()?;
            processes.retain(|pid| self.programs.owner(*pid) == program);
            if processes.is_empty() {
                return Ok(());
            }
            first::kill(processes);
            self.programs.reap(&mut self.seen.ended)?;
        }
    }

    /// The port that the program last used to send a datagram or to connect, for `hold the program's source port`.
    fn note_source(&mut self, from: usize) {
        for packet in &self.seen.packets[from..] {
            let protocol = match &packet.body {
                Body::Udp { .. } => Protocol::Udp,
                Body::Tcp(segment) if segment.flags.syn && !segment.flags.ack => Protocol::Tcp,
                _ => continue,
            };
            if !self.peers.own(protocol, packet.src) {
                self.source = Some((protocol, packet.src.port()));
            }
        }
    }
}

impl World for Supervisor<'_> {
    fn drain(&mut self) -> io::Result<Activity> {
        let packets_before = self.seen.packets.len();
        let moved = self.peers.drain()?;
        // The exit comes before the output: what a program wrote before it ended is then certainly read.
        let exits = self.programs.reap(&mut self.seen.ended)?;
        let noted = self.options.note()?;
        let Drained { output, new, typed } = self.programs.drain(&mut self.seen.output)?;
        let mut activity =
            Activity { exits, output, new_output: new, moved: moved + typed, noted, ..Activity::default() };
        let packets = &mut self.seen.packets;
        let (remnants, ours) = (&mut self.remnants, &self.ours);
        let lost = self.wire.read(|packet| {
            if let Some(remnants) = remnants {
                if !ours.has_packet(&packet) {
                    return;
                }
                remnants.note(&packet);
            }
            packets.push(packet);
        })?;
        activity.packets = lost + (packets.len() - packets_before) as u64;
        activity.packet_bytes = packets[packets_before..].iter().map(Packet::bytes).sum();
        activity.errors = packets[packets_before..].iter().filter(|packet| packet.body.is_error()).count() as u64;
        self.note_source(packets_before);
        if first::lifeline_is_cut()? {
            return Err(io::Error::other("the grader has gone"));
        }
        Ok(activity)
    }

    fn sample(&mut self) -> io::Result<Sample> {
        let sample = self.tasks.sample()?;
        self.cpu.look(sample.processes());
        Ok(sample)
    }

    fn in_flight(&self) -> u64 {
        self.wire.in_flight()
    }

    fn unwritten(&self) -> bool {
        self.programs.unwritten() || self.peers.unwritten()
    }

    fn sockets(&mut self) -> io::Result<Vec<Socket>> {
        let mut table = self.table.read(&self.peers.inodes())?;
        self.options.look(&table);
        let is_borrowed = self.remnants.is_some();
        if is_borrowed || self.programs.are_several() {
            let owners = self.programs.socket_owners()?;
            table.iter_mut().for_each(|socket| socket.program = owners.get(&socket.inode).copied().unwrap_or(0));
            if is_borrowed {
                table.retain(|socket| {
                    socket.peers || owners.contains_key(&socket.inode) || self.ours.has_socket(socket)
                });
            }
        }
        Ok(table)
    }

    fn memory(&self) -> io::Result<u64> {
        tasks::memory(MANY)
    }

    fn out_of_memory(&self) -> io::Result<Option<u64>> {
        self.setting.out_of_memory()
    }

    fn unread_input(&self) -> io::Result<bool> {
        self.programs.unread()
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
        let of_programs = self.programs.readable().chain(self.options.readable());
        let watched = [self.wire.as_fd()].into_iter().chain(of_programs).chain(self.peers.readable());
        first::pause(pause, false, watched.filter(|_| or_less)).map(drop)
    }
}

/// A stimulus in the parts after each of which the lab must settle: typed lines one by one, everything else whole.
fn parts(stimulus: &Stimulus) -> Vec<Stimulus> {
    match stimulus {
        Stimulus::Type { data, into } => {
            data.iter().map(|line| Stimulus::Type { data: vec![line.clone()], into: into.clone() }).collect()
        }
        whole => vec![whole.clone()],
    }
}

/// A program as a sentence calls it.
fn called(name: &ProgramName) -> &str {
    name.as_deref().unwrap_or("the program")
}
