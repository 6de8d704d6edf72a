//! Reads a `.check` file. Every mistake is reported with its place, what was expected, and the nearest right form.

use super::Check;
use super::data::{Data, Encoding};
use super::error::{CheckError, nearest};
use super::lexer::{Kind, Token, tokens};
use super::params::Template;
use super::stimulus::{Action, Start, Stimulus};
use super::value::Value;

/// How a line can begin, for messages; a peer's line begins with its name.
const FORMS: [&str; 7] = [
    "look for VALUE, VALUE …",
    "start PROGRAM ARGUMENT … given DATA",
    "type DATA",
    "end of input",
    "kill the program",
    "hold the program's source port",
    "PEER ACTION, as in: A connects to {port}",
];

/// What a peer can do, for messages.
const ACTIONS: [&str; 9] = [
    "binds udp IP:PORT",
    "listens on tcp IP:PORT",
    "connects to PORT",
    "sends DATA",
    "shuts down sending",
    "closes",
    "resets",
    "stops reading",
    "reads again",
];

const DATA: [&str; 5] = ["\"text\"", "\"text\" as gbk", "hex c3 28", "65507 bytes", "{parameter}"];
const VALUES: [&str; 6] = ["A's ip", "A's port", "\"text\"", "a number", "{parameter}", "words"];
const ENDPOINTS: [&str; 4] = ["PORT", "IP:PORT", "*:PORT", "{port}"];

/// Reads a `.check` file; `file` is its name for messages.
///
/// # Errors
/// The first line that is not in the language, with its place.
pub fn parse(file: &str, text: &str) -> Result<Check, Box<CheckError>> {
    let mut check = Check { about: String::new(), look_for: Vec::new(), stimuli: Vec::new() };
    for (index, text) in text.lines().enumerate() {
        if let Some(comment) = text.trim_start().strip_prefix('#') {
            if check.about.is_empty() {
                comment.trim().clone_into(&mut check.about);
            }
            continue;
        }
        let mut line = Line::new(file, index + 1, text)?;
        if line.tokens.is_empty() {
            continue;
        }
        if line.takes("look") {
            line.expect("for", &FORMS[..1])?;
            if !check.look_for.is_empty() || !check.stimuli.is_empty() {
                return Err(line.error_at(0, "`look for` stands once, before the first stimulus", &[]));
            }
            check.look_for = line.values()?;
        } else {
            check.stimuli.push(line.stimulus()?);
        }
        line.end()?;
    }
    if check.stimuli.is_empty() {
        let mut line = Line::new(file, text.lines().count().max(1), "")?;
        line.text = text.lines().last().unwrap_or_default();
        return Err(line.error_at(0, "this check does nothing: it has no stimulus", &FORMS[1..]));
    }
    Ok(check)
}

/// One line being read.
struct Line<'a> {
    file: &'a str,
    number: usize,
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
}

impl<'a> Line<'a> {
    fn new(file: &'a str, number: usize, text: &'a str) -> Result<Self, Box<CheckError>> {
        let mut line = Self { file, number, text, tokens: Vec::new(), at: 0 };
        line.tokens = tokens(text).map_err(|error| {
            let mut mistake = line.error_at(0, error.problem, &[]);
            mistake.column = error.column;
            mistake
        })?;
        Ok(line)
    }

    fn stimulus(&mut self) -> Result<Stimulus, Box<CheckError>> {
        if self.takes("start") {
            return Ok(Stimulus::Start(self.start()?));
        }
        if self.takes("type") {
            return Ok(Stimulus::Type(self.data()?));
        }
        for (form, stimulus) in [
            ("end of input", Stimulus::EndOfInput),
            ("kill the program", Stimulus::Kill),
            ("hold the program's source port", Stimulus::HoldSourcePort),
        ] {
            let mut words = form.split(' ');
            if words.next().is_some_and(|first| self.takes(first)) {
                words.try_for_each(|word| self.expect(word, &[form]))?;
                return Ok(stimulus);
            }
        }
        match self.word() {
            Some(name) if is_peer(&name) => {
                self.at += 1;
                Ok(Stimulus::Peer { name, action: self.action()? })
            }
            Some(word) => Err(self.error_here(
                &format!("no line begins with `{word}` (a peer's name begins with a capital letter)"),
                &FORMS,
            )),
            None => Err(self.error_here("a line begins with a word", &FORMS)),
        }
    }

    fn start(&mut self) -> Result<Start, Box<CheckError>> {
        let program = self.word().ok_or_else(|| self.error_here("which program is started?", &FORMS[1..2]))?;
        self.at += 1;
        let mut start = Start { program, args: Vec::new(), given: None };
        loop {
            match self.kind() {
                None => return Ok(start),
                Some(Kind::Word(word)) if word == "given" => {
                    self.at += 1;
                    start.given = Some(self.data()?);
                    return Ok(start);
                }
                Some(Kind::Word(word) | Kind::Text(word)) => {
                    start.args.push(Template(word.clone()));
                    self.at += 1;
                }
                Some(Kind::Comma) => {
                    return Err(self.error_here("arguments are divided by spaces, not by commas", &FORMS[1..2]));
                }
            }
        }
    }

    fn action(&mut self) -> Result<Action, Box<CheckError>> {
        let Some(verb) = self.word() else {
            return Err(self.error_here("what does the peer do?", &ACTIONS));
        };
        self.at += 1;
        let form = ACTIONS.iter().find(|form| form.starts_with(&format!("{verb} ")) || **form == verb);
        let Some(form) = form else {
            self.at -= 1;
            return Err(self.error_here(&format!("no peer `{verb}`"), &ACTIONS));
        };
        let form = std::slice::from_ref(form);
        Ok(match verb.as_str() {
            "binds" => {
                self.expect("udp", form)?;
                Action::BindsUdp(self.endpoint()?)
            }
            "listens" => {
                self.expect("on", form)?;
                self.expect("tcp", form)?;
                Action::ListensTcp(self.endpoint()?)
            }
            "connects" => {
                self.expect("to", form)?;
                Action::Connects(self.endpoint()?)
            }
            "sends" => {
                let data = self.data()?;
                let to = if self.takes("to") { Some(self.endpoint()?) } else { None };
                Action::Sends { data, to }
            }
            "shuts" => {
                self.expect("down", form)?;
                self.expect("sending", form)?;
                Action::ShutsDownSending
            }
            "closes" => Action::Closes,
            "resets" => Action::Resets,
            "stops" => {
                self.expect("reading", form)?;
                Action::StopsReading
            }
            _ => {
                self.expect("again", form)?;
                Action::ReadsAgain
            }
        })
    }

    fn data(&mut self) -> Result<Data, Box<CheckError>> {
        match self.kind().cloned() {
            Some(Kind::Text(text)) => {
                self.at += 1;
                if !self.takes("as") {
                    return Ok(Data::Text(text));
                }
                let word = self.word().unwrap_or_default();
                let known = Encoding::ALL.iter().find(|(name, _)| *name == word);
                let (_, encoding) = known.ok_or_else(|| self.error_here("an encoding stands here", &["gbk"]))?;
                self.at += 1;
                Ok(Data::Encoded(text, *encoding))
            }
            Some(Kind::Word(word)) if word == "hex" => {
                self.at += 1;
                let mut bytes = Vec::new();
                while let Some(word) = self.word().filter(|word| word != "to") {
                    let byte = Some(&word).filter(|word| word.len() == 2 && !word.starts_with('+'));
                    let byte = byte.and_then(|word| u8::from_str_radix(word, 16).ok());
                    bytes.push(byte.ok_or_else(|| self.error_here("a byte is two hexadecimal digits", &DATA[2..3]))?);
                    self.at += 1;
                }
                Ok(Data::Hex(bytes))
            }
            Some(Kind::Word(word)) => {
                if let Some(name) = parameter(&word) {
                    self.at += 1;
                    return Ok(Data::Parameter(name));
                }
                let len = word.parse().map_err(|_| self.error_here("bytes to send or type stand here", &DATA))?;
                self.at += 1;
                self.expect("bytes", &DATA[3..4])?;
                Ok(Data::Pattern(len))
            }
            _ => Err(self.error_here("bytes to send or type stand here", &DATA)),
        }
    }

    fn values(&mut self) -> Result<Vec<Value>, Box<CheckError>> {
        let mut out = Vec::new();
        loop {
            out.push(self.value()?);
            if self.kind() != Some(&Kind::Comma) {
                return Ok(out);
            }
            self.at += 1;
        }
    }

    fn value(&mut self) -> Result<Value, Box<CheckError>> {
        let value = match self.kind() {
            Some(Kind::Text(text)) => Value::Text(text.clone()),
            Some(Kind::Word(word)) if word == "words" => Value::Words,
            Some(Kind::Word(word)) => {
                let word = word.clone();
                if let Some(peer) = word.strip_suffix("'s").filter(|peer| is_peer(peer)) {
                    let peer = peer.to_owned();
                    self.at += 1;
                    match self.word().as_deref() {
                        Some("ip") => Value::Ip(peer),
                        Some("port") => Value::Port(peer),
                        _ => return Err(self.error_here("a peer has an ip and a port", &VALUES[..2])),
                    }
                } else if let Some(name) = parameter(&word) {
                    Value::Parameter(name)
                } else {
                    Value::Number(word.parse().map_err(|_| self.error_here("a value stands here", &VALUES))?)
                }
            }
            _ => return Err(self.error_here("a value stands here", &VALUES)),
        };
        self.at += 1;
        Ok(value)
    }

    fn endpoint(&mut self) -> Result<Template, Box<CheckError>> {
        let word = self.word().ok_or_else(|| self.error_here("an address stands here", &ENDPOINTS))?;
        self.at += 1;
        Ok(Template(word))
    }

    fn kind(&self) -> Option<&Kind> {
        self.tokens.get(self.at).map(|token| &token.kind)
    }

    fn word(&self) -> Option<String> {
        match self.kind() {
            Some(Kind::Word(word)) => Some(word.clone()),
            _ => None,
        }
    }

    fn takes(&mut self, word: &str) -> bool {
        let is = self.word().as_deref() == Some(word);
        self.at += usize::from(is);
        is
    }

    fn expect(&mut self, word: &str, forms: &[&str]) -> Result<(), Box<CheckError>> {
        if self.takes(word) { Ok(()) } else { Err(self.error_here(&format!("`{word}` stands here"), forms)) }
    }

    fn end(&self) -> Result<(), Box<CheckError>> {
        match self.kind() {
            None => Ok(()),
            Some(_) => Err(self.error_here("the line should have ended here (a comment is a line of its own)", &[])),
        }
    }

    fn error_here(&self, problem: &str, expected: &[&str]) -> Box<CheckError> {
        self.error_at(self.at, problem, expected)
    }

    fn error_at(&self, token: usize, problem: &str, expected: &[&str]) -> Box<CheckError> {
        let found = self.tokens.get(token);
        let after_the_end = self.text.trim_end().chars().count() + 1;
        let word = found.map(|token| match &token.kind {
            Kind::Word(word) | Kind::Text(word) => word.as_str(),
            Kind::Comma => ",",
        });
        let first_words = expected.iter().map(|form| form.split(' ').next().unwrap_or_default());
        let meant = word.and_then(|word| nearest(word, first_words));
        Box::new(CheckError {
            file: self.file.to_owned(),
            line: self.number,
            column: found.map_or(after_the_end, |token| token.column),
            width: found.map_or(1, |token| token.width),
            text: self.text.to_owned(),
            problem: problem.to_owned(),
            nearest: meant
                .and_then(|first| expected.iter().find(|form| form.split(' ').next() == Some(first)))
                .map(|form| (*form).to_owned()),
            expected: expected.iter().map(|form| (*form).to_owned()).collect(),
        })
    }
}

fn is_peer(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_uppercase()) && word.chars().all(|c| c.is_ascii_alphanumeric())
}

fn parameter(word: &str) -> Option<String> {
    let name = word.strip_prefix('{')?.strip_suffix('}')?;
    Some(name.to_owned()).filter(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !name.is_empty())
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
