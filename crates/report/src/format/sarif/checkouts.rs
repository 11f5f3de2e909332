//! Repositories at the commits in which the findings are.

use std::collections::BTreeMap;

use super::objects::{ArtifactLocation, VersionControlDetails};
use super::text::{message, web_address};

/// Base of findings that are not in a file of a repository.
pub(super) const DATASET_BASE: &str = "DATASET";

/// A repository at the commit before the fix.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Checkout {
    pub(super) repository: String,
    /// Commit, as hex.
    pub(super) commit: Option<String>,
}

/// Checkouts of the findings that have been written. Each has a base of its own (`originalUriBaseIds`,
/// §3.14.14), since the same path may hold another file in another commit.
#[derive(Debug, Default)]
pub(super) struct CheckoutIndex {
    index: BTreeMap<Checkout, usize>,
    /// Whether there are findings outside of repositories.
    has_dataset: bool,
    /// Upper bound of their size in the log, in bytes.
    weight: usize,
}

impl CheckoutIndex {
    /// Returns the base of a finding, also before the finding is added.
    pub(super) fn base(&self, checkout: Option<&Checkout>) -> String {
        match checkout {
            None => DATASET_BASE.to_owned(),
            Some(checkout) => base(self.index.get(checkout).copied().unwrap_or(self.index.len())),
        }
    }

    /// Adds the checkout of a finding.
    pub(super) fn add(&mut self, checkout: Option<Checkout>) {
        let Some(checkout) = checkout else {
            self.has_dataset = true;
            return;
        };
        let next = self.index.len();
        let length = checkout.repository.len();
        // Holds only if the entry is new, since existing ones have a smaller index.
        if *self.index.entry(checkout).or_insert(next) == next {
            // Encoding may triple the length of an address, and the log has it twice.
            self.weight += 6 * length + 300;
        }
    }

    pub(super) fn weight(&self) -> usize {
        self.weight
    }

    /// Returns the members `originalUriBaseIds` and `versionControlProvenance` of the log.
    pub(super) fn finish(self) -> (BTreeMap<String, ArtifactLocation>, Vec<VersionControlDetails>) {
        let mut checkouts: Vec<(usize, Checkout)> =
            self.index.into_iter().map(|(checkout, index)| (index, checkout)).collect();
        // The map sorts by name; the log lists checkouts in the order of their first use.
        checkouts.sort_unstable();
        let (mut bases, mut provenance) = (BTreeMap::new(), Vec::new());
        if self.has_dataset {
            let description = "Samples that are not in a file of a repository, or whose place in the file is \
                not known. Their names consist of the collector and the first digits of the sample's id.";
            bases.insert(DATASET_BASE.to_owned(), place(None, Some(description)));
        }
        for (index, Checkout { repository, commit }) in checkouts {
            let id = base(index);
            let Some(uri) = web_address(&repository) else {
                let at = commit.map_or_else(String::new, |commit| format!(" at {commit}"));
                let description = format!("The repository {repository}{at}, which has no web address.");
                bases.insert(id, place(None, Some(&description)));
                continue;
            };
            // A base must end with a slash; the address of a repository need not.
            let folder = format!("{}/", uri.trim_end_matches('/'));
            bases.insert(id.clone(), place(Some(folder), None));
            let mapped_to = ArtifactLocation { uri: None, uri_base_id: Some(id), description: None };
            provenance.push(VersionControlDetails { repository_uri: uri, revision_id: commit, mapped_to });
        }
        (bases, provenance)
    }
}

fn base(index: usize) -> String {
    format!("CHECKOUT-{}", index + 1)
}

fn place(uri: Option<String>, description: Option<&str>) -> ArtifactLocation {
    ArtifactLocation { uri, uri_base_id: None, description: description.map(message) }
}
