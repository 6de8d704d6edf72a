//! What a course changes, and that the reference tells all of it.

use crate::{Course, EXERCISES, Exercise, Visibility, load, root};
use harness::check::Parameter;
use std::collections::BTreeMap;

fn course(text: &str) -> Course {
    Course::parse("course.toml", text).unwrap_or_else(|error| panic!("{error}"))
}

fn exercise<'a>(course: &'a Course, name: &str) -> &'a Exercise {
    course.exercises.iter().find(|exercise| exercise.name == name).unwrap()
}

fn of<T>(exercise: &Exercise, what: impl Fn(&crate::ExerciseCheck) -> T) -> Vec<(&str, T)> {
    exercise.checks.iter().map(|check| (check.name.as_str(), what(check))).collect()
}

#[test]
fn an_empty_course_changes_nothing() {
    let course = course("");
    assert_eq!((&course.title, course.leaderboard), (&None, false));
    assert_eq!(course.exercises.len(), EXERCISES.len());
    for changed in &course.exercises {
        let own = load(&changed.name).unwrap();
        let facts = |exercise: &Exercise| {
            let checks = exercise.checks.iter();
            let checks = checks.map(|check| (check.name.clone(), check.points, check.visibility)).collect::<Vec<_>>();
            (checks, exercise.params.clone())
        };
        assert_eq!(facts(changed), facts(&own));
        assert!(changed.checks.iter().all(|check| check.visibility == Visibility::Visible));
    }
}

#[test]
fn a_course_changes_points_visibility_and_what_counts_and_nothing_of_a_check() {
    let course = course(
        r#"
        title = "Networks"
        visibility = "after_due_date"
        leaderboard = true
        leave_out = ["udp_chat", "udp_sender"]
        [exercises.udp_receiver]
        leave_out = ["port_taken", "bad_arguments", "kilobyte", "not_text"]
        points = { utf8_text = 0, first_of_two = 7 }
        visibility = { utf8_text = "hidden", binds_every_address = "visible" }
        [exercises.tcp_client]
        visibility = "after_published"
        "#,
    );
    assert_eq!((course.title.as_deref(), course.leaderboard), (Some("Networks"), true));
    let names: Vec<_> = course.exercises.iter().map(|exercise| exercise.name.as_str()).collect();
    assert_eq!(names, ["udp_receiver", "tcp_client", "tcp_server", "zero_length_recv"]);
    let changed = exercise(&course, "udp_receiver");
    assert_eq!(
        of(changed, |check| (check.points, check.visibility.name())),
        [
            ("binds_every_address", (2, "visible")),
            ("shows_text_and_sender", (2, "after_due_date")),
            ("utf8_text", (0, "hidden")),
            ("first_of_two", (7, "after_due_date")),
            ("empty_datagram", (1, "after_due_date")),
        ]
    );
    let visibility = |name| exercise(&course, name).checks[0].visibility;
    assert_eq!(
        (visibility("tcp_client"), visibility("tcp_server")),
        (Visibility::AfterPublished, Visibility::AfterDueDate)
    );
    for changed in &course.exercises {
        let own = load(&changed.name).unwrap();
        for check in &changed.checks {
            let same = own.checks.iter().find(|own| own.name == check.name).unwrap();
            assert_eq!(check.check, same.check);
        }
    }
}

#[test]
fn the_places_of_keys_in_the_file_do_not_matter() {
    let above = course("visibility = \"hidden\"\nexercises.tcp_server.visibility.one_client = \"visible\"\n");
    let below = course("exercises.tcp_server.visibility.one_client = \"visible\"\nvisibility = \"hidden\"\n");
    for course in [above, below] {
        let visible = |check: &crate::ExerciseCheck| check.visibility == Visibility::Visible;
        let of_all = course.exercises.iter().flat_map(|exercise| &exercise.checks).filter(|check| visible(check));
        assert_eq!(of_all.map(|check| check.name.as_str()).collect::<Vec<_>>(), ["one_client"]);
    }
}

#[test]
fn every_visibility_has_the_name_that_gradescope_knows() {
    for (name, visibility) in Visibility::ALL {
        assert_eq!(visibility.name(), name);
        let read: BTreeMap<String, Visibility> = toml::from_str(&format!("of = \"{name}\"")).unwrap();
        assert_eq!(read["of"], visibility);
    }
}

#[test]
fn parameters_are_changed_and_the_others_stay() {
    let course = course(
        r#"
        [exercises.tcp_server]
        parameters = { port = 9000, answer = { text = "收到了", encoding = "gbk" } }
        [exercises.udp_chat.parameters]
        port = 7891
        other_port = 7890
        ip = "192.168.1.200"
        [exercises.zero_length_recv]
        parameters.port = 0x2040
        "#,
    );
    let value = |name: &str, parameter: &str| exercise(&course, name).params.0[parameter].to_string();
    assert_eq!((value("tcp_server", "port"), value("tcp_server", "answer")), ("9000".into(), "收到了 as gbk".into()));
    assert_eq!((value("udp_chat", "port"), value("udp_chat", "other_port")), ("7891".into(), "7890".into()));
    assert_eq!((value("udp_chat", "ip"), value("zero_length_recv", "port")), ("192.168.1.200".into(), "8256".into()));
    assert_eq!((value("tcp_client", "ip"), value("tcp_client", "port")), ("192.168.1.103".into(), "8080".into()));
}

/// Or a rule refuses what an exercise does itself.
#[test]
fn the_values_of_the_exercises_can_be_written_into_a_course() {
    for name in EXERCISES {
        for (parameter, value) in load(name).unwrap().params.0 {
            let value = if let Parameter::Number(number) = value { number.to_string() } else { format!("\"{value}\"") };
            course(&format!("[exercises.{name}.parameters]\n{parameter} = {value}\n"));
        }
    }
}

#[test]
fn a_text_can_be_said_to_be_utf_8() {
    let text = course("[exercises.tcp_server.parameters]\nanswer = { text = \"好\", encoding = \"utf-8\" }\n");
    assert_eq!(exercise(&text, "tcp_server").params.0["answer"], Parameter::Text("好".into()));
}

#[test]
fn every_course_in_the_reference_can_be_used() {
    let page = std::fs::read_to_string(root().with_file_name("COURSE.md")).unwrap();
    let examples: Vec<_> = page.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(examples.len() > 1);
    examples.into_iter().for_each(|example| drop(course(example)));
}

#[test]
fn the_reference_tells_every_parameter_and_its_value() {
    let page = std::fs::read_to_string(root().with_file_name("COURSE.md")).unwrap();
    let (_, table) = page.split_once("## Parameters").unwrap();
    for name in EXERCISES {
        let (_, rows) = table.split_once(&format!("| {name} | ")).unwrap();
        let end = rows.find("\n| ").map_or(rows.len(), |_| {
            rows.match_indices('\n').find(|(at, _)| !rows[at + 1..].starts_with("| |")).unwrap().0
        });
        for (parameter, value) in load(name).unwrap().params.0 {
            let row = [format!("`{parameter}` | {value} |"), format!("`{parameter}` | `{value}` |")];
            assert!(row.iter().any(|row| rows[..end].contains(row)), "{name}: {parameter}");
        }
    }
}

#[test]
fn the_reference_tells_every_key_and_every_visibility() {
    let page = std::fs::read_to_string(root().with_file_name("COURSE.md")).unwrap();
    let keys = ["title", "visibility", "leaderboard", "leave_out", "exercises", "points", "parameters", "encoding"];
    for word in keys.into_iter().chain(Visibility::ALL.map(|(name, _)| name)) {
        assert!(page.contains(&format!("`{word}")) || page.contains(&format!("`[{word}")), "{word}");
    }
}
