//! The output lane: which of the looked-for values a program has shown, and whether it has said something. Everything
//! else it prints leaves no trace.

use super::bytes_of;
use super::ending::is_crash;
use super::known::Known;
use super::names::Names;
use crate::check::{Data, Parameter, ProgramName, Stimulus, Value, pattern};
use crate::event::{Step, Stream};
use std::collections::BTreeSet;

/// What the programs were told and have said so far.
pub(super) struct Talks(Vec<Talk>);

#[derive(Clone, Default)]
struct Talk {
    /// Its arguments, and what was typed since it was started. It may repeat them whenever it likes.
    told: String,
    /// The addresses it has shown since it was started, with the steps in which peers got them. It may repeat them too.
    shown: BTreeSet<(String, usize)>,
    /// The lines it has printed in all steps so far.
    lines: Known,
    /// Its standard error since it was started.
    errors: Vec<u8>,
}

impl Talks {
    pub(super) fn new(programs: usize) -> Self {
        Self(vec![Talk::default(); programs])
    }

    /// Takes note of what a stimulus tells a program.
    pub(super) fn listen(&mut self, names: &Names<'_>, stimulus: &Stimulus) {
        let text = |data: &Data| data.bytes(names.params).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let (name, told): (&ProgramName, Vec<_>) = match stimulus {
            Stimulus::Start(start) => {
                let talk = &mut self.0[names.check.program(&start.name)];
                talk.told.clear();
                talk.shown.clear();
                talk.errors.clear();
                let args = start.args.iter().map(|arg| arg.resolve(names.params));
                (&start.name, args.chain(start.given.as_ref().map(text)).flatten().collect())
            }
            Stimulus::Type { data, into } => (into, data.iter().flat_map(text).collect()),
            _ => return,
        };
        let talk = &mut self.0[names.check.program(name)];
        told.iter().for_each(|words| talk.told.extend([words.as_str(), "\n"]));
    }

    /// `shows …` and `says something`.
    pub(super) fn lines(&mut self, names: &Names<'_>, step: &Step) -> Vec<String> {
        let mut out = Vec::new();
        for (program, talk) in self.0.iter_mut().enumerate() {
            let bytes = [Stream::Stdout, Stream::Stderr].map(|stream| bytes_of(&step.output, program, stream));
            talk.errors.extend(&bytes[1]);
            let mut texts = bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            if !step.rest.is_rest() {
                // Where an endless output was cut off depends on the machine. Half a line is not what the program said.
                texts.iter_mut().for_each(|text| text.truncate(text.rfind('\n').map_or(0, |end| end + 1)));
            }
            out.extend(talk.of(names, step, &texts).into_iter().map(|line| names.of(program, &line)));
        }
        out
    }

    /// What a program has written to standard error since it was started.
    pub(super) fn errors(&self, program: usize) -> &[u8] {
        &self.0[program].errors
    }
}

impl Talk {
    fn of(&mut self, names: &Names<'_>, step: &Step, texts: &[String; 2]) -> Vec<String> {
        let wanted = names.check.looks_for(step.line());
        let shown =
            |value: &&Value| texts.iter().any(|text| shows(names, value, text)) && !shows(names, value, &self.told);
        let mut values: Vec<_> = wanted.iter().filter(shown).collect();
        values.retain(|value| match value {
            Value::Ip(peer) | Value::Port(peer) => {
                let since = names.newest(peer).map_or(0, |endpoint| endpoint.since);
                self.shown.insert((value.to_string(), since))
            }
            _ => true,
        });
        let values: Vec<_> = values.into_iter().map(Value::to_string).collect();
        let mut out = Vec::new();
        if !values.is_empty() {
            out.push(format!("shows {}", values.join(", ")));
        }
        // What a run-time system prints of an exception is no message.
        let said = texts.iter().filter(|text| !is_crash(text.as_bytes()));
        let values = names.check.look_for.iter().flat_map(|look_for| &look_for.values);
        let values: Vec<_> = values.filter_map(|value| text_of(names, value)).filter(|text| !text.is_empty()).collect();
        let lines = said.flat_map(|text| text.split(['\n', '\r'])).map(|line| bare(line, &values));
        // Every line is noted, whether or not the words of this step are looked for.
        if self.lines.take(lines, wanted.contains(&Value::Words)) {
            out.push("says something".to_owned());
        }
        out
    }
}

/// A line without the values that the check looks for anywhere, numbers and blanks: an answer that is shown with nothing in
/// it has the same words around it as one that is shown.
fn bare(line: &str, values: &[String]) -> String {
    let mut line = line.to_owned();
    for value in values {
        if line.contains(value) {
            line = line.replace(value, "");
        }
    }
    line.retain(|c| !c.is_whitespace() && !c.is_ascii_digit() && !c.is_control());
    line
}

fn shows(names: &Names<'_>, value: &Value, text: &str) -> bool {
    let Some(wanted) = text_of(names, value) else { return false };
    let number = wanted.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if number && !matches!(value, Value::Text(_)) { shows_number(text, &wanted) } else { shows_text(text, &wanted) }
}

/// What must be printed to show a value; `None` for `words`, and for the address of a peer that has none yet.
fn text_of(names: &Names<'_>, value: &Value) -> Option<String> {
    match value {
        Value::Ip(peer) => names.newest(peer).map(|endpoint| endpoint.local.ip().to_string()),
        Value::Port(peer) => names.newest(peer).map(|endpoint| endpoint.local.port().to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::Text(text) => Some(text.clone()),
        Value::Pattern(len) => Some(String::from_utf8_lossy(&pattern(*len)).into_owned()),
        Value::Parameter(name) => names.params.get(name).ok().map(Parameter::text),
        Value::Words => None,
    }
}

/// Whether a text stands somewhere without a NUL behind it: that is the rest of a buffer, which a terminal does not show.
fn shows_text(text: &str, wanted: &str) -> bool {
    text.match_indices(wanted).any(|(start, _)| !text[start + wanted.len()..].starts_with('\0'))
}

/// Whether a number or a dotted address stands in a text by itself and not as a part of a longer one: 5 is not shown
/// by 53111, by 0.5, or by 192.168.1.5.
fn shows_number(text: &str, number: &str) -> bool {
    let bytes = text.as_bytes();
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let dot = |at: Option<usize>| at.and_then(|at| bytes.get(at)) == Some(&b'.');
    text.match_indices(number).any(|(start, _)| {
        let (before, after) = (start.checked_sub(1), start + number.len());
        let continues_one = digit(before) || (dot(before) && digit(start.checked_sub(2)));
        let goes_on = digit(Some(after)) || (dot(Some(after)) && digit(Some(after + 1)));
        !continues_one && !goes_on
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn a_text_with_the_rest_of_its_buffer_is_not_shown() {
        assert!(shows_text("got hello, twice", "hello"));
        assert!(!shows_text("got hello\0\0\0", "hello"));
    }

    #[rstest]
    #[case("('192.168.1.11', 53111)", "53111", true)]
    #[case("('192.168.1.11', 53111)", "192.168.1.11", true)]
    #[case("::ffff:192.168.1.11:53111", "192.168.1.11", true)]
    #[case("got 5 bytes.", "5", true)]
    #[case("got 5.", "5", true)]
    #[case("收到5个字节", "5", true)]
    #[case("port 53111", "5", false)]
    #[case("after 0.5 s", "5", false)]
    #[case("from 192.168.1.5", "5", false)]
    #[case("from 192.168.1.110", "192.168.1.11", false)]
    fn a_number_must_stand_by_itself(#[case] text: &str, #[case] number: &str, #[case] shown: bool) {
        assert_eq!(shows_number(text, number), shown);
    }
}
