//! Near duplicates among the rows of a job.

use crate::near::{Clusters, NearIndex, NearThreshold, PairSink, SetReceiver, ShingledText, find_near_pairs};
use crate::row_table::{RowTable, TextNumber};
use streamguard_table::{CodeReader, TableDataset, TableError};

/// A dataset whose rows are part of a table, with its place there.
#[derive(Debug)]
pub(crate) struct DatasetRows<'a> {
    pub(crate) dataset: &'a TableDataset,
    pub(crate) reader: CodeReader,
    pub(crate) first_row: usize,
}

/// What near rows mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PairRule {
    /// A row that is near an excluded one is left out.
    Excluded,
    /// Benign code that is near other code is left out; of two rows of benign code that are near, the later one.
    Benign,
    /// Rows that are near are one cluster.
    Clusters,
}

/// Rows that are compared.
pub(crate) struct NearRows<'a> {
    /// Facts about the rows; its digests are sorted.
    pub(crate) table: &'a RowTable,
    pub(crate) index: &'a NearIndex,
    pub(crate) threshold: NearThreshold,
    /// Number of rows of the dataset itself, before those that are excluded.
    pub(crate) own_rows: usize,
    pub(crate) datasets: &'a [DatasetRows<'a>],
    pub(crate) stopped: &'a dyn Fn() -> bool,
}

/// Applies a rule to near rows.
struct RowPairs<'a> {
    rule: PairRule,
    rows: &'a NearRows<'a>,
    clusters: Clusters,
    kept: &'a mut [bool],
    /// Texts that another one with the same tokens stands for, and those that do not matter.
    covered: Vec<bool>,
}

impl NearRows<'_> {
    /// Applies a rule to the kept rows that are copies or near copies. Returns the clusters, of one row each unless the
    /// rule makes some.
    ///
    /// # Errors
    /// [`TableError`] if a dataset cannot be read, or the run is stopped.
    pub(crate) fn apply(&self, rule: PairRule, kept: &mut [bool]) -> Result<Clusters, TableError> {
        let Self { table, index, threshold, .. } = *self;
        let (clusters, covered) = (Clusters::new(table.rows), vec![false; 2 * table.rows]);
        if rule == PairRule::Excluded && self.own_rows == table.rows {
            return Ok(clusters);
        }
        let mut pairs = RowPairs { rule, rows: self, clusters, kept, covered };
        // Copies first: their sets need not be compared then.
        for copies in table.digests.chunk_by(|left, right| left.0 == right.0) {
            pairs.take_copies(copies);
        }
        find_near_pairs(index, threshold, &mut pairs, |texts, take| {
            read_shingle_sets(texts, self.datasets, self.stopped, take)
        })?;
        Ok(pairs.clusters)
    }
}

impl RowPairs<'_> {
    fn is_own(&self, row: usize) -> bool {
        row < self.rows.own_rows
    }

    fn is_benign(&self, row: usize) -> bool {
        self.rows.table.benign[row]
    }

    /// Tells whether anything follows from what is near a row.
    fn matters(&self, row: usize) -> bool {
        match self.rule {
            PairRule::Excluded => self.kept[row] || !self.is_own(row),
            PairRule::Benign => self.is_own(row) && (self.kept[row] || !self.is_benign(row)),
            PairRule::Clusters => self.kept[row],
        }
    }

    /// Takes all texts of one digest, in the order of their rows.
    fn take_copies(&mut self, copies: &[(u128, TextNumber)]) {
        let last = copies[copies.len() - 1].1;
        let mut first: Option<TextNumber> = None;
        for &(_, text) in copies {
            let row = row_of(text);
            if self.rule == PairRule::Excluded && self.is_own(row) {
                // Each row is left out by itself, so that none stands for another. Excluded rows stand last.
                if self.wants(last, text) {
                    self.take(last, text);
                }
                self.covered[text as usize] = !self.matters(row);
                continue;
            }
            self.covered[text as usize] = !self.matters(row) || first.is_some();
            if !self.matters(row) {
                continue;
            }
            let Some(other) = first else {
                first = Some(text);
                continue;
            };
            if self.wants(other, text) {
                self.take(other, text);
            }
            // Benign code is left out beside other code, and that stands for both.
            if self.is_benign(row_of(other)) && !self.is_benign(row) {
                first = Some(text);
                (self.covered[other as usize], self.covered[text as usize]) = (true, false);
            }
        }
    }

    /// Returns the row of two that is left out if they are near.
    fn left_out(&self, first: usize, second: usize) -> Option<usize> {
        match self.rule {
            PairRule::Excluded => (self.is_own(first) && !self.is_own(second)).then_some(first),
            PairRule::Benign if !self.is_own(second) => None,
            PairRule::Benign if self.is_benign(second) => Some(second),
            PairRule::Benign => self.is_benign(first).then_some(first),
            PairRule::Clusters => None,
        }
    }
}

fn row_of(text: TextNumber) -> usize {
    (text / 2) as usize
}

impl PairSink for RowPairs<'_> {
    fn wants(&mut self, left: TextNumber, right: TextNumber) -> bool {
        let (left, right) = (row_of(left), row_of(right));
        let (first, second) = (left.min(right), left.max(right));
        if self.rule != PairRule::Clusters {
            return first != second && self.left_out(first, second).is_some_and(|row| self.kept[row]);
        }
        self.kept[first] && self.kept[second] && self.clusters.find(first) != self.clusters.find(second)
    }

    fn group(&mut self, text: TextNumber) -> u32 {
        // Rows are left out one by one, whatever they are near to.
        match self.rule {
            PairRule::Clusters => self.clusters.find(row_of(text)) as u32,
            PairRule::Excluded | PairRule::Benign => text,
        }
    }

    fn is_covered(&self, text: TextNumber) -> bool {
        self.covered[text as usize]
    }

    fn take(&mut self, left: TextNumber, right: TextNumber) {
        let (left, right) = (row_of(left), row_of(right));
        match self.left_out(left.min(right), left.max(right)) {
            Some(row) => self.kept[row] = false,
            None => self.clusters.join(left, right),
        }
    }
}

/// Reads the sets of shingles of some texts, given in ascending order.
fn read_shingle_sets(
    texts: &[TextNumber],
    datasets: &[DatasetRows<'_>],
    stopped: &dyn Fn() -> bool,
    take: SetReceiver<'_>,
) -> Result<(), TableError> {
    let mut wanted = texts.iter().copied().peekable();
    let mut shingled = ShingledText::default();
    for DatasetRows { dataset, reader, first_row } in datasets {
        dataset.for_each_row(&dataset.code_columns(), |number, _, row| {
            if stopped() {
                return Err(TableError::Stopped);
            }
            let row_number = first_row + number;
            let code = reader.texts(&row);
            while let Some(text) = wanted.next_if(|text| (*text / 2) as usize == row_number) {
                // A text without code has no sketch, and so is never wanted.
                shingled.read(code.sides[(text % 2) as usize].unwrap_or_default(), code.syntax);
                take(&shingled.shingle_set());
            }
            Ok(())
        })?;
    }
    // Files that changed meanwhile: the sets would belong to other texts.
    if wanted.peek().is_some() {
        return Err(TableError::Changed);
    }
    Ok(())
}
