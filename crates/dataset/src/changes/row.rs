//! What is remembered of a row while two versions are compared: digests in place of code.

use serde_json::Value;

use crate::sample::Sample;

/// Digest of 128 bits. A chance collision among five million rows has a probability below 10^-25.
pub(super) type Digest = u128;

/// A row whose values differ, or that only one version has.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) collector: String,
    pub(super) advisory_ids: Vec<String>,
    pub(super) commit: Option<String>,
    /// Digest of kind, level, function and code: equal if the same code stands elsewhere.
    pub(super) code: Digest,
    /// Digest of kind, repository, commit, path and function: equal if another part of the function was cut.
    pub(super) place: Digest,
    fields: Vec<(String, Digest)>,
}

impl Row {
    pub(super) fn new(sample: &Sample) -> Self {
        let Value::Object(values) = serde_json::json!(sample) else { unreachable!("a sample is an object") };
        let part = |names: &[&str]| {
            let mut hasher = blake3::Hasher::new();
            for name in names {
                // JSON ends by itself, so that neighbours cannot run into each other.
                hasher.update(values[*name].to_string().as_bytes());
            }
            truncate(hasher.finalize())
        };
        Self {
            code: part(&["kind", "level", "function", "vulnerable_code", "fixed_code"]),
            place: part(&["kind", "level", "repository", "commit", "path_before", "path_after", "function"]),
            fields: values.iter().map(|(name, value)| (name.clone(), digest(value.to_string()))).collect(),
            id: sample.id.clone(),
            collector: sample.collector.clone(),
            advisory_ids: sample.advisory_ids.clone(),
            commit: sample.commit.clone(),
        }
    }

    /// Returns the names of the fields that differ, sorted.
    pub(super) fn differing_fields(&self, other: &Self) -> Vec<String> {
        let pairs = self.fields.iter().zip(&other.fields);
        pairs.filter(|(one, other)| one != other && one.0 != "id").map(|(one, _)| one.0.clone()).collect()
    }
}

/// Returns the digest of a text.
pub(super) fn digest(text: impl AsRef<[u8]>) -> Digest {
    truncate(blake3::hash(text.as_ref()))
}

fn truncate(hash: blake3::Hash) -> Digest {
    let mut first = [0; 16];
    first.copy_from_slice(&hash.as_bytes()[..16]);
    Digest::from_le_bytes(first)
}
