//! What a lab does at the end of a step: nothing, waiting, or something that never ends.

use serde::{Deserialize, Serialize};

/// What the lab was doing when a step ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rest {
    /// No process of the program is left.
    #[default]
    Gone,
    /// Every task waits for something that cannot come without a new stimulus.
    Idle(Vec<Wait>),
    /// It burns CPU time without any packet or socket change. The check ends here.
    Spinning {
        /// CPU time since the last packet or socket change, in milliseconds.
        cpu_ms: u64,
    },
    /// It sleeps, and has made itself unreadable, so that nobody can tell what it waits for. The check ends here.
    Hidden,
    /// It does something without end. The check ends here.
    Flooding {
        /// What it floods.
        what: Flood,
        /// How many bytes (output, memory), packets (wire) or processes and threads there were in this step.
        amount: u64,
    },
}

/// What is flooded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Flood {
    /// Standard output and standard error.
    Output,
    /// The network.
    Wire,
    /// Memory.
    Memory,
    /// Processes and threads, also those that have ended.
    Processes,
}

impl Rest {
    /// Whether the check can go on after this.
    #[must_use]
    pub const fn is_rest(&self) -> bool {
        matches!(self, Self::Gone | Self::Idle(_))
    }
}

/// What one task waits for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wait {
    /// Which program it belongs to.
    pub program: usize,
    /// Process id inside the lab.
    pub pid: i32,
    /// Thread id inside the lab.
    pub tid: i32,
    /// Name of the program that runs (`comm`).
    pub name: String,
    /// The system call, or `stopped` for a stopped task.
    pub call: String,
    /// The descriptors it waits on.
    pub on: Vec<Descriptor>,
    /// The time-out it gave, in milliseconds, where it gave one.
    pub timeout_ms: Option<u64>,
    /// Whether it begins anew whenever its time is out, and nothing comes of it.
    #[serde(default)]
    pub again: bool,
    /// How many bytes it has room for, where it receives into a single buffer.
    pub room: Option<u64>,
}

impl Descriptor {
    /// Whether something can come through it from outside the program: a socket with an address, or standard input.
    #[must_use]
    pub fn is_from_outside(&self) -> bool {
        self.fd == 0 || self.what.starts_with("tcp ") || self.what.starts_with("udp ")
    }
}

impl Wait {
    /// Whether the task does nothing but sleep, wake by itself, and sleep again.
    #[must_use]
    pub fn only_sleeps(&self) -> bool {
        // What an event loop has for itself wakes nobody from outside.
        let own = |on: &Descriptor| on.what == "a socket without an address" || on.what.starts_with("anon_inode:");
        self.again && self.on.iter().all(own) && !self.call.starts_with("futex")
    }

    /// Its time-out, where that is worth telling: how much was left of a wait that only comes back to itself differs from run to run.
    #[must_use]
    pub fn time_out_to_tell(&self) -> Option<u64> {
        let counts = !self.again || self.on.iter().any(Descriptor::is_from_outside);
        self.timeout_ms.filter(|_| counts)
    }

    /// Its time-out as people choose them: `2 s`, `1.5 s`, `250 ms`.
    #[must_use]
    pub fn span(&self) -> Option<String> {
        // An event loop takes off what has passed, or adds a millisecond to be late rather than early.
        let tenths = |ms: u64| ms.saturating_add(50) / 100;
        Some(match self.timeout_ms? {
            ms @ 950.. if tenths(ms) % 10 == 0 => format!("{} s", tenths(ms) / 10),
            ms @ 950.. => format!("{}.{} s", tenths(ms) / 10, tenths(ms) % 10),
            ms => format!("{ms} ms"),
        })
    }
}

/// A wait for a descriptor that its own time-out ended, because nothing had come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenUp {
    /// The wait.
    pub wait: Wait,
    /// How many packets of the step had gone over the wire by then.
    pub packets: usize,
}

/// An open descriptor of the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Descriptor {
    /// Its number.
    pub fd: i32,
    /// What it is: `standard input`, `tcp *:8989 LISTEN`, `a pipe`.
    pub what: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(250, "250 ms")]
    #[case(999, "1 s")]
    #[case(1_499, "1.5 s")]
    #[case(u64::MAX, "18446744073709551.6 s")]
    fn a_time_out_is_told_as_people_choose_it(#[case] ms: u64, #[case] told: &str) {
        let wait = Wait { timeout_ms: Some(ms), ..Wait::default() };
        assert_eq!(wait.span().as_deref(), Some(told));
    }
}
