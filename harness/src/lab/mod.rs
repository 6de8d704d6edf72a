//! The isolated world of one check.

use std::net::{IpAddr, Ipv4Addr};

/// The address of the machine on which the program runs, beside 127.0.0.1: the one of the lecture notes.
pub const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 168, 1, 103));
