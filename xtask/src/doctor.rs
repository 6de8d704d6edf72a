//! `cargo xtask doctor`: what keeps programs in here, found out by trying, and what to do about what is missing.

use crate::isolation::Held;
use crate::report::columns::{pad, terminal_width, width, wrap};
use crate::run::launcher;
use crate::trouble::{FAILED, OURS, PASSED, Trouble};
use anstyle::{AnsiColor, Style};
use clap::{Args, ValueEnum};
use harness::lab::{Isolation, LabError, Protection, State};
use serde::Serialize;
use std::process::ExitCode;

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default();
const HALF: Style = AnsiColor::Yellow.on_default();
const BOLD: Style = Style::new().bold();

/// Find out what keeps programs in on this machine, and what to do about what is missing
///
/// A lab is made as for a check, a process is confined in it as a program would be, and both are looked at. Nothing is changed,
/// but that the grader and who has started it go into a part of a cgroup that is delegated to them.
#[derive(Args)]
#[command(after_long_help = "\
Exit codes:
  0  checks are run in labs of their own
  1  checks can only be run in the network that is there
  3  no check can be run")]
pub struct Doctor {
    /// How the result is written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// How it is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

/// What was found.
#[derive(Serialize)]
struct Found {
    /// Labs of their own, or why there are none.
    full: Result<Held, LabError>,
    /// The network that is there, or why it cannot be borrowed; not asked where there are labs of their own.
    borrowed: Option<Result<Held, LabError>>,
}

impl Doctor {
    /// Finds out, and tells.
    ///
    /// # Errors
    /// When this program cannot be found again.
    pub async fn run(self) -> Result<ExitCode, Trouble> {
        let launcher = launcher()?;
        let probe = async |isolation| {
            let protections = launcher.clone().with(isolation).probe().await;
            protections.map(|protections| Held::new(isolation, protections))
        };
        let full = probe(Isolation::Full).await;
        let borrowed = if full.is_ok() { None } else { Some(probe(Isolation::Borrowed).await) };
        let found = Found { full, borrowed };
        match self.format {
            Format::Text => anstream::print!("{}", found.text(terminal_width())),
            // Nothing of it is anything that JSON cannot say.
            Format::Json => println!("{}", serde_json::to_string_pretty(&found).unwrap_or_default()),
        }
        Ok(ExitCode::from(match &found {
            Found { full: Ok(_), .. } => PASSED,
            Found { borrowed: Some(Ok(_)), .. } => FAILED,
            Found { .. } => OURS,
        }))
    }
}

impl Found {
    fn text(&self, columns: usize) -> String {
        let mut lines = Vec::new();
        match (&self.full, &self.borrowed) {
            (Ok(held), _) => {
                lines.push(format!(
                    "{GOOD}✓{GOOD:#} {BOLD}Checks are run in labs of their own.{BOLD:#} Linux {}",
                    held.kernel
                ));
                lines.push(String::new());
                lines.extend(rows(&held.protections, columns));
                lines.extend(not_kept(held, columns));
            }
            (Err(error), borrowed) => {
                lines.push(format!("{BAD}✗{BAD:#} {BOLD}Labs of their own cannot be made here.{BOLD:#}"));
                lines.extend(trouble(error, columns));
                lines.push(String::new());
                match borrowed {
                    Some(Ok(held)) => {
                        lines.push(format!(
                            "{HALF}!{HALF:#} {BOLD}Checks can be run in the network that is there{BOLD:#}, one at a time. Linux {}",
                            held.kernel
                        ));
                        let advice = "Only in a container or a virtual machine that is itself the sandbox: programs are kept from \
                                      the files and the processes of others there as far as the list says, and not from its network.";
                        lines.extend(wrap(advice, columns, 2));
                        lines.push(String::new());
                        lines.extend(rows(&held.protections, columns));
                        lines.extend(not_kept(held, columns));
                    }
                    Some(Err(error)) => {
                        lines.push(format!(
                            "{BAD}✗{BAD:#} {BOLD}Nor can checks be run in the network that is there.{BOLD:#}"
                        ));
                        lines.extend(trouble(error, columns));
                    }
                    None => {}
                }
            }
        }
        lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
    }
}

/// What no row promises.
fn not_kept(held: &Held, columns: usize) -> Vec<String> {
    // Where labs have a memory cgroup, the row says that this has an end.
    let counted = held.protections.iter().any(|row| row.name == "memory" && row.state == State::Enforced);
    let kernel = if counted { "" } else { "kernel memory, of sockets for instance; " };
    let everywhere = format!(
        "a program that knows a hole in the kernel; {kernel}what all labs of a grader share as one user: watches (inotify) \
         and pipe pages."
    );
    let text = match held.level {
        Isolation::Full => format!("Not kept out: {everywhere} Who needs more grades in a virtual machine."),
        Isolation::Borrowed => format!(
            "Not kept out: talking to the services of the container and to whatever its network reaches; seeing its processes \
             and their arguments, and that a file is there; filling its disk; {everywhere}"
        ),
    };
    let mut lines = vec![String::new()];
    lines.extend(wrap(&text, columns, 2));
    lines
}

fn trouble(error: &LabError, columns: usize) -> Vec<String> {
    let mut lines = wrap(&format!("While {}: {}.", error.doing, error.error), columns, 2);
    for line in error.remedy.iter().flat_map(|remedy| remedy.lines()) {
        lines.extend(wrap(line, columns, 2));
    }
    lines
}

/// A line for each protection, with what it is good for; below it what is missing.
fn rows(protections: &[Protection], columns: usize) -> Vec<String> {
    let names = protections.iter().map(|protection| width(&protection.name)).max().unwrap_or(0);
    let mut lines = Vec::new();
    for Protection { name, state, purpose, why, remedy } in protections {
        let (style, word) = match state {
            State::Enforced => (GOOD, "enforced"),
            State::Partial => (HALF, "partial"),
            State::Absent => (BAD, "absent"),
        };
        let indent = names + "  enforced  ".len() + 2;
        let mut text = wrap(purpose, columns, indent).into_iter();
        let first = text.next().unwrap_or_default();
        lines.push(format!("  {}  {style}{}{style:#}  {}", pad(name, names), pad(word, 8), first.trim_start()));
        lines.extend(text);
        if let Some(why) = why {
            lines.extend(wrap(&format!("→ {why}"), columns, indent));
        }
        if let Some(remedy) = remedy {
            lines.extend(wrap(&format!("Remedy: {remedy}"), columns, indent));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::of_their_own(Isolation::Full, State::Enforced, false)]
    #[case::without_a_memory_cgroup(Isolation::Full, State::Partial, true)]
    #[case::borrowed(Isolation::Borrowed, State::Partial, true)]
    fn kernel_memory_is_not_kept_out_where_nothing_counts_it(
        #[case] level: Isolation,
        #[case] state: State,
        #[case] expected: bool,
    ) {
        let [name, purpose] = ["memory", "a lab has so much memory and no more"].map(str::to_owned);
        let held = Held::new(level, vec![Protection { name, state, purpose, why: None, remedy: None }]);
        assert_eq!(not_kept(&held, 1000).join("").contains("kernel memory"), expected);
    }
}
