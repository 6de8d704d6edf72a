//! Reports for machines: each is what its format says, all have the same totals, and no text breaks out of them.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use exercises::Visibility;
use harness::diagnosis::Cause;
use harness::lab::{Isolation, LabError};
use proptest::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;
use xtask::isolation::Held;
use xtask::outcome::{
    CheckHead, CheckOutcome, CheckResult, ExerciseHead, ExerciseOutcome, Explanation, Failure, Head, Outcome, Points,
    Problem, ProgramOutcome,
};
use xtask::report::render;

/// How many checks the exercise of these reports has: one for each result below.
const CHECKS: usize = 6;

fn head() -> Head {
    let check = |number: u32| CheckHead {
        name: format!("check_{number}"),
        about: "It sends what was typed.".to_owned(),
        points: number + 1,
        visibility: if number == 2 { Visibility::Hidden } else { Visibility::Visible },
        digest: number.to_string(),
    };
    let exercise = ExerciseHead {
        name: "udp_sender".to_owned(),
        title: "Send one datagram".to_owned(),
        parameters: BTreeMap::from([("port".to_owned(), "8080".to_owned())]),
        checks: (0..CHECKS as u32).map(check).collect(),
    };
    let grader = "0.1.0+abc".to_owned();
    Head {
        grader,
        course: Some("Networks".to_owned()),
        leaderboard: false,
        isolation: vec![Held::new(Isolation::Full, Vec::new())],
        exercises: vec![exercise],
    }
}

fn failure(text: &str, cause: Option<Cause>) -> CheckResult {
    let explanation = |cause: Cause| Explanation {
        cause,
        title: cause.title().to_owned(),
        because: format!("it printed {text}"),
        evidence: vec![text.to_owned()],
        next: cause.next().to_owned(),
        behind: Vec::new(),
    };
    CheckResult::Fail(Box::new(Failure {
        step: 2,
        steps: 3,
        before: vec!["start: udp_sender".to_owned()],
        stimulus: format!("type {text}"),
        expected: Some(vec!["program → P  \"hello\"".to_owned()]),
        seen: Some(vec![text.to_owned()]),
        doing: harness::verdict::Doing {
            state: vec![text.to_owned()],
            stdout: vec![text.to_owned()],
            stderr: Vec::new(),
        },
        diagnosis: cause.map(explanation),
    }))
}

fn trouble(text: &str, missing: bool) -> LabError {
    LabError { doing: "making a lab".to_owned(), error: text.to_owned(), remedy: None, missing }
}

/// A submission with one check of each result, in which this text stands wherever somebody else's words can stand.
fn submission(name: &str, text: &str, program: ProgramOutcome, problem: Option<Problem>) -> Outcome {
    let head = head();
    let is_ready = matches!(program, ProgramOutcome::Ready { .. }) && problem.is_none();
    let checks = head.exercises[0].checks.iter().enumerate().map(|(number, check)| CheckOutcome {
        name: check.name.clone(),
        about: check.about.clone(),
        points: check.points,
        visibility: check.visibility,
        result: match number {
            _ if matches!(program, ProgramOutcome::NotBuilt { .. }) => CheckResult::not_built(),
            _ if !is_ready => CheckResult::Skip,
            0 => CheckResult::Pass,
            1 => failure(text, Some(Cause::Crashed)),
            2 => failure(text, None),
            3 => CheckResult::NotRun(trouble(text, true)),
            4 => CheckResult::Error(trouble(text, false)),
            _ => CheckResult::NotYet,
        },
        milliseconds: Some(12),
        ladder: None,
    });
    let exercise = ExerciseOutcome::new(&head.exercises[0], checks.collect(), program);
    Outcome { submission: name.to_owned(), points: Points::of(&exercise.checks), problem, exercises: vec![exercise] }
}

/// A submission of every kind.
fn class(text: &str) -> Vec<Outcome> {
    let source = || "udp_sender.py".to_owned();
    let message = || text.to_owned();
    vec![
        submission("ann", text, ProgramOutcome::Ready { source: source() }, None),
        submission("bob", text, ProgramOutcome::DoesNotCompile { source: source(), message: message() }, None),
        submission("eve", text, ProgramOutcome::NotBuilt { message: message() }, None),
        submission("kim", text, ProgramOutcome::NotHandedIn, None),
        submission(text, text, ProgramOutcome::NotYet, Some(Problem { message: message(), ours: false })),
        submission("zoe", text, ProgramOutcome::NotYet, Some(Problem { message: message(), ours: true })),
    ]
}

fn written(format: &str, outcomes: &Vec<Outcome>) -> String {
    String::from_utf8(render(format, &head(), outcomes).unwrap_or_else(|error| panic!("{error}"))).unwrap()
}

fn json(format: &str, outcomes: &Vec<Outcome>) -> Value {
    serde_json::from_str(&written(format, outcomes)).unwrap()
}

/// Passed, failed, trouble of ours, not run.
type Totals = [usize; 4];

fn of_json(outcomes: &Vec<Outcome>) -> (Totals, u64) {
    let report = json("json", outcomes);
    let (mut totals, mut points) = ([0; 4], 0);
    for submission in report["submissions"].as_array().unwrap() {
        points += submission["points"]["got"].as_u64().unwrap();
        for exercise in submission["exercises"].as_array().unwrap() {
            for check in exercise["checks"].as_array().unwrap() {
                let state = exercise["program"]["state"].as_str().unwrap();
                let place = match check["verdict"].as_str().unwrap() {
                    "pass" => 0,
                    "fail" => 1,
                    _ if submission["problem"].is_object() => 1 + usize::from(submission["problem"]["ours"] == true),
                    _ if state == "not_built" => 2,
                    "skip" => 1,
                    "error" => 2,
                    "not_run" | "not_yet" => 3,
                    other => panic!("{other}"),
                };
                totals[place] += 1;
            }
        }
    }
    (totals, points)
}

fn of_junit(outcomes: &Vec<Outcome>) -> Totals {
    let text = written("junit", outcomes);
    let document = roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "testsuites");
    let count = |name: &str| root.descendants().filter(|node| node.has_tag_name(name)).count();
    let (all, failed, errors, skipped) = (count("testcase"), count("failure"), count("error"), count("skipped"));
    let told = |name: &str| root.attribute(name).unwrap().parse::<usize>().unwrap();
    assert_eq!([told("tests"), told("failures"), told("errors")], [all, failed, errors]);
    for suite in root.children().filter(|node| node.has_tag_name("testsuite")) {
        let count = |name: &str| suite.descendants().filter(|node| node.has_tag_name(name)).count().to_string();
        assert_eq!(suite.attribute("tests"), Some(count("testcase").as_str()));
        assert_eq!(suite.attribute("failures"), Some(count("failure").as_str()));
        assert_eq!(suite.attribute("errors"), Some(count("error").as_str()));
        assert_eq!(suite.attribute("skipped"), Some(count("skipped").as_str()));
    }
    [all - failed - errors - skipped, failed, errors, skipped]
}

/// The lines of results; what is not ok has its verdict in the block after it.
fn of_tap(outcomes: &Vec<Outcome>) -> Totals {
    let text = written("tap", outcomes);
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("TAP version 14"));
    let plan: usize = lines.next().unwrap().strip_prefix("1..").unwrap().parse().unwrap();
    let (mut totals, mut number, mut of) = ([0; 4], 0, None);
    for line in lines {
        let (ok, rest) = match (line.strip_prefix("ok "), line.strip_prefix("not ok ")) {
            (Some(rest), _) => (true, rest),
            (_, Some(rest)) => (false, rest),
            _ => {
                assert!(line.is_empty() || line.starts_with("  "), "{line:?}");
                if let (Some(message), Some(())) =
                    (line.strip_prefix("  message: "), of.take_if(|_| line.starts_with("  message")))
                {
                    let message: String = serde_json::from_str(message).unwrap();
                    let ours = message.contains("could not be") || message.contains("trouble of the grader's");
                    totals[1 + usize::from(ours)] += 1;
                }
                continue;
            }
        };
        number += 1;
        assert!(rest.starts_with(&format!("{number} - ")), "{line:?}");
        match (ok, rest.contains(" # SKIP ")) {
            (true, true) => totals[3] += 1,
            (true, false) => totals[0] += 1,
            (false, _) => of = Some(()),
        }
    }
    assert_eq!(number, plan);
    totals
}

fn of_csv(outcomes: &Vec<Outcome>) -> (Totals, u64) {
    let text = written("csv", outcomes);
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let names = table.headers().unwrap().clone();
    let (mut totals, mut points) = ([0; 4], 0);
    for row in table.records() {
        let row = row.unwrap();
        let number = |name: &str| row[names.iter().position(|known| known == name).unwrap()].parse::<usize>().unwrap();
        for (place, name) in ["passed", "failed", "errors", "not_run"].into_iter().enumerate() {
            totals[place] += number(name);
        }
        assert_eq!(number("checks"), CHECKS);
        assert_eq!(number("udp_sender"), number("points"));
        points += number("points") as u64;
    }
    (totals, points)
}

/// Gradescope has no more than passed and failed.
fn of_gradescope(outcome: &Outcome) -> (usize, usize, u64) {
    let report = json("gradescope", &vec![outcome.clone()]);
    let tests = report["tests"].as_array().unwrap();
    let count = |status: &str| tests.iter().filter(|test| test["status"] == status).count();
    let sum: u64 = tests.iter().map(|test| test["score"].as_u64().unwrap()).sum();
    assert_eq!(report["score"].as_u64(), Some(sum));
    (count("passed"), count("failed"), sum)
}

fn of_classroom(outcome: &Outcome) -> (Totals, u64) {
    let text = written("classroom", &vec![outcome.clone()]);
    let encoded = text.strip_prefix("result=").unwrap().strip_suffix('\n').unwrap();
    let report: Value = serde_json::from_slice(&BASE64_STANDARD.decode(encoded).unwrap()).unwrap();
    let tests = report["tests"].as_array().unwrap();
    let count = |status: &str| tests.iter().filter(|test| test["status"] == status).count();
    let sum = tests.iter().map(|test| test["score"].as_u64().unwrap()).sum();
    assert_eq!(report["version"], 1);
    assert_eq!(report["max_score"], outcome.points.of);
    ([count("pass"), count("fail"), count("error"), 0], sum)
}

#[test]
fn totals_agree_in_all_formats() {
    let class = class("words");
    let (totals, points) = of_json(&class);
    // Of the first submission one of each; the others have a reason of their own for all their checks.
    assert_eq!(totals, [1, 2 + 3 * CHECKS, 1 + 2 * CHECKS, 2]);
    assert_eq!(of_junit(&class), totals);
    assert_eq!(of_tap(&class), totals);
    assert_eq!(of_csv(&class), (totals, points));
    let (mut passed, mut failed, mut sum) = (0, 0, 0);
    let mut classroom = ([0; 4], 0);
    for outcome in &class {
        let of = of_gradescope(outcome);
        (passed, failed, sum) = (passed + of.0, failed + of.1, sum + of.2);
        let (totals, points) = of_classroom(outcome);
        classroom.1 += points;
        for (place, count) in totals.into_iter().enumerate() {
            classroom.0[place] += count;
        }
    }
    assert_eq!((passed, failed, sum), (totals[0], totals[1] + totals[2] + totals[3], points));
    // There, what was not run is an error.
    assert_eq!(classroom, ([totals[0], totals[1], totals[2] + totals[3], 0], points));
    // One for each reason.
    let annotations = written("annotations", &class);
    let count = |command: &str| annotations.lines().filter(|line| line.starts_with(command)).count();
    assert_eq!([count("::error "), count("::warning "), count("::notice ")], [2 + 3, 1 + 2, 2]);
    let summary = written("summary", &class);
    assert_eq!(summary.matches("<details>").count(), 10);
    assert!(summary.contains("| ann | 1 of 21 | 1/6 |"), "{summary}");
}

#[test]
fn the_report_in_json_follows_its_schema() {
    let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
    let schema = serde_json::from_str(include_str!("../src/report/results.schema.json")).unwrap();
    compiler.add_resource("results.json", schema).unwrap();
    let schema = compiler.compile("results.json", &mut schemas).unwrap();
    let mut report = json("json", &class("words"));
    schemas.validate(&report, schema).unwrap_or_else(|error| panic!("{error:#}"));
    // A field that the schema does not know would have been found.
    report["submissions"][0]["exercises"][0]["checks"][1]["new"] = 1.into();
    assert!(schemas.validate(&report, schema).is_err());
}

/// A message that goes on for several lines.
const LONG: &str =
    "no program found. What is there: notes.txt\nFor udp_sender it would be one of:\n  udp_sender.py  a Python program";

#[test]
fn what_holds_for_all_checks_is_told_in_one_line_and_once_in_detail() {
    let problem = Problem { message: LONG.to_owned(), ours: false };
    let refused = submission("kim", "", ProgramOutcome::NotYet, Some(problem));
    let message = LONG.to_owned();
    let source = "udp_sender.c".to_owned();
    let uncompiled = submission("lee", "", ProgramOutcome::DoesNotCompile { source, message }, None);
    let table = written("csv", &vec![refused.clone()]);
    assert!(table.ends_with(",no program found. What is there: notes.txt\n"), "{table}");
    for outcome in [refused, uncompiled] {
        for format in ["junit", "tap"] {
            let text = written(format, &vec![outcome.clone()]);
            assert_eq!(text.matches("a Python program").count(), 1, "{text}");
        }
        // There the first of them can be hidden from students.
        let tests = json("gradescope", &vec![outcome]);
        let tests = tests["tests"].as_array().unwrap();
        assert!(tests.iter().all(|test| test["output"].as_str().unwrap().contains("a Python program")), "{tests:#?}");
    }
}

/// What students see before the time, its points would tell.
#[test]
fn a_leaderboard_is_shown_where_the_course_wants_it_and_counts_what_all_may_see() {
    let mut class = class("words");
    class.truncate(1);
    class[0].exercises[0].checks[2].result = CheckResult::Pass;
    let gradescope = |leaderboard: bool| -> Value {
        let head = Head { leaderboard, ..head() };
        serde_json::from_slice(&render("gradescope", &head, &class).unwrap()).unwrap()
    };
    assert_eq!(gradescope(false).get("leaderboard"), None);
    let shown = gradescope(true);
    let passed = |of: &str| {
        let tests = shown["tests"].as_array().unwrap().iter();
        let passed = tests.filter(|test| test["visibility"] == of && test["status"] == "passed");
        passed.map(|test| test["score"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    let (visible, hidden) = (passed("visible"), passed("hidden"));
    assert!(!visible.is_empty() && !hidden.is_empty(), "{shown}");
    let column = |name: &str, value: u64| serde_json::json!({ "name": name, "value": value, "order": "desc" });
    let expected = [column("Points", visible.iter().sum()), column("Checks", visible.len() as u64)];
    assert_eq!(shown["leaderboard"], Value::from(expected.to_vec()));
}

#[test]
fn each_is_as_it_was_reviewed() {
    let mut class = class("\x1b[31mred ]]> <b>`|` a,b \"c\" %0A::error::");
    // The kernel is another one elsewhere.
    class.truncate(2);
    for format in ["junit", "tap", "csv", "annotations", "summary"] {
        insta::assert_snapshot!(format!("reports_{format}"), written(format, &class));
    }
    class.truncate(1);
    let mut gradescope = json("gradescope", &class);
    gradescope["extra_data"]["isolation"].take();
    insta::assert_snapshot!("reports_gradescope", serde_json::to_string_pretty(&gradescope).unwrap());
}

/// Texts that could mean something to one of the formats.
fn text() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just("]]>".to_owned()),
        Just("</failure>".to_owned()),
        Just("\n".to_owned()),
        Just("\nok 1 - all".to_owned()),
        Just("\n  ...\nok 2".to_owned()),
        Just("\n::error::x".to_owned()),
        Just("\x1b[2J\u{202e}\u{9b}".to_owned()),
        Just("```\n".to_owned()),
        Just(" # SKIP ".to_owned()),
        Just("=cmd|' /C calc'!A0".to_owned()),
        Just("\0".to_owned()),
        "\\PC{0,8}",
    ];
    proptest::collection::vec(pieces, 0..5).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_changes_a_total(text in text()) {
        let (class, plain) = (class(&text), class("words"));
        prop_assert_eq!(of_json(&class), of_json(&plain));
        prop_assert_eq!(of_junit(&class), of_junit(&plain));
        prop_assert_eq!(of_tap(&class), of_tap(&plain));
        prop_assert_eq!(of_csv(&class), of_csv(&plain));
        for (hostile, plain) in class.iter().zip(&plain) {
            prop_assert_eq!(of_gradescope(hostile), of_gradescope(plain));
            prop_assert_eq!(of_classroom(hostile), of_classroom(plain));
        }
        let lines = |class| written("annotations", class).lines().map(|line| line.starts_with("::")).collect::<Vec<_>>();
        prop_assert_eq!(lines(&class), lines(&plain));
        let summary = written("summary", &class);
        prop_assert_eq!(summary.matches("<details>").count(), 10);
        for format in ["json", "junit", "tap", "csv", "annotations", "summary"] {
            let text = written(format, &class);
            prop_assert!(!text.contains(['\x1b', '\u{9b}', '\0']), "{}: {:?}", format, text);
        }
    }
}
