//! A `.snap` file, and the transcript in it.
#![no_main]

use harness::transcript::Transcript;
use harness::verdict::body;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(body) = body(text) {
        assert!(body.len() <= text.len());
        let transcript = Transcript::parse(&body);
        assert_eq!(Transcript::parse(&transcript.to_string()), transcript);
    }
});
