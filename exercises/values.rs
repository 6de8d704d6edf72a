//! Which values a course may give to a parameter: of the same kind as the exercise's own, and such that every check still means what it
//! meant, and every reviewed snapshot still holds.

use crate::Exercise;
use crate::toml_file::{Mistake, TomlFile, Value};
use harness::check::{Encoding, Parameter, Parameters, must_be_escaped};
use std::net::{IpAddr, Ipv4Addr};

/// Lower ones belong to the system, and of higher ones the system chooses those of peers.
const PORTS: (u32, u32) = (1_024, 32_767);
/// The last bytes of the lab's addresses that no peer has.
const ADDRESSES: (u8, u8) = (103, 254);
/// Longest text, in bytes: reports write it out also where it came twice.
const LONGEST: usize = 200;

const TEXT: &str = "\"text\"";
const ENCODED: &str = "{ text = \"text\", encoding = \"gbk\" }";

/// What kind of value a parameter has. A course does not change that.
enum Kind {
    Port,
    Address,
    Text,
}

impl Kind {
    fn of(value: &Parameter) -> Self {
        match value {
            Parameter::Number(_) => Self::Port,
            Parameter::Text(text) if text.parse::<IpAddr>().is_ok() => Self::Address,
            Parameter::Text(_) | Parameter::Encoded { .. } => Self::Text,
        }
    }
}

/// Reads a value that comes in the place of `own`.
pub(crate) fn read(file: &TomlFile<'_>, own: &Parameter, value: &Value<'_>) -> Result<Parameter, Mistake> {
    match Kind::of(own) {
        Kind::Port => Ok(Parameter::Number(file.number(value, "a port", PORTS.0, PORTS.1)?)),
        Kind::Address => {
            let text = value.get_ref().as_str();
            let free = |ip: &Ipv4Addr| {
                let [a, b, c, last] = ip.octets();
                [a, b, c] == [192, 168, 1] && (ADDRESSES.0..=ADDRESSES.1).contains(&last)
            };
            let ip = text.and_then(|text| text.parse().ok()).filter(free).ok_or_else(|| {
                let (from, to) = ADDRESSES;
                let problem =
                    format!("an address of the program's machine must be one from 192.168.1.{from} to 192.168.1.{to}");
                file.mistake(value.span(), problem, &[])
            })?;
            Ok(Parameter::Text(ip.to_string()))
        }
        Kind::Text => text(file, value),
    }
}

/// `"text"`, `{ text = "text", encoding = "gbk" }`
fn text(file: &TomlFile<'_>, value: &Value<'_>) -> Result<Parameter, Mistake> {
    if let Some(text) = value.get_ref().as_str() {
        return Ok(Parameter::Text(text.to_owned()));
    }
    let forms = [TEXT, ENCODED];
    let missing = || file.mistake(value.span(), "a text must stand here".to_owned(), &forms);
    let table = value.get_ref().as_table().ok_or_else(missing)?;
    file.only(table, &["text", "encoding"])?;
    let text = file.string(table.get("text").ok_or_else(missing)?)?.to_owned();
    let names: Vec<_> = ["utf-8"].into_iter().chain(Encoding::ALL.map(|(name, _)| name)).collect();
    let encoding = table.get("encoding").map(|value| file.word(value, "encoding", &names)).transpose()?;
    let encoding = encoding.and_then(|place| Encoding::ALL.iter().find(|(name, _)| *name == names[place]));
    Ok(match encoding {
        Some((_, encoding)) => Parameter::Encoded { text, encoding: *encoding },
        None => Parameter::Text(text),
    })
}

/// Why an exercise cannot have this value in the place of `own`, although it is of the right kind. `all` are the values that
/// the course gives to it; the exercise has all its checks still.
pub(crate) fn problem(exercise: &Exercise, own: &Parameter, name: &str, all: &Parameters) -> Option<String> {
    let value = all.0.get(name)?;
    if let Some((other, _)) = all.0.iter().find(|(other, same)| *other != name && *same == value) {
        return Some(format!("`{other}` has this value, too, and a transcript would take one for the other"));
    }
    if matches!(Kind::of(value), Kind::Text) {
        return problem_of_text(exercise, own, value);
    }
    if let Some(problem) = problem_of_byte_order(value) {
        return Some(problem);
    }
    let of_an_address = |c: char| c.is_ascii_digit() || matches!(Kind::of(value), Kind::Address) && c == '.';
    let check = exercise.checks.iter().find(|check| {
        let lines = check.check.lines();
        lines.iter().any(|line| line.split(|c| !of_an_address(c)).any(|word| word == value.text()))
    })?;
    Some(format!("the check `{}` has this written in, for something else", check.name))
}

/// With its bytes in the wrong order a port must be another one that a program can have, or checks would take a missing `htons` for
/// something else, or not notice it.
fn problem_of_byte_order(value: &Parameter) -> Option<String> {
    let Parameter::Number(number) = value else { return None };
    let port = u16::try_from(*number).ok()?;
    match port.swap_bytes() {
        swapped if swapped == port => {
            Some("its two bytes are alike: who forgets htons would not be noticed".to_owned())
        }
        swapped if u32::from(swapped) < PORTS.0 => Some(format!(
            "who forgets htons would have port {swapped}, which belongs to the system: that looks like a port that is taken"
        )),
        _ => None,
    }
}

fn problem_of_text(exercise: &Exercise, own: &Parameter, value: &Parameter) -> Option<String> {
    let text = value.text();
    let problem = match value {
        _ if text.is_empty() => "an empty text cannot be told from none".to_owned(),
        _ if text.trim() != text => "a blank at the beginning or the end cannot be seen".to_owned(),
        _ if text.chars().any(must_be_escaped) => "there is a character in it that cannot be seen".to_owned(),
        _ if text.contains(['{', '}']) => "braces stand around the name of a parameter".to_owned(),
        _ if text.contains(|c: char| c.is_ascii_digit()) => {
            "digits could be taken for a length, a port or an address that is to be shown".to_owned()
        }
        _ if text.is_ascii() && !own.text().is_ascii() => {
            "some characters must not be ASCII: ASCII is the same in every encoding, and a wrong one would not be noticed"
                .to_owned()
        }
        Parameter::Encoded { encoding, .. } if !text.chars().all(|c| encoding.has(c)) => {
            format!("there is a character in it that {encoding} does not have")
        }
        _ if value.bytes().len() > LONGEST => {
            format!("it has {} bytes, and {LONGEST} is the most", value.bytes().len())
        }
        _ => {
            let within = |other: &&str| !other.is_empty() && text.contains(*other);
            let check = exercise.checks.iter().find(|check| check.check.texts().any(|other| within(&other)))?;
            format!("the check `{}` sends or looks for a text that is in it", check.name)
        }
    };
    Some(problem)
}
