//! Signatures of known fixes, from a dataset or from an index file.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use streamguard::exit::UsageError;
use streamguard_scan::{
    IndexFileError, Signature, SignatureIndex, StatementReader, build, build_with_renamed,
};

use crate::commands::examples;

/// Dataset that is used if no other is named.
const DEFAULT_DATASET: &str = "data/raw";

/// Name of the index that is part of the program.
const DEMO: &str = "demo";

/// Signatures, and a text that says where they come from.
pub(in crate::commands) struct KnownFixes {
    pub(in crate::commands) index: SignatureIndex,
    pub(in crate::commands) source: String,
    /// Index file, if they were read from one.
    pub(super) file: Option<PathBuf>,
    /// Whether the index was made just now.
    pub(super) is_made_from_dataset: bool,
}

/// Opens an index file, makes the index of a dataset, or takes the index of the demo world. If none is named, it is that of
/// the dataset in `data/raw`, or else that of the demo world.
pub(in crate::commands) fn open(known: Option<&Path>, with_renamed: bool) -> Result<KnownFixes> {
    match known {
        Some(known) if known.as_os_str() == DEMO => demo("the demo world".to_owned(), with_renamed),
        Some(known) => open_path(known, with_renamed),
        None if is_dataset(Path::new(DEFAULT_DATASET)) => {
            open_path(Path::new(DEFAULT_DATASET), with_renamed).map_err(|error| {
                let what = format!(
                    "{error:#}; {DEFAULT_DATASET} was taken because no --known was given: name another dataset or an \
                     index, or the index of the demo world by --known {DEMO}"
                );
                UsageError(what).into()
            })
        }
        None => {
            let source =
                format!("the demo world ({DEFAULT_DATASET} is not a dataset, --known names another)");
            demo(source, with_renamed)
        }
    }
}

/// Returns the index that is part of the program.
fn demo(source: String, with_renamed: bool) -> Result<KnownFixes> {
    if with_renamed {
        let what = "the demo world has no signatures for --renamed: name a dataset or an index by --known";
        return Err(UsageError(what.to_owned()).into());
    }
    Ok(KnownFixes { index: SignatureIndex::embedded(), source, file: None, is_made_from_dataset: false })
}

/// Opens an index file, or makes the index of a dataset.
fn open_path(known: &Path, with_renamed: bool) -> Result<KnownFixes> {
    let source = known.display().to_string();
    if known.extension().is_some_and(|extension| extension == "sgdb") {
        let index = SignatureIndex::read(known, with_renamed).map_err(index_error)?;
        return Ok(KnownFixes { index, source, file: Some(known.to_owned()), is_made_from_dataset: false });
    }
    let bytes = DatasetSignatures::read(known, false, with_renamed)?.build();
    let index = match with_renamed {
        true => SignatureIndex::from_bytes_with_renamed(&bytes),
        false => SignatureIndex::from_bytes(&bytes),
    };
    let index = index.with_context(|| format!("cannot use {source}"))?;
    if index.is_empty() {
        let what = format!(
            "{source} holds no pair of functions that are long enough to be told from others, so nothing could be found"
        );
        return Err(UsageError(what).into());
    }
    Ok(KnownFixes { index, source, file: None, is_made_from_dataset: true })
}

/// Tells a wrong name from a damaged file.
fn index_error(error: IndexFileError) -> anyhow::Error {
    match error {
        IndexFileError::Unreadable { .. } => UsageError(error.to_string()).into(),
        IndexFileError::Unusable { .. } => error.into(),
    }
}

/// Whether a folder holds samples.
fn is_dataset(folder: &Path) -> bool {
    ["samples.jsonl", "samples.parquet"].iter().any(|name| folder.join(name).is_file())
}

/// Signatures of all pairs of a dataset.
pub(in crate::commands) struct DatasetSignatures {
    pub(in crate::commands) exact: Vec<Signature>,
    /// Those in which names do not count, if they are wanted.
    renamed: Option<Vec<Signature>>,
}

impl DatasetSignatures {
    /// Reads a dataset, with the code of both sides if it is wanted.
    pub(in crate::commands) fn read(dataset: &Path, with_code: bool, with_renamed: bool) -> Result<Self> {
        let (mut reader, mut renamed_reader) = (StatementReader::default(), StatementReader::renamed());
        let (mut exact, mut renamed) = (Vec::new(), with_renamed.then(Vec::new));
        for sample in examples::open(dataset)? {
            // Generated pairs resemble each other, and no code that anybody has.
            let sample = sample?;
            if sample.collector != "synthetic" {
                exact.extend(Signature::of(&sample, &mut reader, with_code));
                if let Some(renamed) = &mut renamed {
                    renamed.extend(Signature::renamed(&sample, &mut renamed_reader));
                }
            }
        }
        Ok(Self { exact, renamed })
    }

    /// Returns the bytes of their index.
    pub(in crate::commands) fn build(self) -> Vec<u8> {
        match self.renamed {
            Some(renamed) => build_with_renamed(self.exact, renamed),
            None => build(self.exact),
        }
    }
}
