//! Everything that is made of an observation. Also used by a fuzz target.

use crate::terminal::commands;
use harness::check::{self, Check, Parameter, Parameters};
use harness::event::Observation;
use harness::ladder::text::{Charset, Look};
use harness::ladder::{Ladder, svg, text};
use harness::transcript::Transcript;
use harness::verdict::{self, Difference, Verdict};
use harness::{diagnosis, pcapng};

const CHECK: &str = "\
# Two programs, and all that a check can look for.
look for A's ip, A's port, \"hello\", 5, {answer}, 1024 bytes, words
start p {port}
start q {other} as second given \"hello\"
A listens on tcp *:8080
P binds udp {ip}:7788
B connects to {port} and sends hex c3 28
P sends \"hello\", \"\" to {port}
type \"hello\", \"\" into second
A sends 1024 bytes
look for \"after\", words
the exit code is free
hold the program's source port
C connects to {port}
repeat the last 1 lines 3 times
A closes
B resets
end of input for second
kill second
";

/// A check with two programs, several peers, and all that can be looked for.
pub fn check() -> Check {
    check::parse("t.check", CHECK).unwrap_or_else(|error| panic!("{error}"))
}

/// The values that it names.
pub fn params() -> Parameters {
    let text = |text: &str| Parameter::Text(text.to_owned());
    let values = [
        ("port", Parameter::Number(8989)),
        ("other", Parameter::Number(7788)),
        ("ip", text("192.168.1.103")),
        ("answer", text("ok, 问题正在处理中...")),
    ];
    Parameters(values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// All that is made of an observation for people: texts that may have several lines.
pub struct Made {
    /// For a terminal.
    pub texts: Vec<String>,
    pub svg: String,
    pub pcapng: Vec<u8>,
}

/// Makes everything. `reviewed` is what the observation should have come to.
pub fn make(check: &Check, params: &Parameters, seen: &Observation, reviewed: &Transcript) -> Made {
    let transcript = Transcript::new(check, params, seen);
    let mut texts = vec![transcript.to_string()];
    if let Verdict::Fail(Difference { step, stimulus, expected, seen: lines }) = verdict::compare(reviewed, &transcript)
    {
        texts.push(stimulus);
        texts.extend(expected.into_iter().chain(lines).flatten());
        let doing = verdict::doing(check, &seen.steps, step);
        texts.extend([doing.state, doing.stdout, doing.stderr].concat());
    }
    // Each step can be the first that differs.
    for step in 0..check.stimuli.len() {
        let found = diagnosis::diagnose(check, params, seen, reviewed, &transcript, step);
        texts.extend(found.into_iter().flat_map(|found| [vec![found.because], found.evidence].concat()));
    }
    let ladder = Ladder::new("p::t", "p", check, params, seen);
    for charset in [Charset::Ascii, Charset::Unicode] {
        for columns in [60, 120] {
            let look = Look { columns, charset };
            let parts = (0..check.stimuli.len()).map(|line| ladder.part(line));
            let drawn = [ladder.clone()].into_iter().chain(parts).flat_map(|ladder| text::draw(&ladder, look));
            texts.extend(drawn);
        }
    }
    Made { texts, svg: svg::draw(&ladder), pcapng: pcapng::of_check("p::t", check, params, seen) }
}

/// That nothing which was made can do any harm.
pub fn assert_harmless(made: &Made) {
    for text in &made.texts {
        assert_eq!(commands(text), None);
    }
    assert!(
        commands(&made.svg).is_none() && !made.svg.contains('\x1b'),
        "a picture has no commands and no colours of that kind"
    );
    let document = roxmltree::Document::parse(&made.svg).unwrap_or_else(|error| panic!("{error}\n{}", made.svg));
    assert_eq!(document.root_element().tag_name().name(), "svg");
    assert!(made.svg.chars().all(|c| c != '\u{fffe}' && c != '\u{ffff}'), "XML has no such characters");
    assert!(blocks(&made.pcapng).is_some(), "a capture of blocks that end where their lengths say");
}

/// The number of blocks of a capture, if all of it is blocks.
fn blocks(mut file: &[u8]) -> Option<usize> {
    let mut count = 0;
    while !file.is_empty() {
        let len = u32::from_le_bytes(file.get(4..8)?.try_into().ok()?) as usize;
        let block = file.get(..len).filter(|block| block.len() >= 12)?;
        if block[len - 4..] != block[4..8] {
            return None;
        }
        (file, count) = (&file[len..], count + 1);
    }
    Some(count)
}
