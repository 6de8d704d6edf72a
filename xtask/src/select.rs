//! Which exercises and checks were asked for.

use crate::trouble::Trouble;
use clap::Args;
use exercises::{EXERCISES, Exercise};
use harness::check::nearest;

/// The part of the course that a command is about. Without any option: all of it.
#[derive(Args, Clone, Debug, Default)]
pub struct Select {
    /// Only this exercise. Can be given several times
    #[arg(long = "exercise", short, value_name = "E")]
    pub exercises: Vec<String>,
    /// Only this check of its exercise, for instance tcp_server::one_client. Can be given several times
    #[arg(long = "check", short, value_name = "E::C")]
    pub checks: Vec<String>,
}

impl Select {
    /// The exercises that were asked for, each with only the checks that were asked for, in teaching order.
    ///
    /// # Errors
    /// When a name is unknown, or an exercise cannot be read.
    pub fn load(&self) -> Result<Vec<Exercise>, Trouble> {
        for name in &self.exercises {
            known(name)?;
        }
        let pairs: Vec<_> = self.checks.iter().map(|id| split(id)).collect::<Result<_, _>>()?;
        let named = |exercise: &str| self.exercises.iter().any(|wanted| wanted == exercise);
        if let Some((exercise, check)) =
            pairs.iter().find(|(exercise, _)| !self.exercises.is_empty() && !named(exercise))
        {
            let problem = format!("--check {exercise}::{check} is no check of the exercise that --exercise names");
            return Err(Trouble::Usage(problem));
        }
        let mut out = Vec::new();
        for name in EXERCISES {
            let narrowed = pairs.iter().any(|(exercise, _)| *exercise == name);
            let whole = !narrowed && (named(name) || (self.exercises.is_empty() && self.checks.is_empty()));
            let wanted: Vec<_> =
                pairs.iter().filter(|(exercise, _)| *exercise == name).map(|(_, check)| *check).collect();
            if !whole && wanted.is_empty() {
                continue;
            }
            let mut exercise = exercises::load(name)?;
            for check in &wanted {
                has(&exercise, check)?;
            }
            if !whole {
                exercise.checks.retain(|check| wanted.contains(&check.name.as_str()));
            }
            out.push(exercise);
        }
        Ok(out)
    }
}

/// The exercise that `tcp_server::one_client` or `tcp_server` names, whole, and the place of the check if it names one.
///
/// # Errors
/// When a name is unknown, or the exercise cannot be read.
pub fn one(id: &str) -> Result<(Exercise, Option<usize>), Trouble> {
    let (name, check) = match id.split_once("::") {
        Some((name, check)) => (name, Some(check)),
        None => (id, None),
    };
    if check.is_none() && !EXERCISES.contains(&name) {
        let with = exercises_with(name)?;
        if !with.is_empty() {
            let ids: Vec<_> = with.iter().map(|exercise| format!("{exercise}::{name}")).collect();
            return Err(Trouble::Usage(format!("`{name}` is no exercise but a check. Write {}", ids.join(" or "))));
        }
    }
    known(name)?;
    let exercise = exercises::load(name)?;
    let Some(check) = check else { return Ok((exercise, None)) };
    has(&exercise, check)?;
    let place = exercise.checks.iter().position(|known| known.name == check);
    Ok((exercise, place))
}

/// The exercises that have a check of this name.
fn exercises_with(check: &str) -> Result<Vec<&'static str>, Trouble> {
    let mut out = Vec::new();
    for name in EXERCISES {
        if exercises::load(name)?.checks.iter().any(|known| known.name == check) {
            out.push(name);
        }
    }
    Ok(out)
}

fn known(name: &str) -> Result<(), Trouble> {
    if EXERCISES.contains(&name) {
        return Ok(());
    }
    Err(unknown("exercise", name, &EXERCISES))
}

fn split(id: &str) -> Result<(&str, &str), Trouble> {
    let Some((exercise, check)) = id.split_once("::") else {
        if EXERCISES.contains(&id) {
            let problem = format!("`{id}` is an exercise. For all its checks write --exercise {id}");
            return Err(Trouble::Usage(format!("{problem}, for one of them --check {id}::CHECK")));
        }
        let example = format!("{}::CHECK", EXERCISES[0]);
        return Err(Trouble::Usage(format!("`{id}` names no check: write EXERCISE::CHECK, for instance {example}")));
    };
    known(exercise)?;
    Ok((exercise, check))
}

fn has(exercise: &Exercise, check: &str) -> Result<(), Trouble> {
    let names: Vec<_> = exercise.checks.iter().map(|check| check.name.as_str()).collect();
    if names.contains(&check) {
        return Ok(());
    }
    Err(unknown(&format!("check of {}", exercise.name), check, &names))
}

fn unknown(kind: &str, name: &str, names: &[&str]) -> Trouble {
    let hint = match nearest(name, names.iter().copied()) {
        Some(nearest) => format!("Did you mean `{nearest}`?"),
        None => format!("There are: {}.", names.join(", ")),
    };
    Trouble::Usage(format!("there is no {kind} named `{name}`. {hint}"))
}
