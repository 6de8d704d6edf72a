//! Which exercises and checks were asked for.

use crate::course::CourseFile;
use crate::trouble::Trouble;
use clap::Args;
use exercises::{EXERCISES, Exercise};
use harness::check::nearest;

/// The part of a course that a command is about. Without any option: all exercises as they are.
#[derive(Args, Clone, Debug, Default)]
pub struct Select {
    #[command(flatten)]
    only: Only,
    #[command(flatten)]
    course: CourseFile,
}

impl Select {
    /// The exercises that were asked for, each with only the checks that were asked for, in teaching order.
    ///
    /// # Errors
    /// When a name is unknown, the course is not what it should be, or an exercise cannot be read.
    pub fn load(&self) -> Result<Vec<Exercise>, Trouble> {
        self.only.of(self.course.exercises()?)
    }

    /// The course, if one was given.
    #[must_use]
    pub const fn course(&self) -> &CourseFile {
        &self.course
    }
}

/// Some exercises and checks. Without any option: all.
#[derive(Args, Clone, Debug, Default)]
pub struct Only {
    /// Only this exercise. Can be given several times
    #[arg(long = "exercise", short, value_name = "E")]
    pub exercises: Vec<String>,
    /// Only this check of its exercise, for instance tcp_server::one_client. Can be given several times
    #[arg(long = "check", short, value_name = "E::C")]
    pub checks: Vec<String>,
}

impl Only {
    /// Those that were asked for, as no course has changed them.
    ///
    /// # Errors
    /// When a name is unknown, or an exercise cannot be read.
    pub fn load(&self) -> Result<Vec<Exercise>, Trouble> {
        self.of(CourseFile::default().exercises()?)
    }

    /// Of `all` those that were asked for, each with only the checks that were asked for.
    fn of(&self, all: Vec<Exercise>) -> Result<Vec<Exercise>, Trouble> {
        for name in &self.exercises {
            known(name, &all)?;
        }
        let pairs: Vec<_> = self.checks.iter().map(|id| split(id, &all)).collect::<Result<_, _>>()?;
        let named = |exercise: &str| self.exercises.iter().any(|wanted| wanted == exercise);
        if let Some((exercise, check)) =
            pairs.iter().find(|(exercise, _)| !self.exercises.is_empty() && !named(exercise))
        {
            let problem = format!("--check {exercise}::{check} is no check of the exercise that --exercise names");
            return Err(Trouble::Usage(problem));
        }
        let mut out = Vec::new();
        for mut exercise in all {
            let name = exercise.name.as_str();
            let narrowed = pairs.iter().any(|(exercise, _)| *exercise == name);
            let whole = !narrowed && (named(name) || (self.exercises.is_empty() && self.checks.is_empty()));
            let wanted: Vec<_> =
                pairs.iter().filter(|(exercise, _)| *exercise == name).map(|(_, check)| *check).collect();
            if !whole && wanted.is_empty() {
                continue;
            }
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
/// When a name is unknown, the course is not what it should be, or an exercise cannot be read.
pub fn one(id: &str, course: &CourseFile) -> Result<(Exercise, Option<usize>), Trouble> {
    let all = course.exercises()?;
    let (name, check) = match id.split_once("::") {
        Some((name, check)) => (name, Some(check)),
        None => (id, None),
    };
    if check.is_none() && !EXERCISES.contains(&name) {
        let with = all.iter().filter(|exercise| exercise.checks.iter().any(|known| known.name == name));
        let ids: Vec<_> = with.map(|exercise| format!("{}::{name}", exercise.name)).collect();
        if !ids.is_empty() {
            return Err(Trouble::Usage(format!("`{name}` is no exercise but a check. Write {}", ids.join(" or "))));
        }
    }
    let exercise = known(name, &all)?.clone();
    let Some(check) = check else { return Ok((exercise, None)) };
    let place = has(&exercise, check)?;
    Ok((exercise, Some(place)))
}

/// The exercise of this name.
fn known<'a>(name: &str, all: &'a [Exercise]) -> Result<&'a Exercise, Trouble> {
    match all.iter().find(|exercise| exercise.name == name) {
        Some(exercise) => Ok(exercise),
        None if EXERCISES.contains(&name) => Err(Trouble::Usage(format!("the course leaves out {name}"))),
        None => Err(unknown("exercise", name, &EXERCISES)),
    }
}

fn split<'a>(id: &'a str, all: &[Exercise]) -> Result<(&'a str, &'a str), Trouble> {
    let Some((exercise, check)) = id.split_once("::") else {
        if EXERCISES.contains(&id) {
            let problem = format!("`{id}` is an exercise. For all its checks write --exercise {id}");
            return Err(Trouble::Usage(format!("{problem}, for one of them --check {id}::CHECK")));
        }
        let example = format!("{}::CHECK", EXERCISES[0]);
        return Err(Trouble::Usage(format!("`{id}` names no check: write EXERCISE::CHECK, for instance {example}")));
    };
    known(exercise, all)?;
    Ok((exercise, check))
}

/// The place of a check in its exercise.
fn has(exercise: &Exercise, check: &str) -> Result<usize, Trouble> {
    if let Some(place) = exercise.checks.iter().position(|known| known.name == check) {
        return Ok(place);
    }
    let whole = exercises::load(&exercise.name)?;
    let names: Vec<_> = whole.checks.iter().map(|check| check.name.as_str()).collect();
    if names.contains(&check) {
        return Err(Trouble::Usage(format!("the course leaves out {}::{check}", exercise.name)));
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
