//! The lines of a transcript as facts. `CHECKS.md` lists every line that can appear.

use crate::check::{Parameters, pattern};

/// One line of a transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fact {
    /// The program that it is about, where it names one; else the first.
    pub(super) program: usize,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `listens on tcp *:{port}`, `is bound to udp *:{port}`: the place.
    Place(String),
    NoLonger(String),
    /// `A → program  FIN`: from, to, what.
    Wire(String, String, What),
    Shows(Vec<String>),
    Says,
    Ends(End),
    /// `TIME_WAIT is held by A`.
    Held(String),
    Impossible(String),
    Other(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    Syn,
    SynAck,
    Ack,
    Fin,
    Rst,
    Icmp,
    /// The bytes as the transcript writes them.
    Data(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    Zero,
    Cleanly,
    Wordless,
    Crashes,
    Dies,
    Killed,
    Free,
    NotStarted,
    LeavesProcess,
    Stopped,
    Restless,
}

impl Fact {
    pub(super) const fn end(&self) -> Option<&End> {
        if let Kind::Ends(end) = &self.kind { Some(end) } else { None }
    }
}

/// The facts of a step; `programs` are the programs' names.
pub(super) fn facts(lines: &[String], programs: &[&str]) -> Vec<Fact> {
    lines.iter().map(|line| fact(line, programs)).collect()
}

fn fact(line: &str, programs: &[&str]) -> Fact {
    let named = programs.iter().enumerate().skip(1).find_map(|(number, name)| {
        let rest = line.strip_prefix(name)?.strip_prefix(' ')?;
        (!rest.starts_with("→ ")).then_some((number, rest))
    });
    let (program, rest) = named.unwrap_or((0, line));
    Fact { program, kind: kind(rest) }
}

fn kind(line: &str) -> Kind {
    let ends = |end| Kind::Ends(end);
    match line {
        "exits 0" => return ends(End::Zero),
        "fails cleanly" => return ends(End::Cleanly),
        "fails without a word on stderr" => return ends(End::Wordless),
        "crashes" => return ends(End::Crashes),
        "is killed" => return ends(End::Killed),
        "ends" => return ends(End::Free),
        "cannot be started" => return ends(End::NotStarted),
        "leaves a process behind" => return ends(End::LeavesProcess),
        "is stopped" => return ends(End::Stopped),
        "says something" => return Kind::Says,
        _ => {}
    }
    if line.starts_with("dies of ") {
        return ends(End::Dies);
    }
    if line.starts_with("never comes to rest") || line.starts_with("hides what it does") {
        return ends(End::Restless);
    }
    if let Some(place) = line.strip_prefix("listens on ").or_else(|| line.strip_prefix("is bound to ")) {
        return Kind::Place(place.to_owned());
    }
    if let Some(place) = line.strip_prefix("no longer ") {
        return Kind::NoLonger(place.to_owned());
    }
    if let Some(values) = line.strip_prefix("shows ") {
        return Kind::Shows(split_values(values));
    }
    if let Some(why) = line.strip_prefix("cannot be done: ") {
        return Kind::Impossible(why.to_owned());
    }
    if line.contains(" is held by ") && !line.contains(" → ") {
        return Kind::Held(line.to_owned());
    }
    let wire = line.split_once(" → ").and_then(|(from, rest)| Some((from, rest.split_once("  ")?)));
    if let Some((from, (to, what))) = wire {
        let what = match what {
            "SYN" => What::Syn,
            "SYN,ACK" => What::SynAck,
            "ACK" => What::Ack,
            "FIN" => What::Fin,
            "RST" => What::Rst,
            what if what.starts_with("ICMP ") => What::Icmp,
            what => What::Data(what.to_owned()),
        };
        return Kind::Wire(from.to_owned(), to.to_owned(), what);
    }
    Kind::Other(line.to_owned())
}

/// The values of a `shows` line, which are separated by commas; a text in quotes can hold commas too.
fn split_values(text: &str) -> Vec<String> {
    let (mut out, mut value) = (Vec::new(), String::new());
    let (mut quoted, mut escaped) = (false, false);
    for c in text.chars() {
        match c {
            ',' if !quoted => out.push(std::mem::take(&mut value).trim().to_owned()),
            c => value.push(c),
        }
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
    }
    out.push(value.trim().to_owned());
    out
}

/// The bytes that a transcript writes as `"text" (4 bytes)`, `{answer}`, `the 1024 bytes` or `hex …`. `None` where it gives
/// only the ends of a long run.
pub(super) fn bytes(told: &str, params: &Parameters) -> Option<Vec<u8>> {
    if let Some(name) = told.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        return Some(params.get(name).ok()?.bytes());
    }
    if let Some(len) = told.strip_prefix("the ").and_then(|rest| rest.strip_suffix(" bytes")) {
        return Some(pattern(len.parse().ok()?));
    }
    let (told, _) = told.rsplit_once(" (")?;
    if let Some(hex) = told.strip_prefix("hex ") {
        return hex.split(' ').map(|byte| u8::from_str_radix(byte, 16).ok()).collect();
    }
    unquote(told).map(String::into_bytes)
}

/// A text as [`crate::check::quote`] wrote it.
pub(super) fn unquote(quoted: &str) -> Option<String> {
    let mut chars = quoted.strip_prefix('"')?.strip_suffix('"')?.chars();
    let mut out = String::new();
    while let Some(c) = chars.next() {
        out.push(match c {
            '\\' => match chars.next()? {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                '0' => '\0',
                'u' => {
                    let number: String = chars.by_ref().skip(1).take_while(|c| *c != '}').collect();
                    char::from_u32(u32::from_str_radix(&number, 16).ok()?)?
                }
                other => other,
            },
            // Two quoted texts and what is between them are not one.
            '"' => return None,
            c => c,
        });
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::quote;
    use crate::transcript::describe;
    use proptest::prelude::*;

    #[test]
    fn lines_are_read_as_facts() {
        let of = |line: &str| fact(line, &["program", "second"]);
        assert_eq!(of("second listens on tcp *:9").program, 1);
        assert_eq!(of("A → program  FIN").kind, Kind::Wire("A".into(), "program".into(), What::Fin));
        assert_eq!(of("second → P  \"a → b  c\" (7 bytes)").program, 0);
        assert_eq!(of("exits 0").end(), Some(&End::Zero));
        let shows = Kind::Shows(vec!["A's ip".into(), "\"a, \\\"b\\\"\"".into(), "5".into()]);
        assert_eq!(of("shows A's ip, \"a, \\\"b\\\"\", 5").kind, shows);
    }

    proptest! {
        #[test]
        fn bytes_are_read_back_as_they_were_told(sent in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert_eq!(bytes(&describe(&sent), &Parameters::default()), Some(sent));
        }

        #[test]
        fn any_text_is_read_back(text in ".*") {
            prop_assert_eq!(unquote(&quote(&text)), Some(text));
        }
    }
}
