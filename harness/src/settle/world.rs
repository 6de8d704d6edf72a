//! What settling needs of a lab: what it can be asked, and what has come since the last time.

use crate::event::Socket;
use crate::watch::options::{TimeOut, Way};
use crate::watch::tasks::Sample;
use std::io;
use std::time::Duration;

/// What settling needs of a lab.
pub trait World {
    /// Takes in everything that has come since the last time: packets, output, exits; feeds what is still to be
    /// written.
    ///
    /// # Errors
    /// Trouble of ours.
    fn drain(&mut self) -> io::Result<Activity>;

    /// Every task of the program.
    ///
    /// # Errors
    /// Trouble of ours.
    fn sample(&mut self) -> io::Result<Sample>;

    /// Packets that have been sent and have not arrived.
    fn in_flight(&self) -> u64;

    /// Bytes that we still have to write (typed input, data of peers) and that somebody could take.
    fn unwritten(&self) -> bool;

    /// Memory that all processes of the lab have in use, in bytes.
    ///
    /// # Errors
    /// Trouble of ours.
    fn memory(&self) -> io::Result<u64> {
        Ok(0)
    }

    /// How much memory the lab may have, in bytes, if it wanted more and the kernel has ended processes of it for that.
    ///
    /// # Errors
    /// Trouble of ours: it was not the lab that had too much.
    fn out_of_memory(&self) -> io::Result<Option<u64>> {
        Ok(None)
    }

    /// Whether a program has not read all of its standard input yet.
    ///
    /// # Errors
    /// Trouble of ours.
    fn unread_input(&self) -> io::Result<bool>;

    /// The socket table.
    ///
    /// # Errors
    /// Trouble of ours.
    fn sockets(&mut self) -> io::Result<Vec<Socket>>;

    /// The number of the program to which a process belongs.
    fn owner(&self, pid: i32) -> usize;

    /// How long a call on this descriptor of a process waits at most, by the socket's time-outs; `None` without an end. What was
    /// set before the last [`World::drain`] is known, and of a socket that was accepted what was in the last [`World::sockets`].
    fn time_out(&self, pid: i32, fd: u64, way: Way) -> TimeOut;

    /// CPU time of all that the program has run so far.
    ///
    /// # Errors
    /// Trouble of ours.
    fn cpu_time(&mut self) -> io::Result<Duration>;

    /// How many processes and threads have been started in the lab so far, as far as anybody can tell.
    fn started(&mut self) -> u64 {
        0
    }

    /// Lets the lab run for `pause`, or (`or_less`) only until something can be drained.
    ///
    /// # Errors
    /// Trouble of ours.
    fn pause(&mut self, pause: Duration, or_less: bool) -> io::Result<()>;
}

/// What a [`World::drain`] has taken in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    /// Packets.
    pub packets: u64,
    /// Their bytes.
    pub packet_bytes: u64,
    /// Those of them that leave an error at a socket, to be found at its next use (RST, ICMP).
    pub errors: u64,
    /// Bytes of output.
    pub output: u64,
    /// Whether the output was something else than the piece before it.
    pub new_output: bool,
    /// Processes reaped.
    pub exits: u64,
    /// Bytes that peers received or that we could write.
    pub moved: u64,
    /// Calls of a program that waited for us to take note of them.
    pub noted: u64,
}

impl Activity {
    pub(super) fn any(self) -> bool {
        self != Self::default()
    }

    /// Whether something happened that another cycle of a periodic wait would not repeat.
    pub(super) fn is_effect(self) -> bool {
        self.packets > 0 || self.new_output || self.exits > 0
    }
}
