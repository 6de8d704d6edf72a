//! What keeps results from being joined: how what was graded differs, in a sentence.

use crate::outcome::{CheckHead, ExerciseHead};

/// How `theirs` differ from `ours`, which came before; `None` if they are the same.
pub(super) fn exercises(ours: &[ExerciseHead], theirs: &[ExerciseHead]) -> Option<String> {
    let names = |of: &[ExerciseHead]| of.iter().map(|exercise| exercise.name.clone()).collect();
    if let Some(other) = of_names(names(ours), names(theirs)) {
        return Some(format!("other exercises were graded than in the results before it: {other}"));
    }
    ours.iter().zip(theirs).find_map(|(ours, theirs)| exercise(ours, theirs))
}

fn exercise(ours: &ExerciseHead, theirs: &ExerciseHead) -> Option<String> {
    let name = &ours.name;
    for (parameter, value) in &theirs.parameters {
        if let Some(before) = ours.parameters.get(parameter).filter(|before| *before != value) {
            return Some(format!(
                "the parameter {parameter} of {name} is {value}, and {before} in the results before it"
            ));
        }
    }
    let names = |of: &ExerciseHead| of.checks.iter().map(|check| check.name.clone()).collect();
    if let Some(other) = of_names(names(ours), names(theirs)) {
        return Some(format!("other checks of {name} were graded than in the results before it: {other}"));
    }
    let check = ours.checks.iter().zip(&theirs.checks).find_map(|(ours, theirs)| check(name, ours, theirs));
    check.or_else(|| (ours != theirs).then(|| format!("{name} is described otherwise than in the results before it")))
}

fn check(exercise: &str, ours: &CheckHead, theirs: &CheckHead) -> Option<String> {
    let name = format!("{exercise}::{}", ours.name);
    if ours.points != theirs.points {
        return Some(format!("{name} is worth {} points, and {} in the results before it", theirs.points, ours.points));
    }
    if ours.visibility != theirs.visibility {
        return Some(format!("the visibility of {name} is another than in the results before it"));
    }
    (ours != theirs).then(|| {
        format!("{name} is another check than in the results before it: its lines or its transcript have changed")
    })
}

/// What only one of them has; or that their order differs.
fn of_names(ours: Vec<String>, theirs: Vec<String>) -> Option<String> {
    let only = |of: &[String], not: &[String]| {
        let names: Vec<_> = of.iter().filter(|name| !not.contains(name)).map(String::as_str).collect();
        names.join(", ")
    };
    match (only(&theirs, &ours), only(&ours, &theirs)) {
        _ if ours == theirs => None,
        (here, before) if here.is_empty() && before.is_empty() => Some("their order is another".to_owned()),
        (here, before) if before.is_empty() => Some(format!("also {here}")),
        (here, before) if here.is_empty() => Some(format!("not {before}")),
        (here, before) => Some(format!("{here} instead of {before}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::Visibility;
    use rstest::rstest;
    use std::collections::BTreeMap;

    fn before() -> Vec<ExerciseHead> {
        let check = |name: &str| CheckHead {
            name: name.to_owned(),
            about: String::new(),
            points: 1,
            visibility: Visibility::Visible,
            digest: "1".to_owned(),
        };
        let exercise = |name: &str| ExerciseHead {
            name: name.to_owned(),
            title: String::new(),
            parameters: BTreeMap::from([("port".to_owned(), "8989".to_owned())]),
            checks: ["one", "two"].map(check).to_vec(),
        };
        ["udp_sender", "tcp_server"].map(exercise).to_vec()
    }

    /// A course with other values changes the digests of the checks, too: what is told is the value.
    fn another_port(exercises: &mut [ExerciseHead]) {
        exercises[1].parameters.insert("port".to_owned(), "9000".to_owned());
        exercises[1].checks[0].digest = "2".to_owned();
    }

    fn another_check(exercises: &mut [ExerciseHead]) {
        let check = CheckHead { name: "three".to_owned(), ..exercises[0].checks[0].clone() };
        exercises[0].checks.push(check);
    }

    #[rstest]
    #[case::nothing(|_: &mut Vec<ExerciseHead>| {}, None)]
    #[case::a_parameter(
        |e: &mut Vec<ExerciseHead>| another_port(e),
        Some("the parameter port of tcp_server is 9000, and 8989 in the results before it")
    )]
    #[case::an_exercise(|e: &mut Vec<ExerciseHead>| _ = e.remove(0), Some("other exercises were graded than in the results before it: not udp_sender"))]
    #[case::a_check_more(
        |e: &mut Vec<ExerciseHead>| another_check(e),
        Some("other checks of udp_sender were graded than in the results before it: also three")
    )]
    #[case::another_check(|e: &mut Vec<ExerciseHead>| e[0].checks[0].name = "three".to_owned(), Some("other checks of udp_sender were graded than in the results before it: three instead of one"))]
    #[case::the_order(|e: &mut Vec<ExerciseHead>| e[0].checks.reverse(), Some("other checks of udp_sender were graded than in the results before it: their order is another"))]
    #[case::points(|e: &mut Vec<ExerciseHead>| e[1].checks[1].points = 5, Some("tcp_server::two is worth 5 points, and 1 in the results before it"))]
    #[case::visibility(|e: &mut Vec<ExerciseHead>| e[1].checks[1].visibility = Visibility::Hidden, Some("the visibility of tcp_server::two is another than in the results before it"))]
    #[case::lines(|e: &mut Vec<ExerciseHead>| e[1].checks[1].digest = "2".to_owned(), Some("tcp_server::two is another check than in the results before it: its lines or its transcript have changed"))]
    #[case::words(|e: &mut Vec<ExerciseHead>| e[1].title = "x".to_owned(), Some("tcp_server is described otherwise than in the results before it"))]
    fn what_differs_is_named(#[case] change: fn(&mut Vec<ExerciseHead>), #[case] expected: Option<&str>) {
        let mut theirs = before();
        change(&mut theirs);
        assert_eq!(exercises(&before(), &theirs).as_deref(), expected);
    }
}
