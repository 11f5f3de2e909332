//! The file with the context of all rows, and its counts.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use streamguard_engine::{JobError, MergeContext};
use streamguard_table::SplitName;

use super::function_context::{FunctionContext, RowContext};
use crate::job::PrepareRecord;
use crate::prepared_dataset::RowPlace;

/// Name of the file.
pub(crate) const CONTEXT_NAME: &str = "context.jsonl";

/// Most repositories that an error names.
const MAX_NAMED: usize = 5;

/// Counts of the rows in a split by what became of their context.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContextCounts {
    /// Rows with a line in the file.
    pub rows: u64,
    /// Definitions in these lines.
    pub definitions: u64,
    /// Lines of which a bound cut something off.
    pub truncated: u64,
    /// Rows whose repository has no clone.
    pub no_clone: u64,
    /// Rows whose clone lacks the commit before the fix.
    pub no_commit: u64,
    /// Rows whose commit has too many files.
    pub too_large: u64,
    /// Rows that are not a function, or whose place before the fix is unknown.
    pub no_function: u64,
}

/// A line of the file.
#[derive(Serialize)]
struct ContextLine<'a> {
    id: &'a Value,
    split: SplitName,
    #[serde(flatten)]
    context: &'a FunctionContext,
}

/// Writes the context of all rows that are in a split, in their order.
///
/// # Errors
/// Also if no row of the dataset could be looked up.
pub(crate) fn write_context(
    places: &[Option<RowPlace>],
    merge: &mut MergeContext<'_>,
) -> Result<ContextCounts, JobError> {
    merge.set_activity("writing the context of the functions");
    let mut file = merge.create_file(CONTEXT_NAME)?;
    let mut counts = ContextCounts::default();
    let mut missing = BTreeSet::new();
    let mut row = 0_usize;
    merge.for_each_record(|line| {
        match serde_json::from_slice(line).map_err(JobError::failed)? {
            PrepareRecord::Row(_) => row += 1,
            PrepareRecord::Context(id, context) => {
                let row =
                    row.checked_sub(1).ok_or_else(|| JobError::failed("a context stands before its row"))?;
                let Some(place) = places.get(row).copied().flatten() else { return Ok(()) };
                let count = match &context {
                    RowContext::Found(context) => {
                        counts.definitions += context.context.len() as u64;
                        counts.truncated += u64::from(context.truncated);
                        file.write_record(&ContextLine { id: &id, split: place.split, context })?;
                        &mut counts.rows
                    }
                    RowContext::NoClone(repository) => {
                        if missing.len() < MAX_NAMED {
                            missing.insert(repository.clone());
                        }
                        &mut counts.no_clone
                    }
                    RowContext::NoCommit => &mut counts.no_commit,
                    RowContext::TooLarge => &mut counts.too_large,
                    RowContext::NoFunction => &mut counts.no_function,
                };
                *count += 1;
            }
            PrepareRecord::Dataset(_) => {}
        }
        Ok(())
    })?;
    if counts.rows == 0 {
        return Err(JobError::failed(nothing_found(&counts, &missing)));
    }
    merge.commit_file(file)?;
    Ok(counts)
}

fn nothing_found(counts: &ContextCounts, missing: &BTreeSet<String>) -> String {
    let ContextCounts { no_clone, no_commit, too_large, no_function, .. } = counts;
    let mut text = format!(
        "--context: no row could be looked up: {no_clone} of repositories without a clone, {no_commit} of commits that \
         their clone lacks, {too_large} of commits with too many files, {no_function} without a function before a fix"
    );
    if !missing.is_empty() {
        let names: Vec<String> = missing.iter().map(|name| format!("{name:?}")).collect();
        text += &format!(
            ". The dataset names {}: clone each (git clone --bare URL FOLDER) and give the folders to --context",
            names.join(", ")
        );
    }
    text
}
