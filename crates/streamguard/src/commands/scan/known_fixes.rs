//! Signatures of known fixes, from a dataset or from an index file.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use streamguard::exit::UsageError;
use streamguard_scan::{IndexFileError, Signature, SignatureIndex, StatementReader, build};

use crate::commands::examples;

/// Dataset that is used if no other is named.
const DEFAULT_DATASET: &str = "data/raw";

/// Signatures, and a text that says where they come from.
pub(super) struct KnownFixes {
    pub(super) index: SignatureIndex,
    pub(super) source: String,
    /// Index file, if they were read from one.
    pub(super) file: Option<PathBuf>,
    /// Whether the index was made just now.
    pub(super) is_made_from_dataset: bool,
}

/// Opens an index file, or makes the index of a dataset. If none is named, it is that in `data/raw`, or else the index of
/// the demo world.
pub(super) fn open(known: Option<&Path>) -> Result<KnownFixes> {
    let known = match known {
        Some(known) => known,
        None if is_dataset(Path::new(DEFAULT_DATASET)) => Path::new(DEFAULT_DATASET),
        None => {
            let source =
                format!("the demo world ({DEFAULT_DATASET} is not a dataset, --known names another)");
            let index = SignatureIndex::embedded();
            return Ok(KnownFixes { index, source, file: None, is_made_from_dataset: false });
        }
    };
    let source = known.display().to_string();
    if known.extension().is_some_and(|extension| extension == "sgdb") {
        let index = SignatureIndex::read(known).map_err(index_error)?;
        return Ok(KnownFixes { index, source, file: Some(known.to_owned()), is_made_from_dataset: false });
    }
    let bytes = build(signatures(known, false)?);
    let index = SignatureIndex::from_bytes(&bytes).with_context(|| format!("cannot use {source}"))?;
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

/// Returns the signatures of all pairs of a dataset, with the code of both sides if it is wanted.
pub(in crate::commands) fn signatures(dataset: &Path, with_code: bool) -> Result<Vec<Signature>> {
    let mut reader = StatementReader::default();
    let mut signatures = Vec::new();
    for sample in examples::open(dataset)? {
        // Generated pairs resemble each other, and no code that anybody has.
        let sample = sample?;
        if sample.collector != "synthetic" {
            signatures.extend(Signature::of(&sample, &mut reader, with_code));
        }
    }
    Ok(signatures)
}
