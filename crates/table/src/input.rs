//! Files of a dataset: which of a folder belong to it, and in which split each of them is.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use streamguard_dataset::dataset_files::{JSONL_NAME, PARQUET_NAME};

use crate::error::TableError;
use crate::table_file::{TableFile, TableFormat};

/// Split of a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SplitName {
    /// Rows to learn from.
    Train,
    /// Rows to choose settings by.
    Validation,
    /// Rows to be judged by.
    Test,
}

impl SplitName {
    /// All splits, in their order.
    pub const ALL: [Self; 3] = [Self::Train, Self::Validation, Self::Test];

    /// Returns the name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }

    /// Returns the split that a word stands for, as datasets write it: `train`, `valid`, `dev`, `test-00000-of-00001`,
    /// `primevul_test`.
    pub fn from_word(word: &str) -> Option<Self> {
        let word = word.to_ascii_lowercase();
        word.split(|c: char| !c.is_ascii_alphanumeric()).find_map(|part| match part {
            "train" | "training" => Some(Self::Train),
            "validation" | "valid" | "val" | "dev" | "eval" => Some(Self::Validation),
            "test" | "testing" => Some(Self::Test),
            _ => None,
        })
    }
}

/// End of the name of a file with those functions of another file that are in pairs, as PrimeVul has it.
const PAIRED_END: &str = "_paired";

/// Name, without its extension, of the file that says which sample each row of an export is.
const IDS_STEM: &str = "ids";

/// Returns the files of a dataset: a file itself; of a folder the samples of a run, or else all Parquet or JSONL files
/// in it and in its folder `data`, in the order of their names. Of two files that differ in the format only, the Parquet
/// file is taken, and files that hold parts of others or the ids of their rows are not.
///
/// # Errors
/// [`TableError`] if there is no such file.
pub fn find_files(dataset: &Path) -> Result<Vec<TableFile>, TableError> {
    let metadata = fs::metadata(dataset).map_err(TableError::read(dataset))?;
    if !metadata.is_dir() {
        return Ok(vec![table_file(dataset.to_owned())?]);
    }
    for name in [PARQUET_NAME, JSONL_NAME] {
        let path = dataset.join(name);
        if path.is_file() {
            return Ok(vec![table_file(path)?]);
        }
    }
    let mut files = Vec::new();
    for folder in [dataset.join("data"), dataset.to_owned()] {
        if files.is_empty() && folder.is_dir() {
            files = files_in(&folder)?;
        }
    }
    if files.is_empty() { Err(TableError::NoFiles(dataset.to_owned())) } else { Ok(files) }
}

fn files_in(folder: &Path) -> Result<Vec<TableFile>, TableError> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(folder).map_err(TableError::read(folder))? {
        let path = entry.map_err(TableError::read(folder))?.path();
        if path.is_file() && TableFormat::of(&path).is_some() {
            paths.push(path);
        }
    }
    // Parquet before JSONL of the same stem.
    paths.sort_by_key(|path| (path.with_extension(""), TableFormat::of(path)));
    paths.dedup_by_key(|path| path.with_extension(""));
    let is_beside_whole = |path: &Path| {
        let whole = stem(path).strip_suffix(PAIRED_END);
        whole.is_some_and(|whole| paths.iter().any(|other| stem(other) == whole))
    };
    let is_about_others = |path: &Path| stem(path) == IDS_STEM && paths.len() > 1;
    let rows = paths.iter().filter(|path| !is_beside_whole(path) && !is_about_others(path));
    rows.cloned().map(table_file).collect()
}

/// Returns the name of a file without its extension; nothing if it is not UTF-8.
fn stem(path: &Path) -> &str {
    path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default()
}

fn table_file(path: PathBuf) -> Result<TableFile, TableError> {
    let Some(format) = TableFormat::of(&path) else { return Err(TableError::UnknownFormat(path)) };
    let split = SplitName::from_word(stem(&path));
    Ok(TableFile { path, format, split })
}
