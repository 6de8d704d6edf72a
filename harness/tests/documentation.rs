//! `CHECKS.md` is complete and true: its stimuli are the language's, and every line of every snapshot has its form there.

use harness::check::{self, Action, Stimulus};
use harness::transcript::Transcript;
use harness::verdict;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn page() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("CHECKS.md")).unwrap()
}

/// The stimuli of all code blocks of the language.
fn stimuli(page: &str) -> Vec<Stimulus> {
    let blocks = page.split("```check\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks
        .flat_map(|block| check::parse("CHECKS.md", block).unwrap_or_else(|error| panic!("{error}")).stimuli)
        .collect()
}

/// A name for each kind of stimulus. The compiler demands a line here for a new kind, and the test then a line there.
fn kind(stimulus: &Stimulus) -> &'static str {
    match stimulus {
        Stimulus::Start(start) if start.name.is_some() => "start as",
        Stimulus::Start(start) if start.given.is_some() => "start given",
        Stimulus::Start(_) => "start",
        Stimulus::Type { data, .. } if data.len() > 1 => "type several",
        Stimulus::Type { into: None, .. } => "type",
        Stimulus::Type { into: Some(_), .. } => "type into",
        Stimulus::EndOfInput(None) => "end of input",
        Stimulus::EndOfInput(Some(_)) => "end of input for",
        Stimulus::Kill(None) => "kill",
        Stimulus::Kill(Some(_)) => "kill a name",
        Stimulus::Repeat { .. } => "repeat",
        Stimulus::HoldSourcePort => "hold",
        Stimulus::Peer { action, .. } => match action {
            Action::BindsUdp(_) => "binds",
            Action::ListensTcp(_) => "listens",
            Action::Connects { sends: None, .. } => "connects",
            Action::Connects { sends: Some(_), .. } => "connects and sends",
            Action::SendsTo { data, .. } if data.len() > 1 => "sends several to",
            Action::SendsTo { .. } => "sends to",
            Action::Sends(_) => "sends",
            Action::ShutsDownSending => "shuts down",
            Action::Closes => "closes",
            Action::Resets => "resets",
            Action::StopsReading => "stops reading",
            Action::ReadsAgain => "reads again",
        },
    }
}

#[test]
fn every_stimulus_of_the_language_is_on_the_page() {
    let stimuli = stimuli(&page());
    let kinds: BTreeSet<_> = stimuli.iter().map(kind).collect();
    // As many as `kind` has names.
    assert_eq!(kinds.len(), 24, "{kinds:?}");
}

/// The forms of a transcript's lines, from the tables of the page.
fn forms(page: &str) -> Vec<String> {
    let tables = page.split("### Every line, by lane").nth(1).unwrap();
    let cells = tables.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
    cells.flat_map(|cell| cell.trim_end_matches('`').split("`, `").map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// Whether a line has a form, in which `…` stands for any text.
fn has_form(line: &str, form: &str) -> bool {
    let mut parts = form.split('…');
    let Some(mut rest) = line.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts: Vec<_> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[test]
fn every_line_of_every_snapshot_has_its_form_on_the_page() {
    let forms = forms(&page());
    assert!(forms.len() > 25, "{forms:?}");
    let exercises = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("exercises");
    let folders = fs::read_dir(exercises).unwrap().map(|entry| entry.unwrap().path().join("snapshots"));
    let mut lines = 0;
    for file in folders.filter(|path| path.is_dir()).flat_map(|path| fs::read_dir(path).unwrap()) {
        let path = file.unwrap().path();
        let transcript = Transcript::parse(&verdict::body(&fs::read_to_string(&path).unwrap()).unwrap());
        for line in transcript.steps.iter().flat_map(|step| &step.lines) {
            // Of a program with a name, the line begins with it.
            let named = line.split_once(' ').map_or("", |(_, line)| line);
            let has = |line| forms.iter().any(|form| has_form(line, form));
            assert!(has(line) || has(named), "{}: no form for `{line}`", path.display());
            lines += 1;
        }
    }
    assert!(lines > 100, "{lines}");
}

#[test]
fn a_line_that_has_no_form_is_noticed() {
    let forms = forms(&page());
    for line in ["listen on tcp *:1", "exits 1", "A → program", "shows", "never comes to rest"] {
        assert!(!forms.iter().any(|form| has_form(line, form)), "{line}");
    }
}
