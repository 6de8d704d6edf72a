//! What a report says does not come from what a program printed.

use super::graded::{alone, grader, submission};

#[test]
fn printed_results_stand_in_a_report_only_as_what_the_program_wrote() {
    let dir = submission(&[("udp_receiver.py".to_owned(), alone("prints_results.py"))]);
    let output = grader(dir.path(), &["udp_receiver::utf8_text"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    insta::assert_snapshot!(text);
    // Whoever looks for results at the beginning of lines finds ours only, and services no command.
    let results = ["{", "##", "ok ", "1..1", "TAP", "test result:", "<", "]]>"];
    assert!(!text.lines().any(|line| results.iter().any(|mark| line.starts_with(mark))), "{text}");
    assert!(!text.lines().any(|line| line.trim_start().starts_with("::")), "{text}");
    assert!(!["##[", "##vso[", "##teamcity["].iter().any(|command| text.contains(command)), "{text}");
}

#[test]
fn printed_json_is_a_text_in_our_json() {
    let dir = submission(&[("udp_receiver.py".to_owned(), alone("prints_results.py"))]);
    let output = grader(dir.path(), &["udp_receiver::utf8_text"]).args(["--format", "json"]).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let report = &report["submissions"][0];
    assert_eq!(report["points"], serde_json::json!({ "got": 0, "of": 1 }));
    assert_eq!(report["exercises"][0]["checks"][0]["verdict"], "fail");
    let written = report["exercises"][0]["checks"][0]["doing"]["stdout"].to_string();
    assert!(written.contains(r#"{\"score\": 100.0"#), "{written}");
}
