//! A part of a class, for one machine of several: which submissions belong to it depends on their names alone, so no
//! machine has to know what the others do, and one more submission moves none of the others.

use std::fmt::{self, Display, Formatter};
use std::num::NonZeroU32;
use std::str::FromStr;

/// The part `K/N`: the first of four is `1/4`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which part, from 1 on.
    k: u32,
    /// How many there are.
    n: NonZeroU32,
}

/// Why something is no part of a class.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoShard {
    /// It does not look like one.
    #[error("a part is written K/N, for instance 1/4 for the first of four")]
    Form,
    /// There are not so many, or it begins to count at 0.
    #[error("there is no part {k} of {n}: parts are counted from 1 to {n}")]
    Range {
        /// Which part.
        k: u32,
        /// How many there are.
        n: u32,
    },
    /// Nothing would be graded.
    #[error("there must be at least one part, for instance 1/1")]
    None,
}

impl Shard {
    /// Whether the submission with this name belongs to it.
    #[must_use]
    pub fn takes(&self, name: &str) -> bool {
        let hash = blake3::hash(name.as_bytes());
        let number = hash.as_bytes().iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte));
        number % u64::from(self.n.get()) == u64::from(self.k - 1)
    }
}

impl FromStr for Shard {
    type Err = NoShard;

    fn from_str(text: &str) -> Result<Self, NoShard> {
        // A sign is a number for Rust.
        let number = |text: &str| {
            let digits = text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse().ok().filter(|_: &u32| digits).ok_or(NoShard::Form)
        };
        let (k, n) = text.split_once('/').ok_or(NoShard::Form)?;
        let (k, n) = (number(k)?, NonZeroU32::new(number(n)?).ok_or(NoShard::None)?);
        if k == 0 || k > n.get() {
            return Err(NoShard::Range { k, n: n.get() });
        }
        Ok(Self { k, n })
    }
}

impl Display for Shard {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.k, self.n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("1/1")]
    #[case("4/4")]
    #[case("1/4294967295")]
    fn a_part_is_written_as_it_is_read(#[case] text: &str) {
        assert_eq!(text.parse::<Shard>().unwrap().to_string(), text);
    }

    #[rstest]
    #[case("0/3", "there is no part 0 of 3: parts are counted from 1 to 3")]
    #[case("4/3", "there is no part 4 of 3: parts are counted from 1 to 3")]
    #[case("1/0", "there must be at least one part, for instance 1/1")]
    #[case("x", "a part is written K/N, for instance 1/4 for the first of four")]
    #[case("1", "a part is written K/N, for instance 1/4 for the first of four")]
    #[case("+1/3", "a part is written K/N, for instance 1/4 for the first of four")]
    #[case("1/2/3", "a part is written K/N, for instance 1/4 for the first of four")]
    #[case("1/4294967296", "a part is written K/N, for instance 1/4 for the first of four")]
    #[case("/", "a part is written K/N, for instance 1/4 for the first of four")]
    fn what_is_no_part_is_refused(#[case] text: &str, #[case] message: &str) {
        assert_eq!(text.parse::<Shard>().unwrap_err().to_string(), message);
    }

    #[test]
    fn names_stay_where_they_are_from_version_to_version() {
        let part = |name: &str| (1..=4).find(|k| format!("{k}/4").parse::<Shard>().unwrap().takes(name)).unwrap();
        assert_eq!(["Kim Lee_12345", "assignment-kim", "王小明_7", "lee"].map(part), [3, 1, 3, 2]);
    }

    #[rstest]
    #[case(2)]
    #[case(4)]
    #[case(7)]
    fn parts_are_about_equally_large(#[case] n: usize) {
        let names: Vec<_> = (0..7_000).map(|number| format!("assignment-student{number}")).collect();
        for k in 1..=n {
            let shard: Shard = format!("{k}/{n}").parse().unwrap();
            let taken = names.iter().filter(|name| shard.takes(name)).count();
            let expected = names.len() / n;
            assert!(taken.abs_diff(expected) < expected / 10, "part {shard} has {taken} of {}", names.len());
        }
    }

    proptest! {
        #[test]
        fn each_name_is_in_exactly_one_part(name in ".{0,20}", n in 1_u32..40) {
            let takes = |k| format!("{k}/{n}").parse::<Shard>().unwrap().takes(&name);
            prop_assert_eq!((1..=n).filter(|k| takes(*k)).count(), 1);
        }
    }
}
