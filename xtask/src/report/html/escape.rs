//! Text on its way into a page: the one place that decides what stands there for each character.

use harness::check::must_be_escaped;
use std::fmt::{self, Display, Formatter, Write};

/// Somebody else's text, as it can stand between tags and between double quotes. Its lines stay lines; characters that
/// nobody should see, or that turn what follows, become U+FFFD.
pub(super) struct Text<T>(pub(super) T);

impl<T: Display> Display for Text<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(Escaping(f), "{}", self.0)
    }
}

/// Passes on what is written to it, escaped.
struct Escaping<'a, 'b>(&'a mut Formatter<'b>);

impl Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|c| match c {
            '&' => self.0.write_str("&amp;"),
            '<' => self.0.write_str("&lt;"),
            '>' => self.0.write_str("&gt;"),
            '"' => self.0.write_str("&quot;"),
            '\'' => self.0.write_str("&#39;"),
            '\n' | '\t' => self.0.write_char(c),
            c if must_be_escaped(c) || is_no_character(c) => self.0.write_char(char::REPLACEMENT_CHARACTER),
            c => self.0.write_char(c),
        })
    }
}

/// Code points that are never characters (Unicode, "noncharacters"), which parsers report as errors.
fn is_no_character(c: char) -> bool {
    matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe
}

/// A name in the fragment of an address, as JavaScript's `encodeURIComponent` writes it.
pub(super) struct InAddress<'a>(pub(super) &'a str);

impl Display for InAddress<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for byte in self.0.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'!' | b'~' | b'*' | b'(' | b')' => {
                    f.write_char(char::from(byte))?;
                }
                // That function leaves `'` as it is; between quotes it is better written in full, and both are the same address.
                byte => write!(f, "%{byte:02X}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case::tags("</script><!-- <b>", "&lt;/script&gt;&lt;!-- &lt;b&gt;")]
    #[case::quotes("\" ' `", "&quot; &#39; `")]
    #[case::references("&lt;&#60;", "&amp;lt;&amp;#60;")]
    #[case::a_terminal("\x1b[31mred\x07", "\u{fffd}[31mred\u{fffd}")]
    #[case::no_character("a\0b\u{fffe}c\u{fdd0}d\u{1ffff}", "a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}")]
    #[case::directions("\u{202e}abc\u{2066}\u{200f}", "\u{fffd}abc\u{fffd}\u{fffd}")]
    #[case::ends_of_lines("a\nb\tc\rd\u{2028}e\u{85}f", "a\nb\tc\u{fffd}d\u{fffd}e\u{fffd}f")]
    #[case::other_languages("Zoë 你好 مرحبا", "Zoë 你好 مرحبا")]
    fn what_stands_for_a_character(#[case] text: &str, #[case] escaped: &str) {
        assert_eq!(Text(text).to_string(), escaped);
    }

    #[rstest]
    #[case("adams-lena_2.tar", "adams-lena_2.tar")]
    #[case("a b/c&d=e#f\"'", "a%20b%2Fc%26d%3De%23f%22%27")]
    #[case("Zoë\0", "Zo%C3%AB%00")]
    fn a_name_in_an_address(#[case] name: &str, #[case] written: &str) {
        assert_eq!(InAddress(name).to_string(), written);
    }

    proptest! {
        /// Nothing that a parser looks for is left, and everything else is.
        #[test]
        fn no_text_ends_its_element_or_its_attribute(text in any::<String>()) {
            let escaped = Text(&text).to_string();
            prop_assert!(!escaped.contains(['<', '>', '"', '\'', '\0', '\r']));
            let names = ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;"];
            for (at, _) in escaped.match_indices('&') {
                prop_assert!(names.iter().any(|name| escaped[at..].starts_with(name)));
            }
            let back = escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
            let back = back.replace("&amp;", "&");
            let harmless = |c: &char| matches!(c, '\n' | '\t') || !must_be_escaped(*c) && !is_no_character(*c);
            let expected: String = text.chars().map(|c| if harmless(&c) { c } else { '\u{fffd}' }).collect();
            prop_assert_eq!(back, expected);
        }

        #[test]
        fn a_name_in_an_address_needs_no_escaping(name in any::<String>()) {
            let written = InAddress(&name).to_string();
            prop_assert_eq!(Text(&written).to_string(), written);
        }
    }
}
