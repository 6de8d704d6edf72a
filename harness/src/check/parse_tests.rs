//! Tests of the reader of `.check` files.

use super::*;
use proptest::prelude::*;

fn read(text: &str) -> Check {
    parse("t.check", text).unwrap_or_else(|error| panic!("{error}"))
}

fn mistake(text: &str) -> String {
    parse("t.check", text).expect_err("this should not be in the language").to_string()
}

#[test]
fn a_whole_check_is_read() {
    let check = read(
        "# What it is about.\n# Why.\n\nlook for A's ip, A's port, \"hello\", 5, {answer}, words\n\
         start tcp_server {port}\nA connects to {port}\nA sends \"hello\"\nA closes\n",
    );
    assert_eq!(check.about, "What it is about.");
    assert_eq!(check.look_for.len(), 6);
    assert_eq!(check.stimuli.len(), 4);
    assert_eq!(check.stimuli[3], Stimulus::Peer { name: "A".into(), action: Action::Closes });
}

#[test]
fn a_mistake_has_its_place_and_the_nearest_right_form() {
    insta::assert_snapshot!(mistake("start tcp_server {port}\n  A conects to {port}"), @r#"
    t.check:2:5: no peer `conects`
      |   A conects to {port}
      |     ^^^^^^^
      expected: binds udp IP:PORT; listens on tcp IP:PORT; connects to PORT; sends DATA; shuts down sending; closes; resets; stops reading; reads again
      did you mean: connects to PORT
    "#);
}

#[test]
fn a_text_that_is_never_closed_is_shown_where_it_opens() {
    insta::assert_snapshot!(mistake("type \"hello"), @r#"
    t.check:1:6: this text is never closed: a `"` is missing
      | type "hello
      |      ^
    "#);
}

#[test]
fn a_check_without_a_stimulus_is_a_mistake() {
    assert!(mistake("# only words").contains("it has no stimulus"));
}

fn name() -> impl Strategy<Value = String> {
    "[A-Z][a-zA-Z0-9]{0,5}"
}

fn parameter_name() -> impl Strategy<Value = String> {
    "[a-z_][a-z0-9_]{0,8}"
}

fn data() -> impl Strategy<Value = Data> {
    prop_oneof![
        any::<String>().prop_map(Data::Text),
        any::<String>().prop_map(|text| Data::Encoded(text, Encoding::Gbk)),
        proptest::collection::vec(any::<u8>(), 0..8).prop_map(Data::Hex),
        (0_usize..100_000).prop_map(Data::Pattern),
        parameter_name().prop_map(Data::Parameter),
    ]
}

fn endpoint() -> impl Strategy<Value = Template> {
    prop_oneof![Just("{port}"), Just("{ip}:{port}"), Just("*:9"), Just("[::1]:80"), Just("8080")]
        .prop_map(|text| Template(text.into()))
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        endpoint().prop_map(Action::BindsUdp),
        endpoint().prop_map(Action::ListensTcp),
        endpoint().prop_map(Action::Connects),
        (data(), proptest::option::of(endpoint())).prop_map(|(data, to)| Action::Sends { data, to }),
        Just(Action::ShutsDownSending),
        Just(Action::Closes),
        Just(Action::Resets),
        Just(Action::StopsReading),
        Just(Action::ReadsAgain),
    ]
}

fn stimulus() -> impl Strategy<Value = Stimulus> {
    let arg = prop_oneof![any::<String>(), Just("given".to_owned()), Just("{port}".to_owned())].prop_map(Template);
    let start = ("[a-z_]{1,12}", proptest::collection::vec(arg, 0..4), proptest::option::of(data()))
        .prop_map(|(program, args, given)| Stimulus::Start(Start { program, args, given }));
    prop_oneof![
        start,
        data().prop_map(Stimulus::Type),
        Just(Stimulus::EndOfInput),
        Just(Stimulus::Kill),
        Just(Stimulus::HoldSourcePort),
        (name(), action()).prop_map(|(name, action)| Stimulus::Peer { name, action }),
    ]
}

proptest! {
    #[test]
    fn text_to_stimulus_to_text_is_the_identity(stimulus in stimulus()) {
        let text = stimulus.to_string();
        let check = parse("t.check", &text).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(&check.stimuli, &[stimulus]);
        prop_assert_eq!(check.stimuli[0].to_string(), text);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text: String) {
        if let Err(error) = parse("t.check", &text) {
            let _ = error.to_string();
        }
    }
}
