//! Compares two versions of a dataset row by row.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

use super::reasons::Reasons;
use super::row::{Digest, Row, digest};
use super::{ChangeKind, SampleChange};
use crate::error::SampleFileError;
use crate::jsonl::JsonlReader;

/// Files of one version of a dataset.
#[derive(Clone, Copy, Debug)]
pub struct DatasetVersion<'a> {
    /// File of the samples, as lines of JSON.
    pub samples: &'a Path,
    /// File of the merged advisories, as lines of JSON; none if no source of advisories was asked.
    pub advisories: Option<&'a Path>,
}

/// Compares two versions, and returns the rows that differ: those of the newer version in its order, then the
/// withdrawn ones in the order of the older version. `at_target` are the collectors that ended because they had as many
/// samples as were asked for.
///
/// Each row takes 32 bytes of memory; one that differs also takes a digest a field.
///
/// # Errors
/// [`SampleFileError`].
pub fn compare(
    older: DatasetVersion<'_>,
    newer: DatasetVersion<'_>,
    at_target: &BTreeSet<String>,
    (version, date): (u64, &str),
) -> Result<Vec<SampleChange>, SampleFileError> {
    let differing = Differing::read(older.samples, newer.samples)?;
    let reasons = Reasons::read(older.advisories, newer.advisories, &differing, at_target)?;
    let change = |change, row: &Row, previous: Option<&Row>, reason, fields| SampleChange {
        version,
        date: date.to_owned(),
        change,
        id: row.id.clone(),
        previous_id: previous.map(|row| row.id.clone()).filter(|previous| *previous != row.id),
        reason,
        advisory_ids: row.advisory_ids.clone(),
        fields,
    };
    let mut moved = differing.moved();
    let mut changes = Vec::new();
    for row in &differing.newer {
        let previous = differing.older.get(&digest(&row.id)).or_else(|| moved.remove(row.id.as_str()));
        changes.push(match previous {
            Some(old) => {
                let fields = old.differing_fields(row);
                change(ChangeKind::Changed, row, Some(old), Reasons::of_changed(old, row, &fields), fields)
            }
            None => change(ChangeKind::Added, row, None, reasons.of_added(row), Vec::new()),
        });
    }
    let kept: HashSet<&str> = changes
        .iter()
        .filter(|change| change.change == ChangeKind::Changed)
        .map(|change| change.previous_id.as_deref().unwrap_or(&change.id))
        .collect();
    let gone: Vec<&Row> = differing
        .older_order
        .iter()
        .map(|key| &differing.older[key])
        .filter(|row| !kept.contains(row.id.as_str()))
        .collect();
    let withdrawn: Vec<SampleChange> = gone
        .into_iter()
        .map(|row| change(ChangeKind::Withdrawn, row, None, reasons.of_withdrawn(row), Vec::new()))
        .collect();
    changes.extend(withdrawn);
    Ok(changes)
}

/// Rows that are not the same in both versions.
pub(super) struct Differing {
    /// Rows of the older version, by the digest of their ids.
    pub(super) older: HashMap<Digest, Row>,
    older_order: Vec<Digest>,
    /// Rows of the newer version, in its order.
    pub(super) newer: Vec<Row>,
}

impl Differing {
    fn read(older: &Path, newer: &Path) -> Result<Self, SampleFileError> {
        let mut lines = HashMap::new();
        let mut reader = JsonlReader::open(older)?;
        while let Some(line) = reader.next_line()? {
            lines.insert(digest(&line.sample.id), digest(line.raw));
        }
        let mut differing = Self { older: HashMap::new(), older_order: Vec::new(), newer: Vec::new() };
        let mut reader = JsonlReader::open(newer)?;
        while let Some(line) = reader.next_line()? {
            let key = digest(&line.sample.id);
            if lines.get(&key) == Some(&digest(line.raw)) {
                lines.remove(&key);
            } else {
                differing.newer.push(Row::new(&line.sample));
            }
        }
        let mut reader = JsonlReader::open(older)?;
        while let Some(line) = reader.next_line()? {
            let key = digest(&line.sample.id);
            if lines.remove(&key).is_some() {
                differing.older.insert(key, Row::new(&line.sample));
                differing.older_order.push(key);
            }
        }
        Ok(differing)
    }

    /// Finds rows under a new id: the same code in another place, or another part of the same function. Returns the
    /// older rows by the id of the newer ones.
    fn moved(&self) -> BTreeMap<&str, &Row> {
        let newer_ids: HashSet<&str> = self.newer.iter().map(|row| row.id.as_str()).collect();
        let mut left: Vec<&Row> = self
            .older_order
            .iter()
            .map(|key| &self.older[key])
            .filter(|row| !newer_ids.contains(row.id.as_str()))
            .collect();
        let added: Vec<&Row> =
            self.newer.iter().filter(|row| !self.older.contains_key(&digest(&row.id))).collect();
        let mut moved = BTreeMap::new();
        for part in [(|row: &Row| row.code) as fn(&Row) -> Digest, |row| row.place] {
            let mut by_part: HashMap<Digest, Vec<&Row>> = HashMap::new();
            // From the last to the first, so that `pop` gives the first.
            for row in left.iter().rev() {
                by_part.entry(part(row)).or_default().push(row);
            }
            for row in added.iter().filter(|row| !moved.contains_key(row.id.as_str())).collect::<Vec<_>>() {
                if let Some(old) = by_part.get_mut(&part(row)).and_then(Vec::pop) {
                    moved.insert(row.id.as_str(), old);
                }
            }
            let taken: HashSet<&str> = moved.values().map(|row: &&Row| row.id.as_str()).collect();
            left.retain(|row| !taken.contains(row.id.as_str()));
        }
        moved
    }
}
