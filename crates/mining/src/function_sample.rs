//! Samples made of the functions of a fix.

use std::sync::Arc;

use streamguard_code::{CodeChange, CodeSnippet, UnchangedFunction};
use streamguard_dataset::{Language, QualityFlag, Sample, SampleKind, SampleLevel};
use streamguard_licence::{CERTAIN_SCORE, FileNotice};

use super::backport::original_commit;
use super::fix_commit::FixCommit;
use super::judged_commit::JudgedFunction;
use super::selected_commit::SelectionReason;
use super::source_page::{SourceLines, source_page};

/// A function that a commit changed, added or deleted, and that may be the fix.
pub(super) struct FixCandidate {
    pub(super) path_before: String,
    pub(super) path_after: String,
    pub(super) language: Language,
    pub(super) invalid_utf8: bool,
    /// What the head of the file says of its licence.
    pub(super) notice: FileNotice,
    /// Functions of the file that did not change, if they are wanted.
    pub(super) unchanged: Arc<[UnchangedFunction]>,
    pub(super) change: CodeChange,
}

/// Makes the sample of one function.
pub(super) fn function_sample(fix: &FixCommit, repository: &str, function: JudgedFunction) -> Sample {
    let JudgedFunction { candidate, score, tangled, .. } = function;
    let FixCandidate { path_before, path_after, language, invalid_utf8, notice, change, .. } = candidate;
    let licence = notice.licence(fix.licence.as_ref(), &path_after);
    let is_uncertain = licence.as_ref().is_some_and(|licence| licence.score < CERTAIN_SCORE);
    let flags = [
        (tangled, QualityFlag::TangledCommit),
        (fix.is_bulk, QualityFlag::BulkCommit),
        (invalid_utf8, QualityFlag::InvalidUtf8),
        (change.parse_error, QualityFlag::ParseError),
        (change.ambiguous, QualityFlag::AmbiguousOverload),
        (change.renamed || path_before != path_after, QualityFlag::Renamed),
        (matches!(fix.reason, SelectionReason::Merge(_)), QualityFlag::ThroughMerge),
        (is_uncertain, QualityFlag::UncertainLicence),
    ];
    let mut weaknesses: Vec<_> = score.weakness.into_iter().collect();
    weaknesses.extend(fix.message_score.weaknesses.iter().filter(|named| score.weakness != Some(**named)));
    let (before, after) = (change.before, change.after);
    let kind = match (&before, &after) {
        (Some(_), None) => SampleKind::Vulnerable,
        (None, Some(_)) => SampleKind::Fixed,
        _ => SampleKind::Pair,
    };
    let lines = |code: &Option<CodeSnippet>| {
        (code.as_ref().map(|code| code.start_line), code.as_ref().map(|code| code.end_line))
    };
    let ((start_line_before, end_line_before), (start_line_after, end_line_after)) =
        (lines(&before), lines(&after));
    let level = if change.level == SampleLevel::Function { SampleLevel::Function } else { SampleLevel::Hunk };
    let (commit, parent) = (fix.id.to_string(), fix.parent.map(|id| id.to_string()));
    // The fixed side, or what the fix deleted, which only the parent has.
    let shown = match (&after, &before, &parent) {
        (Some(after), ..) => Some((&commit, &path_after, after)),
        (None, Some(before), Some(parent)) => Some((parent, &path_before, before)),
        _ => None,
    };
    let source = shown.and_then(|(commit, path, code)| {
        let lines = SourceLines { commit, path, start: code.start_line, end: code.end_line };
        source_page(repository, &lines)
    });
    Sample {
        language: Some(language),
        vulnerable_code: before.map(|code| code.text),
        fixed_code: after.map(|code| code.text),
        vulnerability_type: weaknesses.first().map(|weakness| weakness.name.to_owned()),
        cwes: weaknesses.iter().map(|weakness| weakness.id()).collect(),
        advisory_ids: fix.message_score.advisory_ids.clone(),
        repository: Some(repository.to_owned()),
        commit: Some(commit),
        parent_commit: parent,
        commit_date: fix.date.clone(),
        commit_message: Some(fix.message.clone()),
        backport_of: original_commit(&fix.message),
        introduced_by: fix.introduced_by.clone(),
        path_before: Some(path_before),
        path_after: Some(path_after),
        function: change.name,
        start_line_before,
        end_line_before,
        start_line_after,
        end_line_after,
        licence_path: licence.as_ref().map(|licence| licence.path.clone()),
        licence_score: licence.as_ref().map(|licence| (licence.score * 100.0).round() / 100.0),
        licence: licence.map(|licence| licence.expression),
        source,
        label_evidence: fix.message_score.evidence.iter().cloned().chain(score.evidence).collect(),
        // Two digits: more would pretend a precision that the score does not have.
        label_confidence: Some((score.confidence * fix.confidence * 100.0).round() / 100.0),
        quality_flags: flags.into_iter().filter_map(|(holds, flag)| holds.then_some(flag)).collect(),
        ..Sample::new(&fix.collector, kind, level)
    }
}
