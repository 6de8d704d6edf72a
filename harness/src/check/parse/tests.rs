//! Tests of the reader of `.check` files.

use super::super::data::{Data, Encoding};
use super::super::params::Template;
use super::super::stimulus::{Action, Start, Stimulus};
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
    assert_eq!(check.looks_for(0).len(), 6);
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
fn a_mistake_is_marked_behind_characters_that_are_two_columns_wide() {
    let error = parse("a.check", "A sends \"你好\" as gkb").unwrap_err().to_string();
    let lines: Vec<_> = error.lines().skip(1).take(2).collect();
    assert_eq!(lines, ["  | A sends \"你好\" as gkb", "  |                   ^^^"]);
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

#[test]
fn what_is_looked_for_holds_until_something_else_is() {
    let check = read("start a\nlook for words\ntype \"1\"\ntype \"2\"\nlook for nothing\ntype \"3\"");
    let counts: Vec<_> = (0..4).map(|stimulus| check.looks_for(stimulus).len()).collect();
    assert_eq!(counts, [0, 1, 1, 0]);
}

#[test]
fn the_exit_code_is_free_from_its_line_on() {
    let check = read("start a\nthe exit code is free\nA closes");
    assert_eq!([0, 1].map(|stimulus| check.exit_is_free(stimulus)), [false, true]);
    assert!(mistake("the exit code is free\nthe exit code is free\nstart a").contains("this stands once"));
}

#[test]
fn a_program_is_called_by_the_name_under_which_it_was_started() {
    let check = read("start chat 1\nstart chat 2 as second\ntype \"x\" into second\nkill second");
    assert_eq!(check.programs(), ["program", "second"]);
    insta::assert_snapshot!(mistake("start chat 2 as second\ntype \"x\" into secnd"), @r#"
    t.check:2:15: no program was started `as secnd`
      | type "x" into secnd
      |               ^^^^^
      expected: second
      did you mean: second
    "#);
}

#[test]
fn only_lines_that_are_there_can_be_repeated() {
    insta::assert_snapshot!(mistake("start a\nrepeat the last 2 lines 3 times"), @r"
    t.check:2:17: there are only 1 stimuli before this line
      | repeat the last 2 lines 3 times
      |                 ^
    ");
    let twice = "start a\nrepeat the last 1 lines 3 times\nrepeat the last 2 lines 3 times";
    assert!(mistake(twice).contains("is a `repeat` itself"));
}

#[test]
fn what_nobody_could_carry_out_is_a_mistake() {
    let mistake = |text: &str| mistake(&format!("start a\n{text}")).lines().next().unwrap().to_owned();
    assert_eq!(mistake("A sends 4194305 bytes"), "t.check:2:9: at most 4194304 bytes");
    assert_eq!(mistake("A sends 18446744073709551615 bytes"), "t.check:2:9: at most 4194304 bytes");
    assert_eq!(mistake("look for 4294967295 bytes"), "t.check:2:10: at most 4194304 bytes");
    assert_eq!(mistake("repeat the last 1 lines 1001 times"), "t.check:2:25: at most 1000 times");
    let peers: String = (0..300).map(|number| format!("P{number} closes\n")).collect();
    assert_eq!(mistake(&peers), "t.check:94:1: this would be one peer more than the 92 that there can be");
    let check = read(&peers.lines().take(92).chain(["start a"]).map(|line| format!("{line}\n")).collect::<String>());
    assert_eq!(check.peers()[91].1, std::net::IpAddr::from([192, 168, 1, 102]));
}

fn name_of_peer() -> impl Strategy<Value = String> {
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
        (endpoint(), proptest::option::of(data())).prop_map(|(to, sends)| Action::Connects { to, sends }),
        data().prop_map(Action::Sends),
        (proptest::collection::vec(data(), 1..4), endpoint()).prop_map(|(data, to)| Action::SendsTo { data, to }),
        Just(Action::ShutsDownSending),
        Just(Action::Closes),
        Just(Action::Resets),
        Just(Action::StopsReading),
        Just(Action::ReadsAgain),
    ]
}

fn stimulus() -> impl Strategy<Value = Stimulus> {
    let words = ["given", "as", "into", "{port}"].map(str::to_owned);
    let arg = prop_oneof![any::<String>(), proptest::sample::select(words.to_vec())];
    let which = || proptest::option::of(Just("second".to_owned()));
    let name = proptest::option::of("s[a-z0-9_]{0,7}");
    let args = proptest::collection::vec(arg.prop_map(Template), 0..4);
    let start = ("[a-z_]{1,12}", args, name, proptest::option::of(data()))
        .prop_map(|(program, args, name, given)| Stimulus::Start(Start { program, args, name, given }));
    prop_oneof![
        start,
        (proptest::collection::vec(data(), 1..3), which()).prop_map(|(data, into)| Stimulus::Type { data, into }),
        which().prop_map(Stimulus::EndOfInput),
        which().prop_map(Stimulus::Kill),
        Just(Stimulus::HoldSourcePort),
        (1_usize..3, 1_usize..100).prop_map(|(lines, times)| Stimulus::Repeat { lines, times }),
        (name_of_peer(), action()).prop_map(|(name, action)| Stimulus::Peer { name, action }),
    ]
}

/// What makes every line possible: a program with a name, and enough lines to repeat.
const BEFORE: &str = "start a as second\ntype \"x\"\n";

/// Lines of words that the language knows, and some that it does not.
fn of_words() -> impl Strategy<Value = String> {
    let words = [
        "start",
        "a",
        "as",
        "second",
        "given",
        "type",
        "into",
        "end",
        "of",
        "input",
        "for",
        "kill",
        "the",
        "program",
        "hold",
        "source",
        "port",
        "repeat",
        "last",
        "lines",
        "times",
        "look",
        "nothing",
        "words",
        "A",
        "A's",
        "ip",
        "binds",
        "udp",
        "listens",
        "on",
        "tcp",
        "connects",
        "to",
        "and",
        "sends",
        "shuts",
        "down",
        "sending",
        "closes",
        "resets",
        "stops",
        "reading",
        "reads",
        "again",
        "hex",
        "c3",
        "bytes",
        "1",
        "2",
        "65507",
        "18446744073709551616",
        "{port}",
        "*:9",
        ",",
        "\"x\"",
        "\"\\u{1b}\"",
        "\"",
        "\n",
        "\n",
        "#",
        "exit",
        "code",
        "is",
        "free",
        "gbk",
        "program's",
        "\u{202e}",
    ];
    proptest::collection::vec(proptest::sample::select(words.to_vec()), 0..30).prop_map(|words| words.join(" "))
}

proptest! {
    #[test]
    fn text_to_stimulus_to_text_is_the_identity(stimulus in stimulus()) {
        let text = stimulus.to_string();
        let check = parse("t.check", &format!("{BEFORE}{text}")).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(&check.stimuli[2..], &[stimulus]);
        prop_assert_eq!(check.stimuli[2].to_string(), text);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in prop_oneof![any::<String>(), of_words()]) {
        match parse("t.check", &text) {
            Err(error) => prop_assert!(error.to_string().len() < 10 * text.len() + 1_000),
            // What it reads is what it writes.
            Ok(check) => for stimulus in &check.stimuli {
                let text = format!("{BEFORE}{BEFORE}{stimulus}");
                prop_assert!(parse("t.check", &text).is_ok(), "{text}");
            },
        }
    }
}
