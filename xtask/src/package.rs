//! `cargo xtask package`: the grader, packed for a platform that builds and runs it by itself.

use crate::course::CourseFile;
use crate::trouble::Trouble;
use clap::{Args, Subcommand};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Cursor, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use tempfile::NamedTempFile;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Pack the grader for a platform that builds and runs it by itself
#[derive(Args)]
pub struct Package {
    #[command(subcommand)]
    platform: Platform,
}

/// The platforms.
#[derive(Subcommand)]
enum Platform {
    Gradescope(Gradescope),
}

/// Write an autograder for Gradescope: a zip with setup.sh, run_autograder, and the sources of this grader
///
/// It is uploaded under "Configure Autograder". Of the same sources it is the same zip, byte by byte.
#[derive(Args)]
struct Gradescope {
    #[command(flatten)]
    course: CourseFile,
    /// Where it is written
    #[arg(long, value_name = "FILE", default_value = "gradescope.zip")]
    out: PathBuf,
}

/// What is packed: names within the zip, with the text and whether it is executable. They are sorted.
type Files = BTreeMap<String, (Vec<u8>, bool)>;

impl Package {
    /// Packs.
    ///
    /// # Errors
    /// When the course is not what it should be, or something cannot be read or written.
    pub fn run(self) -> Result<ExitCode, Trouble> {
        match self.platform {
            Platform::Gradescope(command) => command.run(),
        }
    }
}

impl Gradescope {
    fn run(self) -> Result<ExitCode, Trouble> {
        let exercises = self.course.exercises()?;
        let root = exercises::root().parent().unwrap_or_else(|| Path::new("/"));
        let mut files = Files::new();
        for name in sources(root)? {
            let file = read(&root.join(&name))?;
            files.insert(format!("grader/{name}"), file);
        }
        for name in ["setup.sh", "run_autograder"] {
            let (text, _) = read(&root.join("xtask/ci/gradescope").join(name))?;
            files.insert(name.to_owned(), (text, true));
        }
        if let Some(course) = self.course.file() {
            let (text, _) = read(course)?;
            files.insert("course.toml".to_owned(), (text, false));
        }
        put(&self.out, &zip(&files).map_err(Trouble::ours("packing"))?)?;
        let checks = || exercises.iter().flat_map(|exercise| &exercise.checks);
        let points: u32 = checks().map(|check| check.points).sum();
        anstream::println!("{}: {} checks, {points} points.", self.out.display(), checks().count());
        Ok(ExitCode::SUCCESS)
    }
}

/// The names of the grader's files: those that git knows, or all, where there is no git.
fn sources(root: &Path) -> Result<Vec<String>, Trouble> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z"]).current_dir(root);
    // Somebody may call us while git is at work on another repository.
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        git.env_remove(variable);
    }
    let known = git.output().ok().filter(|output| output.status.success()).map(|output| output.stdout);
    let known = known.and_then(|names| String::from_utf8(names).ok()).unwrap_or_default();
    let names: Vec<_> = known.split_terminator('\0').map(str::to_owned).collect();
    if names.iter().any(|name| name == "Cargo.toml") {
        return Ok(names);
    }
    let mut names = Vec::new();
    walk(root, "", &mut names).map_err(Trouble::ours(format!("reading {}", root.display())))?;
    Ok(names)
}

/// What is in a folder, but nothing that was built, and nothing hidden except what cargo reads.
fn walk(dir: &Path, prefix: &str, names: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if (name.starts_with('.') && name != ".cargo") || ["target", "__pycache__"].contains(&name.as_str()) {
            continue;
        }
        let path = format!("{prefix}{name}");
        let kind = entry.file_type()?;
        if kind.is_dir() {
            walk(&entry.path(), &format!("{path}/"), names)?;
        } else if kind.is_file() {
            names.push(path);
        }
    }
    Ok(())
}

/// The text of a file, and whether it is executable.
fn read(path: &Path) -> Result<(Vec<u8>, bool), Trouble> {
    let both = || Ok((fs::read(path)?, fs::metadata(path)?.permissions().mode() & 0o100 != 0));
    both().map_err(Trouble::ours(format!("reading {}", path.display())))
}

/// A zip in which nothing depends on when or where it is made.
fn zip(files: &Files) -> io::Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, (text, executable)) in files {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::DEFAULT)
            .unix_permissions(if *executable { 0o755 } else { 0o644 });
        zip.start_file(name, options)?;
        zip.write_all(text)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// Writes a file, all of it or nothing.
fn put(path: &Path, bytes: &[u8]) -> Result<(), Trouble> {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let write = || -> io::Result<()> {
        let mut new = NamedTempFile::new_in(dir)?;
        new.write_all(bytes)?;
        new.as_file().set_permissions(fs::Permissions::from_mode(0o644))?;
        new.persist(path)?;
        Ok(())
    };
    write().map_err(|error| Trouble::Usage(format!("{} cannot be written: {error}", path.display())))
}
