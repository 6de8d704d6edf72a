//! Settling: running the lab until nothing more can happen without a new stimulus.
//!
//! The lab is settled when two looks in a row agree that every task sleeps and that none ran in between, nothing is
//! on its way between sockets, and nothing that the program wrote is unread. What each task waits for, and the state of
//! the sockets, are read between the two, and so are true of the same moment. A wait that ends by itself is waited out
//! ([`deadline`]); one that only ever comes back to itself is recognised ([`cycle`]). A program that never comes to
//! rest is judged by the CPU time it burns and the bytes it writes, never by the clock.
//!
//! Of a tool, a compiler for instance, less is asked: whether it waits for something that never comes ([`Standstill`]).

mod certain;
mod cycle;
mod deadline;
mod describe;
mod flood;
mod given_up;
mod memory;
mod speed;
mod standstill;
mod world;

pub use standstill::Standstill;
pub use world::{Activity, World};

use crate::event::{Flood, GivenUp, Rest, Socket, State, Wait};
use crate::watch::tasks::{Doing, Sample};
use cycle::Cycles;
use deadline::{Ends, Timer};
use flood::Amounts;
use given_up::TimeOuts;
use memory::{Key, Memory};
use std::io;
use std::time::{Duration, Instant};

/// CPU time of a processor of today without any packet or end of a process after which a program that has a socket is spinning.
const SPIN_CPU: Duration = Duration::from_millis(1_000);
/// The same of a program that has none yet, and CPU time in one step after which one that also sends and connects is
/// spinning all the same. Interpreters that compile a program when they start it take two or three seconds for that.
const BUSY_CPU: Duration = Duration::from_secs(10);
/// Calls that set options and that we were told of in one step, after which a program is spinning: each costs us more CPU time than it costs the program.
const NOTED_MAX: u64 = 20_000;
/// Memory that all processes of a lab may have in use. Each of them has a limit of its own, but there can be many, and what they
/// share counts for none.
pub(crate) const MEMORY_MAX: u64 = 1 << 30;
/// The shortest and the longest pause between two looks while something still runs. Events end a pause at once; only
/// what makes no event (a task that goes to sleep) is found by looking.
const PAUSE: (Duration, Duration) = (Duration::from_micros(50), Duration::from_millis(2));
/// The longest pause while all tasks sleep, and the part of the soonest time-out that it is at most: who waits for seconds
/// may be found a little late, and looking costs the processor that other labs need.
const PAUSE_ASLEEP: (Duration, u32) = (Duration::from_millis(20), 16);

/// Looks in a row with activity that follow each other at once.
const AT_ONCE: u32 = 4;

/// Wall time in which nothing happened, no CPU time was used, and the lab did not settle all the same: then something is
/// wrong with us or with the machine. It is far beyond [`cycle`]'s patience with all waits of a step, and never a verdict.
const STUCK: Duration = Duration::from_secs(120);

/// The settled lab.
#[derive(Debug)]
pub struct Settled {
    /// What the program does now.
    pub rest: Rest,
    /// The socket table at that moment.
    pub sockets: Vec<Socket>,
    /// CPU time that the program used since the stimulus.
    pub cpu: Duration,
    /// The waits that a time-out of the program's own has ended.
    pub given_up: Vec<GivenUp>,
}

/// What a lab settles after.
#[derive(Clone, Copy, Debug, Default)]
pub struct Occasion {
    /// Whether a program has just been started.
    pub starting: bool,
    /// The line of the check, if what it does to the program is seen as unread until the program has taken it: bytes,
    /// connections, ends of connections. `None` for what leaves no such trace: a start, a signal, the end of the input.
    pub line: Option<usize>,
    /// Whether the line is repeated here.
    pub again: bool,
}

/// Lets a lab settle, once after each stimulus.
#[derive(Debug, Default)]
pub struct Settler {
    memory: Memory,
    /// What has come in all steps so far, where all of it is kept.
    amounts: Option<Amounts>,
    /// How many sockets the programs had when the lab was last settled.
    sockets: usize,
}

impl Settler {
    /// One for a check, of which everything is kept to its end. That bounds how much may come in all steps together.
    #[must_use]
    pub fn of_a_check() -> Self {
        Self { amounts: Some(Amounts::default()), ..Self::default() }
    }

    /// Runs the lab until it is settled, or until the program has shown that it never will be.
    ///
    /// # Errors
    /// Trouble of ours: the kernel's files cannot be read, the grader has gone, or nothing happens and we do not know why.
    pub fn settle(&mut self, world: &mut impl World, cpu_before: Duration, after: Occasion) -> io::Result<Settled> {
        let idle_sockets = if after.starting { Some(self.sockets) } else { (self.sockets == 0).then_some(0) };
        let mut looks = Looks::new(cpu_before, idle_sockets, after);
        looks.started_before = world.started();
        looks.before = self.amounts.unwrap_or_default();
        let settled = settle_or_be_stuck(world, &mut self.memory, &mut looks, STUCK);
        let settled = match world.out_of_memory()? {
            None => settled?,
            // Whatever became of the lab, and whatever could not be done in it, came of that.
            Some(amount) => {
                let rest = Rest::Flooding { what: Flood::Memory, amount };
                let (sockets, cpu) = settled.map_or_else(|_| Default::default(), |it| (it.sockets, it.cpu));
                Settled { rest, sockets, cpu, given_up: Vec::new() }
            }
        };
        self.amounts = self.amounts.map(|before| before + looks.amounts);
        self.sockets = programs_sockets(&settled.sockets);
        Ok(settled)
    }
}

fn settle_or_be_stuck(
    world: &mut impl World,
    memory: &mut Memory,
    looks: &mut Looks,
    stuck: Duration,
) -> io::Result<Settled> {
    loop {
        let activity = world.drain()?;
        let sample = world.sample()?;
        looks.time_outs.note(&sample, looks.amounts.packets as usize);
        looks.note(activity, &sample, memory);
        let calm = !activity.any() && world.in_flight() == 0 && !world.unwritten() && sample.is_asleep();
        let facts = looks.facts.take();
        let confirmed = calm && facts.as_ref().is_some_and(|facts| facts.sample == sample);
        if let Some(facts) = facts.filter(|_| confirmed)
            && !facts.sockets.iter().any(is_moving)
        {
            if sample.tasks.values().any(|task| task.doing == Doing::Hidden) {
                return Ok(Settled {
                    rest: Rest::Hidden,
                    sockets: facts.sockets,
                    cpu: looks.cpu(world)?,
                    given_up: Vec::new(),
                });
            }
            if looks.cycles.are_final(&sample, &facts.waits, looks.all_read(&facts), memory) {
                let again = |wait: &Waiting| looks.cycles.goes_round(wait.task());
                let told = facts.waits.into_iter().map(|wait| Wait { again: again(&wait), ..wait.told });
                let told: Vec<_> = told.collect();
                let given_up = looks.given_up(&sample, &told);
                let rest = if alive(&sample) { Rest::Idle(told) } else { Rest::Gone };
                return Ok(Settled { rest, sockets: facts.sockets, cpu: looks.cpu(world)?, given_up });
            }
            looks.time_outs.note_calm(&facts);
        }
        if calm {
            looks.facts = Some(Facts::read(world, &sample)?);
        }
        if let Some(rest) = looks.never_rests(world)? {
            let given_up = looks.given_up(&sample, &[]);
            return Ok(Settled { rest, sockets: world.sockets()?, cpu: looks.cpu(world)?, given_up });
        }
        if looks.quiet_since.elapsed() > stuck {
            return Err(io::Error::other(format!(
                "the lab does not settle, and nothing happens in it: {} packets in flight, {}{} of {} tasks asleep",
                world.in_flight(),
                if world.unwritten() { "something of ours not written, " } else { "" },
                sample.tasks.values().filter(|task| task.doing != Doing::Running).count(),
                sample.tasks.len()
            )));
        }
        // What a calm look has found is confirmed or refuted at once.
        let to_confirm = calm && !confirmed;
        looks.previous = Some(sample);
        if let Some(pause) = looks.active(activity) {
            world.pause(pause, false)?;
        } else if !activity.any() && !to_confirm {
            world.pause(looks.pause, true)?;
            looks.pause = (looks.pause * 2).min(if confirmed { looks.longest_pause() } else { PAUSE.1 });
        }
    }
}

/// A wait as it is told to people, and when it ends by itself.
struct Waiting {
    told: Wait,
    ends: Ends,
    /// The timers on which that depends.
    timers: Vec<Timer>,
}

impl Waiting {
    /// Whose it is.
    const fn task(&self) -> Key {
        (self.told.pid, self.told.tid)
    }

    /// The same, as one that ends so.
    fn with(self, ends: Ends, timers: Vec<Timer>) -> Self {
        let timeout_ms = match ends {
            Ends::Never => None,
            Ends::After(time) => Some(u64::try_from(time.as_millis()).unwrap_or(u64::MAX)),
        };
        Self { told: Wait { timeout_ms, ..self.told }, ends, timers }
    }

    /// Whether nothing but time can end it.
    fn is_sleep(&self) -> bool {
        self.told.on.is_empty() && !self.told.call.starts_with("futex")
    }
}

/// What is known of a calm lab. It is true if a later look finds the same sample and nothing else: then nobody has run
/// between the two, and everything that was read in between belongs to the same moment.
struct Facts {
    sample: Sample,
    sockets: Vec<Socket>,
    waits: Vec<Waiting>,
    unread_input: bool,
}

impl Facts {
    fn read(world: &mut impl World, sample: &Sample) -> io::Result<Self> {
        let sockets = world.sockets()?;
        let waits =
            describe::waits(sample, &sockets, |pid| world.owner(pid), &|pid, fd, way| world.time_out(pid, fd, way));
        Ok(Self { sample: sample.clone(), sockets, waits, unread_input: world.unread_input()? })
    }
}

/// What was seen since the stimulus.
struct Looks {
    previous: Option<Sample>,
    facts: Option<Facts>,
    after: Occasion,
    cycles: Cycles,
    time_outs: TimeOuts,
    /// Whether a socket may hold an error that its program has not seen.
    errors: bool,
    pause: Duration,
    /// Looks in a row in which something happened.
    active: u32,
    /// What has come since the stimulus, and in the steps before.
    amounts: Amounts,
    before: Amounts,
    /// Calls that we were told of.
    noted: u64,
    /// How many processes and threads had been started before the stimulus.
    started_before: u64,
    looks: u32,
    /// How many times as much CPU time as on a processor of today everything takes, once that was asked for.
    slowness: Option<u32>,
    cpu_before: Duration,
    /// CPU time at the last packet or end of a process.
    cpu_at_change: Duration,
    /// CPU time when it was last read.
    cpu_last: Duration,
    /// When something last happened or ran.
    quiet_since: Instant,
    changed: bool,
    /// As long as the programs have no more sockets than this, the one that was started has not come to its work.
    /// `None` once it has.
    idle_sockets: Option<usize>,
}

impl Looks {
    fn new(cpu_before: Duration, idle_sockets: Option<usize>, after: Occasion) -> Self {
        Self {
            previous: None,
            facts: None,
            after,
            cycles: Cycles::new(after),
            time_outs: TimeOuts::default(),
            errors: false,
            pause: PAUSE.0,
            active: 0,
            amounts: Amounts::default(),
            before: Amounts::default(),
            noted: 0,
            started_before: 0,
            looks: 0,
            slowness: None,
            cpu_before,
            cpu_at_change: cpu_before,
            cpu_last: cpu_before,
            quiet_since: Instant::now(),
            changed: false,
            idle_sockets,
        }
    }

    fn note(&mut self, activity: Activity, sample: &Sample, memory: &Memory) {
        if activity.any() {
            self.quiet_since = Instant::now();
        }
        self.amounts = self.amounts + Amounts::of(activity);
        self.changed |= activity.packets > 0 || activity.exits > 0;
        self.errors |= activity.errors > 0;
        self.noted += activity.noted;
        let other_tasks = self.previous.as_ref().is_none_or(|previous| !previous.tasks.keys().eq(sample.tasks.keys()));
        if activity.is_effect() {
            self.cycles.note_effect(activity.packets == 0 && activity.exits == 0, memory);
        } else if other_tasks {
            self.cycles.forget();
        }
    }

    /// Whether the program has taken all that the stimulus sent to it.
    fn all_read(&self, facts: &Facts) -> bool {
        let unread = |socket: &Socket| !socket.peers && socket.inode != 0 && socket.receive_queue > 0;
        self.after.line.is_some() && !self.errors && !facts.unread_input && !facts.sockets.iter().any(unread)
    }

    /// What the program has given up since the stimulus.
    fn given_up(&mut self, sample: &Sample, now: &[Wait]) -> Vec<GivenUp> {
        std::mem::take(&mut self.time_outs).given_up(sample, now)
    }

    /// How long may be paused while all tasks sleep.
    fn longest_pause(&self) -> Duration {
        let soonest = self.facts.iter().flat_map(|facts| &facts.waits).filter_map(|wait| match wait.ends {
            Ends::After(time) => Some(time),
            Ends::Never => None,
        });
        // Without a time-out it is the kernel that is waited for, and it is quick.
        soonest.min().map_or(PAUSE.1, |time| (time / PAUSE_ASLEEP.1).clamp(PAUSE.1, PAUSE_ASLEEP.0))
    }

    /// After activity the next look comes at once, because the lab may have settled by now. A program that does not stop
    /// is left the processor for longer and longer: it shares it with us, and would come to its limits slower the more
    /// often we look.
    fn active(&mut self, activity: Activity) -> Option<Duration> {
        if !activity.any() {
            self.active = 0;
            return None;
        }
        self.pause = PAUSE.0;
        self.active += 1;
        let longer = self.active.checked_sub(AT_ONCE)?;
        Some((PAUSE.0 * 2_u32.pow(longer.min(16))).min(PAUSE.1))
    }

    fn cpu(&self, world: &mut impl World) -> io::Result<Duration> {
        Ok(world.cpu_time()?.saturating_sub(self.cpu_before))
    }

    /// Whether so much CPU time is more than what is given on a processor of today. How slow this one is, is only asked if it seems so.
    fn is_more(&mut self, used: Duration, given: Duration) -> bool {
        used > given && used > given * *self.slowness.get_or_insert_with(speed::slowness)
    }

    /// The verdict on a program that does not come to rest, once it is certain.
    fn never_rests(&mut self, world: &mut impl World) -> io::Result<Option<Rest>> {
        if let Some(flood) = self.amounts.flood(self.before) {
            return Ok(Some(flood));
        }
        // Reading the CPU time of all processes is not free, and nothing is lost by reading it late.
        self.looks += 1;
        if !self.looks.is_multiple_of(16) {
            return Ok(None);
        }
        let memory = world.memory()?;
        if memory > MEMORY_MAX || world.out_of_memory()?.is_some() {
            return Ok(Some(Rest::Flooding { what: Flood::Memory, amount: memory }));
        }
        self.amounts.processes = world.started().saturating_sub(self.started_before);
        let cpu = world.cpu_time()?;
        if std::mem::replace(&mut self.cpu_last, cpu) != cpu {
            self.quiet_since = Instant::now();
        }
        if std::mem::take(&mut self.changed) {
            self.cpu_at_change = cpu;
        }
        let burn = cpu.saturating_sub(self.cpu_before);
        if let Some(idle) = self.idle_sockets
            && self.is_more(cpu.saturating_sub(self.cpu_at_change), SPIN_CPU)
            && programs_sockets(&world.sockets()?) > idle
        {
            // What it took until here was its start.
            self.idle_sockets = None;
            self.cpu_at_change = cpu;
        }
        let idle_burn = cpu.saturating_sub(self.cpu_at_change);
        let asks = self.noted > NOTED_MAX;
        let spinning =
            asks || self.is_more(burn, BUSY_CPU) || (self.idle_sockets.is_none() && self.is_more(idle_burn, SPIN_CPU));
        let spinning_rest = || Rest::Spinning { cpu_ms: idle_burn.max(burn).as_millis() as u64 };
        Ok(spinning.then(|| self.amounts.endless().unwrap_or_else(spinning_rest)))
    }
}

/// Whether a socket has bytes under way that will still move by themselves. A sender whose peer's window is closed
/// (zero window probe) waits for the reader, and one that has not been answered at all (SYN_SENT) waits for nobody:
/// its packet has arrived, or it would be in flight. So has a segment that was sent again and again: the other end throws
/// it away (IP_MINTTL, a filter of its own), and the kernel would go on for a quarter of an hour.
fn is_moving(socket: &Socket) -> bool {
    const ZERO_WINDOW_PROBE: u8 = 4;
    /// Of a segment that no memory was free for, the first repetition arrives.
    const AGAIN_AND_AGAIN: u8 = 3;
    socket.protocol == crate::event::Protocol::Tcp
        && !matches!(socket.state, State::Listen | State::TimeWait | State::SynSent | State::SynReceived)
        && socket.send_queue > 0
        && socket.timer != ZERO_WINDOW_PROBE
        && socket.expired < AGAIN_AND_AGAIN
}

/// How many sockets that a packet could reach the programs have open.
fn programs_sockets(sockets: &[Socket]) -> usize {
    sockets.iter().filter(|socket| !socket.peers && socket.inode != 0).count()
}

fn alive(sample: &Sample) -> bool {
    sample.tasks.values().any(|task| task.doing != Doing::Dead)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::options::{TimeOut, Way};

    /// A lab in which a packet never arrives, or that tells us again and again of the same, or in which CPU time is used without end.
    #[derive(Default)]
    struct Stuck {
        told: u64,
        burns: Duration,
        burnt: Duration,
    }

    impl World for Stuck {
        fn drain(&mut self) -> io::Result<Activity> {
            Ok(Activity { noted: self.told, ..Activity::default() })
        }
        fn sample(&mut self) -> io::Result<Sample> {
            Ok(Sample::default())
        }
        fn in_flight(&self) -> u64 {
            1
        }
        fn unwritten(&self) -> bool {
            false
        }
        fn sockets(&mut self) -> io::Result<Vec<Socket>> {
            Ok(Vec::new())
        }
        fn owner(&self, _: i32) -> usize {
            0
        }
        fn time_out(&self, _: i32, _: u64, _: Way) -> TimeOut {
            None
        }
        fn unread_input(&self) -> io::Result<bool> {
            Ok(false)
        }
        fn cpu_time(&mut self) -> io::Result<Duration> {
            self.burnt += self.burns;
            Ok(self.burnt)
        }
        fn pause(&mut self, _: Duration, _: bool) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_lab_that_cannot_settle_is_an_error_that_says_what_is_missing() {
        let mut looks = Looks::new(Duration::ZERO, None, Occasion::default());
        let error = settle_or_be_stuck(&mut Stuck::default(), &mut Memory::default(), &mut looks, Duration::ZERO);
        let error = error.unwrap_err().to_string();
        assert!(error.contains("1 packets in flight"), "{error}");
    }

    #[test]
    fn a_slow_processor_has_more_time() {
        let spins = |slowness| {
            let mut looks = Looks { slowness: Some(slowness), ..Looks::new(Duration::ZERO, None, Occasion::default()) };
            let mut world = Stuck { burns: Duration::from_millis(100), ..Stuck::default() };
            settle_or_be_stuck(&mut world, &mut Memory::default(), &mut looks, Duration::MAX).unwrap().rest
        };
        assert_eq!(spins(1), Rest::Spinning { cpu_ms: 1_100 });
        assert_eq!(spins(30), Rest::Spinning { cpu_ms: 30_100 });
    }

    #[test]
    fn who_tells_us_of_calls_for_ever_is_spinning() {
        let mut looks = Looks::new(Duration::ZERO, None, Occasion::default());
        let mut world = Stuck { told: 1, ..Stuck::default() };
        let settled = settle_or_be_stuck(&mut world, &mut Memory::default(), &mut looks, Duration::MAX).unwrap();
        assert_eq!(settled.rest, Rest::Spinning { cpu_ms: 0 });
        assert!((NOTED_MAX..NOTED_MAX + 20).contains(&looks.noted), "{}", looks.noted);
    }
}
