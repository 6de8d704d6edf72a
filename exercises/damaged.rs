//! Texts for tests of the readers: real files with damages, and anything else.

use crate::{EXERCISES, folder};
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// What is put into a file, in the place of some of its characters.
const DAMAGES: [&str; 14] = [
    "",
    "[",
    "]",
    "[[",
    "\"",
    "\"\"\"",
    "=",
    "\n",
    "\u{0}",
    "\u{202e}",
    "99999999999999999999",
    "-1",
    "[[[[[[[[",
    "a.b.c.d = 1",
];

const COURSE: &str = r#"
title = "Networks, autumn"
visibility = "after_due_date"
leave_out = ["udp_sender"]

[exercises.tcp_server]
points = { one_client = 5, utf8_text = 0 }
visibility = { restarts_at_once = "hidden" }
leave_out = ["port_taken"]
parameters.port = 9000
parameters.answer = { text = "收到了", encoding = "gbk" }

[exercises.udp_chat.parameters]
ip = "192.168.1.200"
port = 7000
other_port = 7001
"#;

/// Any text, mostly the file of the first exercise with some damages.
pub(crate) fn any_text(file: &str) -> impl Strategy<Value = String> + use<> {
    any_like(std::fs::read_to_string(folder(EXERCISES[0]).join(file)).unwrap())
}

/// Any text, mostly a course with some damages.
pub(crate) fn any_course() -> impl Strategy<Value = String> {
    any_like(COURSE.to_owned())
}

fn any_like(text: String) -> impl Strategy<Value = String> {
    let damages = proptest::collection::vec((any::<Index>(), 0_usize..40, select(DAMAGES.to_vec())), 0..4);
    let damaged = damages.prop_map(move |damages| {
        damages.into_iter().fold(text.clone(), |text, (at, len, new)| {
            let from = text.floor_char_boundary(at.index(text.len().max(1)));
            let to = text.floor_char_boundary((from + len).min(text.len()));
            [&text[..from], new, &text[to..]].concat()
        })
    });
    prop_oneof![4 => damaged, 1 => any::<String>()]
}
