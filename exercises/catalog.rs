//! The course's table of contents: one line an exercise, in teaching order.

/// The exercises by name; each is the folder of that name beside this file.
pub const EXERCISES: [&str; 2] = ["udp_sender", "tcp_server"];
