//! Reports in files: `--report FORMAT=FILE`, as many as are wanted.

use super::{Format, Out, github, grades, gradescope, html, json, junit, tap};
use crate::outcome::{Head, Outcomes};
use crate::trouble::Trouble;
use clap::Args;
use harness::check::nearest;
use std::fmt::{self, Display, Formatter};
use std::io::{BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::{fs, io};
use tempfile::NamedTempFile;

/// The reports that are asked for.
#[derive(Args, Clone, Debug, Default)]
pub struct Reports {
    /// Also write a report into a file. Can be given several times
    ///
    /// html: a page for browsers that needs nothing else. json: everything, for programs. junit: JUnit XML. csv: the grades, a line a submission. tap: the Test Anything Protocol.
    /// gradescope: its results.json, for one submission. annotations, summary, classroom: for GitHub, where the file can be
    /// "$GITHUB_STEP_SUMMARY" or "$GITHUB_OUTPUT", which are added to. The file - is standard output; the text for people goes to standard error then.
    #[arg(long = "report", value_name = "FORMAT=FILE")]
    reports: Vec<Report>,
}

/// One of them.
#[derive(Clone, Debug)]
struct Report {
    kind: Kind,
    file: PathBuf,
}

/// What standard output is called.
const STANDARD_OUTPUT: [&str; 2] = ["-", "/dev/stdout"];

impl Report {
    fn is_on_stdout(&self) -> bool {
        is_stdout(&self.file)
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", KINDS[self.kind.0].0, self.file.display())
    }
}

fn is_stdout(file: &Path) -> bool {
    STANDARD_OUTPUT.iter().any(|name| file.as_os_str() == *name)
}

/// Writes a report.
type Writes = fn(&Head, &dyn Outcomes, &mut dyn Write) -> Result<(), Trouble>;

/// The formats by name.
const KINDS: [(&str, Writes, How); 9] = [
    ("html", html::write, How::Replace),
    ("json", json::write, How::Replace),
    ("junit", junit::write, How::Replace),
    ("csv", grades::write, How::Replace),
    ("tap", tap::write, How::Replace),
    ("gradescope", gradescope::write, How::Live),
    ("annotations", github::annotations, How::Replace),
    ("summary", github::summary, How::Append),
    ("classroom", github::classroom, How::Append),
];

/// What becomes of what the file has in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    /// It is replaced, all at once.
    Replace,
    /// The same, whenever a check has ended.
    Live,
    /// It stays: GitHub's files are there for several steps.
    Append,
}

#[derive(Clone, Copy, Debug)]
struct Kind(usize);

impl FromStr for Report {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names = || KINDS.iter().map(|(name, ..)| *name);
        let all = names().collect::<Vec<_>>().join(", ");
        let Some((kind, file)) = text.split_once('=').filter(|(_, file)| !file.is_empty()) else {
            return Err(format!("write FORMAT=FILE, for instance json=results.json. The formats are: {all}"));
        };
        let Some(place) = KINDS.iter().position(|(name, ..)| *name == kind) else {
            let hint = nearest(kind, names())
                .map_or_else(|| format!("There are: {all}"), |name| format!("Did you mean `{name}`?"));
            return Err(format!("there is no format named `{kind}`. {hint}"));
        };
        Ok(Self { kind: Kind(place), file: file.into() })
    }
}

/// A report of this format.
///
/// # Errors
/// When there is no such format, or the outcomes cannot be read.
pub fn render(format: &str, head: &Head, outcomes: &dyn Outcomes) -> Result<Vec<u8>, Trouble> {
    let report: Report = format!("{format}=-").parse().map_err(Trouble::Usage)?;
    let mut out = Vec::new();
    KINDS[report.kind.0].1(head, outcomes, &mut out)?;
    Ok(out)
}

impl Reports {
    /// Those that are written again and again while one submission is graded: where we may be ended at any time.
    #[must_use]
    pub fn live(&self) -> Self {
        let is_live = |report: &&Report| {
            KINDS[report.kind.0].2 == How::Live && !report.is_on_stdout() && !is_special(&report.file)
        };
        Self { reports: self.reports.iter().filter(is_live).cloned().collect() }
    }

    /// Finds out before a class of so many is graded.
    ///
    /// # Errors
    /// When a report is about one submission.
    pub fn are_about(&self, submissions: usize) -> Result<(), Trouble> {
        const ABOUT_ONE: [&str; 2] = ["gradescope", "classroom"];
        let names = self.reports.iter().map(|report| KINDS[report.kind.0].0);
        match names.into_iter().find(|name| submissions > 1 && ABOUT_ONE.contains(name)) {
            None => Ok(()),
            Some(name) => Err(Trouble::Usage(format!(
                "the report {name} is about one submission, and these are {submissions}. Grade each by itself"
            ))),
        }
    }

    /// Where the report for people goes: a report on standard output has it for itself.
    ///
    /// # Errors
    /// When two reports are to go to standard output.
    pub fn leave(&self, format: Format) -> Result<Out, Trouble> {
        let reports = self.reports.iter().filter(|report| report.is_on_stdout());
        let mut names: Vec<_> = reports.map(|report| format!("--report {}=-", KINDS[report.kind.0].0)).collect();
        if format == Format::Json {
            names.insert(0, "--format json".to_owned());
        }
        match (&*names, format) {
            ([first, .., last], _) => Err(Trouble::Usage(format!(
                "{first} and {last} both write to standard output. Try: let one of them write into a file, --report {}=FILE",
                last.trim_start_matches("--report ").trim_end_matches("=-")
            ))),
            ([_], Format::Text) => Ok(Out::Stderr),
            _ => Ok(Out::Stdout),
        }
    }

    /// Trouble that has ended grading, and so left no report: it says which were asked for. One that is written as it goes is there.
    #[must_use]
    pub fn not_written(&self, trouble: Trouble) -> Trouble {
        let is_missing = |report: &&Report| KINDS[report.kind.0].2 != How::Live || report.is_on_stdout();
        let names: Vec<_> = self.reports.iter().filter(is_missing).map(Report::to_string).collect();
        if names.is_empty() { trouble } else { trouble.and(&format!("No report was written: {}", names.join(", "))) }
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.reports.is_empty()
    }

    /// Finds out before anything is graded.
    ///
    /// # Errors
    /// When a file could not be written later.
    pub fn can_be_written(&self) -> Result<(), Trouble> {
        for Report { file, .. } in &self.reports {
            if is_stdout(file) || is_special(file) {
                continue;
            }
            tempfile::tempfile_in(folder(file)).map_err(|error| usage(file, &error))?;
        }
        Ok(())
    }

    /// Writes all of them, each whole or not at all.
    ///
    /// # Errors
    /// When one cannot be written, or the outcomes cannot be read.
    pub fn write(&self, head: &Head, outcomes: &dyn Outcomes) -> Result<(), Trouble> {
        for Report { kind, file } in &self.reports {
            let (_, write, how) = KINDS[kind.0];
            if is_stdout(file) {
                write(head, outcomes, &mut io::stdout().lock())?;
                continue;
            }
            if is_special(file) || how == How::Append {
                let opened = fs::File::options().append(true).create(true).open(file);
                let mut out = BufWriter::new(opened.map_err(|error| usage(file, &error))?);
                write(head, outcomes, &mut out)?;
                out.flush().map_err(Trouble::ours(format!("writing {}", file.display())))?;
                continue;
            }
            let new = NamedTempFile::new_in(folder(file)).map_err(|error| usage(file, &error))?;
            let mut out = BufWriter::new(new);
            write(head, outcomes, &mut out)?;
            let finished = || -> io::Result<()> {
                let new = out.into_inner().map_err(io::IntoInnerError::into_error)?;
                new.as_file().sync_all()?;
                // As any other file that is written here.
                new.as_file().set_permissions(fs::Permissions::from_mode(0o644))?;
                new.persist(file)?;
                Ok(())
            };
            finished().map_err(Trouble::ours(format!("writing {}", file.display())))?;
        }
        Ok(())
    }
}

/// Whether it is a pipe or a device, which cannot be replaced.
fn is_special(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|data| !data.is_file())
}

fn folder(file: &Path) -> &Path {
    file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn usage(file: &Path, error: &io::Error) -> Trouble {
    Trouble::Usage(format!("the report {} cannot be written: {error}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::of_a_class(&["csv=a", "html=b"], 2, None)]
    #[case::of_one(&["gradescope=a", "classroom=b"], 1, None)]
    #[case::gradescope(&["csv=a", "gradescope=b"], 2, Some("the report gradescope is about one submission, and these are 2. Grade each by itself"))]
    #[case::classroom(&["classroom=a"], 3, Some("the report classroom is about one submission, and these are 3. Grade each by itself"))]
    fn a_report_about_one_submission_is_none_of_a_class(
        #[case] given: &[&str],
        #[case] submissions: usize,
        #[case] refused: Option<&str>,
    ) {
        let said = reports(given).are_about(submissions).err().map(|trouble| trouble.to_string());
        assert_eq!(said.as_deref(), refused);
    }

    fn reports(reports: &[&str]) -> Reports {
        Reports { reports: reports.iter().map(|report| report.parse().unwrap()).collect() }
    }

    #[rstest]
    #[case::none(&[], Format::Text, Ok(Out::Stdout))]
    #[case::in_a_file(&["csv=a", "html=b"], Format::Json, Ok(Out::Stdout))]
    #[case::alone(&["csv=-", "html=b"], Format::Text, Ok(Out::Stderr))]
    #[case::by_its_path(&["csv=/dev/stdout"], Format::Text, Ok(Out::Stderr))]
    #[case::two(&["csv=-", "junit=/dev/stdout"], Format::Text, Err("--report csv=- and --report junit=- both write to standard output. Try: let one of them write into a file, --report junit=FILE"))]
    #[case::beside_json(&["csv=-"], Format::Json, Err("--format json and --report csv=- both write to standard output. Try: let one of them write into a file, --report csv=FILE"))]
    fn one_format_is_on_standard_output(
        #[case] given: &[&str],
        #[case] format: Format,
        #[case] expected: Result<Out, &str>,
    ) {
        let out = reports(given).leave(format).map_err(|trouble| trouble.to_string());
        assert_eq!(out, expected.map_err(str::to_owned));
    }

    #[rstest]
    #[case::none(&[], None)]
    #[case::written_as_it_goes(&["gradescope=results.json"], None)]
    #[case::others(&["gradescope=results.json", "csv=grades.csv", "html=-"], Some("No report was written: csv=grades.csv, html=-"))]
    fn reports_that_are_not_there_are_named(#[case] given: &[&str], #[case] expected: Option<&str>) {
        let told = reports(given).not_written(Trouble::Usage("no".to_owned())).to_string();
        assert_eq!(told.strip_prefix("no").and_then(|rest| rest.strip_prefix('\n')), expected);
    }

    #[test]
    fn standard_output_is_written_once() {
        assert!(reports(&["gradescope=-"]).live().is_empty());
        assert!(!reports(&["gradescope=results.json"]).live().is_empty());
    }
}
