//! Components: rows that must stay in one split.

use crate::near::Clusters;
use crate::row_table::RowTable;

/// Rows that hang together, component by component; those in the order of their first rows.
#[derive(Debug)]
pub(crate) struct Components {
    /// Rows of each component, ascending.
    pub(crate) rows: Vec<Vec<u32>>,
    /// Number of the component of each row; `None` for rows that are left out.
    pub(crate) of_row: Vec<Option<u32>>,
}

impl Components {
    /// Joins the kept rows that are near, of the same commit, of the same advisory or of the same template.
    pub(crate) fn new(table: &RowTable, near: &Clusters, kept: &[bool]) -> Self {
        let mut clusters = near.clone();
        let is_kept = |row: &u32| kept[*row as usize];
        for keys in [&table.commits, &table.advisories, &table.families] {
            let keys = keys.iter().filter(|(_, row)| is_kept(row));
            clusters.join_by_key(keys.map(|(key, row)| (*key, *row as usize)));
        }
        Self::of_clusters(&mut clusters, kept)
    }

    /// Numbers the clusters of the kept rows.
    pub(crate) fn of_clusters(clusters: &mut Clusters, kept: &[bool]) -> Self {
        let mut number_of_root = vec![u32::MAX; kept.len()];
        let mut rows: Vec<Vec<u32>> = Vec::new();
        let mut of_row = vec![None; kept.len()];
        for row in (0..kept.len()).filter(|row| kept[*row]) {
            let number = &mut number_of_root[clusters.find(row)];
            if *number == u32::MAX {
                *number = rows.len() as u32;
                rows.push(Vec::new());
            }
            rows[*number as usize].push(row as u32);
            of_row[row] = Some(*number);
        }
        Self { rows, of_row }
    }
}
