//! Changes in review by Gerrit, found by the footers of their commits.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use gix::ObjectId;
use regex::Regex;

use super::found_commit::FoundCommit;

/// Footers that Gerrit writes: the address of the review, which ends in its number, and the id that all
/// versions of a change share.
static FOOTER: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"(?m)^(?:Reviewed-on: https?://\S*/(\d{1,10})/?|Change-Id: (I[0-9a-f]{40}))\r?$";
    Regex::new(pattern).expect("the pattern is valid, and every test compiles it")
});

/// Commits of changes.
#[derive(Debug, Default)]
pub(super) struct Reviews {
    /// The oldest commit of each change, with its time, by number and by `Change-Id`.
    oldest: BTreeMap<String, (i64, FoundCommit)>,
}

impl Reviews {
    /// Adds the message of a commit.
    pub(super) fn add(&mut self, commit: ObjectId, time: i64, message: &str) {
        if !message.contains("Reviewed-on:") && !message.contains("Change-Id:") {
            return;
        }
        for found in FOOTER.captures_iter(message) {
            let (number, change_id) = (found.get(1), found.get(2));
            let evidence = if number.is_some() { "review:number" } else { "review:change-id" };
            let Some(change) = number.or(change_id) else { continue };
            let new = (time, FoundCommit { commit, evidence });
            let oldest = self.oldest.entry(change.as_str().to_owned()).or_insert(new);
            *oldest = (*oldest).min(new);
        }
    }

    /// Returns the commit of a change.
    pub(super) fn find(&self, change: &str) -> Option<FoundCommit> {
        self.oldest.get(change).map(|(_, found)| *found)
    }
}
