//! A lab and nothing else, for this package's own tests; the command line re-executes itself instead.

use std::process::ExitCode;

fn main() -> ExitCode {
    harness::lab::main()
}
