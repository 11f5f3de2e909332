//! Signatures of known fixes, from a dataset or from an index file.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result};
use streamguard::exit::UsageError;
use streamguard_scan::{MAX_INDEX_BYTES, Signature, SignatureIndex, StatementReader, build};

use crate::commands::examples;

/// Opens an index file, or makes the index of a dataset.
pub(super) fn open(known: &Path) -> Result<SignatureIndex> {
    let shown = known.display();
    let bytes = if known.extension().is_some_and(|extension| extension == "sgdb") {
        let unreadable = |error| UsageError(format!("cannot read {shown}: {error}"));
        // Opened only if it is a file: a pipe would wait for ever.
        if !fs::metadata(known).map_err(unreadable)?.is_file() {
            return Err(UsageError(format!("{shown} is not a file")).into());
        }
        let mut bytes = Vec::new();
        File::open(known)
            .and_then(|file| file.take(MAX_INDEX_BYTES + 1).read_to_end(&mut bytes))
            .map_err(unreadable)?;
        bytes
    } else {
        build(signatures(known, false)?)
    };
    SignatureIndex::from_bytes(&bytes).with_context(|| format!("cannot use {shown}"))
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
