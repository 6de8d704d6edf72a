//! The same checks, written for other tools: for each its whole process over one submission, alternating.
//!
//! The other tools' checks are in `xtask/bench/others`. They are six of this project, of two exercises, so that starting a tool weighs
//! as little as its users are used to. Programs that hang are two of the wrong ones, in which all six fail: one waits for an answer that
//! nobody has promised, the other never accepts its client.

mod tool;
mod venv;

use super::figures::{Figure, median, ms, print, table};
use super::{below_target, build, told};
use crate::programs::solutions;
use crate::run::{Runner, default_jobs};
use crate::submission::{self, Built};
use crate::trouble::Trouble;
use anstream::println;
use indicatif::{ProgressBar, ProgressStyle};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;
use tool::Tool;

/// The checks of ours that the others are written after.
const CHECKS: [&str; 6] = [
    "udp_sender::one_datagram",
    "udp_sender::utf8_text",
    "udp_sender::empty_line",
    "tcp_server::one_client",
    "tcp_server::utf8_text",
    "tcp_server::client_leaves_silently",
];
/// Their exercises, and of each a wrong program that hangs in them.
const PROGRAMS: [(&str, &str); 2] = [("udp_sender", "waits_for_an_answer.py"), ("tcp_server", "never_accepts.py")];
/// Of so many runs, one is also done of the hanging programs, which take the other tools half a minute.
const HANGING: u32 = 5;

/// A check of check50 must take so many times as long as ours.
const CHECK50: f64 = 10.0;
/// One of pytest.
const PYTEST: f64 = 3.0;
/// One of either, of a program that hangs.
const OF_HANGING: f64 = 100.0;

/// A submission that every tool grades.
struct Case {
    name: &'static str,
    dir: PathBuf,
    /// Whether all checks pass; otherwise all fail, because the programs hang.
    passes: bool,
    /// How long each tool took, in the order of [`Tool::ALL`].
    times: [Vec<Duration>; 3],
}

/// Runs each tool so often, and says whether the limits are kept.
///
/// # Errors
/// When the other tools cannot be installed, or a tool says anything else of a submission than it must.
pub async fn run(runs: u32) -> Result<bool, Trouble> {
    let (room, tools) =
        (TempDir::new_in(below_target()?).map_err(Trouble::ours("making a folder"))?, venv::tools().await?);
    let mut cases = cases(room.path()).await?;
    let hanging = runs.div_ceil(HANGING);
    told(&format!(
        "{} checks of {}, {} build. Each tool grades a submission in a process of its own, from start to end, with as many checks at once as it \
         does by itself ({} labs of ours). Times are medians over {runs} of these, for hanging programs over {hanging}, divided by the number of checks.",
        CHECKS.len(),
        PROGRAMS.map(|(exercise, _)| exercise).join(" and "),
        build(),
        default_jobs()
    ));
    println!();
    let all = cases.iter().map(|case| if case.passes { runs } else { hanging }).sum::<u32>();
    let bar = ProgressBar::new(u64::from(all) * Tool::ALL.len() as u64).with_style(style());
    for run in 0..runs {
        for case in cases.iter_mut().filter(|case| case.passes || run < hanging) {
            for (tool, times) in Tool::ALL.into_iter().zip(&mut case.times) {
                let ran = tool.run(&case.dir, &tools, room.path()).await?;
                let expected = if case.passes { [CHECKS.len(), 0] } else { [0, CHECKS.len()] };
                if [ran.passed, ran.failed] != expected {
                    let problem = format!("{} of {} passed, {} failed", ran.passed, CHECKS.len(), ran.failed);
                    return Err(Trouble::Ours(format!("{} of {}: {problem}", tool.name(), case.name)));
                }
                times.push(ran.time);
                bar.inc(1);
            }
        }
    }
    bar.finish_and_clear();
    let mut rows = vec![["", Tool::ALL[0].name(), Tool::ALL[1].name(), Tool::ALL[2].name()].map(str::to_owned)];
    let mut figures = Vec::new();
    for Case { name, passes, times, .. } in cases {
        let [ours, check50, pytest] = times.map(|times| median(times) / u32::try_from(CHECKS.len()).unwrap_or(1));
        rows.push([(*name).to_owned(), ms(ours), ms(check50), ms(pytest)]);
        for (tool, time, limit) in [(Tool::Check50, check50, CHECK50), (Tool::Pytest, pytest, PYTEST)] {
            let limit = if passes { limit } else { OF_HANGING };
            let times = time.as_secs_f64() / ours.as_secs_f64();
            let what = format!("{} over ours, {name}", tool.name());
            figures.push(Figure::at_least(what, times, limit, |times| format!("{times:.1}")));
        }
    }
    table(&rows);
    println!();
    Ok(print(&figures))
}

/// Makes the submissions.
async fn cases(room: &Path) -> Result<[Case; 3], Trouble> {
    let case = |name, folder: &str, passes| Case { name, dir: room.join(folder), passes, times: Default::default() };
    let cases = [
        case("right, Python", "python", true),
        case("right, Rust", "rust", true),
        case("hanging, Python", "hanging", false),
    ];
    let runner = Runner::new(default_jobs())?;
    let names = PROGRAMS.map(|(exercise, _)| exercise);
    let built = submission::find(&solutions(), &names, runner.launcher()).await?.build(&names, &runner).await?;
    let make = || {
        fs::set_permissions(room, Permissions::from_mode(0o755))?;
        for case in &cases {
            fs::create_dir(&case.dir)?;
            fs::set_permissions(&case.dir, Permissions::from_mode(0o755))?;
        }
        for (exercise, hangs) in PROGRAMS {
            let file = format!("{exercise}.py");
            put(&solutions().join("python").join(&file), &cases[0].dir.join(&file), 0o644)?;
            if let Some(Built::Ready(program)) = built.get(exercise)
                && let Some(executable) = program.command.first()
            {
                put(Path::new(executable), &cases[1].dir.join(exercise), 0o755)?;
            }
            let hangs = exercises::root().join(exercise).join("wrong").join(hangs);
            put(&hangs, &cases[2].dir.join(&file), 0o644)?;
        }
        Ok(())
    };
    make().map_err(Trouble::ours("making the submissions"))?;
    Ok(cases)
}

fn put(from: &Path, to: &Path, mode: u32) -> std::io::Result<()> {
    fs::copy(from, to)?;
    fs::set_permissions(to, Permissions::from_mode(mode))
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("  {pos} of {len} runs, {elapsed}").unwrap_or_else(|_| ProgressStyle::default_bar())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(file: &str) -> String {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("bench/others").join(file);
        fs::read_to_string(path).unwrap()
    }

    #[test]
    fn the_other_tools_have_the_checks_of_ours_and_no_more() {
        let (check50, pytest) = (text("check50/checks.py"), text("pytest/test_network.py"));
        for id in CHECKS {
            let (exercise, check) = id.split_once("::").unwrap();
            let protocol = exercise.split('_').next().unwrap();
            assert!(check50.contains(&format!("@check50.check()\ndef {protocol}_{check}():\n")), "{id}");
            assert!(pytest.contains(&format!("    def test_{check}(self):\n")), "{id}");
        }
        assert_eq!(check50.matches("@check50.check()").count(), CHECKS.len());
        assert_eq!(pytest.matches("    def test_").count(), CHECKS.len());
    }

    #[test]
    fn programs_that_hang_fail_in_every_one_of_these_checks() {
        for (name, hangs) in PROGRAMS {
            let exercise = exercises::load(name).unwrap();
            let wrong = exercise.wrong().unwrap();
            let wrong = wrong.iter().find(|wrong| wrong.path.ends_with(hangs)).unwrap();
            for (_, check) in CHECKS.iter().filter_map(|id| id.split_once("::")).filter(|(of, _)| *of == name) {
                assert!(wrong.fails.contains(check), "{hangs} passes {check}");
            }
        }
    }
}
