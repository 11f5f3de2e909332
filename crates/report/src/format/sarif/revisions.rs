//! Revisions: repositories at the commits in which the findings are.

use std::collections::BTreeMap;

use streamguard_sarif::{ArtifactLocation, VersionControlDetails, message, web_address};

/// Base (`uriBaseId`) of findings that are not in a known file of a repository.
pub(super) const DATASET_BASE: &str = "DATASET";

/// Longest id of a commit, in bytes: SHA-256 in hexadecimal digits.
const COMMIT_ID_BYTES: usize = 64;

/// A repository at the commit before the fix.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SourceRevision {
    pub(super) repository: String,
    /// Id of the commit, as the dataset gives it, with hidden characters escaped.
    pub(super) commit: Option<String>,
}

/// Revisions of the findings that have been written. Each has a base of its own (`originalUriBaseIds`, §3.14.14),
/// because the same path may be another file in another commit.
#[derive(Debug, Default)]
pub(super) struct RevisionIndex {
    index: BTreeMap<SourceRevision, usize>,
    /// True if there are findings that are not in a known file of a repository.
    has_findings_without_revision: bool,
    /// Upper bound of the size of the revisions in the log, in bytes.
    max_bytes: usize,
}

impl RevisionIndex {
    /// Returns the base of a finding. If its revision has not been added yet, returns the base that it will get.
    pub(super) fn base(&self, revision: Option<&SourceRevision>) -> String {
        match revision {
            None => DATASET_BASE.to_owned(),
            Some(revision) => base(self.index.get(revision).copied().unwrap_or(self.index.len())),
        }
    }

    /// Adds the revision of a finding.
    pub(super) fn add(&mut self, revision: Option<SourceRevision>) {
        let Some(revision) = revision else {
            self.has_findings_without_revision = true;
            return;
        };
        let next = self.index.len();
        let commit_bytes = revision.commit.as_ref().map_or(0, String::len);
        let bytes = revision.repository.len() + commit_bytes.saturating_sub(COMMIT_ID_BYTES);
        // True only if the entry is new, because earlier entries have a smaller index.
        if *self.index.entry(revision).or_insert(next) == next {
            // The encoded address may be three times as long, and the log contains it twice. The rest includes the id
            // of a commit; other text of the dataset in its place may be longer, and is counted.
            self.max_bytes += 6 * bytes + 300;
        }
    }

    pub(super) fn max_bytes(&self) -> usize {
        self.max_bytes
    }

    /// Returns the members `originalUriBaseIds` and `versionControlProvenance` of the log.
    pub(super) fn finish(self) -> (BTreeMap<String, ArtifactLocation>, Vec<VersionControlDetails>) {
        let mut revisions: Vec<(usize, SourceRevision)> =
            self.index.into_iter().map(|(revision, index)| (index, revision)).collect();
        // The map is sorted by name, but bases are numbered, and `versionControlProvenance` is listed, in the order of
        // first use.
        revisions.sort_unstable();
        let (mut bases, mut provenance) = (BTreeMap::new(), Vec::new());
        if self.has_findings_without_revision {
            let description = "Samples that are not in a file of a repository, or whose place in the file is \
                not known. Their names consist of the collector and the first digits of the sample's id.";
            bases.insert(DATASET_BASE.to_owned(), artifact_location(None, Some(description)));
        }
        for (index, SourceRevision { repository, commit }) in revisions {
            let id = base(index);
            let Some(uri) = web_address(&repository) else {
                let at = commit.map_or_else(String::new, |commit| format!(" at {commit}"));
                let description = format!("The repository {repository}{at}, which has no web address.");
                bases.insert(id, artifact_location(None, Some(&description)));
                continue;
            };
            // A base must end with a slash; the address of a repository need not.
            let folder = format!("{}/", uri.trim_end_matches('/'));
            bases.insert(id.clone(), artifact_location(Some(folder), None));
            let mapped_to = ArtifactLocation { uri: None, uri_base_id: Some(id), description: None };
            provenance.push(VersionControlDetails { repository_uri: uri, revision_id: commit, mapped_to });
        }
        (bases, provenance)
    }
}

/// Returns the name of a revision's base. A reader may be told where the checkout for such a name lies, so the names
/// must not change.
fn base(index: usize) -> String {
    format!("CHECKOUT-{}", index + 1)
}

fn artifact_location(uri: Option<String>, description: Option<&str>) -> ArtifactLocation {
    ArtifactLocation { uri, uri_base_id: None, description: description.map(message) }
}
