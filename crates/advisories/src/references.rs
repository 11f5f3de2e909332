//! References of an advisory, without repetitions.

use std::collections::HashMap;

use streamguard_dataset::AdvisoryReference;

/// Merges references to the same URL: each URL stays at its first place, with all tags that any of
/// its references has.
pub(crate) fn merge_references(all: impl IntoIterator<Item = AdvisoryReference>) -> Vec<AdvisoryReference> {
    let mut positions = HashMap::new();
    let mut merged: Vec<AdvisoryReference> = Vec::new();
    for mut reference in all {
        let position = *positions.entry(reference.url.clone()).or_insert(merged.len());
        match merged.get_mut(position) {
            Some(known) => {
                reference.tags.retain(|tag| !known.tags.contains(tag));
                known.tags.append(&mut reference.tags);
            }
            None => merged.push(reference),
        }
    }
    merged
}
