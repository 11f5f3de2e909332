//! The prepared dataset: from the facts about all rows to the files of the splits.

use streamguard_engine::{JobError, JobSummary, MergeContext};

use crate::benign;
use crate::job::{PrepareJob, PrepareRecord};
use crate::near::NearIndex;
use crate::near_rows::{DatasetRows, NearRows, PairRule};
use crate::output;
use crate::prepared_info::{PreparedCounts, PreparedInfo};
use crate::row_table::RowTable;
use crate::split::{Components, assign};
use streamguard_table::{CodeReader, SplitName, TableDataset, TableError};

/// Place of a row in the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RowPlace {
    pub(crate) split: SplitName,
    /// Number of the component.
    pub(crate) component: u32,
    /// Number of the cluster of near copies, if there are others.
    pub(crate) near_duplicates: Option<u32>,
    /// Tokens of the longest text.
    pub(crate) tokens: u32,
}

/// Assigns all rows to splits and writes the files.
pub(crate) fn make(job: &PrepareJob, merge: &mut MergeContext<'_>) -> Result<JobSummary, JobError> {
    let threshold = job.threshold()?;
    let mut table = RowTable::new();
    let mut index = NearIndex::new(threshold);
    let mut datasets: Vec<(TableDataset, usize)> = Vec::new();
    merge.set_activity("reading what is known of the rows");
    merge.for_each_record(|line| {
        match serde_json::from_slice(line).map_err(JobError::failed)? {
            PrepareRecord::Dataset(dataset) => datasets.push((*dataset, table.rows)),
            PrepareRecord::Row(facts) => table.push(&facts, &mut index)?,
            PrepareRecord::Context(..) => {}
        }
        Ok(())
    })?;
    let read: Vec<DatasetRows<'_>> = datasets
        .iter()
        .map(|(dataset, first_row)| DatasetRows {
            dataset,
            reader: CodeReader::new(&dataset.roles, &dataset.code_columns(), job.language),
            first_row: *first_row,
        })
        .collect();
    let own = &datasets.first().ok_or_else(|| JobError::failed("the dataset has no rows"))?.0;
    let own_rows = datasets.get(1).map_or(table.rows, |(_, first_row)| *first_row);

    let mut counts = PreparedCounts { rows: own_rows as u64, ..PreparedCounts::default() };
    let dates = job.date_range()?;
    let mut kept: Vec<bool> =
        (0..table.rows).map(|row| row < own_rows && dates.accepts(table.dates[row])).collect();
    let count = |kept: &[bool]| kept.iter().filter(|kept| **kept).count() as u64;
    counts.outside_dates = counts.rows - count(&kept);
    table.digests.sort_unstable();
    merge.set_activity("looking for near copies");
    let stopped = || merge.check_stopped().is_err();
    let near_rows =
        NearRows { table: &table, index: &index, threshold, own_rows, datasets: &read, stopped: &stopped };
    let before = count(&kept);
    near_rows.apply(PairRule::Excluded, &mut kept).map_err(job_error)?;
    counts.excluded = before - count(&kept);
    let before = count(&kept);
    if job.benign > 0 {
        // Those without a sample first, so that they are nobody's copies.
        benign::leave_out_surplus(&table, &mut kept, u32::MAX);
        near_rows.apply(PairRule::Benign, &mut kept).map_err(job_error)?;
        benign::leave_out_surplus(&table, &mut kept, job.benign);
    } else {
        kept.iter_mut().zip(&table.benign).for_each(|(kept, benign)| *kept &= !benign);
    }
    counts.benign_left_out = before - count(&kept);
    counts.benign = kept.iter().zip(&table.benign).filter(|(kept, benign)| **kept && **benign).count() as u64;
    let mut near = near_rows.apply(PairRule::Clusters, &mut kept).map_err(job_error)?;
    // The sketches are the largest part of all, and nothing needs them any more.
    drop(index);
    merge.check_stopped()?;

    let clusters = Components::of_clusters(&mut near, &kept);
    let components = Components::new(&table, &near, &kept);
    let assignment = assign(job.split, &components, &table, job.ratios, job.seed, job.straddling);
    counts.components = components.rows.len() as u64;
    counts.largest_component = components.rows.iter().map(|rows| rows.len() as u64).max().unwrap_or(0);
    counts.rows_with_near_duplicates =
        clusters.rows.iter().filter(|rows| rows.len() > 1).map(|rows| rows.len() as u64).sum();
    counts.straddling_components = assignment.straddling_components;
    counts.straddling_rows = assignment.straddling_rows;
    counts.unplaced_components = assignment.unplaced_components;

    let place = |row: usize| {
        let component = components.of_row[row]?;
        let cluster = clusters.of_row[row]?;
        Some(RowPlace {
            split: assignment.splits[component as usize]?,
            component,
            near_duplicates: (clusters.rows[cluster as usize].len() > 1).then_some(cluster),
            tokens: table.sides(row).into_iter().max().unwrap_or(0),
        })
    };
    let places: Vec<Option<RowPlace>> = (0..own_rows).map(place).collect();
    let info = PreparedInfo::new(job, own, counts, &places)?;
    output::write(job, own, &places, &table, info, merge)
}

/// Converts an error of reading.
pub(crate) fn job_error(error: TableError) -> JobError {
    match error {
        TableError::Stopped => JobError::Stopped,
        error => JobError::failed(error),
    }
}
