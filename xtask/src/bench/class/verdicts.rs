//! Whether a class was graded as it must be: a quick grader that is wrong is no grader.

use super::submissions::{HandedIn, Programs};
use crate::trouble::Trouble;
use exercises::Exercise;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// A check that takes so long waits for a clock of its program's, or for it to use up its CPU time.
const LONG: Duration = Duration::from_secs(1);

/// What is read of the report in JSON.
#[derive(Debug, Deserialize)]
struct Report {
    submissions: Vec<Submission>,
}

#[derive(Debug, Deserialize)]
struct Submission {
    submission: String,
    exercises: Vec<OfExercise>,
}

#[derive(Debug, Deserialize)]
struct OfExercise {
    name: String,
    checks: Vec<Check>,
}

#[derive(Debug, Deserialize)]
struct Check {
    name: String,
    verdict: String,
    milliseconds: Option<u64>,
}

/// What came of the checks of a class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verdicts {
    /// All of them.
    pub checks: usize,
    /// Those that failed, as they must.
    pub failed: usize,
    /// Those that took long.
    pub long: usize,
    /// How long these took.
    pub long_time: Duration,
    /// How long all took.
    pub time: Duration,
}

impl Verdicts {
    /// Reads the report, and compares it with what is known of the programs.
    ///
    /// # Errors
    /// When anything differs.
    pub fn read(
        report: &[u8],
        class: &[HandedIn],
        exercises: &[Exercise],
        programs: &Programs,
    ) -> Result<Self, Trouble> {
        let wrong = |what: String| Trouble::Ours(format!("the class was not graded as it must be: {what}"));
        let report: Report = serde_json::from_slice(report).map_err(|error| wrong(error.to_string()))?;
        let mut seen = BTreeMap::new();
        for submission in report.submissions {
            for exercise in submission.exercises {
                for check in exercise.checks {
                    seen.insert((submission.submission.clone(), exercise.name.clone(), check.name.clone()), check);
                }
            }
        }
        let mut out = Self::default();
        for submission in class {
            let faulty = submission.dealt.wrong.map(|place| &programs[&submission.dealt.language].wrong[place]);
            for (number, exercise) in exercises.iter().enumerate() {
                let faulty = faulty.filter(|faulty| faulty.exercise == number);
                for check in &exercise.checks {
                    let place = (submission.name.clone(), exercise.name.clone(), check.name.clone());
                    let must =
                        if faulty.is_some_and(|faulty| faulty.fails.contains(&check.name)) { "fail" } else { "pass" };
                    let Some(check) = seen.remove(&place).filter(|check| check.verdict == must) else {
                        return Err(wrong(format!("{} must {must} {}::{}", place.0, place.1, place.2)));
                    };
                    out.add(&check);
                }
            }
        }
        match seen.into_keys().next() {
            None => Ok(out),
            Some((submission, exercise, check)) => Err(wrong(format!("{submission} has {exercise}::{check}"))),
        }
    }

    fn add(&mut self, check: &Check) {
        let time = Duration::from_millis(check.milliseconds.unwrap_or(0));
        self.checks += 1;
        self.failed += usize::from(check.verdict == "fail");
        self.time += time;
        if time >= LONG {
            self.long += 1;
            self.long_time += time;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::class::mix::{Dealt, Language};
    use crate::bench::class::submissions::{Choice, Choices};
    use std::collections::BTreeSet;
    use std::path::PathBuf;

    /// What is made of a report, in which the one submission has these verdicts. Its program fails in the first of two checks.
    fn read(verdicts: &[(&str, &str)]) -> Result<Verdicts, Trouble> {
        let mut exercise = exercises::load("udp_sender").unwrap();
        exercise.checks.truncate(2);
        let fails = BTreeSet::from(["one_datagram".to_owned()]);
        let wrong = vec![Choice { exercise: 0, file: PathBuf::new(), fails }];
        let programs = Programs::from([(Language::Rust, Choices { right: Vec::new(), wrong })]);
        let dealt = Dealt { language: Language::Rust, wrong: Some(0) };
        let class = [HandedIn { name: "kim".to_owned(), dealt }];
        let checks: Vec<_> = verdicts
            .iter()
            .map(|(name, verdict)| serde_json::json!({"name": name, "verdict": verdict, "milliseconds": 1500}))
            .collect();
        let exercises = [serde_json::json!({"name": "udp_sender", "checks": checks})];
        let report = serde_json::json!({"submissions": [{"submission": "kim", "exercises": exercises}]});
        Verdicts::read(report.to_string().as_bytes(), &class, &[exercise], &programs)
    }

    #[test]
    fn a_class_that_was_graded_as_it_must_be_is_counted() {
        let seconds = Duration::from_secs(3);
        let expected = Verdicts { checks: 2, failed: 1, long: 2, long_time: seconds, time: seconds };
        assert_eq!(read(&[("one_datagram", "fail"), ("utf8_text", "pass")]).unwrap(), expected);
    }

    #[test]
    fn whatever_is_not_as_it_must_be_is_named() {
        let told = |verdicts: &[(&str, &str)]| read(verdicts).unwrap_err().to_string();
        let both_pass = told(&[("one_datagram", "pass"), ("utf8_text", "pass")]);
        assert!(both_pass.ends_with(": kim must fail udp_sender::one_datagram"), "{both_pass}");
        let both_fail = told(&[("one_datagram", "fail"), ("utf8_text", "fail")]);
        assert!(both_fail.ends_with(": kim must pass udp_sender::utf8_text"), "{both_fail}");
        let missing = told(&[("one_datagram", "fail")]);
        assert!(missing.ends_with(": kim must pass udp_sender::utf8_text"), "{missing}");
        let more = told(&[("one_datagram", "fail"), ("utf8_text", "pass"), ("empty_line", "pass")]);
        assert!(more.ends_with(": kim has udp_sender::empty_line"), "{more}");
    }
}
