//! Bytes to send or type, and values to look for.

use super::super::data::{Data, Encoding};
use super::super::error::CheckError;
use super::super::lexer::Kind;
use super::super::value::Value;
use super::line::{Line, is_peer, parameter};

/// Most bytes of a pattern: it is made in memory, and sent.
const PATTERN: usize = 4 << 20;

const DATA: [&str; 5] = ["\"text\"", "\"text\" as gbk", "hex c3 28", "65507 bytes", "{parameter}"];
const VALUES: [&str; 7] = ["A's ip", "A's port", "\"text\"", "a number", "1024 bytes", "{parameter}", "words"];

impl Line<'_> {
    /// `DATA, DATA`
    pub(super) fn list(&mut self) -> Result<Vec<Data>, Box<CheckError>> {
        let mut out = vec![self.data()?];
        while self.kind() == Some(&Kind::Comma) {
            self.at += 1;
            out.push(self.data()?);
        }
        Ok(out)
    }

    pub(super) fn data(&mut self) -> Result<Data, Box<CheckError>> {
        match self.kind().cloned() {
            Some(Kind::Text(text)) => {
                self.at += 1;
                if !self.takes("as") {
                    return Ok(Data::Text(text));
                }
                let word = self.word().unwrap_or_default();
                let known = Encoding::ALL.iter().find(|(name, _)| *name == word);
                let (_, encoding) = known.ok_or_else(|| self.error_here("an encoding must stand here", &["gbk"]))?;
                self.at += 1;
                Ok(Data::Encoded(text, *encoding))
            }
            Some(Kind::Word(word)) if word == "hex" => {
                self.at += 1;
                let mut bytes = Vec::new();
                while let Some(word) = self.word().filter(|word| word != "to" && word != "into") {
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
                let len = word.parse().map_err(|_| self.error_here("bytes to send or type must stand here", &DATA))?;
                self.is_small(len)?;
                self.at += 1;
                self.expect("bytes", &DATA[3..4])?;
                Ok(Data::Pattern(len))
            }
            _ => Err(self.error_here("bytes to send or type must stand here", &DATA)),
        }
    }

    fn is_small(&self, len: usize) -> Result<(), Box<CheckError>> {
        if len > PATTERN { Err(self.error_here(&format!("at most {PATTERN} bytes"), &[])) } else { Ok(()) }
    }

    pub(super) fn values(&mut self) -> Result<Vec<Value>, Box<CheckError>> {
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
                    let number = word.parse().map_err(|_| self.error_here("a value must stand here", &VALUES))?;
                    self.at += 1;
                    if !self.takes("bytes") {
                        return Ok(Value::Number(number));
                    }
                    self.at -= 2;
                    self.is_small(number as usize)?;
                    self.at += 1;
                    Value::Pattern(number as usize)
                }
            }
            _ => return Err(self.error_here("a value must stand here", &VALUES)),
        };
        self.at += 1;
        Ok(value)
    }
}
