//! A line that does something.

use super::super::error::CheckError;
use super::super::lexer::Kind;
use super::super::params::Template;
use super::super::stimulus::{Start, Stimulus};
use super::FORMS;
use super::line::{Line, is_peer, is_program};

const START: &[&str] = &["start PROGRAM ARGUMENT … as NAME given DATA"];
const KILL: &[&str] = &["kill the program", "kill NAME"];
const HOLD: &[&str] = &["hold the program's source port"];
const REPEAT: &[&str] = &["repeat the last 3 lines 49 times"];

/// Most repetitions of lines: all that is seen of each is kept to the end of the check.
const TIMES: usize = 1_000;

impl Line<'_> {
    /// A stimulus; `before` are those that stand before it.
    pub(super) fn stimulus(&mut self, before: &[Stimulus]) -> Result<Stimulus, Box<CheckError>> {
        let Some(first) = self.word() else {
            return Err(self.error_here("a line begins with a word", &FORMS));
        };
        self.at += 1;
        Ok(match first.as_str() {
            "start" => Stimulus::Start(self.start()?),
            "type" => {
                let data = self.list()?;
                let into = if self.takes("into") { Some(self.started(before)?) } else { None };
                Stimulus::Type { data, into }
            }
            "end" => {
                self.expect_all("of input", &["end of input", "end of input for NAME"])?;
                let of = if self.takes("for") { Some(self.started(before)?) } else { None };
                Stimulus::EndOfInput(of)
            }
            "kill" if self.takes("the") => {
                self.expect("program", KILL)?;
                Stimulus::Kill(None)
            }
            "kill" => Stimulus::Kill(Some(self.started(before)?)),
            "hold" => {
                self.expect_all("the program's source port", HOLD)?;
                Stimulus::HoldSourcePort
            }
            "repeat" => self.repeat(before)?,
            _ if is_peer(&first) => Stimulus::Peer { name: first, action: self.action()? },
            _ => {
                self.at -= 1;
                let problem = format!("no line begins with `{first}` (a peer's name begins with a capital letter)");
                return Err(self.error_here(&problem, &FORMS));
            }
        })
    }

    fn start(&mut self) -> Result<Start, Box<CheckError>> {
        let program = self.word().ok_or_else(|| self.error_here("which program is started?", START))?;
        self.at += 1;
        let mut start = Start { program, args: Vec::new(), name: None, given: None };
        loop {
            match self.kind() {
                None => return Ok(start),
                Some(Kind::Word(word)) if word == "as" && start.name.is_none() => {
                    self.at += 1;
                    let name = self.word().filter(|name| is_program(name));
                    let problem = "a name in small letters must stand here, and not `program`";
                    start.name = Some(name.ok_or_else(|| self.error_here(problem, START))?);
                    self.at += 1;
                }
                Some(Kind::Word(word)) if word == "given" => {
                    self.at += 1;
                    start.given = Some(self.data()?);
                    return Ok(start);
                }
                Some(Kind::Word(_) | Kind::Text(_)) if start.name.is_some() => {
                    return Err(self.error_here("arguments must stand before the name", START));
                }
                Some(Kind::Word(word) | Kind::Text(word)) => {
                    start.args.push(Template(word.clone()));
                    self.at += 1;
                }
                Some(Kind::Comma) => {
                    return Err(self.error_here("arguments are divided by spaces, not by commas", START));
                }
            }
        }
    }

    /// The name of a program that has been started `as` that.
    fn started(&mut self, before: &[Stimulus]) -> Result<String, Box<CheckError>> {
        let known: Vec<&str> = names(before).collect();
        match self.word() {
            Some(name) if known.contains(&name.as_str()) => {
                self.at += 1;
                Ok(name)
            }
            Some(name) => Err(self.error_here(&format!("no program was started `as {name}`"), &known)),
            None => Err(self.error_here("the name of a program must stand here", &known)),
        }
    }

    fn repeat(&mut self, before: &[Stimulus]) -> Result<Stimulus, Box<CheckError>> {
        self.expect_all("the last", REPEAT)?;
        let at = self.at;
        let lines = self.count(REPEAT)?;
        self.expect("lines", REPEAT)?;
        let times = self.count(REPEAT)?;
        if times > TIMES {
            return Err(self.error_at(self.at - 1, &format!("at most {TIMES} times"), &[]));
        }
        self.expect("times", REPEAT)?;
        let Some(first) = before.len().checked_sub(lines) else {
            let problem = format!("there are only {} stimuli before this line", before.len());
            return Err(self.error_at(at, &problem, &[]));
        };
        if before[first..].iter().any(|line| matches!(line, Stimulus::Repeat { .. })) {
            return Err(self.error_at(at, "one of these lines is a `repeat` itself", &[]));
        }
        Ok(Stimulus::Repeat { lines, times })
    }

    fn expect_all(&mut self, words: &str, forms: &[&str]) -> Result<(), Box<CheckError>> {
        words.split(' ').try_for_each(|word| self.expect(word, forms))
    }
}

/// The names of the programs that these lines start `as` something.
fn names(stimuli: &[Stimulus]) -> impl Iterator<Item = &str> {
    stimuli.iter().filter_map(|stimulus| match stimulus {
        Stimulus::Start(start) => start.name.as_deref(),
        _ => None,
    })
}
