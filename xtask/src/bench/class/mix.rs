//! Which programs the submissions of a class have.
//!
//! The mix follows from a submission's number alone, so a part of a class is the same whatever the class's size. Submissions are in
//! Python and in Rust by turns. Of five in a language, two have one wrong program, the others none. The wrong programs of a language take
//! turns, exercise by exercise and by name, and none is left out: those that never come to rest, which cost most, are as
//! frequent as any other.

/// So many submissions of one language after each other, of which [`WRONG`] have a wrong program.
const ROUND: usize = 5;
/// Which of them.
const WRONG: [usize; 2] = [1, 3];

/// What the programs of a submission are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// Source files.
    Python,
    /// Executables.
    Rust,
}

impl Language {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Python, Self::Rust];

    /// `python`
    pub const fn name(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::Rust => "rust",
        }
    }

    /// How files with its source texts end.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Python => "py",
            Self::Rust => "rs",
        }
    }
}

/// What a submission is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dealt {
    /// The language of its programs.
    pub language: Language,
    /// The one that is wrong, by its place among the wrong ones of the language.
    pub wrong: Option<usize>,
}

/// What the submission of this number is made of, if `wrong` says how many wrong programs there are in a language.
pub fn deal(number: usize, wrong: impl Fn(Language) -> usize) -> Dealt {
    let language = Language::ALL[number % Language::ALL.len()];
    let (round, place) = (number / Language::ALL.len() / ROUND, number / Language::ALL.len() % ROUND);
    let nth = WRONG.iter().position(|wrong| *wrong == place).map(|nth| round * WRONG.len() + nth);
    // Of an exercise that has no wrong program in a language, there are only right ones.
    Dealt { language, wrong: nth.and_then(|nth| nth.checked_rem(wrong(language))) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// How many wrong programs a language has here.
    fn wrong(language: Language) -> usize {
        match language {
            Language::Python => 7,
            Language::Rust => 11,
        }
    }

    #[test]
    fn half_are_in_each_language_and_two_of_five_have_a_wrong_program() {
        for language in Language::ALL {
            let dealt: Vec<_> =
                (0..100).map(|number| deal(number, wrong)).filter(|dealt| dealt.language == language).collect();
            assert_eq!(dealt.len(), 50, "{language:?}");
            assert_eq!(dealt.iter().filter(|dealt| dealt.wrong.is_some()).count(), 20, "{language:?}");
        }
    }

    #[test]
    fn wrong_programs_take_turns_and_none_is_left_out() {
        for language in Language::ALL {
            let mut used = BTreeMap::<usize, usize>::new();
            let dealt = (0..1000).map(|number| deal(number, wrong)).filter(|dealt| dealt.language == language);
            dealt.filter_map(|dealt| dealt.wrong).for_each(|place| *used.entry(place).or_default() += 1);
            assert!(used.keys().copied().eq(0..wrong(language)), "{language:?}: {used:?}");
            let (fewest, most) = (used.values().min().unwrap(), used.values().max().unwrap());
            assert!(most - fewest <= 1, "{language:?}: {used:?}");
        }
    }

    #[test]
    fn where_there_are_no_wrong_programs_all_are_right() {
        assert!((0..100).all(|number| deal(number, |_| 0).wrong.is_none()));
    }
}
