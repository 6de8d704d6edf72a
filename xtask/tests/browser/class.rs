//! Made-up classes, as the report gets them.

use exercises::Visibility;
use harness::diagnosis::Cause;
use harness::event::{State, Stream};
use harness::lab::{Isolation, LabError};
use harness::ladder::{About, Arrow, Change, Entry, Kind, Ladder, Lane, Section, What};
use harness::verdict::Doing;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;
use tempfile::TempDir;
use xtask::isolation::Held;
use xtask::outcome::{
    CheckHead, CheckOutcome, CheckResult, ExerciseHead, ExerciseOutcome, Explanation, Failure, Head, Outcome, Points,
    Problem, ProgramOutcome,
};

/// Two exercises of three checks each, worth 1, 2 and 3 points.
pub fn head() -> Head {
    let check = |(number, name): (u32, &str)| CheckHead {
        name: name.to_owned(),
        about: format!("What {name} is about."),
        points: number,
        visibility: Visibility::Visible,
        digest: String::new(),
    };
    let exercise = |name: &str, checks: [&str; 3]| ExerciseHead {
        name: name.to_owned(),
        title: format!("The title of {name}"),
        parameters: BTreeMap::from([("port".to_owned(), "8989".to_owned())]),
        checks: (1..).zip(checks).map(check).collect(),
    };
    Head {
        leaderboard: false,
        grader: "0.1.0+test".to_owned(),
        course: None,
        isolation: vec![Held { level: Isolation::Full, protections: Vec::new(), kernel: "6.1".to_owned() }],
        exercises: vec![
            exercise("tcp_server", ["one_client", "two_clients", "restarts_at_once"]),
            exercise("udp_chat", ["sends", "receives", "ends_with_input"]),
        ],
    }
}

/// A submission with a verdict for each check: `p` passed, `f` failed for a reason that others have, `u` failed for an unknown
/// one, `y` not yet, `e` trouble of ours, `s` skipped.
pub fn outcome(name: &str, verdicts: &str) -> Outcome {
    with(name, verdicts, "text")
}

/// The same, with somebody else's words wherever there can be some.
pub fn with(name: &str, verdicts: &str, words: &str) -> Outcome {
    let mut verdicts = verdicts.chars();
    let exercises: Vec<_> =
        head().exercises.iter().map(|exercise| of_exercise(exercise, verdicts.by_ref(), words)).collect();
    let points = Points::of(exercises.iter().flat_map(|exercise| &exercise.checks));
    Outcome { submission: name.to_owned(), points, problem: None, exercises }
}

/// A submission that could not be unpacked.
pub fn unreadable(name: &str, message: &str) -> Outcome {
    let problem = Some(Problem { message: message.to_owned(), ours: false });
    let mut outcome = Outcome { problem, ..with(name, "ssssss", message) };
    outcome.exercises.iter_mut().for_each(|exercise| exercise.program = ProgramOutcome::NotYet);
    outcome
}

fn of_exercise(exercise: &ExerciseHead, verdicts: impl Iterator<Item = char>, words: &str) -> ExerciseOutcome {
    let checks: Vec<_> = exercise
        .checks
        .iter()
        .zip(verdicts)
        .map(|(check, verdict)| CheckOutcome {
            name: check.name.clone(),
            about: check.about.clone(),
            points: check.points,
            visibility: check.visibility,
            result: result(verdict, words),
            milliseconds: Some(12),
            ladder: matches!(verdict, 'f' | 'u').then(|| ladder(words)),
        })
        .collect();
    let is_skipped = checks.iter().all(|check| matches!(check.result, CheckResult::Skip));
    let program = match is_skipped {
        true => {
            ProgramOutcome::DoesNotCompile { source: format!("{words}.c"), message: format!("error: {words}\n  | ^") }
        }
        false => ProgramOutcome::Ready { source: format!("{words}.py") },
    };
    ExerciseOutcome::new(exercise, checks, program)
}

fn result(verdict: char, words: &str) -> CheckResult {
    match verdict {
        'p' => CheckResult::Pass,
        's' => CheckResult::Skip,
        'y' => CheckResult::NotYet,
        'e' => CheckResult::Error(LabError {
            doing: "making a lab".to_owned(),
            error: words.to_owned(),
            remedy: Some(words.to_owned()),
            missing: false,
        }),
        _ => CheckResult::Fail(Box::new(Failure {
            step: 2,
            steps: 3,
            before: vec!["start tcp_server".to_owned()],
            stimulus: "A connects".to_owned(),
            expected: Some(vec!["A connected".to_owned(), "stdout {port}".to_owned()]),
            seen: Some(vec!["A refused".to_owned(), words.to_owned()]),
            doing: Doing {
                state: vec![words.to_owned()],
                stdout: vec![words.to_owned()],
                stderr: vec![words.to_owned()],
            },
            diagnosis: (verdict == 'f').then(|| Explanation {
                cause: Cause::NotListening,
                title: Cause::NotListening.title().to_owned(),
                because: words.to_owned(),
                evidence: vec![words.to_owned()],
                next: Cause::NotListening.next().to_owned(),
                behind: Vec::new(),
            }),
        })),
    }
}

fn ladder(words: &str) -> Ladder {
    let lane = |name: &str, is_program| Lane { name: name.to_owned(), about: words.to_owned(), is_program };
    let arrow = Arrow { from: 1, to: 0, kind: Kind::Opens, label: "[SYN] Seq=0".to_owned(), data: words.to_owned() };
    let entries = vec![
        Entry::plain(What::Heading { text: words.to_owned(), starts: Some(0) }),
        Entry {
            what: What::Arrow(arrow),
            changes: vec![Change { lane: 1, connection: Some((0, 1)), state: State::SynSent }],
        },
        Entry::plain(What::Says { lane: 0, stream: Stream::Stdout, lines: vec![words.to_owned()] }),
        Entry::plain(What::Note { lane: 0, about: About::Wait, text: words.to_owned() }),
    ];
    let section = Section { packets: 1, entries, ..Section::default() };
    Ladder { title: words.to_owned(), lanes: vec![lane("tcp_server", true), lane("A", false)], sections: vec![section] }
}

/// A class with something of everything.
pub fn sample() -> Vec<Outcome> {
    vec![
        outcome("anna", "pppppp"),
        outcome("bert 10", "ppfppp"),
        outcome("bert 9", "fffppp"),
        outcome("carla", "ffuppf"),
        outcome("dora", "pppsss"),
        outcome("emil", "ppyyyy"),
        outcome("finn", "peppfp"),
        unreadable("gero", "gero.zip is no archive"),
    ]
}

/// The page of a class, in a folder of its own.
pub fn page(outcomes: &Vec<Outcome>) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("class.html");
    let mut out = BufWriter::new(File::create(&path).unwrap());
    xtask::report::html(&head(), outcomes, &mut out).unwrap();
    (dir, path)
}
