//! Assignment of rows to splits.

use twox_hash::XxHash64;

use super::components::Components;
use super::settings::{Ratios, SplitRule, Straddling};
use super::{by_border, by_time};
use crate::row_table::RowTable;
use streamguard_table::SplitName;

/// Components larger than this part of all weight are placed first: late, they would not fit any more.
const LARGE_PART: u64 = 100;

/// Split of each component.
#[derive(Debug, Default)]
pub(crate) struct Assignment {
    /// Split of each component; `None` for those that are left out.
    pub(crate) splits: Vec<Option<SplitName>>,
    /// Number of components that straddle a border.
    pub(crate) straddling_components: u64,
    /// Number of their rows.
    pub(crate) straddling_rows: u64,
    /// Number of components without what the rule goes by: a date, a repository. They are in train.
    pub(crate) unplaced_components: u64,
}

/// Assigns all components by a rule.
pub(crate) fn assign(
    rule: SplitRule,
    components: &Components,
    table: &RowTable,
    ratios: Ratios,
    seed: u64,
    straddling: Straddling,
) -> Assignment {
    let rows = |component: &Vec<u32>| component.len() as u64;
    match rule {
        SplitRule::Random => balanced(&components.rows.iter().map(rows).collect::<Vec<_>>(), ratios, seed),
        SplitRule::Advisory => {
            let mut counts = vec![0_u64; components.rows.len()];
            let mut pairs: Vec<(u64, u32)> = table
                .advisories
                .iter()
                .filter_map(|(advisory, row)| Some((*advisory, components.of_row[*row as usize]?)))
                .collect();
            pairs.sort_unstable();
            // All rows of an advisory are in one component, so each counts once.
            pairs.dedup();
            pairs.iter().for_each(|(_, component)| counts[*component as usize] += 1);
            balanced(&counts.iter().map(|count| *count.max(&1)).collect::<Vec<_>>(), ratios, seed)
        }
        SplitRule::Time => by_time::assign(components, table, ratios, straddling),
        SplitRule::Repository => by_border::by_repository(components, table, ratios, seed, straddling),
    }
}

fn balanced(weights: &[u64], ratios: Ratios, seed: u64) -> Assignment {
    let splits = balanced_splits(weights, ratios, seed).into_iter().map(Some).collect();
    Assignment { splits, ..Assignment::default() }
}

/// Gives each thing to the split that lacks most of its share: large ones first, the rest in an order by chance.
pub(super) fn balanced_splits(weights: &[u64], Ratios(ratios): Ratios, seed: u64) -> Vec<SplitName> {
    let total: u64 = weights.iter().sum();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    let chance = |number: usize| XxHash64::oneshot(seed, &(number as u64).to_le_bytes());
    order.sort_by_key(|number| {
        let weight = weights[*number];
        let large = if weight * LARGE_PART > total { weight } else { 0 };
        (std::cmp::Reverse(large), chance(*number), *number)
    });
    let mut splits = vec![SplitName::Train; weights.len()];
    let mut given = [0_u64; 3];
    for number in order {
        // What a split lacks, in hundredths; a split without a share gets nothing.
        let lack = |at: &usize| i128::from(ratios[*at]) * i128::from(total) - i128::from(given[*at]) * 100;
        let open = (0..3).filter(|at| ratios[*at] > 0);
        // Of equal ones the first.
        let at = open.max_by_key(|at| (lack(at), std::cmp::Reverse(*at))).unwrap_or(0);
        given[at] += weights[number];
        splits[number] = SplitName::ALL[at];
    }
    splits
}
