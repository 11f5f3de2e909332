//! Leaks: what two splits of a dataset have in common and must not. They are found exactly, without the sketches that
//! made the splits.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::near::{NearThreshold, ShingleSets, ShingledText, exact_join, similarity};
use streamguard_dataset::Language;
use streamguard_table::{CodeReader, SplitName, TableDataset, TableError};

/// Most leaks of one kind that a report lists; all are counted.
const MAX_LISTED: usize = 100;

/// Kind of a leak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeakKind {
    /// The same tokens: code that differs in comments and layout at most.
    Exact,
    /// Other code, whose shingles are mostly the same.
    Near,
    /// Code of the same commit.
    Commit,
    /// Code with the same advisory.
    Advisory,
}

impl LeakKind {
    /// Returns the name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Near => "near",
            Self::Commit => "commit",
            Self::Advisory => "advisory",
        }
    }
}

/// Place of a row in a dataset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeakedRow {
    /// Split of the row.
    pub split: SplitName,
    /// Name of the file.
    pub file: String,
    /// Number of the row in the file, from 0.
    pub row: usize,
}

/// Two rows of different splits that have something in common.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Leak {
    /// Kind of the leak.
    pub kind: LeakKind,
    /// The two rows.
    pub rows: [LeakedRow; 2],
    /// What they have in common: a commit, an advisory, or the share of shingles.
    pub common: String,
}

/// Leaks of a dataset.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LeakReport {
    /// Jaccard similarity from which on code is a near copy.
    pub threshold: f64,
    /// Rows of each split.
    pub rows: BTreeMap<SplitName, u64>,
    /// Rows in no split, which are not compared.
    pub rows_without_split: u64,
    /// Number of leaks by kind: pairs of different code for near ones, and for the others what is in several splits.
    pub leaks: BTreeMap<LeakKind, u64>,
    /// The first leaks of each kind.
    pub examples: Vec<Leak>,
}

impl LeakReport {
    /// Tells whether nothing leaks.
    pub fn is_clean(&self) -> bool {
        self.leaks.values().all(|count| *count == 0)
    }

    fn add(&mut self, kind: LeakKind, rows: [LeakedRow; 2], common: impl FnOnce() -> String) {
        let count = self.leaks.entry(kind).or_default();
        *count += 1;
        if *count <= MAX_LISTED as u64 {
            self.examples.push(Leak { kind, rows, common: common() });
        }
    }
}

/// Rows of a dataset, as far as leaks are concerned.
#[derive(Default)]
struct LeakIndex {
    splits: Vec<Option<SplitName>>,
    places: Vec<(u32, u32)>,
    /// Digests of all texts, with their rows and the numbers of their sets.
    texts: Vec<(u128, u32, u32)>,
    sets: ShingleSets,
    commits: Vec<(String, u32)>,
    advisories: Vec<(String, u32)>,
}

/// Finds all leaks of a dataset whose rows are in splits. `stopped` is asked now and then.
///
/// # Errors
/// [`TableError`] if the dataset cannot be read, or [`TableError::NoSplits`] if no row is in a split.
pub fn find_leaks(
    dataset: &TableDataset,
    threshold: NearThreshold,
    language: Option<Language>,
    stopped: &dyn Fn() -> bool,
) -> Result<LeakReport, TableError> {
    find_leaks_between(dataset, threshold, language, stopped, &|_, stored| stored)
}

/// Finds the leaks of a dataset whose rows are in these splits, whatever it says itself.
pub(crate) fn find_leaks_in_rows(
    dataset: &TableDataset,
    threshold: NearThreshold,
    language: Option<Language>,
    stopped: &dyn Fn() -> bool,
    split_of: &dyn Fn(usize) -> Option<SplitName>,
) -> Result<LeakReport, TableError> {
    match find_leaks_between(dataset, threshold, language, stopped, &|row, _| split_of(row)) {
        // All rows may have been left out.
        Err(TableError::NoSplits) => Ok(LeakReport { threshold: threshold.share(), ..LeakReport::default() }),
        found => found,
    }
}

/// Decides in which split a row is, from its number and from what the dataset says.
type SplitChoice<'a> = &'a dyn Fn(usize, Option<SplitName>) -> Option<SplitName>;

fn find_leaks_between(
    dataset: &TableDataset,
    threshold: NearThreshold,
    language: Option<Language>,
    stopped: &dyn Fn() -> bool,
    split_of: SplitChoice<'_>,
) -> Result<LeakReport, TableError> {
    let index = LeakIndex::read(dataset, language, stopped, split_of)?;
    let mut report = LeakReport { threshold: threshold.share(), ..LeakReport::default() };
    report.leaks =
        [LeakKind::Exact, LeakKind::Near, LeakKind::Commit, LeakKind::Advisory].map(|kind| (kind, 0)).into();
    for split in &index.splits {
        match split {
            Some(split) => *report.rows.entry(*split).or_default() += 1,
            None => report.rows_without_split += 1,
        }
    }
    if report.rows.is_empty() {
        return Err(TableError::NoSplits);
    }
    let files: Vec<String> = dataset
        .files
        .iter()
        .map(|file| file.path.file_name().unwrap_or_default().to_string_lossy().into_owned())
        .collect();
    let row_of = |row: u32, split| {
        let (file, number) = index.places[row as usize];
        LeakedRow { split, file: files[file as usize].clone(), row: number as usize }
    };
    let first_pair = |rows: &mut dyn Iterator<Item = u32>| {
        let mut first: Option<(u32, SplitName)> = None;
        for row in rows {
            let Some(split) = index.splits[row as usize] else { continue };
            match first {
                None => first = Some((row, split)),
                Some((other, other_split)) if other_split != split => {
                    return Some([row_of(other, other_split), row_of(row, split)]);
                }
                Some(_) => {}
            }
        }
        None
    };
    for copies in index.texts.chunk_by(|left, right| left.0 == right.0) {
        if let Some(rows) = first_pair(&mut copies.iter().map(|(_, row, _)| *row)) {
            report.add(LeakKind::Exact, rows, || "the same tokens".to_owned());
        }
    }
    for (kind, keys) in [(LeakKind::Commit, &index.commits), (LeakKind::Advisory, &index.advisories)] {
        for rows in keys.chunk_by(|left, right| left.0 == right.0) {
            if let Some(pair) = first_pair(&mut rows.iter().map(|(_, row)| *row)) {
                report.add(kind, pair, || rows[0].0.clone());
            }
        }
    }
    // Copies have one set; the rows of all copies are compared.
    let mut copies_of_set = vec![Vec::new(); index.sets.len()];
    for (_, row, set) in &index.texts {
        copies_of_set[*set as usize].push(*row);
    }
    let mut was_stopped = false;
    exact_join(&index.sets, threshold, |left, right| {
        was_stopped = stopped();
        let rows = [&copies_of_set[left], &copies_of_set[right]];
        let pairs = rows[0].iter().flat_map(|one| rows[1].iter().map(move |two| (*one, *two)));
        let mut in_splits = pairs.filter_map(|(one, two)| {
            Some((one, index.splits[one as usize]?, two, index.splits[two as usize]?))
        });
        if let Some((one, split, two, other_split)) = in_splits.find(|(_, split, _, other)| split != other) {
            report.add(LeakKind::Near, [row_of(one, split), row_of(two, other_split)], || {
                format!("similarity {:.3}", similarity(index.sets.get(left), index.sets.get(right)))
            });
        }
        !was_stopped
    });
    if was_stopped { Err(TableError::Stopped) } else { Ok(report) }
}

impl LeakIndex {
    fn read(
        dataset: &TableDataset,
        language: Option<Language>,
        stopped: &dyn Fn() -> bool,
        split_of: SplitChoice<'_>,
    ) -> Result<Self, TableError> {
        let columns = dataset.role_columns();
        let reader = CodeReader::new(&dataset.roles, &columns, language);
        let mut index = Self::default();
        let mut text = ShingledText::default();
        let mut known: BTreeMap<u128, u32> = BTreeMap::new();
        let (mut file_number, mut row_in_file) = (0_u32, 0_u32);
        dataset.for_each_row(&columns, |number, file, row| {
            if stopped() {
                return Err(TableError::Stopped);
            }
            while dataset.files[file_number as usize] != *file {
                (file_number, row_in_file) = (file_number + 1, 0);
            }
            index.places.push((file_number, row_in_file));
            row_in_file += 1;
            let split = split_of(number, reader.split(&row, file));
            let number = number as u32;
            index.splits.push(split);
            // Rows in no split leak nothing.
            if split.is_none() {
                return Ok(());
            }
            index.commits.extend(reader.commits(&row).into_iter().map(|commit| (commit, number)));
            index.advisories.extend(reader.advisories(&row).into_iter().map(|advisory| (advisory, number)));
            let code = reader.texts(&row);
            for side in code.sides.into_iter().flatten() {
                text.read(side, code.syntax);
                if text.token_count() == 0 {
                    continue;
                }
                let digest = text.token_digest();
                let set = *known.entry(digest).or_insert_with(|| index.sets.push(text.shingle_set()) as u32);
                index.texts.push((digest, number, set));
            }
            Ok(())
        })?;
        index.texts.sort_unstable();
        index.commits.sort_unstable();
        index.advisories.sort_unstable();
        Ok(index)
    }
}
