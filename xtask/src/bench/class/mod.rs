//! What grading a class costs: how many checks a second, how much memory, whether a submission of a large class takes longer than
//! one of a small class, and going on with one that is finished.

mod grader;
mod mix;
mod submissions;
mod verdicts;

use super::figures::{Figure, ms, print, table};
use super::programs::{adopt_orphans, cpu_of_children, own_run};
use super::{below_target, build, told};
use crate::run::{Runner, default_jobs};
use crate::select::Only;
use crate::submission::interpreter;
use crate::trouble::Trouble;
use anstream::println;
use exercises::Exercise;
use grader::{Graded, grade};
use harness::check::Stimulus;
use harness::program::Program;
use indicatif::{ProgressBar, ProgressStyle};
use mix::Language;
use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;
use submissions::{Choices, HandedIn, Programs, count_wrong, folder, hand_in, part, programs};
use tempfile::TempDir;
use verdicts::Verdicts;

/// So many checks must be done in a second, on two processors.
const RATE: f64 = 150.0;
/// The grader itself may use this much memory, in MB.
const MEMORY: f64 = 200.0;
/// A submission of the whole class may take so many times as long as one of a tenth of it.
const GROWTH: f64 = 1.1;
/// Going on with a finished class may take so many seconds.
const RESUMING: f64 = 2.0;
/// The whole class is compared with so many parts of it.
const PARTS: usize = 10;
/// Each program is run alone so often to know what it takes.
const ALONE: u32 = 50;

/// Makes and grades a class of so many submissions, and says whether the limits are kept.
///
/// The parts are graded in processes of their own, half of them before the whole class and half after it, so a machine that
/// becomes faster or slower does not look like a difference between the two.
///
/// # Errors
/// When it could not be done.
pub async fn run(count: usize, exercises: &[Exercise], only: &Only) -> Result<bool, Trouble> {
    let dir = room()?;
    let (class, options) = (dir.path().join("class"), options(only));
    let made = dir.path().join("programs");
    for dir in [&class, &made] {
        folder(dir).map_err(Trouble::ours(format!("making {}", dir.display())))?;
    }
    let programs = programs(exercises, count, &made, &Runner::new(default_jobs())?).await?;
    let handed_in: Vec<_> =
        (0..count).map(|number| hand_in(number, exercises, &programs, &class)).collect::<Result<_, _>>()?;
    println!("{count} submissions, {} build, {} labs at once", build(), default_jobs());
    println!();
    table(&mix(&handed_in, exercises, &programs)?);
    println!();

    adopt_orphans()?;
    let bar = ProgressBar::new(3 * count as u64).with_style(style());
    let mut parts = Vec::new();
    for (number, submissions) in handed_in.chunks(count.div_ceil(PARTS)).enumerate() {
        let folder = dir.path().join(format!("part-{number}"));
        part(&class, submissions, &folder)?;
        parts.push(folder);
    }
    let (before, after) = parts.split_at(parts.len() / 2);
    let mut small = Vec::new();
    for part in before {
        small.push(grade(part, &part.with_extension("sqlite"), &options, &bar).await?);
    }
    let store = dir.path().join("class.sqlite");
    let whole = grade(&class, &store, &options, &bar).await?;
    for part in after {
        small.push(grade(part, &part.with_extension("sqlite"), &options, &bar).await?);
    }
    let again = grade(&class, &store, &options, &bar).await?;
    if again.known != count {
        return Err(Trouble::Ours(format!("of {count} finished submissions only {} were known", again.known)));
    }
    bar.finish_and_clear();
    let as_json: Vec<_> = options.iter().cloned().chain(["--format", "json"].map(OsString::from)).collect();
    let report = grade(&class, &store, &as_json, &bar).await?.report;
    let verdicts = Verdicts::read(&report, &handed_in, exercises, &programs)?;
    drop(report);
    told(&format!(
        "{} checks, of which {} failed as they must, in {:.1} s.",
        verdicts.checks,
        verdicts.failed,
        whole.time.as_secs_f64()
    ));
    told(&long(&verdicts));
    let own = own_starts(&handed_in, exercises, &programs).await?;
    told(&cpu(whole.cpu, own, verdicts.checks));
    println!();
    Ok(print(&figures(count, verdicts.checks, &whole, &small, &again)))
}

/// A folder for everything, which is gone at the end.
fn room() -> Result<TempDir, Trouble> {
    let below = below_target()?;
    let make = || {
        let dir = tempfile::Builder::new().prefix("class-").tempdir_in(&below)?;
        fs::set_permissions(dir.path(), Permissions::from_mode(0o755))?;
        Ok(dir)
    };
    make().map_err(Trouble::ours("making a folder for the class"))
}

/// What the grader is told of what was selected.
fn options(only: &Only) -> Vec<OsString> {
    let exercises = only.exercises.iter().flat_map(|name| ["--exercise", name]);
    let checks = only.checks.iter().flat_map(|id| ["--check", id]);
    exercises.chain(checks).map(OsString::from).collect()
}

/// What the class is made of, as a table.
fn mix(class: &[HandedIn], exercises: &[Exercise], programs: &Programs) -> Result<Vec<[String; 5]>, Trouble> {
    let header = ["", "submissions", "all right", "one program wrong", "taking turns"];
    let mut rows = vec![header.map(str::to_owned)];
    for language in Language::ALL {
        let of_language = || class.iter().filter(|one| one.dealt.language == language);
        let wrong = of_language().filter(|one| one.dealt.wrong.is_some()).count();
        let (used, all) = (programs[&language].wrong.len(), count_wrong(exercises, language)?);
        let what = match language {
            Language::Python => "in Python",
            Language::Rust => "Rust executables",
        };
        let (count, right) = (of_language().count(), of_language().count() - wrong);
        let turns = format!("{used} of {all}");
        rows.push([what.to_owned(), count.to_string(), right.to_string(), wrong.to_string(), turns]);
    }
    Ok(rows)
}

fn long(verdicts: &Verdicts) -> String {
    let share = 100.0 * verdicts.long_time.as_secs_f64() / verdicts.time.as_secs_f64().max(f64::MIN_POSITIVE);
    format!(
        "{} of them took a second or more, {:.1} s together, {share:.0} % of the time of all labs. Programs do that which never come to rest, or \
         wait for a clock.",
        verdicts.long,
        verdicts.long_time.as_secs_f64()
    )
}

fn cpu(all: Duration, own: Duration, checks: usize) -> String {
    let a_check = |time: Duration| ms(time / u32::try_from(checks.max(1)).unwrap_or(u32::MAX));
    format!(
        "A check took {} of CPU time. Of that, {} is what its program takes when it is run alone without arguments, once for each start. The \
         rest, {}, is ours, and what programs do besides. A grader that takes no time at all would come to {:.0} checks a second with these programs \
         on as many processors.",
        a_check(all),
        a_check(own),
        a_check(all.saturating_sub(own)),
        (default_jobs() * checks) as f64 / own.as_secs_f64().max(f64::MIN_POSITIVE)
    )
}

/// The CPU time of the programs' own starts: of each what it takes alone, as often as the checks start it. Only reference programs are
/// measured; a wrong one is nearly the same.
async fn own_starts(class: &[HandedIn], exercises: &[Exercise], programs: &Programs) -> Result<Duration, Trouble> {
    let mut out = Duration::ZERO;
    for (language, Choices { right, .. }) in programs {
        let submissions = class.iter().filter(|one| one.dealt.language == *language).count();
        for choice in right {
            let checks = exercises[choice.exercise].checks.iter();
            let starts =
                checks.flat_map(|check| &check.check.stimuli).filter(|line| matches!(line, Stimulus::Start(_)));
            let times = u32::try_from(starts.count() * submissions).unwrap_or(u32::MAX);
            out += alone(*language, &choice.file).await? * times;
        }
    }
    Ok(out)
}

/// The CPU time of a program that is run alone.
async fn alone(language: Language, file: &Path) -> Result<Duration, Trouble> {
    let file = file.to_string_lossy().into_owned();
    let command = match language {
        // The one that is there may first look for the real one.
        Language::Python => vec![interpreter("python3").await.map_err(Trouble::Ours)?.0, file],
        Language::Rust => vec![file],
    };
    let program = Program { command, needs: Vec::new() };
    let before = cpu_of_children()?;
    for _ in 0..ALONE {
        own_run(&program).await?;
    }
    Ok(cpu_of_children()?.saturating_sub(before) / ALONE)
}

fn figures(count: usize, checks: usize, whole: &Graded, small: &[Graded], again: &Graded) -> Vec<Figure> {
    let seconds = |value: f64| format!("{value:.2} s");
    let mb = |value: f64| format!("{value:.1} MB");
    let mb_of = |graded: &Graded| graded.memory as f64 / 1e6;
    let of_parts: Duration = small.iter().map(|part| part.time).sum();
    let size = count.div_ceil(PARTS);
    let growth = whole.time.as_secs_f64() / of_parts.as_secs_f64();
    let in_parts = small.iter().map(mb_of).fold(0.0, f64::max);
    vec![
        Figure::at_least("checks a second", checks as f64 / whole.time.as_secs_f64(), RATE, |rate| {
            format!("{rate:.1}")
        }),
        Figure::at_most(format!("memory of the grader at {count}"), mb_of(whole), MEMORY, mb),
        Figure::at_most(format!("memory of the grader at {size}"), in_parts, MEMORY, mb),
        Figure::at_most(format!("a submission at {count}, over one at {size}"), growth, GROWTH, |times| {
            format!("{times:.3}")
        }),
        Figure::at_most("going on with the finished class", again.time.as_secs_f64(), RESUMING, seconds),
    ]
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("  {pos} of {len} submissions graded, {elapsed}, {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graded(seconds: u64, memory: u64) -> Graded {
        Graded { time: Duration::from_secs(seconds), memory, ..Graded::default() }
    }

    #[test]
    fn parts_together_are_compared_with_the_whole_and_the_hungriest_one_counts() {
        let parts = [graded(4, 30_000_000), graded(6, 40_000_000)];
        let figures = figures(20, 3000, &graded(12, 50_000_000), &parts, &graded(1, 0));
        let shown: Vec<_> =
            figures.iter().map(|figure| (figure.what.as_str(), figure.value.as_str(), figure.kept)).collect();
        assert_eq!(
            shown,
            [
                ("checks a second", "250.0", true),
                ("memory of the grader at 20", "50.0 MB", true),
                ("memory of the grader at 2", "40.0 MB", true),
                ("a submission at 20, over one at 2", "1.200", false),
                ("going on with the finished class", "1.00 s", true),
            ]
        );
    }
}
