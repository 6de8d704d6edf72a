//! `course.toml`: what a course changes in the exercises. `COURSE.md` at the root of the repository is its reference.
//!
//! Points and visibility say what a result counts for, and never how a check runs.

use crate::toml_file::{Mistake, TomlFile, Value};
use crate::{EXERCISES, Exercise, LoadError, load, values};
use harness::check::CheckError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use toml::de::DeTable;

/// Most points of a check: the sum of all must be a number.
const POINTS: u32 = 1_000;

/// When a student may see the result of a check, in the words of Gradescope.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// At once.
    #[default]
    Visible,
    /// Never.
    Hidden,
    /// When nobody can hand in any more.
    AfterDueDate,
    /// When the grades are published.
    AfterPublished,
}

impl Visibility {
    /// Each with its name in a course.
    pub const ALL: [(&'static str, Self); 4] = [
        ("visible", Self::Visible),
        ("hidden", Self::Hidden),
        ("after_due_date", Self::AfterDueDate),
        ("after_published", Self::AfterPublished),
    ];

    /// Its name in a course, and in Gradescope's results.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Visible => "visible",
            Self::Hidden => "hidden",
            Self::AfterDueDate => "after_due_date",
            Self::AfterPublished => "after_published",
        }
    }
}

/// The exercises as a course has them.
#[derive(Clone, Debug)]
pub struct Course {
    /// What the course is called, a few words.
    pub title: Option<String>,
    /// Whether Gradescope shall show students how far each has come.
    pub leaderboard: bool,
    /// The exercises that count, each with the checks that count, in teaching order.
    pub exercises: Vec<Exercise>,
}

/// A course that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CourseError {
    /// The file is missing or unreadable.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// It is not what it should be.
    #[error(transparent)]
    Mistake(#[from] Box<CheckError>),
    /// An exercise cannot be read, which is no fault of the course.
    #[error(transparent)]
    Exercise(#[from] LoadError),
}

impl Course {
    /// Reads a course.
    ///
    /// # Errors
    /// When the file cannot be read, or is not what it should be.
    pub fn read(path: &Path) -> Result<Self, CourseError> {
        let text = std::fs::read_to_string(path);
        let text = text.map_err(|source| CourseError::File { path: path.to_owned(), source })?;
        Self::parse(&path.display().to_string(), &text)
    }

    /// Reads the text of a course; `file` is its name for messages.
    ///
    /// # Errors
    /// The first thing that is not as it should be, with its place.
    pub fn parse(file: &str, text: &str) -> Result<Self, CourseError> {
        let exercises = EXERCISES.into_iter().map(load).collect::<Result<_, _>>()?;
        Ok(of(&TomlFile { name: file, text }, exercises)?)
    }
}

/// The whole file, for these exercises.
pub(crate) fn of(file: &TomlFile<'_>, mut exercises: Vec<Exercise>) -> Result<Course, Mistake> {
    let table = file.parse()?;
    let misplaced = TomlFile::entries(&table).into_iter().find(|(key, _)| EXERCISES.contains(&key.get_ref().as_ref()));
    if let Some((key, _)) = misplaced {
        let form = format!("[exercises.{}]", key.get_ref());
        return Err(file.mistake(key.span(), "an exercise must stand in the table `exercises`".to_owned(), &[&form]));
    }
    file.only(&table, &["title", "visibility", "leaderboard", "leave_out", "exercises"])?;
    let title = table.get("title").map(|title| file.string(title).map(str::to_owned)).transpose()?;
    let leaderboard = table.get("leaderboard").map(|value| file.yes_or_no(value)).transpose()?.unwrap_or(false);
    let names: Vec<_> = EXERCISES.to_vec();
    if let Some(value) = table.get("visibility") {
        let visibility = visibility(file, value)?;
        let checks = exercises.iter_mut().flat_map(|exercise| &mut exercise.checks);
        checks.for_each(|check| check.visibility = visibility);
    }
    if let Some(value) = table.get("exercises") {
        for (name, value) in TomlFile::entries(file.table(value, "[exercises.tcp_server]")?) {
            let exercise = &mut exercises[file.known(name, "exercise", &names)?];
            change(file, exercise, file.table(value, &format!("[exercises.{}]", exercise.name))?)?;
        }
    }
    if let Some(value) = table.get("leave_out") {
        let left_out = file.words(value, "exercise", &names)?;
        exercises = without(exercises, &left_out);
    }
    if exercises.iter().flat_map(|exercise| &exercise.checks).all(|check| check.points == 0) {
        let place = table.get_key_value("leave_out").or_else(|| table.get_key_value("exercises"));
        let problem = "no check counts in this course: all are left out, or have no points".to_owned();
        return Err(file.mistake(place.map(|(key, _)| key.span()).unwrap_or_default(), problem, &[]));
    }
    Ok(Course { title, leaderboard, exercises })
}

/// One exercise.
fn change(file: &TomlFile<'_>, exercise: &mut Exercise, table: &DeTable<'_>) -> Result<(), Mistake> {
    file.only(table, &["points", "visibility", "leave_out", "parameters"])?;
    let names: Vec<_> = exercise.checks.iter().map(|check| check.name.clone()).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let kind = format!("check of {}", exercise.name);
    if let Some(value) = table.get("points") {
        for (name, value) in TomlFile::entries(file.table(value, &format!("{{ {} = 5 }}", names[0]))?) {
            let check = file.known(name, &kind, &names)?;
            exercise.checks[check].points = file.number(value, "what a check is worth", 0, POINTS)?;
        }
    }
    if let Some(value) = table.get("visibility") {
        if let Some(table) = value.get_ref().as_table() {
            for (name, value) in TomlFile::entries(table) {
                let check = file.known(name, &kind, &names)?;
                exercise.checks[check].visibility = visibility(file, value)?;
            }
        } else {
            let visibility = visibility(file, value)?;
            exercise.checks.iter_mut().for_each(|check| check.visibility = visibility);
        }
    }
    if let Some(value) = table.get("parameters") {
        parameters(file, exercise, value)?;
    }
    if let Some(value) = table.get("leave_out") {
        let left_out = file.words(value, &kind, &names)?;
        for key in ["points", "visibility"] {
            nothing_about_left_out(file, table, key, &left_out.iter().map(|place| names[*place]).collect::<Vec<_>>())?;
        }
        exercise.checks = without(std::mem::take(&mut exercise.checks), &left_out);
        if exercise.checks.is_empty() {
            let problem = format!("no check of {} would be left", exercise.name);
            let form = format!("leave_out = [\"{}\"], above the first line in square brackets", exercise.name);
            return Err(file.mistake(value.span(), problem, &[&form]));
        }
    }
    Ok(())
}

/// Refuses what is said below `key` about a check that is left out: one of the two was not meant.
fn nothing_about_left_out(
    file: &TomlFile<'_>,
    table: &DeTable<'_>,
    key: &str,
    left_out: &[&str],
) -> Result<(), Mistake> {
    let entries = table.get(key).and_then(|value| value.get_ref().as_table()).map(TomlFile::entries);
    let twice = entries.into_iter().flatten().find(|(name, _)| left_out.contains(&name.get_ref().as_ref()));
    let Some((name, _)) = twice else { return Ok(()) };
    let problem = format!(
        "`{0}` stands in `leave_out`, too, so it does not run: remove it here, or, if it is to count, from `leave_out`",
        name.get_ref()
    );
    Err(file.mistake(name.span(), problem, &[]))
}

/// The parameters of one exercise.
fn parameters(file: &TomlFile<'_>, exercise: &mut Exercise, value: &Value<'_>) -> Result<(), Mistake> {
    let own = exercise.params.clone();
    let names: Vec<_> = own.0.keys().map(String::as_str).collect();
    let form = names.first().map(|name| format!("{{ {name} = … }}")).unwrap_or_default();
    let entries = TomlFile::entries(file.table(value, &form)?);
    for (name, value) in &entries {
        let name = names[file.known(name, &format!("parameter of {}", exercise.name), &names)?];
        exercise.params.0.insert(name.to_owned(), values::read(file, &own.0[name], value)?);
    }
    // Not before all are read: one can be in the way of another.
    for (name, value) in entries {
        let name = name.get_ref().as_ref();
        if let Some(problem) = values::problem(exercise, &own.0[name], name, &exercise.params) {
            return Err(file.mistake(value.span(), problem, &[]));
        }
    }
    Ok(())
}

fn visibility(file: &TomlFile<'_>, value: &Value<'_>) -> Result<Visibility, Mistake> {
    let names = Visibility::ALL.map(|(name, _)| name);
    Ok(Visibility::ALL[file.word(value, "visibility", &names)?].1)
}

/// All but those at these places.
fn without<T>(all: Vec<T>, places: &[usize]) -> Vec<T> {
    let places: BTreeSet<_> = places.iter().collect();
    all.into_iter().enumerate().filter(|(place, _)| !places.contains(place)).map(|(_, one)| one).collect()
}
