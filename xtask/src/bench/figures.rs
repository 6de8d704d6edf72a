//! Measured figures, and tables of them.

use crate::report::columns::{pad, width};
use anstream::println;
use std::time::Duration;

/// A figure beside the limit that it has to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// What was measured.
    pub what: String,
    /// What came of it.
    pub value: String,
    /// The limit.
    pub limit: String,
    /// Whether it is kept.
    pub kept: bool,
}

impl Figure {
    /// A figure that must not be lower than a limit; `shown` makes words of both.
    pub fn at_least(what: impl Into<String>, value: f64, limit: f64, shown: impl Fn(f64) -> String) -> Self {
        let limit_shown = format!("at least {}", shown(limit));
        // What is no number keeps no limit.
        Self { what: what.into(), value: shown(value), limit: limit_shown, kept: value >= limit }
    }

    /// A figure that must not be higher than a limit; `shown` makes words of both.
    pub fn at_most(what: impl Into<String>, value: f64, limit: f64, shown: impl Fn(f64) -> String) -> Self {
        let limit_shown = format!("at most {}", shown(limit));
        Self { what: what.into(), value: shown(value), limit: limit_shown, kept: value <= limit }
    }
}

/// Writes figures beside their limits, and says whether all are kept.
pub fn print(figures: &[Figure]) -> bool {
    let mut rows = vec![["", "measured", "limit", ""].map(str::to_owned)];
    rows.extend(figures.iter().map(|figure| {
        let kept = if figure.kept { "kept" } else { "NOT KEPT" };
        [figure.what.clone(), figure.value.clone(), figure.limit.clone(), kept.to_owned()]
    }));
    table(&rows);
    figures.iter().all(|figure| figure.kept)
}

/// The median; of an even number of times the later one of the two in the middle.
pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Milliseconds with one digit after the point.
pub fn ms(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

/// The first column to the left, numbers to the right.
pub fn table<const COLUMNS: usize>(rows: &[[String; COLUMNS]]) {
    lines(rows).iter().for_each(|line| println!("{line}"));
}

fn lines<const COLUMNS: usize>(rows: &[[String; COLUMNS]]) -> Vec<String> {
    let widest = |column: usize| rows.iter().map(|row| width(&row[column])).max().unwrap_or(0);
    let line = |row: &[String; COLUMNS]| {
        let mut line = pad(&row[0], widest(0));
        for (column, cell) in row.iter().enumerate().skip(1) {
            let blank = widest(column) - width(cell) + 2;
            line.push_str(&format!("{:blank$}{cell}", ""));
        }
        line.trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(&[], 0)]
    #[case(&[7], 7)]
    #[case(&[9, 1, 5], 5)]
    #[case(&[4, 1, 3, 2], 3)]
    fn the_median_stands_in_the_middle(#[case] times: &[u64], #[case] expected: u64) {
        let times = times.iter().copied().map(Duration::from_millis).collect();
        assert_eq!(median(times), Duration::from_millis(expected));
    }

    #[rstest]
    #[case(150.0, true, false)]
    #[case(149.9, false, true)]
    #[case(100.0, false, true)]
    #[case(f64::NAN, false, false)]
    fn a_limit_itself_is_kept_and_what_is_no_number_keeps_none(
        #[case] value: f64,
        #[case] at_least_150: bool,
        #[case] at_most_149_9: bool,
    ) {
        let shown = |value: f64| format!("{value:.1}");
        let (low, high) = (Figure::at_least("", value, 150.0, shown), Figure::at_most("", value, 149.9, shown));
        assert_eq!((low.kept, high.kept), (at_least_150, at_most_149_9));
        assert_eq!((low.limit.as_str(), high.limit.as_str()), ("at least 150.0", "at most 149.9"));
    }

    #[test]
    fn columns_of_a_table_are_as_wide_as_their_widest_cell() {
        let rows = [["", "measured"], ["a check", "7 ms"], ["both", "1,000 ms"]].map(|row| row.map(str::to_owned));
        assert_eq!(lines(&rows), ["         measured", "a check      7 ms", "both     1,000 ms"]);
    }
}
