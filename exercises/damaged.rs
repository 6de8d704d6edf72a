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

/// Any text, mostly the file of the first exercise with some damages.
pub(crate) fn any_text(file: &str) -> impl Strategy<Value = String> + use<> {
    let text = std::fs::read_to_string(folder(EXERCISES[0]).join(file)).unwrap();
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
