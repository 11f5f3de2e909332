//! A commit that may be a fix, with all that is known about it.

use gix::ObjectId;
use streamguard_dataset::AffectedFunction;
use streamguard_licence::FoundLicence;

use super::advisory_context::AdvisoryContext;
use super::message::{CommitClass, MESSAGE_SCORER, MessageScore};
use super::release_subject;
use super::selected_commit::{SelectedCommit, SelectionReason};

/// Longest commit message that is kept in samples, in bytes; that of a merge is kept beside it.
const MAX_KEPT_MESSAGE_BYTES: usize = 16 << 10;

/// A commit that may be a fix.
pub(super) struct FixCommit {
    pub(super) id: ObjectId,
    /// The first parent, which the commit is compared with.
    pub(super) parent: Option<ObjectId>,
    /// Date of the commit; `None` if it is not a date of the calendar.
    pub(super) date: Option<String>,
    pub(super) message: String,
    pub(super) message_score: MessageScore,
    pub(super) reason: SelectionReason,
    /// Collector that the samples are attributed to.
    pub(super) collector: String,
    /// Whether an advisory names the commit.
    pub(super) by_advisory: bool,
    /// Description of the advisory.
    pub(super) advisory_text: String,
    /// Functions that experts named as those with the flaw.
    pub(super) affected_functions: Vec<AffectedFunction>,
    /// Ids of the commits that brought the flaw.
    pub(super) introduced_by: Vec<String>,
    /// Confidence that the commit is the fix, from 0.0 to 1.0.
    pub(super) confidence: f64,
    /// Whether the commit changes so many functions that it is seldom one fix.
    pub(super) is_bulk: bool,
    /// Licence of the repository at this commit; read only if there is a sample.
    pub(super) licence: Option<FoundLicence>,
}

impl FixCommit {
    /// Reads a commit and scores its message, or that of the merge that brought it in.
    ///
    /// # Errors
    /// [`gix::Error`] if an object cannot be read.
    pub(super) fn read(
        repository: &gix::Repository,
        SelectedCommit { commit: id, reason }: SelectedCommit,
    ) -> Result<Self, gix::Error> {
        let commit = repository.find_commit(id)?;
        let mut message = lossy_prefix(commit.message_raw_sloppy(), MAX_KEPT_MESSAGE_BYTES);
        let parents: Vec<_> = commit.parent_ids().map(gix::Id::detach).collect();
        let mut message_score = MESSAGE_SCORER.score(&message, parents.len());
        if let SelectionReason::Merge(merge) = reason {
            let merge = repository.find_commit(merge)?;
            let merge_message = lossy_prefix(merge.message_raw_sloppy(), MAX_KEPT_MESSAGE_BYTES);
            let merge_score = MESSAGE_SCORER.score(&merge_message, 2);
            message_score.evidence =
                merge_score.evidence.iter().map(|reason| format!("merge:{reason}")).collect();
            message_score.weaknesses = merge_score.weaknesses;
            message_score.advisory_ids = merge_score.advisory_ids;
            message_score.basis = merge_score.basis;
            message_score.is_rework = MESSAGE_SCORER.is_rework(&message);
            // The message of the merge may name functions too.
            message = format!("{}\n\n{}", message.trim_end(), merge_message.trim_end());
        }
        // Git stores any number of seconds; a date beyond the calendar stays unknown.
        let date = commit.time().ok().and_then(|time| jiff::Timestamp::from_second(time.seconds).ok());
        Ok(Self {
            id,
            parent: parents.first().copied(),
            date: date.map(|date| date.to_string()),
            message,
            message_score,
            reason,
            collector: "repo".to_owned(),
            by_advisory: false,
            advisory_text: String::new(),
            affected_functions: Vec::new(),
            introduced_by: Vec::new(),
            confidence: 1.0,
            is_bulk: false,
            licence: None,
        })
    }

    /// Adds the knowledge of an advisory. It comes before what the message says.
    pub(super) fn add_advisory(&mut self, context: &AdvisoryContext) {
        let MessageScore { evidence, advisory_ids, weaknesses, .. } = &mut self.message_score;
        prepend(evidence, &context.evidence);
        prepend(advisory_ids, &context.advisory_ids);
        prepend(weaknesses, &context.weaknesses);
        self.advisory_text.clone_from(&context.text);
        self.affected_functions.clone_from(&context.functions);
        self.introduced_by.clone_from(&context.introduced_by);
        self.collector.clone_from(&context.collector);
        self.by_advisory = true;
        self.confidence = context.confidence;
    }

    /// Returns all text that may name functions: the message, and the description of the advisory.
    pub(super) fn text(&self) -> String {
        let mut text = format!("{}\n\n{}", self.message, self.advisory_text);
        text.truncate(text.trim_end().len());
        text
    }
}

/// Whether the message of a commit says that it fixes a weakness.
pub fn is_security_fix(repository: &gix::Repository, commit: ObjectId) -> bool {
    let Ok(commit) = repository.find_commit(commit) else { return false };
    let message = String::from_utf8_lossy(commit.message_raw_sloppy()).into_owned();
    MESSAGE_SCORER.score(&message, commit.parent_ids().count()).selected
}

/// Returns the version that a commit announces, if that is all that the first line of its message says; without a
/// version, the line.
pub fn announced_version(repository: &gix::Repository, commit: ObjectId) -> Option<String> {
    let commit = repository.find_commit(commit).ok()?;
    let message = String::from_utf8_lossy(commit.message_raw_sloppy()).into_owned();
    let score = MESSAGE_SCORER.score(&message, commit.parent_ids().count());
    let subject = message.lines().next()?;
    // An advisory's id may have the form of a version, and is what a fix names.
    let is_release = score.class == CommitClass::VersionBump
        || score.advisory_ids.is_empty() && release_subject::announces_release(subject);
    is_release.then(|| release_subject::version(subject).unwrap_or(subject).to_owned())
}

/// Puts the items of `new` first, each only once.
fn prepend<T: Clone + PartialEq>(list: &mut Vec<T>, new: &[T]) {
    list.retain(|known| !new.contains(known));
    list.splice(0..0, new.iter().cloned());
}

/// Decodes a prefix of bytes that may be in any encoding. The text has at most `max_bytes` bytes.
fn lossy_prefix(bytes: &[u8], max_bytes: usize) -> String {
    let mut text = String::from_utf8_lossy(&bytes[..bytes.len().min(max_bytes)]).into_owned();
    // Replacement characters are longer than the bytes that they replace.
    text.truncate(text.floor_char_boundary(max_bytes));
    text
}
