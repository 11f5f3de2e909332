//! Commits of releases: such a commit ends a range of versions, and is not a fix.

use std::collections::BTreeMap;

use gix::ObjectId;

use streamguard_git::peel_reference;
use streamguard_mining::{announced_version, is_security_fix};

use crate::fix_refs::{FixLocator, FixRef, FixShard};
use crate::reference::GitTarget;

/// Names of the releases of a repository, by their commits: those that a tag points at, unless the message says that
/// the commit is a fix, and those whose messages announce nothing but a version.
pub(crate) struct ReleaseTags {
    tags: BTreeMap<ObjectId, String>,
}

impl ReleaseTags {
    /// Reads the tags of a repository, and the messages of the commits of a shard that only ranges name.
    /// What cannot be read is left out.
    pub(crate) fn read(repository: &gix::Repository, shard: &FixShard) -> Self {
        let mut tags = BTreeMap::new();
        let platform = repository.references().ok();
        for tag in platform.iter().filter_map(|platform| platform.tags().ok()).flatten() {
            let Ok(tag) = tag else { continue };
            let name = tag.name().shorten().to_string();
            // Other tags, such as `stable`, say nothing about versions.
            if name.bytes().any(|byte| byte.is_ascii_digit())
                && let Ok(commit) = peel_reference(repository, tag).and_then(gix::Object::try_into_commit)
            {
                tags.entry(commit.id).or_insert(name);
            }
        }
        let range_ends = shard.refs.iter().filter(|fix| fix.is_range_end());
        for id in range_ends.filter_map(|fix| ObjectId::from_hex(fix.locator.commit_id()?.as_bytes()).ok()) {
            match announced_version(repository, id) {
                Some(version) => {
                    tags.entry(id).or_insert(version);
                }
                // Some projects tag the fix itself.
                None if is_security_fix(repository, id) => {
                    tags.remove(&id);
                }
                None => {}
            }
        }
        Self { tags }
    }

    /// Returns the commit of a reference, if only a range names it and it is that of a release.
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
