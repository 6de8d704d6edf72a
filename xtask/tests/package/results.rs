//! What Gradescope takes as `results.json`, by the list of fields that it publishes. Nothing here knows how ours are made.

use rstest::rstest;
use serde_json::{Map, Value, json};

const VISIBILITIES: [&str; 4] = ["hidden", "after_due_date", "after_published", "visible"];
const FORMATS: [&str; 5] = ["text", "html", "simple_format", "md", "ansi"];

/// What a field can hold.
enum Kind {
    Number,
    Text,
    OneOf(&'static [&'static str]),
    Texts,
    Object,
    Tests,
    Leaderboard,
}

const TOP: [(&str, Kind); 11] = [
    ("score", Kind::Number),
    ("execution_time", Kind::Number),
    ("output", Kind::Text),
    ("output_format", Kind::OneOf(&FORMATS)),
    ("test_output_format", Kind::OneOf(&FORMATS)),
    ("test_name_format", Kind::OneOf(&FORMATS)),
    ("visibility", Kind::OneOf(&VISIBILITIES)),
    ("stdout_visibility", Kind::OneOf(&VISIBILITIES)),
    ("extra_data", Kind::Object),
    ("tests", Kind::Tests),
    ("leaderboard", Kind::Leaderboard),
];

const TEST: [(&str, Kind); 11] = [
    ("score", Kind::Number),
    ("max_score", Kind::Number),
    ("status", Kind::OneOf(&["passed", "failed"])),
    ("name", Kind::Text),
    ("name_format", Kind::OneOf(&FORMATS)),
    ("number", Kind::Text),
    ("output", Kind::Text),
    ("output_format", Kind::OneOf(&FORMATS)),
    ("tags", Kind::Texts),
    ("visibility", Kind::OneOf(&VISIBILITIES)),
    ("extra_data", Kind::Object),
];

/// All mistakes of a document; none, if Gradescope takes it.
pub fn mistakes(results: &Value) -> Vec<String> {
    let Some(top) = results.as_object() else { return vec!["no object".to_owned()] };
    let mut out = Vec::new();
    fields("", top, &TOP, &mut out);
    let tests = top.get("tests").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    // There must be points: for all, or for each.
    if !top.contains_key("score") && (tests.is_empty() || tests.iter().any(|test| test.get("score").is_none())) {
        out.push("no score".to_owned());
    }
    out
}

fn fields(place: &str, object: &Map<String, Value>, known: &[(&str, Kind)], out: &mut Vec<String>) {
    for (name, value) in object {
        let place = format!("{place}{name}");
        let Some((_, kind)) = known.iter().find(|(known, _)| known == name) else {
            out.push(format!("{place} is not known"));
            continue;
        };
        let fits = match kind {
            Kind::Number => value.is_number(),
            Kind::Text => value.is_string(),
            Kind::OneOf(names) => value.as_str().is_some_and(|text| names.contains(&text)),
            Kind::Texts => value.as_array().is_some_and(|texts| texts.iter().all(Value::is_string)),
            Kind::Object => value.is_object(),
            Kind::Tests => {
                each(&place, value, out, |place, test, out| fields(place, test, &TEST, out));
                value.is_array()
            }
            Kind::Leaderboard => {
                each(&place, value, out, |place, entry, out| {
                    let fits = entry.get("name").is_some_and(Value::is_string)
                        && entry.get("value").is_some_and(|value| value.is_number() || value.is_string())
                        && entry.get("order").is_none_or(|order| order == "asc" || order == "desc")
                        && entry.keys().all(|name| ["name", "value", "order"].contains(&name.as_str()));
                    if !fits {
                        out.push(format!("{place} is no entry of a leaderboard"));
                    }
                });
                value.is_array()
            }
        };
        if !fits {
            out.push(format!("{place} cannot be {value}"));
        }
    }
}

fn each(
    place: &str,
    list: &Value,
    out: &mut Vec<String>,
    mut look: impl FnMut(&str, &Map<String, Value>, &mut Vec<String>),
) {
    for (index, item) in list.as_array().into_iter().flatten().enumerate() {
        let place = format!("{place}[{index}].");
        match item.as_object() {
            Some(item) => look(&place, item, out),
            None => out.push(format!("{place} is no object")),
        }
    }
}

#[rstest]
#[case::only_points(json!({"score": 3.5}), &[])]
#[case::points_of_each(json!({"tests": [{"score": 1}, {"score": 0.5}]}), &[])]
#[case::no_points(json!({"tests": [{"score": 1}, {"name": "x"}]}), &["no score"])]
#[case::nothing(json!({}), &["no score"])]
#[case::no_object(json!([]), &["no object"])]
#[case::a_word(json!({"score": "3"}), &["score cannot be \"3\""])]
#[case::another_field(json!({"score": 1, "points": 1}), &["points is not known"])]
#[case::another_status(json!({"score": 1, "tests": [{"status": "skipped"}]}), &["tests[0].status cannot be \"skipped\""])]
#[case::another_visibility(json!({"score": 1, "visibility": "never"}), &["visibility cannot be \"never\""])]
#[case::a_number(json!({"score": 1, "tests": [{"number": 1.1}]}), &["tests[0].number cannot be 1.1"])]
#[case::a_list(json!({"score": 1, "extra_data": []}), &["extra_data cannot be []"])]
#[case::a_tag(json!({"score": 1, "tests": [{"tags": "a"}]}), &["tests[0].tags cannot be \"a\""])]
#[case::a_leaderboard(json!({"score": 1, "leaderboard": [{"name": "Time", "value": 15.1, "order": "asc"}]}), &[])]
#[case::a_nameless_entry(json!({"score": 1, "leaderboard": [{"value": 1}]}), &["leaderboard[0]. is no entry of a leaderboard"])]
fn a_mistake_is_found(#[case] results: Value, #[case] expected: &[&str]) {
    assert_eq!(mistakes(&results), expected);
}
