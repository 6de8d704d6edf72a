//! Attacks on whoever grades, one a run: the first argument names it, the others are baits, which the test has laid out where no
//! program should get. Each prints what became of it; what can be exhausted is bounded: at most 120 processes or threads,
//! 64 MiB of disk, 2 GiB of memory.
#![expect(unsafe_code, reason = "system calls that no library offers")]

mod exhaustion;
mod files;
mod kernel;
mod network;
mod processes;

use std::io;

fn main() {
    let mut args = std::env::args().skip(1);
    let attack = args.next().unwrap_or_default();
    let bait = args.next().unwrap_or_default();
    let said = files::attack(&attack, &bait)
        .or_else(|| processes::attack(&attack, &bait))
        .or_else(|| network::attack(&attack, &bait))
        .or_else(|| kernel::attack(&attack))
        .or_else(|| exhaustion::attack(&attack))
        .unwrap_or_else(|| match attack.as_str() {
            // No attacks: one stays to be looked at, one ends as it should.
            "wait_for_a_line" => told(io::stdin().read_line(&mut String::new())),
            "abort" => std::process::abort(),
            _ => "no such attack".to_owned(),
        });
    println!("{said}");
}

/// What became of an attack that tried one thing.
fn told<T>(result: io::Result<T>) -> String {
    match result {
        Ok(_) => "escaped".to_owned(),
        Err(error) => format!("contained: {error}"),
    }
}

/// What became of one that tried several: the first that worked, or the last that did not.
fn any<T>(tries: impl IntoIterator<Item = io::Result<T>>) -> String {
    let mut last = "contained: there was nothing to try".to_owned();
    for tried in tries {
        last = told(tried);
        if last == "escaped" {
            break;
        }
    }
    last
}

/// The errno of a system call's result.
fn checked(result: i64) -> io::Result<i64> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

/// What is absent, as an error like any other.
fn found<T>(what: Option<T>) -> io::Result<T> {
    what.ok_or_else(|| io::Error::other("nothing to be found"))
}
