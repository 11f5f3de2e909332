//! Leaks: what two splits of a dataset have in common and must not. They are found exactly, without the sketches that
//! made the splits.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::leak_index::LeakIndex;
use crate::near::{JoinSink, MAX_KEPT_ELEMENTS, NearThreshold, join_kept, join_sets, similarity};
use streamguard_dataset::Language;
use streamguard_table::{SplitName, TableDataset, TableError};

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
    /// Rows in a split that have no code to compare.
    #[serde(default)]
    pub rows_without_code: u64,
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

/// Finds all leaks of a dataset whose rows are in splits. `stopped` is asked now and then.
///
/// # Errors
/// [`TableError`] if the dataset cannot be read, or there is nothing to compare: [`TableError::NoSplits`],
/// [`TableError::OneSplit`] or [`TableError::NoCodeInRows`].
pub fn find_leaks(
    dataset: &TableDataset,
    threshold: NearThreshold,
    language: Option<Language>,
    stopped: &dyn Fn() -> bool,
) -> Result<LeakReport, TableError> {
    let report = find_leaks_between(dataset, threshold, language, stopped, &|_, stored| stored)?;
    let with_code = report.rows.values().sum::<u64>() - report.rows_without_code;
    match report.rows.first_key_value() {
        _ if with_code == 0 => {
            Err(TableError::NoCodeInRows { names: dataset.roles.code_columns().join(", ") })
        }
        Some((split, _)) if report.rows.len() == 1 => Err(TableError::OneSplit(split.name())),
        _ => Ok(report),
    }
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
pub(crate) type SplitChoice<'a> = &'a dyn Fn(usize, Option<SplitName>) -> Option<SplitName>;

fn find_leaks_between(
    dataset: &TableDataset,
    threshold: NearThreshold,
    language: Option<Language>,
    stopped: &dyn Fn() -> bool,
    split_of: SplitChoice<'_>,
) -> Result<LeakReport, TableError> {
    let mut index = LeakIndex::read(dataset, language, stopped, split_of)?;
    let kept = index.sets.kept.take();
    let mut report = LeakReport { threshold: threshold.share(), ..LeakReport::default() };
    report.leaks =
        [LeakKind::Exact, LeakKind::Near, LeakKind::Commit, LeakKind::Advisory].map(|kind| (kind, 0)).into();
    for split in &index.splits {
        match split {
            Some(split) => *report.rows.entry(*split).or_default() += 1,
            None => report.rows_without_split += 1,
        }
    }
    report.rows_without_code = index.rows_without_code;
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
    let mut pairs = SplitPairs { rows: index.rows_of_sets(), report: &mut report, row_of: &row_of, stopped };
    match kept {
        Some(sets) => join_kept(&sets, threshold, &mut pairs),
        None => join_sets(&index.sets.sizes, threshold, MAX_KEPT_ELEMENTS, &mut pairs, |numbers, take| {
            index.sets.read(numbers, dataset, language, stopped, take)
        })?,
    }
    if stopped() { Err(TableError::Stopped) } else { Ok(report) }
}

/// First row in each split with the code of a set.
type SplitRows = [Option<u32>; 3];

/// Pairs of near sets that are in different splits.
struct SplitPairs<'a> {
    rows: Vec<SplitRows>,
    report: &'a mut LeakReport,
    row_of: &'a dyn Fn(u32, SplitName) -> LeakedRow,
    stopped: &'a dyn Fn() -> bool,
}

impl SplitPairs<'_> {
    /// Returns the first two rows of different splits.
    fn first_rows(&self, left: u32, right: u32) -> Option<[(u32, SplitName); 2]> {
        let rows = |set: u32| {
            let rows = self.rows[set as usize].into_iter().zip(SplitName::ALL);
            rows.filter_map(|(row, split)| Some((row?, split)))
        };
        let pairs = rows(left).flat_map(|one| rows(right).map(move |two| [one, two]));
        pairs.filter(|[one, two]| one.1 != two.1).min()
    }
}

impl JoinSink for SplitPairs<'_> {
    fn wants(&mut self, left: u32, right: u32) -> bool {
        let has =
            |at: usize| self.rows[left as usize][at].is_some() || self.rows[right as usize][at].is_some();
        (0..3).filter(|at| has(*at)).count() > 1
    }

    fn take(&mut self, left: u32, right: u32, [one, two]: [&[u64]; 2]) -> bool {
        if let Some(rows) = self.first_rows(left, right) {
            let rows = rows.map(|(row, split)| (self.row_of)(row, split));
            self.report.add(LeakKind::Near, rows, || format!("similarity {:.3}", similarity(one, two)));
        }
        !(self.stopped)()
    }
}
