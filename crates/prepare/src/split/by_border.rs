//! Splits with borders between rows: by repository, and what happens to components on both sides of a border.

use super::assignment::{Assignment, balanced_splits};
use super::components::Components;
use super::settings::{Ratios, Straddling};
use crate::row_table::RowTable;
use streamguard_table::SplitName;

/// Assigns components by the splits of their rows. Components none of whose rows has one are in train.
pub(super) fn place(
    components: &Components,
    straddling: Straddling,
    split_of: impl Fn(u32) -> Option<SplitName>,
) -> Assignment {
    let mut assignment = Assignment::default();
    for rows in &components.rows {
        let mut splits: Vec<SplitName> = rows.iter().filter_map(|row| split_of(*row)).collect();
        splits.sort_unstable();
        splits.dedup();
        let split = match splits[..] {
            [] => {
                assignment.unplaced_components += 1;
                Some(SplitName::Train)
            }
            [split] => Some(split),
            _ => {
                assignment.straddling_components += 1;
                assignment.straddling_rows += rows.len() as u64;
                match straddling {
                    Straddling::Drop => None,
                    Straddling::Train => Some(SplitName::Train),
                }
            }
        };
        assignment.splits.push(split);
    }
    assignment
}

/// Assigns repositories to splits by their rows, and components by their repositories.
pub(super) fn by_repository(
    components: &Components,
    table: &RowTable,
    ratios: Ratios,
    seed: u64,
    straddling: Straddling,
) -> Assignment {
    let mut weights = vec![0_u64; table.repository_names.len()];
    for row in components.rows.iter().flatten() {
        if let Some(repository) = table.repositories[*row as usize] {
            weights[repository as usize] += 1;
        }
    }
    let splits = balanced_splits(&weights, ratios, seed);
    place(components, straddling, |row| {
        table.repositories[row as usize].map(|repository| splits[repository as usize])
    })
}
