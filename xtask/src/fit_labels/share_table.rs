//! The table from a score to the share of functions with such a score that are part of the fix.

use std::fmt;

use super::{LabelledFunction, ShareCount};

/// Weighted number of functions in a row.
const ROW_WEIGHT: f64 = 30.0;

/// Score below that of nearly all functions. Its share is what the regression expects.
const LOWEST_SCORE: f64 = -3.0;

/// Number of functions that what the regression expects of a row counts as, so that few functions of one
/// repository do not decide it.
const EXPECTED_WEIGHT: f64 = 60.0;

/// Rows of mean scores and shares, both ascending.
pub(super) struct ShareTable {
    rows: Vec<(f64, f64)>,
}

impl ShareTable {
    /// Groups functions by score, and joins neighbours until the shares ascend (pool adjacent violators). A
    /// score is what the regression expects: log-odds.
    pub(super) fn new(mut scores: Vec<(f64, &LabelledFunction)>) -> Self {
        scores.sort_by(|one, other| one.0.total_cmp(&other.0));
        let mut groups: Vec<(f64, ShareCount)> = Vec::new();
        for (score, function) in scores {
            if groups.last().is_none_or(|(_, count)| count.all >= ROW_WEIGHT) {
                groups.push((0.0, ShareCount::default()));
            }
            if let Some((sum, count)) = groups.last_mut() {
                *sum += score * function.weight;
                count.add(function);
            }
        }
        let share = |(sum, count): &(f64, ShareCount)| {
            let expected = expected_share(sum / count.all);
            (count.fixes + EXPECTED_WEIGHT * expected) / (count.all + EXPECTED_WEIGHT)
        };
        let mut pooled: Vec<(f64, ShareCount)> = Vec::new();
        for mut group in groups {
            while let Some(last) = pooled.pop_if(|last| share(last) >= share(&group)) {
                group.0 += last.0;
                group.1.all += last.1.all;
                group.1.fixes += last.1.fixes;
            }
            pooled.push(group);
        }
        let rows = pooled.iter().map(|group| (group.0 / group.1.all, share(group)));
        Self { rows: [(LOWEST_SCORE, expected_share(LOWEST_SCORE))].into_iter().chain(rows).collect() }
    }

    /// Returns the share at a score, interpolated between two rows.
    pub(super) fn share(&self, score: f64) -> f64 {
        let above = self.rows.partition_point(|(known, _)| *known <= score);
        match (above.checked_sub(1).map(|below| self.rows[below]), self.rows.get(above)) {
            (Some((low, least)), Some((high, most))) => least + (most - least) * (score - low) / (high - low),
            (Some((_, share)), None) | (None, Some(&(_, share))) => share,
            (None, None) => 0.0,
        }
    }
}

/// Returns the share that a regression with this score expects.
fn expected_share(score: f64) -> f64 {
    1.0 / (1.0 + (-score).exp())
}

impl fmt::Display for ShareTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rows.iter().try_for_each(|(score, share)| writeln!(f, "    ({score:.2}, {share:.2}),"))
    }
}
