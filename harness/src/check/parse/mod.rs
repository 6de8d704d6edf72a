//! Reads a `.check` file. Every mistake is reported with its place, what was expected, and the nearest right form.

mod data;
mod line;
mod peer;
mod stimulus;

use super::error::CheckError;
use super::{Check, LookFor, PEERS, Stimulus};
use line::Line;
use std::collections::HashSet;

/// How a line can begin, for messages; a peer's line begins with its name.
const FORMS: [&str; 9] = [
    "look for VALUE, VALUE …",
    "the exit code is free",
    "start PROGRAM ARGUMENT … given DATA",
    "type DATA",
    "end of input",
    "kill the program",
    "hold the program's source port",
    "repeat the last 3 lines 49 times",
    "PEER ACTION, as in: A connects to {port}",
];

/// Reads a `.check` file; `file` is its name for messages.
///
/// # Errors
/// The first line that is not in the language, with its place.
pub fn parse(file: &str, text: &str) -> Result<Check, Box<CheckError>> {
    let mut check = Check { about: String::new(), look_for: Vec::new(), free_exit_from: None, stimuli: Vec::new() };
    let mut peers = HashSet::new();
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
            let values = if line.takes("nothing") { Vec::new() } else { line.values()? };
            check.look_for.push(LookFor { from: check.stimuli.len(), values });
        } else if line.takes("the") {
            for word in ["exit", "code", "is", "free"] {
                line.expect(word, &FORMS[1..2])?;
            }
            if check.free_exit_from.replace(check.stimuli.len()).is_some() {
                return Err(line.error_at(0, "this stands once", &[]));
            }
        } else {
            let stimulus = line.stimulus(&check.stimuli)?;
            if let Stimulus::Peer { name, .. } = &stimulus
                && peers.insert(name.clone())
                && peers.len() > PEERS
            {
                return Err(line.error_at(
                    0,
                    &format!("this would be one peer more than the {PEERS} that there can be"),
                    &[],
                ));
            }
            check.stimuli.push(stimulus);
        }
        line.end()?;
    }
    if check.stimuli.is_empty() {
        let mut line = Line::new(file, text.lines().count().max(1), "")?;
        line.text = text.lines().last().unwrap_or_default();
        return Err(line.error_at(0, "this check does nothing: it has no stimulus", &FORMS[2..]));
    }
    Ok(check)
}

#[cfg(test)]
mod tests;
