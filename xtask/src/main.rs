//! The entry: what was asked for, and which command does it.

use clap::Parser;
use std::env;
use std::process::ExitCode;
use xtask::LAB;
use xtask::cli::{Cli, Command};
use xtask::report::columns::harmless;
use xtask::trouble::Trouble;

fn main() -> ExitCode {
    // A lab is this program again. It must come before everything that could start a thread.
    if env::args_os().nth(1).is_some_and(|arg| arg == LAB) {
        return harness::lab::main();
    }
    // Programs that we build are read inside labs by another user.
    rustix::process::umask(rustix::fs::Mode::WGRP | rustix::fs::Mode::WOTH);
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&Trouble::Ours(format!("starting tokio: {error}"))),
    };
    let result = runtime.block_on(async {
        match cli.command {
            Command::Grade(command) => command.run().await,
            Command::Hint(command) => command.run(),
            Command::Trace(command) => command.run().await,
            Command::List(command) => command.run(),
            Command::Merge(command) => command.run(),
            Command::Package(command) => command.run(),
            Command::Matrix(command) => command.run().await,
            Command::Bench(command) => command.run().await,
            Command::Soak(command) => command.run().await,
            Command::Ci(command) => command.run(),
            Command::Doctor(command) => command.run().await,
        }
    });
    // What still waits for another grader is not waited for.
    runtime.shutdown_background();
    result.unwrap_or_else(|trouble| fail(&trouble))
}

fn fail(trouble: &Trouble) -> ExitCode {
    anstream::eprintln!("error: {}", harmless(&trouble.to_string()));
    trouble.exit_code()
}
