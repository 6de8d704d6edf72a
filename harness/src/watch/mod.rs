//! What the kernel shows of a lab: packets ([`wire`]), sockets ([`sockets`], [`options`]), why connections were reset
//! ([`counters`]), tasks ([`tasks`], with [`proc`]).
//!
//! Nothing here is asked of the program, and nothing it says about itself is believed.

pub mod counters;
pub mod options;
pub mod packet;
pub mod proc;
pub mod sockets;
pub mod tasks;
pub mod wire;
