//! Benign code: so many functions for each sample, from the same file at the same commit.

use crate::row_table::RowTable;

/// Leaves out the kept benign rows that are more than so many for each kept sample of their file and commit, and those
/// whose file is not known. Of each file the first rows stay.
pub(crate) fn leave_out_surplus(table: &RowTable, kept: &mut [bool], functions: u32) {
    let mut has_file = vec![false; kept.len()];
    table.files.iter().for_each(|(_, row)| has_file[*row as usize] = true);
    let rows = kept.iter_mut().zip(&table.benign).zip(has_file);
    rows.for_each(|((kept, is_benign), has_file)| *kept &= has_file || !is_benign);
    let mut files: Vec<(u64, u32)> =
        table.files.iter().copied().filter(|(_, row)| kept[*row as usize]).collect();
    files.sort_unstable();
    let is_benign = |row: u32| table.benign[row as usize];
    for rows in files.chunk_by(|left, right| left.0 == right.0) {
        let samples = rows.iter().filter(|(_, row)| !is_benign(*row)).count();
        let benign = rows.iter().map(|(_, row)| *row).filter(|row| is_benign(*row));
        for row in benign.skip(samples.saturating_mul(functions as usize)) {
            kept[row as usize] = false;
        }
    }
}
