//! An observation, and all that is made of it. The bytes are its JSON, or else they are the seed by which one is chosen among all
//! that the property tests know.
#![no_main]

use harness::event::Observation;
use harness::transcript::Transcript;
use libfuzzer_sys::fuzz_target;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

#[path = "../../tests/hostile/made.rs"]
mod made;
#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/hostile/observations.rs"]
mod observations;
#[path = "../../tests/hostile/terminal.rs"]
mod terminal;

fuzz_target!(|bytes: &[u8]| {
    let check = made::check();
    let read = if bytes.first() == Some(&b'{') { serde_json::from_slice(bytes).ok() } else { chosen_by(bytes) };
    let Some(seen): Option<Observation> = read else { return };
    if seen.fits(&check).is_ok() {
        let reviewed = Transcript::parse("start p {port}\n  listens on tcp *:{port}\n");
        made::assert_harmless(&made::make(&check, &made::params(), &seen, &reviewed));
    }
});

fn chosen_by(bytes: &[u8]) -> Option<Observation> {
    let mut seed = [0; 32];
    let len = bytes.len().min(seed.len());
    seed[..len].copy_from_slice(&bytes[..len]);
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config { failure_persistence: None, ..Config::default() }, rng);
    let tree = observations::observation(&made::check()).new_tree(&mut runner).ok()?;
    Some(tree.current())
}
