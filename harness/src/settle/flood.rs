//! How much a program may print, send and start before it counts as one that never stops. It also bounds what has to be kept of
//! it, and the CPU time of processes that nobody sees (see [`watch::cpu`](crate::watch::cpu)).

use super::Activity;
use crate::event::{Flood, Rest};
use std::ops::Add;

/// What has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Amounts {
    /// Bytes of output.
    pub(super) output: u64,
    pub(super) packets: u64,
    pub(super) packet_bytes: u64,
    /// Processes and threads that were started.
    pub(super) processes: u64,
}

/// The most of one step.
const STEP: Amounts = Amounts { output: 2 << 20, packets: 20_000, packet_bytes: 8 << 20, processes: 10_000 };
/// The most of a whole check. A check can repeat its lines a hundred times.
const CHECK: Amounts = Amounts { output: 8 << 20, packets: 100_000, packet_bytes: 32 << 20, processes: 100_000 };
/// The least by which a program that never comes to rest is said to flood. Which of its limits is reached first, CPU time or
/// amount, depends on the machine; what it is said to do must not.
const ENDLESS: Amounts = Amounts { output: 64 << 10, packets: 2_000, packet_bytes: 2 << 20, processes: 1_000 };

impl Amounts {
    pub(super) const fn of(activity: Activity) -> Self {
        Self { output: activity.output, packets: activity.packets, packet_bytes: activity.packet_bytes, processes: 0 }
    }

    /// What it is that came without end in this step, after what had come `before`; none if it may go on.
    pub(super) fn flood(self, before: Self) -> Option<Rest> {
        let all = before + self;
        let wire = |of: Self, most: Self| of.packets > most.packets || of.packet_bytes > most.packet_bytes;
        let output = |of: Self, most: Self| of.output > most.output;
        let processes = |of: Self, most: Self| of.processes > most.processes;
        // Beyond a limit of the whole check there can be little in this step.
        let small = if wire(self, STEP) || wire(all, CHECK) {
            self.of_wire()
        } else if output(self, STEP) || output(all, CHECK) {
            self.of_output()
        } else if processes(self, STEP) || processes(all, CHECK) {
            self.of_processes()
        } else {
            return None;
        };
        Some(self.endless().unwrap_or(small))
    }

    /// The same of a program that does not come to rest for another reason; none where it did neither.
    pub(super) fn endless(self) -> Option<Rest> {
        if self.packets >= ENDLESS.packets || self.packet_bytes >= ENDLESS.packet_bytes {
            return Some(self.of_wire());
        }
        if self.output >= ENDLESS.output {
            return Some(self.of_output());
        }
        (self.processes >= ENDLESS.processes).then(|| self.of_processes())
    }

    const fn of_wire(self) -> Rest {
        Rest::Flooding { what: Flood::Wire, amount: self.packets }
    }

    const fn of_processes(self) -> Rest {
        Rest::Flooding { what: Flood::Processes, amount: self.processes }
    }

    const fn of_output(self) -> Rest {
        Rest::Flooding { what: Flood::Output, amount: self.output }
    }
}

impl Add for Amounts {
    type Output = Self;

    fn add(self, more: Self) -> Self {
        Self {
            output: self.output + more.output,
            packets: self.packets + more.packets,
            packet_bytes: self.packet_bytes + more.packet_bytes,
            processes: self.processes + more.processes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const NONE: Amounts = Amounts { output: 0, packets: 0, packet_bytes: 0, processes: 0 };

    #[rstest]
    #[case::little(Amounts { output: 1 << 20, packets: 1_000, packet_bytes: 1 << 20, processes: 5_000 }, NONE, None)]
    #[case::output(Amounts { output: 3 << 20, ..NONE }, NONE, Some(Flood::Output))]
    #[case::many_packets(Amounts { packets: 20_001, ..NONE }, NONE, Some(Flood::Wire))]
    #[case::large_packets(Amounts { packets: 300, packet_bytes: 9 << 20, ..NONE }, NONE, Some(Flood::Wire))]
    #[case::output_that_shows_packets(Amounts { output: 3 << 20, packets: 2_000, ..NONE }, NONE, Some(Flood::Wire))]
    #[case::step_by_step(Amounts { output: 1 << 20, ..NONE }, Amounts { output: 8 << 20, ..NONE }, Some(Flood::Output))]
    #[case::a_little_too_much(Amounts { output: 1, ..NONE }, Amounts { output: 8 << 20, ..NONE }, Some(Flood::Output))]
    #[case::packets_step_by_step(
        Amounts { packets: 1, packet_bytes: 60_000, ..NONE },
        Amounts { packet_bytes: 32 << 20, ..NONE },
        Some(Flood::Wire)
    )]
    #[case::processes(Amounts { processes: 10_001, ..NONE }, NONE, Some(Flood::Processes))]
    #[case::processes_that_print(Amounts { processes: 10_001, output: 1 << 20, ..NONE }, NONE, Some(Flood::Output))]
    #[case::processes_step_by_step(
        Amounts { processes: 100, ..NONE },
        Amounts { processes: 100_000, ..NONE },
        Some(Flood::Processes)
    )]
    fn a_flood_is_known_by_its_amount(#[case] now: Amounts, #[case] before: Amounts, #[case] flood: Option<Flood>) {
        let found = now.flood(before).map(|rest| match rest {
            Rest::Flooding { what, .. } => what,
            other => panic!("{other:?}"),
        });
        assert_eq!(found, flood);
    }
}
