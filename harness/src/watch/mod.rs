//! What the kernel shows of a lab: packets ([`wire`]), sockets ([`sockets`], [`options`], [`time_outs`]), why connections were reset
//! ([`counters`]), tasks ([`tasks`], with [`proc`]), the CPU time that they have used ([`cpu`]) and how many there were
//! ([`started`]).
//!
//! Nothing here is asked of the program, and nothing it says about itself is believed.

pub mod counters;
pub mod cpu;
pub mod options;
pub mod packet;
pub mod proc;
pub mod sockets;
pub mod started;
pub mod tasks;
pub mod time_outs;
pub mod wire;
