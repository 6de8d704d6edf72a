//! Splits a line of a `.check` file into words, texts and commas, each with its place.

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Column of the first character, from 1.
    pub(super) column: usize,
    /// Width in characters.
    pub(super) width: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Word(String),
    Text(String),
    Comma,
}

/// A line that cannot be split.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LexError {
    pub(super) column: usize,
    pub(super) problem: &'static str,
}

/// Splits one line.
pub(super) fn tokens(line: &str) -> Result<Vec<Token>, LexError> {
    let chars: Vec<char> = line.chars().collect();
    let mut out = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let start = at;
        let kind = match chars[at] {
            c if c.is_whitespace() => {
                at += 1;
                continue;
            }
            ',' => {
                at += 1;
                Kind::Comma
            }
            '"' => {
                let (text, end) = text(&chars, at)?;
                at = end;
                Kind::Text(text)
            }
            _ => {
                while at < chars.len() && !chars[at].is_whitespace() && chars[at] != ',' && chars[at] != '"' {
                    at += 1;
                }
                Kind::Word(chars[start..at].iter().collect())
            }
        };
        out.push(Token { kind, column: start + 1, width: at - start });
    }
    Ok(out)
}

/// A text in double quotes that opens at `open`; returns it and the place after it.
fn text(chars: &[char], open: usize) -> Result<(String, usize), LexError> {
    let error = |at: usize, problem| LexError { column: at + 1, problem };
    let mut out = String::new();
    let mut at = open + 1;
    loop {
        match chars.get(at) {
            None => return Err(error(open, "this text is never closed: a `\"` is missing")),
            Some('"') => return Ok((out, at + 1)),
            Some('\\') => {
                let (c, end) = escape(chars, at).ok_or_else(|| {
                    error(at, "this is no escape: use \\n \\r \\t \\0 \\\" \\\\ or \\u{hex}; bytes that are no text are written `hex c3 28`")
                })?;
                out.push(c);
                at = end;
            }
            Some(&c) => {
                out.push(c);
                at += 1;
            }
        }
    }
}

fn escape(chars: &[char], at: usize) -> Option<(char, usize)> {
    let simple = match chars.get(at + 1)? {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        '0' => '\0',
        '"' => '"',
        '\\' => '\\',
        'u' => {
            let close = chars[at..].iter().position(|c| *c == '}')? + at;
            let digits: String = chars.get(at + 3..close)?.iter().collect();
            if chars.get(at + 2) != Some(&'{') {
                return None;
            }
            return Some((char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?, close + 1));
        }
        _ => return None,
    };
    Some((simple, at + 2))
}
