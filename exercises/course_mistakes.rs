//! What is said about a course that is not as it should be.

use crate::course::of;
use crate::toml_file::TomlFile;
use crate::{Course, EXERCISES, load};
use std::sync::LazyLock;

fn problem(text: &str) -> String {
    Course::parse("course.toml", text).unwrap_err().to_string()
}

/// What is said about a line of an exercise.
fn problem_in(exercise: &str, line: &str) -> String {
    problem(&format!("[exercises.{exercise}]\n{line}\n"))
}

/// The checks of an exercise.
fn names(exercise: &str) -> Vec<String> {
    load(exercise).unwrap().checks.into_iter().map(|check| check.name).collect()
}

#[test]
fn what_is_not_toml_is_told_with_the_place() {
    let told = [
        problem("title = Networks\n"),
        problem("title = \"N\"\ntitle = \"M\"\n"),
        problem("leave_out = [\"udp_chat\"\n"),
        problem("[exercises.tcp_server\n"),
    ];
    insta::assert_snapshot!(told.join("\n\n"), @r###"
    course.toml:1:9: invalid float, expected `nan`
      | title = Networks
      |         ^^^^^^^^

    course.toml:2:1: duplicate key
      | title = "M"
      | ^^^^^

    course.toml:1:24: unclosed array, expected `]`
      | leave_out = ["udp_chat"
      |                        ^

    course.toml:1:22: unclosed table, expected `]`
      | [exercises.tcp_server
      |                      ^
    "###);
}

#[test]
fn what_does_not_exist_is_told_with_the_nearest_name() {
    let told = [
        problem("titel = \"Networks\"\n"),
        problem("[exercises.tcp_sever]\n"),
        problem("[tcp_server]\npoints = {}\n"),
        problem_in("tcp_server", "pionts = { one_client = 5 }"),
        problem_in("tcp_server", "points = { one_klient = 5 }"),
        problem_in("tcp_server", "leave_out = [\"port_taken\", \"restart_at_once\"]"),
        problem("leave_out = [\"tcp_server\", \"udp_chatt\"]\n"),
        problem_in("tcp_server", "visibility = { second_client_wait = \"hidden\" }"),
        problem_in("tcp_server", "visibility = { one_client = \"hiden\" }"),
        problem("visibility = \"never\"\n"),
        problem_in("tcp_server", "parameters = { prot = 9000 }"),
        problem_in("udp_sender", "parameters = { answer = \"好\" }"),
        problem_in("tcp_server", "parameters.answer = { text = \"好\", encodin = \"gbk\" }"),
        problem_in("tcp_server", "parameters.answer = { text = \"好\", encoding = \"gkb\" }"),
    ];
    insta::assert_snapshot!(told.join("\n\n"), @r###"
    course.toml:1:1: there is no key named `titel`
      | titel = "Networks"
      | ^^^^^
      did you mean: title

    course.toml:1:12: there is no exercise named `tcp_sever`
      | [exercises.tcp_sever]
      |            ^^^^^^^^^
      did you mean: tcp_server

    course.toml:1:2: an exercise must stand in the table `exercises`
      | [tcp_server]
      |  ^^^^^^^^^^
      expected: [exercises.tcp_server]

    course.toml:2:1: there is no key named `pionts`
      | pionts = { one_client = 5 }
      | ^^^^^^
      did you mean: points

    course.toml:2:12: there is no check of tcp_server named `one_klient`
      | points = { one_klient = 5 }
      |            ^^^^^^^^^^
      did you mean: one_client

    course.toml:2:28: there is no check of tcp_server named `restart_at_once`
      | leave_out = ["port_taken", "restart_at_once"]
      |                            ^^^^^^^^^^^^^^^^^
      did you mean: restarts_at_once

    course.toml:1:28: there is no exercise named `udp_chatt`
      | leave_out = ["tcp_server", "udp_chatt"]
      |                            ^^^^^^^^^^^
      did you mean: udp_chat

    course.toml:2:16: there is no check of tcp_server named `second_client_wait`
      | visibility = { second_client_wait = "hidden" }
      |                ^^^^^^^^^^^^^^^^^^
      did you mean: second_client_waits

    course.toml:2:29: there is no visibility named `hiden`
      | visibility = { one_client = "hiden" }
      |                             ^^^^^^^
      did you mean: hidden

    course.toml:1:14: there is no visibility named `never`
      | visibility = "never"
      |              ^^^^^^^
      expected: visible; hidden; after_due_date; after_published

    course.toml:2:16: there is no parameter of tcp_server named `prot`
      | parameters = { prot = 9000 }
      |                ^^^^
      did you mean: port

    course.toml:2:16: there is no parameter of udp_sender named `answer`
      | parameters = { answer = "好" }
      |                ^^^^^^
      expected: ip; port

    course.toml:2:35: there is no key named `encodin`
      | parameters.answer = { text = "好", encodin = "gbk" }
      |                                    ^^^^^^^
      did you mean: encoding

    course.toml:2:46: there is no encoding named `gkb`
      | parameters.answer = { text = "好", encoding = "gkb" }
      |                                               ^^^^^
      expected: utf-8; gbk
    "###);
}

#[test]
fn what_is_of_the_wrong_kind_is_told_with_the_right_one() {
    let told = [
        problem("title = 7\n"),
        problem("visibility = true\n"),
        problem("leaderboard = \"yes\"\n"),
        problem("leave_out = \"udp_chat\"\n"),
        problem("leave_out = [7]\n"),
        problem("exercises = [\"tcp_server\"]\n"),
        problem_in("tcp_server", "points = 5"),
        problem_in("tcp_server", "points = { one_client = \"5\" }"),
        problem_in("tcp_server", "points = { one_client = -1 }"),
        problem_in("tcp_server", "points = { one_client = 2.5 }"),
        problem_in("tcp_server", "points = { one_client = 1001 }"),
        problem_in("tcp_server", "visibility = [\"hidden\"]"),
        problem_in("tcp_server", "leave_out = \"port_taken\""),
        problem_in("tcp_server", "parameters = 9000"),
        problem_in("tcp_server", "parameters = { port = \"9000\" }"),
        problem_in("tcp_server", "parameters = { answer = 7 }"),
        problem_in("tcp_server", "parameters.answer = { encoding = \"gbk\" }"),
        problem_in("tcp_server", "parameters.answer = { text = 7 }"),
        problem_in("udp_chat", "parameters = { ip = 7 }"),
    ];
    insta::assert_snapshot!(told.join("\n\n"), @r###"
    course.toml:1:9: a text must stand here, in quotes
      | title = 7
      |         ^

    course.toml:1:14: a name must stand here, in quotes
      | visibility = true
      |              ^^^^
      expected: visible; hidden; after_due_date; after_published

    course.toml:1:15: true or false must stand here, without quotes
      | leaderboard = "yes"
      |               ^^^^^

    course.toml:1:13: a list must stand here, in square brackets
      | leave_out = "udp_chat"
      |             ^^^^^^^^^^
      expected: ["udp_sender", …]

    course.toml:1:14: a name must stand here, in quotes
      | leave_out = [7]
      |              ^
      expected: udp_sender; udp_receiver; udp_chat; tcp_client; tcp_server; zero_length_recv

    course.toml:1:13: a table must stand here
      | exercises = ["tcp_server"]
      |             ^^^^^^^^^^^^^^
      expected: [exercises.tcp_server]

    course.toml:2:10: a table must stand here
      | points = 5
      |          ^
      expected: { one_client = 5 }

    course.toml:2:25: what a check is worth must be a whole number from 0 to 1000
      | points = { one_client = "5" }
      |                         ^^^

    course.toml:2:25: what a check is worth must be a whole number from 0 to 1000
      | points = { one_client = -1 }
      |                         ^^

    course.toml:2:25: what a check is worth must be a whole number from 0 to 1000
      | points = { one_client = 2.5 }
      |                         ^^^

    course.toml:2:25: what a check is worth must be a whole number from 0 to 1000
      | points = { one_client = 1001 }
      |                         ^^^^

    course.toml:2:14: a name must stand here, in quotes
      | visibility = ["hidden"]
      |              ^^^^^^^^^^
      expected: visible; hidden; after_due_date; after_published

    course.toml:2:13: a list must stand here, in square brackets
      | leave_out = "port_taken"
      |             ^^^^^^^^^^^^
      expected: ["one_client", …]

    course.toml:2:14: a table must stand here
      | parameters = 9000
      |              ^^^^
      expected: { answer = … }

    course.toml:2:23: a port must be a whole number from 1024 to 32767
      | parameters = { port = "9000" }
      |                       ^^^^^^

    course.toml:2:25: a text must stand here
      | parameters = { answer = 7 }
      |                         ^
      expected: "text"; { text = "text", encoding = "gbk" }

    course.toml:2:21: a text must stand here
      | parameters.answer = { encoding = "gbk" }
      |                     ^^^^^^^^^^^^^^^^^^^^
      expected: "text"; { text = "text", encoding = "gbk" }

    course.toml:2:30: a text must stand here, in quotes
      | parameters.answer = { text = 7 }
      |                              ^

    course.toml:2:21: an address of the program's machine must be one from 192.168.1.103 to 192.168.1.254
      | parameters = { ip = 7 }
      |                     ^
    "###);
}

#[test]
fn a_value_with_which_a_check_would_mean_nothing_is_refused() {
    let told = [
        problem_in("tcp_server", "parameters = { port = 0 }"),
        problem_in("tcp_server", "parameters = { answer = \"好\", port = 70000 }"),
        problem_in("tcp_server", "parameters = { port = 40000 }"),
        problem_in("tcp_server", "parameters = { port = 8224 }"),
        problem_in("tcp_server", "parameters = { port = 1025 }"),
        problem_in("udp_chat", "parameters = { port = 7891 }"),
        problem_in("udp_chat", "parameters = { port = 9000 }"),
        problem_in("udp_sender", "parameters = { port = 8081 }"),
        problem_in("udp_chat", "parameters = { ip = \"127.0.0.1\" }"),
        problem_in("udp_chat", "parameters = { ip = \"192.168.1.11\" }"),
        problem_in("udp_chat", "parameters = { ip = \"the server\" }"),
        problem_in("tcp_server", "parameters = { answer = \"\" }"),
        problem_in("tcp_server", "parameters = { answer = \"好 \" }"),
        problem_in("tcp_server", "parameters = { answer = \"好\\n好\" }"),
        problem_in("tcp_server", "parameters = { answer = \"{好}\" }"),
        problem_in("tcp_server", "parameters = { answer = \"好 71\" }"),
        problem_in("tcp_server", "parameters = { answer = \"ok\" }"),
        problem_in("tcp_server", "parameters.answer = { text = \"ok\", encoding = \"gbk\" }"),
        problem_in("tcp_server", "parameters.answer = { text = \"好🖨\", encoding = \"gbk\" }"),
        problem_in("tcp_server", &format!("parameters.answer = \"{}\"", "好".repeat(67))),
        problem_in("tcp_server", "parameters = { answer = \"好, Me too!\" }"),
    ];
    insta::assert_snapshot!(told.join("\n\n"), @r###"
    course.toml:2:23: a port must be a whole number from 1024 to 32767
      | parameters = { port = 0 }
      |                       ^

    course.toml:2:37: a port must be a whole number from 1024 to 32767
      | parameters = { answer = "好", port = 70000 }
      |                                      ^^^^^

    course.toml:2:23: a port must be a whole number from 1024 to 32767
      | parameters = { port = 40000 }
      |                       ^^^^^

    course.toml:2:23: its two bytes are alike: who forgets htons would not be noticed
      | parameters = { port = 8224 }
      |                       ^^^^

    course.toml:2:23: who forgets htons would have port 260, which belongs to the system: that looks like a port that is taken
      | parameters = { port = 1025 }
      |                       ^^^^

    course.toml:2:23: `other_port` has this value, too, and a transcript would take one for the other
      | parameters = { port = 7891 }
      |                       ^^^^

    course.toml:2:23: the check `sends_from_its_port` has this written in, for something else
      | parameters = { port = 9000 }
      |                       ^^^^

    course.toml:2:23: the check `nobody_listens` has this written in, for something else
      | parameters = { port = 8081 }
      |                       ^^^^

    course.toml:2:21: an address of the program's machine must be one from 192.168.1.103 to 192.168.1.254
      | parameters = { ip = "127.0.0.1" }
      |                     ^^^^^^^^^^^

    course.toml:2:21: an address of the program's machine must be one from 192.168.1.103 to 192.168.1.254
      | parameters = { ip = "192.168.1.11" }
      |                     ^^^^^^^^^^^^^^

    course.toml:2:21: an address of the program's machine must be one from 192.168.1.103 to 192.168.1.254
      | parameters = { ip = "the server" }
      |                     ^^^^^^^^^^^^

    course.toml:2:25: an empty text cannot be told from none
      | parameters = { answer = "" }
      |                         ^^

    course.toml:2:25: a blank at the beginning or the end cannot be seen
      | parameters = { answer = "好 " }
      |                         ^^^^^

    course.toml:2:25: there is a character in it that cannot be seen
      | parameters = { answer = "好\n好" }
      |                         ^^^^^^^^

    course.toml:2:25: braces stand around the name of a parameter
      | parameters = { answer = "{好}" }
      |                         ^^^^^^

    course.toml:2:25: digits could be taken for a length, a port or an address that is to be shown
      | parameters = { answer = "好 71" }
      |                         ^^^^^^^

    course.toml:2:25: some characters must not be ASCII: ASCII is the same in every encoding, and a wrong one would not be noticed
      | parameters = { answer = "ok" }
      |                         ^^^^

    course.toml:2:21: some characters must not be ASCII: ASCII is the same in every encoding, and a wrong one would not be noticed
      | parameters.answer = { text = "ok", encoding = "gbk" }
      |                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    course.toml:2:21: there is a character in it that gbk does not have
      | parameters.answer = { text = "好🖨", encoding = "gbk" }
      |                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    course.toml:2:21: it has 201 bytes, and 200 is the most
      | parameters.answer = "好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好好"
      |                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    course.toml:2:25: the check `second_client_waits` sends or looks for a text that is in it
      | parameters = { answer = "好, Me too!" }
      |                         ^^^^^^^^^^^^^
    "###);
}

#[test]
fn a_course_in_which_nothing_counts_is_refused() {
    let told = [
        problem(
            "leave_out = [\"udp_sender\", \"udp_receiver\", \"udp_chat\", \"tcp_client\", \"tcp_server\", \"zero_length_recv\"]\n",
        ),
        problem_in("tcp_server", &format!("leave_out = {:?}", names("tcp_server"))),
        problem(&format!(
            "leave_out = {:?}\n[exercises.tcp_server.points]\n{}",
            &["udp_sender", "udp_receiver", "udp_chat", "tcp_client", "zero_length_recv"],
            names("tcp_server").iter().map(|name| format!("{name} = 0\n")).collect::<String>()
        )),
    ];
    insta::assert_snapshot!(told.join("\n\n"), @r###"
    course.toml:1:1: no check counts in this course: all are left out, or have no points
      | leave_out = ["udp_sender", "udp_receiver", "udp_chat", "tcp_client", "tcp_server", "zero_length_recv"]
      | ^^^^^^^^^

    course.toml:2:13: no check of tcp_server would be left
      | leave_out = ["one_client", "utf8_text", "closes_first", "restarts_at_once", "restarts_after_kill", "client_leaves_silently", "client_resets", "second_client_waits", "port_taken", "bad_arguments"]
      |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      expected: leave_out = ["tcp_server"], above the first line in square brackets

    course.toml:1:1: no check counts in this course: all are left out, or have no points
      | leave_out = ["udp_sender", "udp_receiver", "udp_chat", "tcp_client", "zero_length_recv"]
      | ^^^^^^^^^
    "###);
}

#[test]
fn a_check_that_is_left_out_has_neither_points_nor_visibility() {
    let told = [
        problem_in("tcp_server", "points = { one_client = 5, port_taken = 2 }\nleave_out = [\"port_taken\"]"),
        problem_in("tcp_server", "leave_out = [\"utf8_text\", \"port_taken\"]\npoints.port_taken = 0"),
        problem_in("tcp_server", "visibility = { port_taken = \"hidden\" }\nleave_out = [\"port_taken\"]"),
    ];
    insta::assert_snapshot!(told.join("\n\n"), @r#"
    course.toml:2:28: `port_taken` stands in `leave_out`, too, so it does not run: remove it here, or, if it is to count, from `leave_out`
      | points = { one_client = 5, port_taken = 2 }
      |                            ^^^^^^^^^^

    course.toml:3:8: `port_taken` stands in `leave_out`, too, so it does not run: remove it here, or, if it is to count, from `leave_out`
      | points.port_taken = 0
      |        ^^^^^^^^^^

    course.toml:2:16: `port_taken` stands in `leave_out`, too, so it does not run: remove it here, or, if it is to count, from `leave_out`
      | visibility = { port_taken = "hidden" }
      |                ^^^^^^^^^^
    "#);
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_reader_panic_and_every_mistake_has_its_place(text in crate::damaged::any_course()) {
        static OWN: LazyLock<Vec<crate::Exercise>> = LazyLock::new(|| EXERCISES.map(|name| load(name).unwrap()).into());
        if let Err(mistake) = of(&TomlFile { name: "course.toml", text: &text }, OWN.clone()) {
            let line = text.split('\n').nth(mistake.line - 1).unwrap();
            proptest::prop_assert!(line.starts_with(&mistake.text) && mistake.column <= line.chars().count() + 1);
            proptest::prop_assert!(mistake.to_string().len() < 10 * text.len() + 1_000);
        }
    }
}
