//! Release tags: a commit that one points at ends a range of versions, and is not a fix.

use std::collections::BTreeMap;

use gix::ObjectId;

use crate::fix_refs::{FixLocator, FixRef, FixShard};
use crate::reference::GitTarget;

/// Names of the release tags of a repository, by their commits.
pub(crate) struct ReleaseTags {
    tags: BTreeMap<ObjectId, String>,
}

impl ReleaseTags {
    /// Reads the tags of a repository. Those that cannot be read are left out.
    pub(crate) fn read(repository: &gix::Repository) -> Self {
        let mut tags = BTreeMap::new();
        let platform = repository.references().ok();
        for tag in platform.iter().filter_map(|platform| platform.tags().ok()).flatten() {
            let Ok(mut tag) = tag else { continue };
            let name = tag.name().shorten().to_string();
            // Other tags, such as `stable`, say nothing about versions.
            if name.bytes().any(|byte| byte.is_ascii_digit())
                && let Ok(commit) = tag.peel_to_commit()
            {
                tags.entry(commit.id).or_insert(name);
            }
        }
        Self { tags }
    }

    /// Returns the commit of a reference, if only a range names it and a release tag points at it.
    pub(crate) fn bound(&self, fix: &FixRef) -> Option<ObjectId> {
        let id = fix.locator.commit_id().filter(|_| fix.is_range_end())?;
        ObjectId::from_hex(id.as_bytes()).ok().filter(|id| self.tags.contains_key(id))
    }

    /// Returns the reference to the release that takes the place of one to its commit, so that the fix is
    /// searched for; `None` if there is no such release, or if an advisory also names a change.
    pub(crate) fn search(&self, fix: &FixRef, shard: &FixShard) -> Option<FixRef> {
        let tag = self.tags.get(&self.bound(fix)?)?;
        let is_named = fix.advisories.iter().any(|advisory| {
            let same = |other: &FixRef| other.advisories.iter().any(|one| one.ids[0] == advisory.ids[0]);
            shard.refs.iter().any(|other| !other.is_range_end() && same(other))
        });
        let locator = FixLocator::Target(GitTarget::Tag(tag.clone()));
        (!is_named).then(|| FixRef { locator, advisories: fix.advisories.clone() })
    }
}
