//! What the kernel shows of a lab: packets ([`wire`]), sockets ([`sockets`], [`options`], or [`noted`] from their calls), why connections were reset
//! ([`counters`]), tasks ([`tasks`], with [`proc`] and [`procfs`]), the CPU time that they have used ([`cpu`]) and how many there were
//! ([`started`]).
//!
//! Nothing here is asked of the program, and nothing it says about itself is believed.

pub mod counters;
pub mod cpu;
mod noted;
pub mod options;
pub mod packet;
pub mod proc;
pub mod procfs;
pub mod sockets;
pub mod started;
pub mod tasks;
pub mod wire;
