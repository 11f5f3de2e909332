//! What became of everything that a commit changed, with the reasons: for samples, and for people who ask why.

use streamguard_code::CodeSnippet;
use streamguard_dataset::{Rejection, Sample, SampleKind, SampleLevel};

use crate::fix_commit::FixCommit;
use crate::function_sample::FixCandidate;
use crate::message::MessageScore;
use crate::scoring::FixScore;

/// A commit with the verdict on each of its changes.
pub struct JudgedCommit {
    /// The commit; `None` if it cannot be read.
    pub(super) fix: Option<FixCommit>,
    /// Reason why nothing of the commit is looked at.
    pub(super) rejection: Option<Rejection>,
    pub(super) dropped: Vec<DroppedChange>,
    pub(super) functions: Vec<JudgedFunction>,
    /// Number of files that were compared.
    pub(super) files: u64,
    /// Number of functions that differ.
    pub(super) differing: u64,
    /// Whether all that the verdicts need could be read.
    pub(super) is_whole: bool,
}

/// A change that cannot be the fix, whatever the rest of the commit says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DroppedChange {
    /// Path of the file after the change.
    pub path: String,
    /// The function; `None` for a whole file, or code outside of functions.
    pub function: Option<String>,
    /// The reason.
    pub reason: Rejection,
}

/// A changed function that may be the fix, with its score.
pub struct JudgedFunction {
    pub(super) candidate: FixCandidate,
    pub(super) score: FixScore,
    /// Why the function is not emitted; `None` if it is.
    pub(super) rejection: Option<Rejection>,
    /// Whether the commit changed other functions too.
    pub(super) tangled: bool,
}

impl JudgedCommit {
    /// Returns a commit of which nothing is known yet.
    pub(super) fn new(fix: Option<FixCommit>) -> Self {
        Self {
            fix,
            rejection: None,
            dropped: Vec::new(),
            functions: Vec::new(),
            files: 0,
            differing: 0,
            is_whole: true,
        }
    }

    /// Returns the same commit, but rejected as a whole.
    pub(super) fn rejected(self, rejection: Rejection) -> Self {
        let is_whole = rejection != Rejection::UnreadableObject;
        Self { rejection: Some(rejection), dropped: Vec::new(), functions: Vec::new(), is_whole, ..self }
    }

    /// Returns the message of the commit; `None` if it cannot be read.
    pub fn message(&self) -> Option<&str> {
        self.fix.as_ref().map(|fix| &*fix.message)
    }

    /// Returns the score of the message; `None` if it cannot be read.
    pub fn message_score(&self) -> Option<&MessageScore> {
        self.fix.as_ref().map(|fix| &fix.message_score)
    }

    /// Returns the reason why nothing of the commit is looked at.
    pub fn rejection(&self) -> Option<Rejection> {
        self.rejection
    }

    /// Returns the changes that cannot be the fix.
    pub fn dropped(&self) -> &[DroppedChange] {
        &self.dropped
    }

    /// Returns the functions that may be the fix, in the order in which they are emitted.
    pub fn functions(&self) -> &[JudgedFunction] {
        &self.functions
    }
}

impl JudgedFunction {
    /// Returns the path after the change.
    pub fn path(&self) -> &str {
        &self.candidate.path_after
    }

    /// Returns the name; `None` for code outside of functions.
    pub fn name(&self) -> Option<&str> {
        self.candidate.change.name.as_deref()
    }

    /// Returns the first line after the change, or before it if the function was deleted.
    pub fn line(&self) -> Option<u32> {
        let change = &self.candidate.change;
        change.after.as_ref().or(change.before.as_ref()).map(|code| code.start_line)
    }

    /// Returns the code and its origin as a sample without an id, whether the function is one or not.
    pub fn sample(&self) -> Sample {
        let change = &self.candidate.change;
        let code = |side: &Option<CodeSnippet>| side.as_ref().map(|code| code.text.clone());
        let line = |side: &Option<CodeSnippet>| side.as_ref().map(|code| code.start_line);
        Sample {
            language: Some(self.candidate.language),
            vulnerable_code: code(&change.before),
            fixed_code: code(&change.after),
            function: change.name.clone(),
            path_before: Some(self.candidate.path_before.clone()),
            path_after: Some(self.candidate.path_after.clone()),
            start_line_before: line(&change.before),
            start_line_after: line(&change.after),
            ..Sample::new("repo", SampleKind::Pair, SampleLevel::Function)
        }
    }

    /// Returns the score.
    pub fn score(&self) -> &FixScore {
        &self.score
    }

    /// Returns the reason why the function is not a sample.
    pub fn rejection(&self) -> Option<Rejection> {
        self.rejection
    }
}
