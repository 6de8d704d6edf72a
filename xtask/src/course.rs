//! `--course FILE`: the exercises as a course has them.

use crate::isolation::Held;
use crate::outcome::Head;
use crate::trouble::Trouble;
use clap::Args;
use exercises::{Course, CourseError, EXERCISES, Exercise};
use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// The course whose exercises a command is about. Without the option: all of them, as they are.
#[derive(Args, Clone, Debug, Default)]
pub struct CourseFile {
    /// A file that says which exercises and checks count, their points, visibility and parameters: see COURSE.md
    #[arg(long = "course", value_name = "FILE")]
    path: Option<PathBuf>,
}

impl CourseFile {
    /// What the course says, if one is given.
    ///
    /// # Errors
    /// When the file is not what it should be, or an exercise cannot be read.
    pub fn read(&self) -> Result<Option<Course>, Trouble> {
        Ok(self.path.as_deref().map(Course::read).transpose()?)
    }

    /// The head of a report on what was graded as the course wants it.
    ///
    /// # Errors
    /// As for [`Self::read`], and when a reviewed transcript cannot be read.
    pub fn head(&self, exercises: &[Exercise], held: Held) -> Result<Head, Trouble> {
        let (title, leaderboard) = self.read()?.map_or((None, false), |course| (course.title, course.leaderboard));
        Ok(Head { leaderboard, ..Head::new(exercises, title, held)? })
    }

    /// The file, if one is given.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The option as it was given, with a blank before it.
    #[must_use]
    pub fn as_arguments(&self) -> String {
        let Some(path) = &self.path else { return String::new() };
        let path = path.to_string_lossy();
        format!(" --course {}", shlex::try_quote(&path).unwrap_or(Cow::Borrowed(&path)))
    }

    /// The exercises that count, in teaching order.
    ///
    /// # Errors
    /// As for [`Self::read`].
    pub fn exercises(&self) -> Result<Vec<Exercise>, Trouble> {
        match self.read()? {
            Some(course) => Ok(course.exercises),
            None => Ok(EXERCISES.into_iter().map(exercises::load).collect::<Result<_, _>>()?),
        }
    }
}

impl From<CourseError> for Trouble {
    fn from(error: CourseError) -> Self {
        match error {
            CourseError::Exercise(error) => error.into(),
            CourseError::File { .. } | CourseError::Mistake(_) => Self::Usage(error.to_string()),
        }
    }
}
