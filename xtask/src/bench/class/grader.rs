//! The real command in a process of its own, and what it used.

use crate::bench::programs::{await_children, cpu_of_children, peak};
use crate::trouble::Trouble;
use indicatif::ProgressBar;
use rustix::pipe::fcntl_setpipe_size;
use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::Command;

/// What it cost to grade a class.
#[derive(Clone, Debug, Default)]
pub struct Graded {
    /// From the start of the process to its end.
    pub time: Duration,
    /// The CPU time of the grader, its labs and all programs in them.
    pub cpu: Duration,
    /// The most memory that the grader itself had in use, in bytes.
    pub memory: u64,
    /// How many submissions it told to be finished before.
    pub known: usize,
    /// What it wrote to standard output.
    pub report: Vec<u8>,
}

/// The least that a pipe can hold.
const PIPE: usize = 4096;

/// Grades the class in the folder `class`, with results kept in the file `store`. Orphans must come to this process
/// ([`adopt_orphans`](crate::bench::programs::adopt_orphans)), and nothing else may run.
///
/// # Errors
/// When it could not be graded.
pub async fn grade(class: &Path, store: &Path, options: &[OsString], bar: &ProgressBar) -> Result<Graded, Trouble> {
    let running = || Trouble::ours("running `grade`");
    let (began, cpu) = (Instant::now(), cpu_of_children()?);
    let mut command = Command::new(env::current_exe().map_err(Trouble::ours("finding this program"))?);
    command.arg("grade").arg(class).arg("--store").arg(store).args(options);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().map_err(running())?;
    let (Some(mut stdout), Some(stderr), Some(pid)) = (child.stdout.take(), child.stderr.take(), child.id()) else {
        return Err(Trouble::Ours("`grade` has no output".to_owned()));
    };
    // Its report has no room in this, so there is one while we look, and the mark of its memory has it in it.
    fcntl_setpipe_size(&stdout, PIPE).map_err(|error| running()(error.into()))?;
    let mut lines = BufReader::new(stderr).lines();
    let (mut out, mut chunk, mut said) = (Graded::default(), vec![0; PIPE], Vec::new());
    let (mut writes, mut talks) = (true, true);
    while writes || talks {
        tokio::select! {
            line = lines.next_line(), if talks => match line.map_err(running())? {
                Some(line) if is_progress(&line) => {
                    out.known += usize::from(line.ends_with(", as before"));
                    bar.inc(1);
                }
                Some(line) => said.push(line),
                None => talks = false,
            },
            length = stdout.read(&mut chunk), if writes => match length.map_err(running())? {
                0 => writes = false,
                length => out.report.extend_from_slice(&chunk[..length]),
            },
        }
        // The mark only rises, so the last one that is there is the highest.
        out.memory = peak(pid).unwrap_or(0).max(out.memory);
    }
    let status = child.wait().await.map_err(running())?;
    out.time = began.elapsed();
    // The process from which its labs were forked ends after it, and has their CPU time.
    await_children();
    out.cpu = cpu_of_children()?.saturating_sub(cpu);
    said.iter().for_each(|line| bar.suspend(|| anstream::eprintln!("{line}")));
    match status.code() {
        Some(0 | 1) => Ok(out),
        _ => Err(Trouble::Ours(format!("`grade` could not grade the class: {status}"))),
    }
}

/// Whether a line says that a submission is done: `3/20 NAME: 9 of 9 checks passed`.
fn is_progress(line: &str) -> bool {
    let Some((count, rest)) = line.split_once(' ') else { return false };
    let is_number = |text: &str| text.parse::<usize>().is_ok();
    count.split_once('/').is_some_and(|(done, all)| is_number(done) && is_number(all)) && rest.contains(": ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("3/20 00002-python: 9 of 9 checks passed", true)]
    #[case("20/20 00019-rust: 9 of 9 checks passed, as before", true)]
    #[case("note: labs of their own cannot be made here", false)]
    #[case("error: a/b cannot be read: c", false)]
    fn lines_about_submissions_are_told_from_others(#[case] line: &str, #[case] expected: bool) {
        assert_eq!(is_progress(line), expected);
    }
}
