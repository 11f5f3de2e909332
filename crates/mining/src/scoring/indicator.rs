//! Indicators of a fix in the changed lines of a function.

use streamguard_dataset::Weakness;

use super::indicator_table::WEAKNESS_INDICATORS;
use crate::pattern::{LazyPattern, compile, lazy};

/// Kinds of indicators in the changed lines of one function, for one row of the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct IndicatorHits {
    /// An unmistakable remedy was added.
    pub(super) strong: bool,
    /// A possible remedy was added.
    pub(super) hint: bool,
    /// Dangerous code was removed.
    pub(super) danger: bool,
}

/// The table with its patterns, each compiled at its first use.
pub(super) struct IndicatorTable {
    rows: Vec<IndicatorPatterns>,
}

/// Patterns of one row, each an automaton of its own: combined in one set, their many repetitions make a
/// lazy automaton whose cache is cleared all the time.
struct IndicatorPatterns {
    strong: LazyPattern,
    hint: LazyPattern,
    danger: LazyPattern,
}

/// The changed lines of one side, separately and joined.
struct ChangedSide<'a> {
    lines: &'a [&'a str],
    text: String,
}

impl ChangedSide<'_> {
    /// Counts the lines that match.
    fn count(&self, pattern: &LazyPattern) -> usize {
        // Most patterns match nowhere; one search of the whole text finds that out cheaply.
        if !pattern.is_match(self.text.as_bytes()) {
            return 0;
        }
        self.lines.iter().filter(|line| pattern.is_match(line.as_bytes())).count()
    }
}

impl IndicatorTable {
    pub(super) fn new() -> Self {
        let lazily = |text: &'static str| lazy(move || compile(text));
        let rows = WEAKNESS_INDICATORS.iter().map(|row| IndicatorPatterns {
            strong: lazily(row.strong),
            hint: lazily(row.hint),
            danger: lazily(row.danger),
        });
        Self { rows: rows.collect() }
    }

    /// Finds the indicators of each row. `named` are the weaknesses that the message names.
    ///
    /// A remedy counts if more added than removed lines contain it, dangerous code if more removed than
    /// added lines do. So a line that only moved is not an indicator.
    pub(super) fn find(
        &self,
        removed: &[&str],
        added: &[&str],
        named: &[&'static Weakness],
    ) -> Vec<IndicatorHits> {
        let [before, after] = [removed, added].map(|lines| ChangedSide { lines, text: lines.join("\n") });
        let added_more = |pattern: &LazyPattern| after.count(pattern) > before.count(pattern);
        let rows = self.rows.iter().enumerate().map(|(row, patterns)| {
            let strong = added_more(&patterns.strong);
            // Hints and dangers say nothing without a strong indicator or a message that names the
            // weakness: their words are in most code.
            let relevant = strong || Self::weaknesses(row).any(|weakness| named.contains(&weakness));
            IndicatorHits {
                strong,
                hint: relevant && added_more(&patterns.hint),
                danger: relevant && before.count(&patterns.danger) > after.count(&patterns.danger),
            }
        });
        rows.collect()
    }

    /// Returns the weaknesses of the row with this number, the likeliest first.
    pub(super) fn weaknesses(row: usize) -> impl Iterator<Item = &'static Weakness> {
        WEAKNESS_INDICATORS[row].weaknesses.iter().filter_map(|name| Weakness::by_name(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles_and_every_weakness_is_known() {
        for row in &IndicatorTable::new().rows {
            for pattern in [&row.strong, &row.hint, &row.danger] {
                std::sync::LazyLock::force(pattern);
            }
        }
        for (row, indicator) in WEAKNESS_INDICATORS.iter().enumerate() {
            assert_eq!(IndicatorTable::weaknesses(row).count(), indicator.weaknesses.len());
        }
    }
}
