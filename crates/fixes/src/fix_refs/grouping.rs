//! Grouping of fix references by repository, and the order of the shards.

use std::collections::{BTreeMap, HashMap};

use streamguard_collect::interleave;

use super::fix_shard::{FixLocator, FixRef, FixShard};
use crate::reference::repository_key;

/// Most references in one shard: a repository with more takes several shards.
const MAX_REFS_PER_SHARD: usize = 200;

/// Most repositories of the same name that are tried if one cannot be fetched.
const MAX_FORKS: usize = 3;

/// References by repository, in the order in which the repositories are first met.
#[derive(Default)]
pub(super) struct RepositoryGroups {
    positions: HashMap<String, usize>,
    groups: Vec<RepositoryRefs>,
}

#[derive(Default)]
struct RepositoryRefs {
    url: String,
    positions: HashMap<FixLocator, usize>,
    refs: Vec<FixRef>,
}

impl RepositoryGroups {
    /// Adds a reference; one to the same commit or the like is extended by its advisories.
    pub(super) fn add(&mut self, repository: &str, fix: FixRef) {
        let position = *self.positions.entry(repository_key(repository)).or_insert_with(|| {
            self.groups.push(RepositoryRefs { url: repository.to_owned(), ..RepositoryRefs::default() });
            self.groups.len() - 1
        });
        let RepositoryRefs { positions, refs, .. } = &mut self.groups[position];
        // Two searches look for different advisories, so they stay two.
        let known = match &fix.locator {
            FixLocator::Target(_) => positions.get(&fix.locator).copied(),
            FixLocator::Search(_) => None,
        };
        match known {
            Some(position) => {
                let known = &mut refs[position].advisories;
                for mut advisory in fix.advisories {
                    // Databases copy each other's texts. Most of a plan would be copies.
                    if known.iter().any(|other| other.text == advisory.text) {
                        advisory.text = String::new();
                    }
                    known.push(advisory);
                }
            }
            None => {
                positions.insert(fix.locator.clone(), refs.len());
                refs.push(fix);
            }
        }
    }

    /// Returns the URLs of repositories that share a name, by this name; those with most references
    /// come first.
    fn namesakes(&self) -> HashMap<String, Vec<String>> {
        let mut by_name: HashMap<String, Vec<&RepositoryRefs>> = HashMap::new();
        for group in &self.groups {
            by_name.entry(repository_name(&group.url)).or_default().push(group);
        }
        by_name.retain(|_, groups| groups.len() > 1);
        by_name
            .into_iter()
            .map(|(name, mut groups)| {
                groups.sort_by_key(|group| std::cmp::Reverse(group.refs.len()));
                (name, groups.into_iter().map(|group| group.url.clone()).collect())
            })
            .collect()
    }

    /// Splits the groups into shards. The most certain references come first, and among equally
    /// certain ones the sources take turns, so that no source waits for the end of another.
    pub(super) fn into_shards(self) -> Vec<FixShard> {
        let namesakes = self.namesakes();
        let mut by_rank: BTreeMap<u8, BTreeMap<String, Vec<FixShard>>> = BTreeMap::new();
        for RepositoryRefs { url, mut refs, .. } in self.groups {
            refs.sort_by(|one, other| one.locator.cmp(&other.locator));
            for chunk in refs.chunks(MAX_REFS_PER_SHARD) {
                let rank = chunk.iter().map(|fix| rank(&fix.locator)).min().unwrap_or(u8::MAX);
                let source = chunk[0].advisories[0].collectors.first().cloned().unwrap_or_default();
                let forks = namesakes.get(&repository_name(&url)).into_iter().flatten();
                let forks = forks.filter(|other| **other != url).take(MAX_FORKS).cloned().collect();
                let shard = FixShard { repository: url.clone(), forks, refs: chunk.to_vec() };
                by_rank.entry(rank).or_default().entry(source).or_default().push(shard);
            }
        }
        by_rank.into_values().flat_map(|queues| interleave(queues.into_values().collect())).collect()
    }
}

/// Returns the rank of a locator, from the most to the least certain.
fn rank(locator: &FixLocator) -> u8 {
    match locator {
        FixLocator::Target(target) => target.rank(),
        FixLocator::Search(_) => u8::MAX,
    }
}

/// Returns the name of a repository: the last part of its URL, in lower case.
fn repository_name(url: &str) -> String {
    url.rsplit('/').next().unwrap_or_default().to_ascii_lowercase()
}
