//! Fix references: from advisories to the commits that they name, grouped by repository.

mod advisory_refs;
mod catalogue;
mod fix_shard;
mod grouping;
mod vulnerable_commits;

use streamguard_dataset::MergedAdvisory;

pub use fix_shard::{AdvisoryEvidence, FixLocator, FixRef, FixShard};
use grouping::RepositoryGroups;

/// Groups the fixes of all advisories into shards. The order depends on the advisories alone:
/// commits come first, then pull requests, then searches; sources take turns.
///
/// # Errors
/// The first one of `advisories`.
pub(super) fn shards<E>(
    advisories: impl IntoIterator<Item = Result<MergedAdvisory, E>>,
) -> Result<Vec<FixShard>, E> {
    let mut groups = RepositoryGroups::default();
    for advisory in advisories {
        let advisory = advisory?;
        if advisory.withdrawn.is_none() {
            for (repository, fix) in advisory_refs::fix_refs(&advisory) {
                groups.add(&repository, fix);
            }
        }
    }
    Ok(groups.into_shards())
}
