//! Signatures of known fixes, from a dataset or from an index file.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result};
use streamguard::exit::UsageError;
use streamguard_scan::{MAX_INDEX_BYTES, Signature, SignatureIndex, StatementReader, build};

use crate::commands::examples;

/// Dataset that is used if no other is named.
const DEFAULT_DATASET: &str = "data/raw";

/// Signatures, and a text that says where they come from.
pub(super) struct KnownFixes {
    pub(super) index: SignatureIndex,
    pub(super) source: String,
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
            return Ok(KnownFixes { index: SignatureIndex::embedded(), source });
        }
    };
    let shown = known.display();
    let bytes = if known.extension().is_some_and(|extension| extension == "sgdb") {
        read_index(known)?
    } else {
        build(signatures(known, false)?)
    };
    let index = SignatureIndex::from_bytes(&bytes).with_context(|| format!("cannot use {shown}"))?;
    Ok(KnownFixes { index, source: shown.to_string() })
}

/// Whether a folder holds samples.
fn is_dataset(folder: &Path) -> bool {
    ["samples.jsonl", "samples.parquet"].iter().any(|name| folder.join(name).is_file())
}

fn read_index(path: &Path) -> Result<Vec<u8>> {
    let shown = path.display();
    let unreadable = |error| UsageError(format!("cannot read {shown}: {error}"));
    // Opened only if it is a file: a pipe would wait for ever.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(UsageError(format!("{shown} is not a file")).into());
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_INDEX_BYTES + 1).read_to_end(&mut bytes))
        .map_err(unreadable)?;
    Ok(bytes)
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
