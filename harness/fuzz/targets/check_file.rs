//! A `.check` file: what is read is written as it was read, and a mistake is told in a few words.
#![no_main]

use harness::check::parse;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match parse("t.check", text) {
        Err(error) => assert!(error.to_string().len() < 10 * text.len() + 1_000),
        Ok(check) => {
            let lines: Vec<_> = check.stimuli.iter().map(ToString::to_string).collect();
            let again = parse("t.check", &lines.join("\n")).map(|check| check.stimuli);
            assert_eq!(again.ok().as_ref(), Some(&check.stimuli));
        }
    }
});
