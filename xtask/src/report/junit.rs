//! JUnit XML, as nextest writes it: a suite for each exercise of a submission. An error of ours is an `error`, a failed check a
//! `failure`, one that was not run is `skipped`.

use super::words::{self, Status, Told};
use crate::outcome::{Head, Outcome, Outcomes};
use crate::trouble::Trouble;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use std::io::Write;
use std::time::Duration;

/// What the suites of a submission stand between.
const ENDS: &str = "</testsuites>";

/// Writes the report. The library has a whole report in memory, so it writes one for each submission, and their suites are put
/// together below a common head.
pub(super) fn write(_: &Head, outcomes: &dyn Outcomes, out: &mut dyn Write) -> Result<(), Trouble> {
    let failed = || Trouble::ours("writing JUnit XML");
    let (mut tests, mut failures, mut errors) = (0, 0, 0);
    outcomes.each(&mut |outcome| {
        for told in words::checks(&outcome) {
            tests += 1;
            failures += usize::from(told.status == Status::Failed);
            errors += usize::from(told.status == Status::Error);
        }
        Ok(())
    })?;
    let counts = format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\"");
    let head = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"netlings\" {counts}>\n");
    out.write_all(head.as_bytes()).map_err(failed())?;
    outcomes.each(&mut |outcome| {
        let xml = of_submission(&outcome).to_string().map_err(|error| Trouble::Ours(format!("JUnit XML: {error}")))?;
        out.write_all(suites(&xml).as_bytes()).map_err(failed())
    })?;
    out.write_all(format!("{ENDS}\n").as_bytes()).map_err(failed())
}

/// The suites of a whole document, each on lines of its own.
fn suites(xml: &str) -> &str {
    let inside = xml.find("<testsuites").and_then(|at| Some(&xml[at..][xml[at..].find('>')? + 1..]));
    let inside = inside.and_then(|text| text.rfind(ENDS).map(|end| &text[..end]));
    inside.unwrap_or_default().trim_start_matches('\n')
}

fn of_submission(outcome: &Outcome) -> Report {
    let mut report = Report::new("netlings");
    for exercise in &outcome.exercises {
        let name = format!("{}::{}", words::name(outcome), exercise.name);
        let mut suite = TestSuite::new(name.clone());
        for told in words::checks(outcome).filter(|told| std::ptr::eq(told.exercise, exercise)) {
            let mut case = TestCase::new(told.check.name.clone(), status(&told));
            case.set_classname(name.clone());
            case.set_time(Duration::from_millis(told.check.milliseconds.unwrap_or(0)));
            suite.add_test_case(case);
        }
        report.add_test_suite(suite);
    }
    report
}

fn status(told: &Told<'_>) -> TestCaseStatus {
    let mut status = match told.status {
        Status::Passed => return TestCaseStatus::success(),
        Status::Failed => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Status::Error => TestCaseStatus::non_success(NonSuccessKind::Error),
        Status::NotRun => TestCaseStatus::skipped(),
    };
    status.set_message(told.reason.clone());
    if told.status != Status::NotRun {
        let kind = match &told.check.result {
            crate::outcome::CheckResult::Fail(failure) => {
                failure.diagnosis.as_ref().map_or("not explained", |diagnosis| diagnosis.cause.name())
            }
            other => other.verdict(),
        };
        status.set_type(kind);
        status.set_description(told.details_once().to_owned());
    }
    status
}
