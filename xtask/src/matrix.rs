//! `cargo xtask matrix`: the proof of the checks. Right programs pass them all, each wrong one fails in the checks that it
//! names and in no other, and every check catches something.

use crate::isolation::Choice;
use crate::judge::run_one;
use crate::outcome::CheckResult;
use crate::programs::{self, Known};
use crate::report::columns::{pad, terminal_width, width, wrap};
use crate::run::{Runner, default_jobs, launcher};
use crate::select::Only;
use crate::trouble::{FAILED, PASSED, Trouble};
use anstream::println;
use clap::Args;
use exercises::Exercise;
use harness::diagnosis::Cause;
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::task::JoinSet;

/// For maintainers: run every check on every program we know, and show which check catches what
///
/// The reference programs and those in `right` must pass every check. A program in `wrong` must fail in the checks that
/// the comment at its beginning names, and in no other. A check that catches no wrong program is named, and the command fails.
#[derive(Args)]
pub struct Matrix {
    /// How many labs run at once [default: one for each processor]
    #[arg(long, short, value_name = "J", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: Option<u16>,
    #[command(flatten)]
    only: Only,
    #[command(flatten)]
    isolation: Choice,
}

impl Matrix {
    /// Runs, and says which check catches what.
    ///
    /// # Errors
    /// When it could not be done.
    pub async fn run(self) -> Result<ExitCode, Trouble> {
        let jobs = self.jobs.map_or_else(default_jobs, usize::from);
        let exercises = self.only.load()?;
        let chosen = self.isolation.make(&launcher()?, jobs).await?;
        let (launcher, jobs) = (chosen.launcher.clone(), chosen.jobs);
        let mut known = programs::references(&exercises, jobs, &launcher).await?;
        let references = known.len();
        known.extend(programs::right(&exercises, jobs, &launcher).await?);
        let right = known.len() - references;
        known.extend(programs::wrong(&exercises, jobs, &launcher).await?);
        let wrong = known.len() - references - right;
        let failed = failed(&known, &exercises, &Runner::with(launcher, jobs)).await?;

        let mut problems = Vec::new();
        for (number, exercise) in exercises.iter().enumerate() {
            println!("{}", exercise.name);
            let longest = exercise.checks.iter().map(|check| width(&check.name)).max().unwrap_or(0);
            let here: Vec<_> = known.iter().zip(&failed).filter(|(known, _)| known.exercise == number).collect();
            for check in &exercise.checks {
                let caught = caught(&check.name, &here);
                let names = wrap(&caught.join(", "), terminal_width(), longest + 8);
                let head = format!("  {}  {:2}  ", pad(&check.name, longest), caught.len());
                let mut lines = names.iter().map(|line| line.trim_start());
                println!("{head}{}", lines.next().unwrap_or_default());
                lines.for_each(|line| println!("{:1$}{line}", "", longest + 8));
            }
            problems.extend(problems_of(exercise, &here));
            println!();
        }
        let checks: usize = exercises.iter().map(|exercise| exercise.checks.len()).sum();
        println!("{checks} checks; {references} reference programs, {right} other right ones, {wrong} wrong ones");
        println!("{}", explained(&known, &failed));
        if problems.is_empty() {
            println!("Right programs pass every check, wrong ones fail where they should and nowhere else.");
            return Ok(ExitCode::from(PASSED));
        }
        problems.iter().for_each(|problem| println!("{problem}"));
        Ok(ExitCode::from(FAILED))
    }
}

/// How many failures are explained, and by what.
fn explained(known: &[Known], failed: &[Failed]) -> String {
    let all =
        || known.iter().zip(failed).flat_map(|(known, failed)| failed.values().map(|cause| (known.cause, *cause)));
    let (count, root) = (all().count(), all().filter(|(own, named)| named.is_some() && own == named).count());
    let silent = all().filter(|(_, named)| named.is_none()).count();
    let other = count - root - silent;
    format!(
        "{count} failures: {root} explained by the program's own fault ({} of 100), {other} by what came of it, {silent} not explained",
        (100 * root).checked_div(count).unwrap_or(0)
    )
}

/// The checks in which a program fails, each with the cause that is named.
type Failed = BTreeMap<String, Option<Cause>>;

/// A program of an exercise, with the checks in which it fails.
type Tried<'a> = (&'a Known, &'a Failed);

/// The programs that a check catches, by their names within the exercise.
fn caught<'a>(check: &str, tried: &[Tried<'a>]) -> Vec<&'a str> {
    let caught = tried.iter().filter(|(known, failed)| known.fails.contains_key(check) && failed.contains_key(check));
    caught.map(|(known, _)| known.name.rsplit('/').next().unwrap_or(&known.name)).collect()
}

/// The checks that catch nothing, and the programs that pass and fail otherwise than they must.
fn problems_of(exercise: &Exercise, tried: &[Tried<'_>]) -> Vec<String> {
    let mut out = Vec::new();
    for check in exercise.checks.iter().map(|check| &check.name) {
        if caught(check, tried).is_empty() {
            out.push(format!("{}::{check} catches no wrong program", exercise.name));
        }
        for (known, failed) in tried {
            match (known.fails.get(check), failed.get(check)) {
                (Some(_), None) => out.push(format!("{} passes {check}, in which it must fail", known.name)),
                (None, Some(_)) => out.push(format!("{} fails in {check}, which it must pass", known.name)),
                // What only another check proves is not known where that was not selected.
                (Some(Some(expected)), Some(Some(named)))
                    if expected.is_behind(*named) && !failed.values().any(|cause| *cause == Some(*expected)) => {}
                (Some(expected), Some(named)) if expected != named => {
                    let told = |cause: &Option<Cause>| cause.map_or("nothing", Cause::name);
                    let (named, expected) = (told(named), told(expected));
                    out.push(format!("{} is explained by {named} in {check}, and not by {expected}", known.name));
                }
                _ => {}
            }
        }
    }
    out
}

/// The checks in which each program fails.
async fn failed(known: &[Known], exercises: &[Exercise], runner: &Runner) -> Result<Vec<Failed>, Trouble> {
    let exercises = Arc::new(exercises.to_vec());
    let mut running = JoinSet::new();
    for (index, program) in known.iter().enumerate() {
        for check in 0..exercises[program.exercise].checks.len() {
            let (known, exercises, runner) = (program.clone(), Arc::clone(&exercises), runner.clone());
            running.spawn(async move {
                let exercise = &exercises[known.exercise];
                let check = &exercise.checks[check];
                let _room = runner.room().await;
                match run_one(exercise, check, &known.program, &runner).await? {
                    CheckResult::Fail(failure) => {
                        let cause = failure.diagnosis.map(|diagnosis| (diagnosis.cause, diagnosis.behind));
                        Ok((index, Some((check.name.clone(), cause))))
                    }
                    CheckResult::Error(error) | CheckResult::NotRun(error) => {
                        Err(Trouble::Ours(format!("{} {}: {error}", known.name, check.name)))
                    }
                    CheckResult::Pass | CheckResult::Skip | CheckResult::NotYet => Ok((index, None)),
                }
            });
        }
    }
    let mut out = vec![Diagnosed::new(); known.len()];
    while let Some(done) = running.join_next().await {
        let (index, failed) = done.map_err(|error| Trouble::Ours(error.to_string()))??;
        out[index].extend(failed);
    }
    Ok(out.iter().map(agreed).collect())
}

/// The same as each check alone tells it: the cause, with those that can lie behind it.
type Diagnosed = BTreeMap<String, Option<(Cause, Vec<Cause>)>>;

/// The causes of a program's failures, made to agree as in a grade.
fn agreed(failed: &Diagnosed) -> Failed {
    let root = |(cause, behind): &(Cause, Vec<Cause>)| {
        let mut proved = failed.values().flatten().map(|(proved, _)| *proved);
        proved.find(|proved| behind.contains(proved)).unwrap_or(*cause)
    };
    failed.iter().map(|(check, cause)| (check.clone(), cause.as_ref().map(root))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use harness::program::Program;

    #[test]
    fn what_another_check_proves_counts_only_where_it_fits() {
        let failed: Diagnosed = [
            ("one_datagram".to_owned(), Some((Cause::NothingSent, Vec::new()))),
            ("empty_line".to_owned(), Some((Cause::EmptyLineEnds, vec![Cause::NothingSent]))),
            ("too_large".to_owned(), Some((Cause::ErrorIgnored, Vec::new()))),
        ]
        .into();
        let causes = [
            ("one_datagram", Cause::NothingSent),
            ("empty_line", Cause::NothingSent),
            ("too_large", Cause::ErrorIgnored),
        ];
        assert_eq!(agreed(&failed), causes.map(|(name, cause)| (name.to_owned(), Some(cause))).into());
    }

    fn causes(names: &[(&str, Cause)]) -> Failed {
        names.iter().map(|(name, cause)| ((*name).to_owned(), Some(*cause))).collect()
    }

    #[test]
    fn every_kind_of_problem_is_named() {
        let mut exercise = exercises::load("udp_sender").unwrap();
        exercise.checks.retain(|check| ["utf8_text", "empty_line", "too_large"].contains(&check.name.as_str()));
        let program = Program { command: Vec::new(), needs: Vec::new() };
        let fails =
            causes(&[("utf8_text", Cause::Crashed), ("empty_line", Cause::Crashed), ("too_large", Cause::Crashed)]);
        let wrong = Known { name: "e/wrong/x.rs".into(), exercise: 0, fails, cause: Some(Cause::Crashed), program };
        let right = Known { name: "e/right/y.rs".into(), fails: Failed::new(), cause: None, ..wrong.clone() };
        let failed_wrong = causes(&[("utf8_text", Cause::Crashed), ("too_large", Cause::Blocked)]);
        let failed_right = causes(&[("utf8_text", Cause::Crashed)]);
        let problems = problems_of(&exercise, &[(&wrong, &failed_wrong), (&right, &failed_right)]);
        assert_eq!(
            problems,
            [
                "e/right/y.rs fails in utf8_text, which it must pass",
                "udp_sender::empty_line catches no wrong program",
                "e/wrong/x.rs passes empty_line, in which it must fail",
                "e/wrong/x.rs is explained by blocked in too_large, and not by crashed",
            ]
        );
    }
}
