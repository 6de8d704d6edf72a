//! A `.snap` file, and the transcript in it.
#![no_main]

use harness::transcript::Transcript;
use harness::verdict::body;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(body) = body(text) {
        assert!(body.len() <= text.len());
        // Each line has a newline and, if it is a fact, two blanks before it.
        assert!(Transcript::parse(&body).to_string().len() <= 3 * body.len() + 3);
    }
});
