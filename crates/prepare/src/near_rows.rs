//! Near duplicates among the rows of a job.

use crate::near::{Clusters, NearIndex, NearThreshold, PairSink, ShingleSets, ShingledText, find_near_pairs};
use crate::row_table::{RowTable, TextNumber};
use streamguard_table::{CodeReader, TableDataset, TableError};

/// A dataset whose rows are part of a table, with its place there.
#[derive(Debug)]
pub(crate) struct DatasetRows<'a> {
    pub(crate) dataset: &'a TableDataset,
    pub(crate) reader: CodeReader,
    pub(crate) first_row: usize,
}

/// Joins near rows of the dataset, and marks those that are near a row of an excluded dataset.
struct RowPairs<'a> {
    clusters: &'a mut Clusters,
    kept: &'a mut [bool],
    own_rows: usize,
    /// Whether rows are compared with excluded ones, or with each other.
    excluding: bool,
}

impl PairSink for RowPairs<'_> {
    fn wants(&mut self, left: TextNumber, right: TextNumber) -> bool {
        let (left, right) = ((left / 2) as usize, (right / 2) as usize);
        let (first, second) = (left.min(right), left.max(right));
        if self.excluding {
            return first < self.own_rows && second >= self.own_rows && self.kept[first];
        }
        second < self.own_rows
            && self.kept[first]
            && self.kept[second]
            && self.clusters.find(first) != self.clusters.find(second)
    }

    fn group(&mut self, text: TextNumber) -> u32 {
        // Excluded rows are compared with each row, whatever its cluster.
        if self.excluding { text } else { self.clusters.find((text / 2) as usize) as u32 }
    }

    fn take(&mut self, left: TextNumber, right: TextNumber) {
        let (left, right) = ((left / 2) as usize, (right / 2) as usize);
        if self.excluding {
            self.kept[left.min(right)] = false;
        } else {
            self.clusters.join(left, right);
        }
    }
}

/// Leaves out the kept rows that are copies or near copies of excluded ones, and returns the clusters of the others. The
/// digests of the table are sorted.
pub(crate) fn cluster_rows(
    table: &RowTable,
    index: &NearIndex,
    threshold: NearThreshold,
    kept: &mut [bool],
    own_rows: usize,
    datasets: &[DatasetRows<'_>],
) -> Result<Clusters, TableError> {
    let mut clusters = Clusters::new(table.rows);
    for excluding in [true, false] {
        if excluding && own_rows == table.rows {
            continue;
        }
        let mut pairs = RowPairs { clusters: &mut clusters, kept, own_rows, excluding };
        // Copies first: their sets need not be compared then.
        for copies in table.digests.chunk_by(|left, right| left.0 == right.0) {
            // Each copy is joined to the one before it; excluded rows stand last.
            let last = copies[copies.len() - 1].1;
            let mut before = None;
            for &(_, text) in copies {
                if !excluding && !pairs.kept[(text / 2) as usize] {
                    continue;
                }
                let other = if excluding { Some(last) } else { before.replace(text) };
                if let Some(other) = other.filter(|other| pairs.wants(*other, text)) {
                    pairs.take(other, text);
                }
            }
        }
        find_near_pairs(index, threshold, &mut pairs, |texts| shingle_sets(texts, datasets))?;
    }
    Ok(clusters)
}

/// Reads the sets of shingles of some texts, given in ascending order.
fn shingle_sets(texts: &[TextNumber], datasets: &[DatasetRows<'_>]) -> Result<ShingleSets, TableError> {
    let mut sets = ShingleSets::default();
    let mut wanted = texts.iter().copied().peekable();
    let mut shingled = ShingledText::default();
    for DatasetRows { dataset, reader, first_row } in datasets {
        dataset.for_each_row(&dataset.code_columns(), |number, _, row| {
            let row_number = first_row + number;
            let code = reader.texts(&row);
            while let Some(text) = wanted.next_if(|text| (*text / 2) as usize == row_number) {
                // A text without code has no sketch, and so is never wanted.
                shingled.read(code.sides[(text % 2) as usize].unwrap_or_default(), code.syntax);
                sets.push(shingled.shingle_set());
            }
            Ok(())
        })?;
    }
    // Files that changed meanwhile: the sets would belong to other texts.
    if wanted.peek().is_some() {
        return Err(TableError::Changed);
    }
    Ok(sets)
}
