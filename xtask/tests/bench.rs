//! The benchmark of a class, in small: what is measured here says nothing, that it is measured does.

use std::process::Command;

#[test]
fn a_small_class_is_graded_as_it_must_be_and_every_figure_stands_beside_its_limit() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    let output = command.args(["bench", "--class", "4", "--check", "udp_sender::one_datagram"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(0 | 1)), "{said}{errors}");
    assert_eq!(errors, "");

    // Two of each language, one of them wrong: the first wrong programs of the exercise.
    let row = |begin: &str| said.lines().find(|line| line.starts_with(begin)).unwrap_or_else(|| panic!("{said}"));
    let cells = |begin: &str| row(begin)[begin.len()..].split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    for language in ["in Python", "Rust executables"] {
        assert_eq!(cells(language)[..4], ["2", "1", "1", "1"], "{said}");
    }
    // Whether a program fails in this one check stands in its head.
    let exercise = exercises::load("udp_sender").unwrap();
    let wrong = exercise.wrong().unwrap();
    let first = |kind: &str| wrong.iter().find(|wrong| wrong.path.extension().is_some_and(|other| other == kind));
    let failing = ["py", "rs"].map(|kind| first(kind).unwrap().fails.contains("one_datagram"));
    let failing = failing.into_iter().filter(|fails| *fails).count();
    assert!(said.contains(&format!("\n4 checks, of which {failing} failed as they must, in ")), "{said}");

    assert!(said.contains("A grader that takes no"), "{said}");
    let measured = [
        "checks a second",
        "memory of the grader at 4",
        "memory of the grader at 1",
        "a submission at 4, over one at 1",
        "going on with the finished class",
    ];
    let kept = measured.map(|figure| {
        let cells = cells(figure);
        assert!(cells[0].parse::<f64>().unwrap() > 0.0, "{figure}: {said}");
        let shown = cells.join(" ");
        assert!(shown.contains(" at least ") || shown.contains(" at most "), "{figure}: {said}");
        !shown.ends_with("NOT KEPT")
    });
    assert_eq!(output.status.code() == Some(0), kept.iter().all(|kept| *kept), "{said}");
    assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
}
