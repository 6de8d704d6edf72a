//! The addresses of a lab, as far as a network has them that nobody may change: every Linux has all of 127.0.0.0/8. What a check
//! says is translated before it is carried out, and what was seen is translated back, so that transcripts are the same.

use crate::check::{Check, Parameters};
use crate::event::Observation;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io;
use std::net::{IpAddr, Ipv4Addr};

/// The lab's network, and what stands for it, as texts begin.
const LAB: &str = "192.168.1.";
const HERE: &str = "127.168.1.";

/// An address of the lab, as it is here.
pub(in crate::lab) fn there_ip(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(v4) if v4.octets()[..3] == [192, 168, 1] => Ipv4Addr::new(127, 168, 1, v4.octets()[3]).into(),
        other => other,
    }
}

/// Whether an address stands for one of the lab.
pub(super) fn is_here(ip: IpAddr) -> bool {
    matches!(ip, IpAddr::V4(v4) if v4.octets()[..3] == [127, 168, 1])
}

/// A check and its parameters, as they are carried out here.
///
/// # Errors
/// None that could happen: both are read back as they were written.
pub(in crate::lab) fn there(check: &Check, params: &Parameters) -> io::Result<(Check, Parameters)> {
    Ok((replaced(check, LAB, HERE)?, replaced(params, LAB, HERE)?))
}

/// What was seen, as it would have been in a lab.
///
/// # Errors
/// As above.
pub(in crate::lab) fn back(seen: &Observation) -> io::Result<Observation> {
    let mut seen: Observation = replaced(seen, HERE, LAB)?;
    for output in seen.steps.iter_mut().flat_map(|step| &mut step.output) {
        output.bytes = in_bytes(&output.bytes);
    }
    Ok(seen)
}

/// Replaces a text in every string of something. Bytes are written as hexadecimal numbers there, and stay.
fn replaced<T: Serialize + DeserializeOwned>(what: &T, from: &str, to: &str) -> io::Result<T> {
    Ok(serde_json::from_str(&serde_json::to_string(what)?.replace(from, to))?)
}

/// The same in what a program has shown.
fn in_bytes(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, others)) = rest.split_first() {
        if let Some(after) = rest.strip_prefix(HERE.as_bytes()) {
            out.extend_from_slice(LAB.as_bytes());
            rest = after;
        } else {
            out.push(*first);
            rest = others;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{self, ADDRESS};

    #[test]
    fn addresses_of_the_lab_are_translated_and_others_are_not() {
        assert_eq!(there_ip(ADDRESS).to_string(), "127.168.1.103");
        assert!(is_here(there_ip(ADDRESS)));
        for other in ["127.0.0.1", "192.168.2.1", "::1", "8.8.8.8"] {
            let other: IpAddr = other.parse().unwrap();
            assert!(there_ip(other) == other && !is_here(other));
        }
    }

    #[test]
    fn what_a_check_says_is_translated() {
        let text = "P binds udp 192.168.1.11:9000\nstart p 192.168.1.11 127.0.0.1\ntype \"192.168.1.11\"";
        let check = check::parse("a.check", text).unwrap();
        let (check, _) = there(&check, &Parameters::default()).unwrap();
        let lines: Vec<_> = check.stimuli.iter().map(ToString::to_string).collect();
        assert_eq!(lines, ["P binds udp 127.168.1.11:9000", "start p 127.168.1.11 127.0.0.1", "type \"127.168.1.11\""]);
    }

    #[test]
    fn what_a_program_shows_is_translated_back() {
        assert_eq!(in_bytes(b"from ('127.168.1.11', 53) \xff"), b"from ('192.168.1.11', 53) \xff");
        assert_eq!(in_bytes(b"127.168."), b"127.168.");
    }
}
