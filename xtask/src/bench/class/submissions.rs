//! A class on disk: the programs that there are to choose from, and the folders that are handed in.

use super::mix::{Dealt, Language, deal};
use crate::programs::solutions;
use crate::run::Runner;
use crate::submission::{self, Built, Source};
use crate::trouble::Trouble;
use exercises::Exercise;
use harness::program::Program;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tokio::process::Command;

/// A program that can be handed in.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The number of its exercise.
    pub exercise: usize,
    /// The file: a source text, or an executable without symbols.
    pub file: PathBuf,
    /// The checks in which it must fail; it must pass every other.
    pub fails: BTreeSet<String>,
}

/// The programs of a language.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// The reference program of each exercise.
    pub right: Vec<Choice>,
    /// The wrong programs, exercise by exercise and by name.
    pub wrong: Vec<Choice>,
}

/// Those of each language.
pub type Programs = BTreeMap<Language, Choices>;

/// The programs for a class of so many submissions: those that are executables are made in the folder `made`, and of the wrong ones only as
/// many as take a turn.
///
/// # Errors
/// When one does not compile.
pub async fn programs(exercises: &[Exercise], count: usize, made: &Path, runner: &Runner) -> Result<Programs, Trouble> {
    let mut out = Programs::new();
    for language in Language::ALL {
        let wrong = wrong_of(exercises, language)?;
        // Those of a class take turns from the first, so the ones that are used are the first.
        let turns = (0..count).map(|number| deal(number, |_| wrong.len())).filter(|dealt| dealt.language == language);
        let used = turns.filter_map(|dealt| dealt.wrong).max().map_or(0, |last| last + 1);
        out.insert(language, Choices { right: right_of(exercises, language), wrong: wrong[..used].to_vec() });
    }
    if let Some(rust) = out.get_mut(&Language::Rust) {
        build(exercises, rust, made, runner).await?;
    }
    Ok(out)
}

/// How many wrong programs of a language these exercises have.
///
/// # Errors
/// When one cannot be read.
pub fn count_wrong(exercises: &[Exercise], language: Language) -> Result<usize, Trouble> {
    Ok(wrong_of(exercises, language)?.len())
}

fn wrong_of(exercises: &[Exercise], language: Language) -> Result<Vec<Choice>, Trouble> {
    let mut out = Vec::new();
    for (exercise, of) in exercises.iter().enumerate() {
        let of_language = |path: &Path| path.extension() == Some(OsStr::new(language.extension()));
        let wrong = of.wrong()?.into_iter().filter(|wrong| of_language(&wrong.path));
        out.extend(wrong.map(|wrong| Choice { exercise, file: wrong.path, fails: wrong.fails }));
    }
    Ok(out)
}

/// Source texts; of Rust they are replaced by executables later.
fn right_of(exercises: &[Exercise], language: Language) -> Vec<Choice> {
    let dir = match language {
        Language::Python => solutions().join("python"),
        Language::Rust => solutions(),
    };
    let file = |of: &Exercise| dir.join(&of.name).with_extension(language.extension());
    let right = exercises.iter().enumerate();
    right.map(|(exercise, of)| Choice { exercise, file: file(of), fails: BTreeSet::new() }).collect()
}

/// Builds what is Rust, and has each program point to its executable.
async fn build(exercises: &[Exercise], rust: &mut Choices, made: &Path, runner: &Runner) -> Result<(), Trouble> {
    let names: Vec<_> = exercises.iter().map(|exercise| exercise.name.as_str()).collect();
    let mut built = submission::find(&solutions(), &names, runner.launcher()).await?.build(&names, runner).await?;
    for choice in &mut rust.right {
        let name = names[choice.exercise];
        let built = built.remove(name).ok_or_else(|| Trouble::Ours(format!("there is no solutions/{name}")))?;
        choice.file = without_symbols(&built, name, &made.join(name)).await?;
    }
    for choice in &mut rust.wrong {
        let fault = choice.file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let name = format!("{}-{fault}", names[choice.exercise]);
        let built = Source::file(&choice.file).build(runner.launcher()).await;
        choice.file = without_symbols(&built, &name, &made.join(&name)).await?;
    }
    Ok(())
}

/// Copies an executable without its symbols, which are ten times as much as all the rest.
async fn without_symbols(built: &Built, name: &str, to: &Path) -> Result<PathBuf, Trouble> {
    let executable = match built {
        Built::Ready(Program { command, .. }) => command.first().map(String::as_str).unwrap_or_default(),
        Built::DoesNotCompile(message) | Built::NotBuilt(message) => {
            return Err(Trouble::Ours(format!("{name} cannot be built:\n{message}")));
        }
    };
    let status = Command::new("strip").arg("-o").arg(to).arg(executable).status().await;
    match status.map_err(Trouble::ours("running `strip`, which comes with a C compiler"))?.success() {
        true => Ok(to.to_owned()),
        false => Err(Trouble::Ours(format!("`strip` does not take {executable}"))),
    }
}

/// A submission that is on disk.
#[derive(Clone, Debug)]
pub struct HandedIn {
    /// The name of its folder.
    pub name: String,
    /// What it is made of.
    pub dealt: Dealt,
}

/// Makes the submission of this number, in a folder of its own below `class`.
///
/// # Errors
/// When it cannot be written.
pub fn hand_in(number: usize, exercises: &[Exercise], programs: &Programs, class: &Path) -> Result<HandedIn, Trouble> {
    let dealt = deal(number, |language| programs[&language].wrong.len());
    let choices = &programs[&dealt.language];
    let name = format!("{number:05}-{}", dealt.language.name());
    let dir = class.join(&name);
    let wrong = dealt.wrong.map(|place| &choices.wrong[place]);
    let made = folder(&dir).and_then(|()| {
        for right in &choices.right {
            let choice = wrong.filter(|wrong| wrong.exercise == right.exercise).unwrap_or(right);
            copy(choice, dealt.language, &exercises[choice.exercise].name, number, &dir)?;
        }
        Ok(())
    });
    made.map_err(Trouble::ours(format!("making the submission {name}")))?;
    Ok(HandedIn { name, dealt })
}

/// Copies a program into a submission. It ends in something that only this submission has: results are kept by content, and none shall
/// be answered by another's.
fn copy(choice: &Choice, language: Language, exercise: &str, number: usize, dir: &Path) -> io::Result<()> {
    let (to, mode, mark) = match language {
        Language::Python => (dir.join(exercise).with_extension("py"), 0o644, format!("\n# submission {number}\n")),
        // What stands behind the last section of an ELF file is never loaded.
        Language::Rust => (dir.join(exercise), 0o755, format!("submission {number}")),
    };
    fs::copy(&choice.file, &to)?;
    // Beginning with this, because a source of ours may be read-only where it lies.
    fs::set_permissions(&to, Permissions::from_mode(mode))?;
    OpenOptions::new().append(true).open(&to)?.write_all(mark.as_bytes())
}

/// Makes a folder that labs can look into.
///
/// # Errors
/// When it cannot be made.
pub fn folder(dir: &Path) -> io::Result<()> {
    fs::create_dir(dir)?;
    fs::set_permissions(dir, Permissions::from_mode(0o755))
}

/// A class of its own with some submissions of `class`. They are the same files.
///
/// # Errors
/// When it cannot be made.
pub fn part(class: &Path, submissions: &[HandedIn], to: &Path) -> Result<(), Trouble> {
    let link = || {
        folder(to)?;
        for submission in submissions {
            folder(&to.join(&submission.name))?;
            for file in fs::read_dir(class.join(&submission.name))? {
                let file = file?;
                fs::hard_link(file.path(), to.join(&submission.name).join(file.file_name()))?;
            }
        }
        Ok(())
    };
    link().map_err(Trouble::ours(format!("making {}", to.display())))
}
