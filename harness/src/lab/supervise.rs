//! The supervisor: carries out the stimuli of a check, lets the lab settle after each, and writes down what was seen.

use super::job::Job;
use crate::check::{Start, Stimulus};
use crate::event::{Body, Exit, Observation, Output, Packet, Protocol, Socket, Step};
use crate::peer::Peers;
use crate::program::{self, Launched};
use crate::settle::{self, Activity, World};
use crate::watch::sockets::SocketTable;
use crate::watch::tasks::{self, Sample};
use crate::watch::wire::Wire;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, WaitOptions, kill_process, wait};
use std::io;
use std::mem;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

/// Runs a check. The calling process is the first of the lab.
pub(super) fn run(job: &Job) -> io::Result<Observation> {
    // The scheduler can give each session a share of its own (CONFIG_SCHED_AUTOGROUP). The program has one; in that of the
    // grader we would get what all other labs leave over.
    rustix::process::setsid()?;
    // Pauses of 50 µs shall not be stretched to twice that.
    rustix::thread::set_current_timer_slack(Some(std::num::NonZeroU64::MIN))?;
    let mut lab = Supervisor::new(job)?;
    let mut steps = Vec::new();
    for (index, stimulus) in job.check.stimuli.iter().enumerate() {
        let step = lab.step(index, stimulus)?;
        let goes_on = step.rest.is_rest();
        steps.push(step);
        if !goes_on {
            break;
        }
    }
    let observation =
        Observation { steps, endpoints: mem::take(&mut lab.peers.endpoints), ephemeral: ephemeral_ports()? };
    // Closing the capture takes the kernel 8 to 16 ms. This process ends as soon as it has answered, and then the kernel
    // closes it all the same, while nobody waits.
    mem::forget(lab);
    Ok(observation)
}

struct Supervisor<'a> {
    job: &'a Job,
    wire: Wire,
    table: SocketTable,
    peers: Peers,
    program: Option<Running>,
    /// Where the program last sent or connected from.
    source: Option<(Protocol, u16)>,
    seen: Seen,
}

struct Running {
    launched: Launched,
    alive: bool,
}

/// What was seen since the stimulus.
#[derive(Default)]
struct Seen {
    packets: Vec<Packet>,
    output: Vec<Output>,
    exit: Option<Exit>,
}

impl<'a> Supervisor<'a> {
    fn new(job: &'a Job) -> io::Result<Self> {
        Ok(Self {
            job,
            wire: Wire::open()?,
            table: SocketTable::open()?,
            peers: Peers::new(&job.check, &job.params),
            program: None,
            source: None,
            seen: Seen::default(),
        })
    }

    fn step(&mut self, index: usize, stimulus: &Stimulus) -> io::Result<Step> {
        let began = Instant::now();
        let cpu_before = settle::cpu_so_far(self)?;
        let impossible = self.act(index, stimulus)?.err();
        let settled = settle::settle(self, cpu_before)?;
        // A flood is a flood, however much of it was lost. Anything else cannot be told without every packet.
        let lost = self.wire.lost();
        if lost > 0 && settled.rest.is_rest() {
            return Err(io::Error::other(format!("{lost} packets were lost by the capture, so nothing can be said")));
        }
        let seen = mem::take(&mut self.seen);
        Ok(Step {
            stimulus: index,
            impossible,
            packets: seen.packets,
            output: seen.output,
            sockets: settled.sockets,
            exit: seen.exit,
            rest: settled.rest,
            cpu_ms: settled.cpu.as_millis() as u64,
            wall_us: began.elapsed().as_micros() as u64,
        })
    }

    /// Carries out a stimulus. The inner error says why it cannot be done, which follows from what the program did.
    fn act(&mut self, index: usize, stimulus: &Stimulus) -> io::Result<Result<(), String>> {
        let params = &self.job.params;
        match stimulus {
            Stimulus::Start(start) => return self.start(start),
            Stimulus::Type(data) => {
                let mut line = data.bytes(params).map_err(io::Error::other)?;
                line.push(b'\n');
                return Ok(self.running().map(|program| program.streams.type_bytes(&line)));
            }
            Stimulus::EndOfInput => return Ok(self.running().map(|program| program.streams.end_input())),
            Stimulus::Kill => {
                if let Err(reason) = self.running() {
                    return Ok(Err(reason));
                }
                self.kill()?;
            }
            Stimulus::HoldSourcePort => {
                let Some((protocol, port)) = self.source else {
                    return Ok(Err("the program has not sent anything".into()));
                };
                return self.peers.hold(index, protocol, port);
            }
            Stimulus::Peer { name, action } => return self.peers.act(index, name, action),
        }
        Ok(Ok(()))
    }

    fn start(&mut self, start: &Start) -> io::Result<Result<(), String>> {
        if self.running().is_ok() {
            return Ok(Err("the program still runs".into()));
        }
        let params = &self.job.params;
        let args: Result<Vec<_>, _> = start.args.iter().map(|arg| arg.resolve(params)).collect();
        match program::launch(&self.job.program, &args.map_err(io::Error::other)?, |streams| {
            let Some(data) = &start.given else { return Ok(()) };
            let mut line = data.bytes(params).map_err(io::Error::other)?;
            line.push(b'\n');
            streams.type_bytes(&line);
            Ok(())
        })? {
            Ok(launched) => self.program = Some(Running { launched, alive: true }),
            Err(exit) => self.seen.exit = Some(exit),
        }
        Ok(Ok(()))
    }

    fn running(&mut self) -> Result<&mut Launched, String> {
        let running = self.program.as_mut().filter(|program| program.alive);
        running.map(|program| &mut program.launched).ok_or_else(|| "the program does not run".into())
    }

    /// Kills everything in the lab but ourselves.
    fn kill(&mut self) -> io::Result<()> {
        loop {
            let processes = tasks::processes()?;
            if processes.is_empty() {
                return Ok(());
            }
            for pid in processes.into_iter().filter_map(Pid::from_raw) {
                // One that ended in the meantime is what we want.
                let _ = kill_process(pid, Signal::KILL);
            }
            self.reap()?;
        }
    }

    /// Takes the ends of processes. As the first process of the lab we are the parent of every orphan.
    fn reap(&mut self) -> io::Result<u64> {
        let mut count = 0;
        loop {
            match wait(WaitOptions::NOHANG) {
                Ok(Some((pid, status))) => {
                    count += 1;
                    let Some(program) = &mut self.program else { continue };
                    if program.launched.pid == pid.as_raw_nonzero().get() {
                        program.alive = false;
                        let signal = || Exit::Signal(status.terminating_signal().unwrap_or(0));
                        self.seen.exit = Some(status.exit_status().map_or_else(signal, Exit::Status));
                    }
                }
                Ok(None) | Err(rustix::io::Errno::CHILD) => return Ok(count),
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
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
        let exits = self.reap()?;
        let mut activity = Activity { exits, moved, ..Activity::default() };
        if let Some(program) = &mut self.program {
            let output = &mut self.seen.output;
            let drained = program.launched.streams.drain(|piece| join(output, piece))?;
            activity.output = drained.output;
            activity.new_output = drained.new;
            activity.moved += drained.typed;
        }
        let packets = &mut self.seen.packets;
        let lost = self.wire.read(|packet| packets.push(packet))?;
        activity.packets = lost + (packets.len() - packets_before) as u64;
        self.note_source(packets_before);
        if lifeline_is_cut()? {
            return Err(io::Error::other("the grader has gone"));
        }
        Ok(activity)
    }

    fn sample(&mut self) -> io::Result<Sample> {
        tasks::sample()
    }

    fn in_flight(&self) -> u64 {
        self.wire.in_flight()
    }

    fn unwritten(&self) -> bool {
        let typed = self.program.as_ref().is_some_and(|program| program.alive && program.launched.streams.unwritten());
        typed || self.peers.unwritten()
    }

    fn sockets(&mut self) -> io::Result<Vec<Socket>> {
        self.table.read(&self.peers.inodes())
    }

    fn reaped_cpu(&self) -> Duration {
        program::reaped_cpu()
    }

    fn pause(&mut self, pause: Duration, or_less: bool) -> io::Result<()> {
        let stdin = io::stdin();
        let mut fds = vec![PollFd::new(&stdin, PollFlags::empty())];
        if or_less {
            fds.push(PollFd::new(&self.wire, PollFlags::IN));
            if let Some(program) = &self.program {
                fds.extend(program.launched.streams.readable().map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)));
                if program.alive {
                    fds.push(PollFd::from_borrowed_fd(program.launched.pidfd.as_fd(), PollFlags::IN));
                }
            }
            fds.extend(self.peers.readable().map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)));
        }
        let time = Timespec { tv_sec: pause.as_secs().cast_signed(), tv_nsec: i64::from(pause.subsec_nanos()) };
        match poll(&mut fds, Some(&time)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Appends a piece of output, to the last one if it is of the same stream.
fn join(output: &mut Vec<Output>, piece: Output) {
    match output.last_mut() {
        Some(last) if last.stream == piece.stream => last.bytes.extend(piece.bytes),
        _ => output.push(piece),
    }
}

/// Whether the grader's end of the job pipe is closed: then nobody waits for us any more.
fn lifeline_is_cut() -> io::Result<bool> {
    let stdin = io::stdin();
    let mut fds = [PollFd::new(&stdin, PollFlags::empty())];
    poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 0 }))?;
    Ok(fds[0].revents().intersects(PollFlags::HUP | PollFlags::ERR))
}

/// The ports that the kernel hands out in this network namespace.
fn ephemeral_ports() -> io::Result<(u16, u16)> {
    let text = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range")?;
    let mut ports = text.split_whitespace().filter_map(|port| port.parse().ok());
    ports.next().zip(ports.next()).ok_or_else(|| io::Error::other("ip_local_port_range cannot be read"))
}
