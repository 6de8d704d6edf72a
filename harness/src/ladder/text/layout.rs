//! At which columns lanes stand.

/// Room for the longest state, SYN_RECEIVED, and a space.
pub(super) const STATE: usize = 13;
/// The most that is given to states with the numbers of their connections: `#2000 SYN_RECEIVED`.
pub(super) const NUMBERED: usize = 19;
/// The least distance between two lanes for which margins are kept free: `[SYN,ACK] Seq=0 Ack=1` with its arrow.
const GAP: usize = 28;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// The column of each lane.
    pub(super) at: Vec<usize>,
    /// Columns between two lanes.
    pub(super) gap: usize,
    columns: usize,
}

impl Layout {
    /// Lanes as far apart as the width allows, with margins for states at both sides if there is room.
    pub(super) fn new(lanes: usize, columns: usize, margin: usize) -> Self {
        let gaps = lanes.saturating_sub(1);
        if gaps == 0 {
            return Self { at: vec![margin; lanes], gap: columns.saturating_sub(margin + 2), columns };
        }
        let between = |margin: usize| (columns.saturating_sub(2 * margin + 1)) / gaps;
        let margin = if between(margin) >= GAP { margin } else { 1 };
        let distance = between(margin).max(4);
        Self { at: (0..lanes).map(|lane| margin + lane * distance).collect(), gap: distance - 1, columns }
    }

    /// Where a text of this width begins in the margin of an outer lane, if there is room for it.
    pub(super) fn margin(&self, lane: usize, width: usize) -> Option<usize> {
        let at = self.at[lane];
        if lane == 0 {
            at.checked_sub(width + 1)
        } else if lane + 1 == self.at.len() && at + 2 + width <= self.columns {
            Some(at + 2)
        } else {
            None
        }
    }

    /// Columns for words beside a lane.
    pub(super) fn room(&self, lane: usize) -> usize {
        if self.at.len() == 1 { self.columns.saturating_sub(self.at[lane] + 2) } else { self.gap.saturating_sub(3) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::two(2, 80, &[13, 66])]
    #[case::three_have_no_margins_in_80_columns(3, 80, &[1, 39, 77])]
    #[case::three_in_120(3, 120, &[13, 59, 105])]
    #[case::four(4, 80, &[1, 26, 51, 76])]
    fn lanes_share_the_width(#[case] lanes: usize, #[case] columns: usize, #[case] at: &[usize]) {
        assert_eq!(Layout::new(lanes, columns, STATE).at, at);
    }

    #[rstest]
    fn no_width_is_too_small(#[values(0, 1, 9, 20)] columns: usize, #[values(0, 1, 2, 9)] lanes: usize) {
        let layout = Layout::new(lanes, columns, STATE);
        assert!(layout.at.windows(2).all(|pair| pair[1] >= pair[0] + 4));
    }
}
