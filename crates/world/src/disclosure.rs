//! Facts about fixes, as far as advisories disclose them.

use streamguard_dataset::{Language, Weakness};

use crate::identifiers::AdvisoryIds;

/// A fix, with the facts that an advisory can disclose.
#[derive(Clone, Debug)]
pub(crate) struct FixDisclosure {
    /// Id of the commit.
    pub(crate) commit: String,
    /// Id of the parent commit.
    pub(crate) parent: String,
    /// Time of the commit, in seconds since 1970.
    pub(crate) seconds: i64,
    /// Ids in advisory databases.
    pub(crate) identifiers: AdvisoryIds,
    /// Whether the message of this commit, and no other message, names the CVE id.
    pub(crate) is_named: bool,
    /// Number of the pull request, if a message names it.
    pub(crate) pull: Option<u32>,
    /// Index of the first of the project's tags that holds the fix; past the end if none does.
    pub(crate) release: usize,
    /// Name of the first fixed function.
    pub(crate) function: String,
    /// File of that function.
    pub(crate) file: String,
    /// Weakness of the function.
    pub(crate) weakness: &'static Weakness,
}

/// A project with all its fixes.
#[derive(Clone, Debug)]
pub(crate) struct FixedProject {
    /// Address of the repository.
    pub(crate) url: String,
    /// Owner of the repository.
    pub(crate) owner: &'static str,
    /// Name of the repository.
    pub(crate) name: String,
    /// Language of the code.
    pub(crate) language: Language,
    /// Names of its tags, oldest first.
    pub(crate) tags: Vec<String>,
    /// Fixes, oldest first.
    pub(crate) fixes: Vec<FixDisclosure>,
}

/// Returns whether messages name the pull request of a commit: as the subject of its merge, or at the end of
/// the subject of a squashed one.
pub(crate) fn names_pull_request(messages: &[&str], number: u32) -> bool {
    messages.iter().any(|message| {
        let subject = message.lines().next().unwrap_or_default();
        subject.starts_with(&format!("Merge pull request #{number} "))
            || subject.ends_with(&format!("(#{number})"))
    })
}
