//! Splits by time: the past to learn from, the future to test with.

use super::assignment::Assignment;
use super::by_border::place;
use super::components::Components;
use super::settings::{Ratios, Straddling};
use crate::row_table::RowTable;
use streamguard_table::SplitName;

/// Assigns components by their dates. The borders are the dates by which the shares of all dated rows are reached; rows
/// of one date are never parted. Components without a date are in train.
pub(super) fn assign(
    components: &Components,
    table: &RowTable,
    Ratios(ratios): Ratios,
    straddling: Straddling,
) -> Assignment {
    let mut dates: Vec<i64> =
        components.rows.iter().flatten().filter_map(|row| table.dates[*row as usize]).collect();
    dates.sort_unstable();
    let border = |percent: u64| {
        let count = dates.len() as u64 * percent / 100;
        // The last date before the border; none before the first row.
        (count > 0).then(|| dates[count as usize - 1])
    };
    let train_end = border(ratios[0].into());
    let validation_end = border(u64::from(ratios[0]) + u64::from(ratios[1]));
    let split_of = |date: i64| {
        if train_end.is_some_and(|end| date <= end) {
            SplitName::Train
        } else if validation_end.is_some_and(|end| date <= end) {
            SplitName::Validation
        } else {
            SplitName::Test
        }
    };
    place(components, straddling, |row| table.dates[row as usize].map(split_of))
}
