//! What is known of fixes beside their code: as much as advisories say.

use streamguard_dataset::{Language, Weakness};

use crate::identifiers::Identifiers;

/// A fix, for whoever writes an advisory of it.
#[derive(Clone, Debug)]
pub(crate) struct Fix {
    /// Id of the commit.
    pub(crate) commit: String,
    /// Id of the one before it.
    pub(crate) parent: String,
    /// When it was made, in seconds since 1970.
    pub(crate) seconds: i64,
    /// What databases would call it.
    pub(crate) identifiers: Identifiers,
    /// Whether its message, and no other, names the CVE id.
    pub(crate) is_named: bool,
    /// The pull request by which it came, if a message tells so.
    pub(crate) pull: Option<u32>,
    /// Which of the project's tags is the first to hold it, if there are so many.
    pub(crate) release: usize,
    /// The first function that it fixes.
    pub(crate) function: String,
    /// The file of that function.
    pub(crate) file: String,
    /// What was wrong with it.
    pub(crate) weakness: &'static Weakness,
}

/// A project, and all fixes in it.
#[derive(Clone, Debug)]
pub(crate) struct FixedProject {
    /// Address of the repository.
    pub(crate) url: String,
    /// Who owns it.
    pub(crate) owner: &'static str,
    /// Its name.
    pub(crate) name: String,
    /// What it is written in.
    pub(crate) language: Language,
    /// Names of its tags, oldest first.
    pub(crate) tags: Vec<String>,
    /// The fixes, oldest first.
    pub(crate) fixes: Vec<Fix>,
}

/// Whether messages say that a commit came by the pull request of this number: as the subject of
/// its merge, or at the end of the subject of a squashed one.
pub(crate) fn pull(messages: &[&str], number: u32) -> bool {
    messages.iter().any(|message| {
        let subject = message.lines().next().unwrap_or_default();
        subject.starts_with(&format!("Merge pull request #{number} "))
            || subject.ends_with(&format!("(#{number})"))
    })
}
