//! Netlings' engine: runs a program in a network of its own, plays the other end, and writes down what happened.
//!
//! A map, in the order of the way a check goes (each module explains itself):
//!
//! | module         | what it is                                                                  |
//! |----------------|-----------------------------------------------------------------------------|
//! | [`check`]      | a check: a list of stimuli, read from a `.check` file                       |
//! | [`lab`]        | the isolated world of one check, and the supervisor that runs the check in it |
//! | [`program`]    | launching the student's program, and reading what it writes                |
//! | [`peer`]       | the endpoints that the check plays                                          |
//! | [`watch`]      | the wire, the socket table and the tasks, as the kernel shows them          |
//! | [`sandbox`]    | what keeps a program in                                                      |
//! | [`settle`]     | deciding that nothing more can happen                                       |
//! | [`event`]      | what was seen, as plain data: the [`event::Observation`]                    |
//! | [`transcript`] | the canonical text of an observation                                        |
//! | [`ladder`]     | the same as a drawing: who sent what to whom                                |
//! | [`verdict`]    | comparing a transcript with the reviewed snapshot                           |
//! | [`diagnosis`]  | the cause of a failure, where it is certain                                 |
//! | [`pcapng`]     | what was on the wire, as a file for Wireshark and tshark                    |
//!
//! Everything after [`event`] is pure: no clock, no files, no sockets. The engine knows no exercise by name.

pub mod check;
pub mod diagnosis;
pub mod event;
pub mod lab;
pub mod ladder;
pub mod pcapng;
pub mod peer;
pub mod program;
pub mod sandbox;
pub mod settle;
pub mod transcript;
pub mod verdict;
pub mod watch;
