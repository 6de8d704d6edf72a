//! The rules about an entry's name and kind, as pure functions. What they do not allow is refused and never repaired: a
//! repaired name is another file than the one that its author, or a reader of the archive, sees.

use super::Problem;
use super::limits::{DEPTH, NAME, PART};

/// What an entry is, as far as an archive can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    File { executable: bool },
    Folder,
    SymbolicLink,
    HardLink,
    Device,
    Fifo,
    Socket,
    Sparse,
    Other,
}

/// What can be made of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Make {
    File { executable: bool },
    Folder,
}

/// The kind that stands in a mode of Unix. `None` where the mode does not say.
pub(super) fn kind_of_mode(mode: u32) -> Option<Kind> {
    Some(match mode & 0o170_000 {
        0 => return None,
        0o100_000 => Kind::File { executable: mode & 0o111 != 0 },
        0o040_000 => Kind::Folder,
        0o120_000 => Kind::SymbolicLink,
        0o020_000 | 0o060_000 => Kind::Device,
        0o010_000 => Kind::Fifo,
        0o140_000 => Kind::Socket,
        _ => Kind::Other,
    })
}

/// What is made of an entry of this kind.
pub(super) fn make(kind: Kind) -> Result<Make, Problem> {
    match kind {
        Kind::File { executable } => Ok(Make::File { executable }),
        Kind::Folder => Ok(Make::Folder),
        Kind::SymbolicLink => Err(Problem::SymbolicLink),
        Kind::HardLink => Err(Problem::HardLink),
        Kind::Device => Err(Problem::Device),
        Kind::Fifo => Err(Problem::Fifo),
        Kind::Socket => Err(Problem::Socket),
        Kind::Sparse => Err(Problem::Sparse),
        Kind::Other => Err(Problem::OtherKind),
    }
}

/// The name of an entry as a relative path, without `.` and doubled or closing slashes: two spellings of one name are one
/// name. Empty for the folder that was packed (`./`).
pub(super) fn name(raw: &[u8]) -> Result<String, Problem> {
    let name = std::str::from_utf8(raw).map_err(|_| Problem::NotUtf8)?;
    if name.is_empty() {
        return Err(Problem::NoName);
    }
    if name.len() > NAME {
        return Err(Problem::LongName);
    }
    // A NUL, too: what is behind it would be seen by some and not by others.
    if name.chars().any(char::is_control) {
        return Err(Problem::ControlCharacter);
    }
    let parts: Vec<_> = name.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let is_drive = |part: &&str| matches!(part.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    if name.starts_with(['/', '\\']) || parts.first().is_some_and(is_drive) {
        return Err(Problem::Absolute);
    }
    // A letter of a name here, and a separator on Windows: `..\x` would be two different things.
    if name.contains('\\') {
        return Err(Problem::Backslash);
    }
    if parts.contains(&"..") {
        return Err(Problem::ParentFolder);
    }
    if parts.iter().any(|part| part.len() > PART) {
        return Err(Problem::LongName);
    }
    if parts.len() > DEPTH {
        return Err(Problem::Deep);
    }
    Ok(parts.join("/"))
}

/// Whether this is something that systems add by themselves, and that no program is made of. It is left out, so that a
/// folder beside it still counts as the only one.
///
/// `.git` is among them: nothing in it is graded, its many small files are most of an archive that has it, and the tools
/// that a build calls would read its settings and hooks.
pub(crate) fn is_left_out(name: &str) -> bool {
    const NAMES: [&str; 5] = ["__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", ".git"];
    name.split('/').any(|part| NAMES.contains(&part) || part.starts_with("._"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;
    use std::path::{Component, Path};

    #[rstest]
    #[case::plain("tcp_server.py", "tcp_server.py")]
    #[case::folders("net/src/main.rs", "net/src/main.rs")]
    #[case::folder("net/", "net")]
    #[case::the_packed_folder("./", "")]
    #[case::dots("./net/./a.py", "net/a.py")]
    #[case::slashes("net//a.py", "net/a.py")]
    #[case::other_letters("作业/été 1.py", "作业/été 1.py")]
    #[case::dots_in_a_name("..a/b../...", "..a/b../...")]
    #[case::colon("ab:c", "ab:c")]
    fn a_good_name_is_a_relative_path(#[case] raw: &str, #[case] expected: &str) {
        assert_eq!(name(raw.as_bytes()).as_deref(), Ok(expected));
    }

    #[rstest]
    #[case::nothing(b"", Problem::NoName)]
    #[case::no_utf8(b"\xb2\xe2.py", Problem::NotUtf8)]
    #[case::nul(b"a.py\0.txt", Problem::ControlCharacter)]
    #[case::new_line(b"a\nb", Problem::ControlCharacter)]
    #[case::escape(b"\x1b[2J", Problem::ControlCharacter)]
    #[case::absolute(b"/etc/passwd", Problem::Absolute)]
    #[case::two_slashes(b"//host/share", Problem::Absolute)]
    #[case::drive(b"C:\\x", Problem::Absolute)]
    #[case::drive_without_a_slash(b"c:x", Problem::Absolute)]
    #[case::drive_behind_a_dot(b"./C:", Problem::Absolute)]
    #[case::share(b"\\\\host\\share", Problem::Absolute)]
    #[case::backslash(b"..\\x", Problem::Backslash)]
    #[case::parent(b"..", Problem::ParentFolder)]
    #[case::parent_first(b"../x", Problem::ParentFolder)]
    #[case::parent_within(b"a/../../x", Problem::ParentFolder)]
    #[case::parent_last(b"a/..", Problem::ParentFolder)]
    #[case::parent_that_stays_inside(b"a/../b", Problem::ParentFolder)]
    #[case::long_part(&[b'a'; 256], Problem::LongName)]
    #[case::long(&[b'/'; 1025], Problem::LongName)]
    #[case::deep(&*b"a/".repeat(33), Problem::Deep)]
    fn a_name_that_could_lead_elsewhere_is_refused(#[case] raw: &[u8], #[case] problem: Problem) {
        assert_eq!(name(raw), Err(problem));
    }

    #[rstest]
    #[case(0o100_644, Some(Kind::File { executable: false }))]
    #[case(0o100_755, Some(Kind::File { executable: true }))]
    #[case(0o106_711, Some(Kind::File { executable: true }))]
    #[case(0o040_755, Some(Kind::Folder))]
    #[case(0o120_777, Some(Kind::SymbolicLink))]
    #[case(0o060_660, Some(Kind::Device))]
    #[case(0o020_666, Some(Kind::Device))]
    #[case(0o010_644, Some(Kind::Fifo))]
    #[case(0o140_755, Some(Kind::Socket))]
    #[case(0o150_000, Some(Kind::Other))]
    #[case(0o000_644, None)]
    fn a_mode_says_what_an_entry_is(#[case] mode: u32, #[case] kind: Option<Kind>) {
        assert_eq!(kind_of_mode(mode), kind);
    }

    #[rstest]
    #[case("__MACOSX/net/._a.py", true)]
    #[case("._net", true)]
    #[case("net/.DS_Store", true)]
    #[case("net/.git/hooks/post-checkout", true)]
    #[case("net/.gitignore", false)]
    #[case("net/.cargo/config.toml", false)]
    fn what_systems_add_is_left_out(#[case] name: &str, #[case] left_out: bool) {
        assert_eq!(is_left_out(name), left_out);
    }

    /// Names made of what matters in names, and of anything.
    fn names() -> impl Strategy<Value = Vec<u8>> {
        let pieces = ["..", ".", "/", "\\", "C:", "\0", "a", "\u{202e}", "作业", "~", "\x7f", " "];
        let made = prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..12).prop_map(|parts| parts.concat());
        prop_oneof![made.prop_map(String::into_bytes), prop::collection::vec(any::<u8>(), 0..40)]
    }

    proptest! {
        #[test]
        fn whatever_is_allowed_stays_below_the_folder_and_is_its_own_name(raw in names()) {
            let Ok(good) = name(&raw) else { return Ok(()) };
            prop_assert!(Path::new(&good).components().all(|part| matches!(part, Component::Normal(_))), "{good}");
            prop_assert!(!good.chars().any(|c| c.is_control() || c == '\\'), "{good}");
            if !good.is_empty() {
                prop_assert_eq!(name(good.as_bytes()), Ok(good));
            }
        }
    }
}
