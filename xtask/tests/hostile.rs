//! Whatever a program does in the checks of the exercises, its reports can be made, and have nothing in them that commands a
//! terminal. What the reference programs do is changed here and there, or is something else altogether.

mod common;
#[path = "../../harness/tests/hostile/observations.rs"]
mod observations;
#[path = "../../harness/tests/hostile/terminal.rs"]
mod terminal;

use exercises::{EXERCISES, Exercise};
use harness::event::Observation;
use harness::lab::Isolation;
use harness::transcript::Transcript;
use observations::{apply, change, few_cases, observation};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use std::sync::LazyLock;
use terminal::commands;
use xtask::isolation::Held;
use xtask::judge::judge;
use xtask::outcome::{CheckOutcome, ExerciseOutcome, Head, Outcome, Points, ProgramOutcome};
use xtask::report;
use xtask::run::Ran;

/// A check of an exercise, both by their numbers.
type Place = (usize, usize);

static ALL: LazyLock<Vec<Exercise>> =
    LazyLock::new(|| EXERCISES.iter().map(|name| exercises::load(name).unwrap()).collect());

fn places() -> Vec<Place> {
    let of =
        |(number, exercise): (usize, &Exercise)| (0..exercise.checks.len()).map(move |check| (number, check)).collect();
    ALL.iter().enumerate().flat_map::<Vec<_>, _>(of).collect()
}

/// What a reference program does in some checks, one of each exercise.
static REAL: LazyLock<Vec<(Place, Observation)>> = LazyLock::new(|| {
    common::runtime().block_on(async {
        let programs = common::programs(&xtask::programs::solutions().join("python")).await;
        let mut out = Vec::new();
        for (number, exercise) in ALL.iter().enumerate() {
            for check in (0..exercise.checks.len()).step_by(3) {
                let name = &exercise.checks[check].name;
                let ran = common::run(exercise, name, &programs[&exercise.name]).await;
                out.push(((number, check), ran.seen));
            }
        }
        out
    })
});

/// The reports on a check of which this was seen.
fn reports((exercise, check): Place, seen: Observation) -> [String; 2] {
    let exercise = &ALL[exercise];
    let check = &exercise.checks[check];
    let transcript = Transcript::new(&check.check, &exercise.params, &seen);
    let (result, ladder) = judge(exercise, check, &check.expected().unwrap(), &Ran { seen, transcript });
    let (name, about, visibility) = (check.name.clone(), check.check.about.clone(), check.visibility);
    let outcome = CheckOutcome {
        name,
        about,
        points: check.points,
        visibility,
        result,
        milliseconds: None,
        ladder: Some(ladder),
    };
    reports_on(exercise, vec![outcome], ProgramOutcome::Ready { source: "p.py".to_owned() })
}

fn reports_on(exercise: &Exercise, checks: Vec<CheckOutcome>, program: ProgramOutcome) -> [String; 2] {
    let head = Head::new(std::slice::from_ref(exercise), None, Held::new(Isolation::Full, Vec::new())).unwrap();
    let exercise = ExerciseOutcome::new(&head.exercises[0], checks, program);
    let outcome = Outcome {
        submission: "p".to_owned(),
        points: Points::of(&exercise.checks),
        problem: None,
        exercises: vec![exercise],
    };
    [report::text(&head, &outcome, 80), report::json(&head, &vec![outcome]).unwrap()]
}

fn assert_harmless([text, json]: [String; 2]) {
    assert_eq!(commands(&text), None);
    assert!(commands(&json).is_none() && !json.contains('\x1b'), "{json:?}");
    serde_json::from_str::<serde_json::Value>(&json).unwrap_or_else(|error| panic!("{error}: {json}"));
}

proptest! {
    #![proptest_config(few_cases())]

    #[test]
    fn what_a_right_program_does_with_some_changes_is_reported(
        (real, changes) in any::<Index>().prop_flat_map(|real| {
            let (exercise, check) = real.get(&REAL).0;
            (Just(real), vec(change(&ALL[exercise].checks[check].check), 1..4))
        }),
    ) {
        let (place, mut seen) = real.get(&REAL).clone();
        changes.into_iter().for_each(|change| apply(&mut seen, change));
        prop_assert_eq!(seen.fits(&ALL[place.0].checks[place.1].check), Ok(()));
        assert_harmless(reports(place, seen));
    }

    #[test]
    fn what_no_program_would_do_is_reported(
        (place, seen) in select(places()).prop_flat_map(|place| {
            (Just(place), observation(&ALL[place.0].checks[place.1].check))
        }),
    ) {
        assert_harmless(reports(place, seen));
    }

    #[test]
    fn what_a_compiler_says_is_reported(message in observations::bytes()) {
        let message = String::from_utf8_lossy(&message).into_owned();
        let source = "p.c".to_owned();
        assert_harmless(reports_on(&ALL[0], Vec::new(), ProgramOutcome::NotBuilt { message: message.clone() }));
        assert_harmless(reports_on(&ALL[0], Vec::new(), ProgramOutcome::DoesNotCompile { source, message }));
    }
}
