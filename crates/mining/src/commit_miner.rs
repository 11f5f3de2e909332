//! Mining of one commit: from its changed files to samples.

use std::sync::Arc;

use gix::ObjectId;
use streamguard_code::{ChangeKind, CodeChange, CodeSnippet, FileChange, FileComparer, UnchangedFunction};
use streamguard_collect::Samples;
use streamguard_dataset::{Rejection, Sample, SampleLevel};
use streamguard_engine::ShardError;
use streamguard_git::OpenRepository;
use streamguard_licence::FileNotice;

use super::advisory_context::AdvisoryContext;
use super::benign_sample::{NeighbourChoice, benign_sample};
use super::changed_files::{ChangedFile, changed_files};
use super::commit_licence::CommitLicences;
use super::fix_commit::FixCommit;
use super::function_sample::{FixCandidate, function_sample};
use super::judged_commit::{DroppedChange, JudgedCommit, JudgedFunction};
use super::message::CommitClass;
use super::scoring::{ChangedFunction, FIX_SCORER, FixScore};
use super::selected_commit::{SelectedCommit, SelectionReason};

/// Largest file that is mined.
pub(crate) const MAX_BLOB_BYTES: u64 = 1 << 20;

/// Largest file that is unpacked to check that its size is what its header says.
const MAX_CHECKED_BYTES: u64 = 32 << 20;

/// Bytes at the head of a file that may state its licence.
const MAX_NOTICE_BYTES: usize = 4096;

/// Confidence of a function without any evidence for or against it ([`FixScore`]).
const UNKNOWN_CONFIDENCE: f64 = 0.2;

/// Most functions without evidence that are kept where an advisory names the commit.
const MAX_UNKNOWN_FUNCTIONS: usize = 8;

/// Confidence in a function that nothing names, if its commit changes more than [`MAX_FIX_FUNCTIONS`].
const BULK_CONFIDENCE: f64 = 0.4;

/// Most functions that one fix changes. The confidence was measured on commits of up to as many.
const MAX_FIX_FUNCTIONS: usize = 20;

/// Turns commits of one repository into samples. Each thread needs its own.
pub struct CommitMiner<'r> {
    repository: &'r OpenRepository,
    name: &'r str,
    min_confidence: f64,
    /// Functions for each sample that its fix did not change.
    benign: u32,
    comparer: FileComparer,
    licences: CommitLicences,
}

impl<'r> CommitMiner<'r> {
    /// Creates a miner of a repository that samples call `name`. Functions with a confidence below
    /// `min_confidence` (0.0 to 1.0) are rejected.
    pub fn new(repository: &'r OpenRepository, name: &'r str, min_confidence: f64) -> Self {
        let (comparer, licences) = (FileComparer::new(), CommitLicences::default());
        Self { repository, name, min_confidence, benign: 0, comparer, licences }
    }

    /// Sets how many functions of its file are emitted beside each sample that its fix did not change, if there are so
    /// many.
    pub fn with_benign(mut self, functions: u32) -> Self {
        self.comparer.keep_unchanged(functions > 0);
        Self { benign: functions, ..self }
    }

    /// Emits the samples of a commit, compared with its first parent. Objects that cannot be read are
    /// counted as rejected; a commit with a damaged one has no samples. Returns whether all that it needs could be
    /// read.
    ///
    /// # Errors
    /// [`ShardError::Stopped`], to be passed on.
    pub fn mine(
        &mut self,
        selected: SelectedCommit,
        samples: &mut Samples<'_, '_>,
    ) -> Result<bool, ShardError> {
        self.mine_selected(selected, None, samples)
    }

    /// Emits the samples of a commit that an advisory names as its fix. Returns whether all that it needs
    /// could be read.
    ///
    /// # Errors
    /// [`ShardError::Stopped`], to be passed on.
    pub fn mine_advisory_fix(
        &mut self,
        commit: ObjectId,
        advisory: &AdvisoryContext,
        samples: &mut Samples<'_, '_>,
    ) -> Result<bool, ShardError> {
        let selected = SelectedCommit { commit, reason: SelectionReason::Named };
        self.mine_selected(selected, Some(advisory), samples)
    }

    /// Judges a commit without emitting anything.
    pub fn explain(&mut self, selected: SelectedCommit, advisory: Option<&AdvisoryContext>) -> JudgedCommit {
        self.judge(selected, advisory, &mut |_| Ok(true)).expect("nothing stops it")
    }

    fn mine_selected(
        &mut self,
        selected: SelectedCommit,
        advisory: Option<&AdvisoryContext>,
        samples: &mut Samples<'_, '_>,
    ) -> Result<bool, ShardError> {
        samples.count("commits.chosen", 1);
        let name = format!("{}, commit {}", self.name, selected.commit);
        let judged = self.judge(selected, advisory, &mut |part| {
            samples.check()?;
            Ok(samples.begin_item(&format!("{name}{part}")))
        })?;
        for (name, count) in [("files.compared", judged.files), ("functions.changed", judged.differing)] {
            if count > 0 {
                samples.count(name, count);
            }
        }
        let JudgedCommit { mut fix, rejection, dropped, functions, is_whole, .. } = judged;
        if let Some(fix) = fix.as_mut().filter(|_| functions.iter().any(|one| one.rejection.is_none())) {
            match self.licences.at(self.repository, fix.id) {
                Ok(licence) => fix.licence = licence,
                Err(damaged) => {
                    samples.reject(damaged);
                    return Ok(false);
                }
            }
        }
        rejection
            .into_iter()
            .chain(dropped.iter().map(|change| change.reason))
            .for_each(|why| samples.reject(why));
        let mut neighbours = fix.as_ref().map(|fix| NeighbourChoice::new(self.benign, fix.id));
        for function in functions {
            match (function.rejection, fix.as_ref().zip(neighbours.as_mut())) {
                (Some(rejection), _) => samples.reject(rejection),
                (None, Some((fix, neighbours))) => {
                    let benign = neighbours.next(&function.candidate, &|code| samples.accepts_length(code));
                    let sample = function_sample(fix, self.name, function);
                    let benign: Vec<Sample> =
                        benign.iter().map(|function| benign_sample(&sample, function)).collect();
                    samples.emit(sample)?;
                    benign.into_iter().try_for_each(|sample| samples.emit(sample))?;
                }
                (None, None) => {}
            }
        }
        Ok(is_whole)
    }

    /// Judges everything that a commit changed. `begin` is called before each part of the work with its name, which is
    /// a suffix to that of the commit; it fails if the work is to stop, and returns false for a part to leave out.
    fn judge(
        &mut self,
        selected: SelectedCommit,
        advisory: Option<&AdvisoryContext>,
        begin: &mut dyn FnMut(&str) -> Result<bool, ShardError>,
    ) -> Result<JudgedCommit, ShardError> {
        let repository = self.repository;
        let damaged_before = repository.damaged_reads();
        let is_damaged = || repository.damaged_reads() > damaged_before;
        if !begin("")? {
            return Ok(JudgedCommit::new(None).rejected(Rejection::PoisonItem));
        }
        let fix = FixCommit::read(repository, selected).ok().filter(|_| !is_damaged());
        let Some(mut fix) = fix else {
            return Ok(JudgedCommit::new(None).rejected(Rejection::UnreadableObject));
        };
        if let Some(advisory) = advisory {
            fix.add_advisory(advisory);
        }
        // An advisory is better evidence than the class of the commit. The message of a merge is not: the
        // merge of a fix also brings its tests and its changelog.
        if fix.reason != SelectionReason::Named
            && let Some(rejection) = class_rejection(&fix)
        {
            return Ok(JudgedCommit::new(Some(fix)).rejected(rejection));
        }
        let mut judged = JudgedCommit::new(None);
        let files = changed_files(repository, fix.id, fix.parent, &mut judged.dropped);
        let files = match files {
            Ok(files) => files,
            Err(rejection) => {
                // A damaged tree may hold itself, and look like a huge commit.
                let rejection = if is_damaged() { Rejection::UnreadableObject } else { rejection };
                judged.fix = Some(fix);
                return Ok(judged.rejected(rejection));
            }
        };
        let mut candidates = Vec::new();
        for file in files {
            if !begin(&format!(", {}", file.path_after))? {
                let reason = Rejection::PoisonItem;
                judged.dropped.push(DroppedChange { path: file.path_after, function: None, reason });
                continue;
            }
            judged.files += 1;
            if let Err(reason) = self.compare(&file, &mut candidates, &mut judged) {
                judged.dropped.push(DroppedChange { path: file.path_after, function: None, reason });
            }
        }
        if is_damaged() {
            judged.fix = Some(fix);
            return Ok(judged.rejected(Rejection::UnreadableObject));
        }
        judged.is_whole = judged.dropped.iter().all(|change| change.reason != Rejection::UnreadableObject);
        if !begin(", its functions")? {
            judged.fix = Some(fix);
            return Ok(judged.rejected(Rejection::PoisonItem));
        }
        fix.is_bulk = candidates.len() > MAX_FIX_FUNCTIONS;
        judged.functions = self.judge_functions(&fix, candidates);
        judged.fix = Some(fix);
        Ok(judged)
    }

    /// Finds the candidates in a changed file, and notes the changes that cannot be the fix.
    fn compare(
        &mut self,
        file: &ChangedFile,
        candidates: &mut Vec<FixCandidate>,
        judged: &mut JudgedCommit,
    ) -> Result<(), Rejection> {
        let (before, after) = (self.read_blob(file.blob_before)?, self.read_blob(file.blob_after)?);
        let comparison = self.comparer.compare(&FileChange {
            path_before: Some(&file.path_before),
            path_after: Some(&file.path_after),
            before: &before,
            after: &after,
        })?;
        judged.differing += comparison.changes.len() as u64;
        let unchanged: Arc<[UnchangedFunction]> = comparison.unchanged.into();
        let notice = FileNotice::read(&String::from_utf8_lossy(&after[..after.len().min(MAX_NOTICE_BYTES)]));
        for change in comparison.changes {
            let rejection = match change.kind {
                // Lines that were added or deleted are in no function.
                _ if is_one_sided(&change) && change.level != SampleLevel::Function => {
                    Some(Rejection::OneSided)
                }
                ChangeKind::Code => None,
                ChangeKind::WhitespaceOnly => Some(Rejection::WhitespaceOnly),
                ChangeKind::CommentOnly => Some(Rejection::CommentOnly),
                ChangeKind::FormattingOnly => Some(Rejection::FormattingOnly),
            };
            match rejection {
                Some(reason) => judged.dropped.push(DroppedChange {
                    path: file.path_after.clone(),
                    function: change.name,
                    reason,
                }),
                None => candidates.push(FixCandidate {
                    path_before: file.path_before.clone(),
                    path_after: file.path_after.clone(),
                    language: comparison.language,
                    invalid_utf8: comparison.invalid_utf8,
                    notice: notice.clone(),
                    unchanged: Arc::clone(&unchanged),
                    change,
                }),
            }
        }
        Ok(())
    }

    fn read_blob(&self, id: ObjectId) -> Result<Vec<u8>, Rejection> {
        // The header has the size, so that a huge file is never decompressed. Headers have no checksum: where the size
        // could be a damaged one, the file itself decides.
        let header = self.repository.find_header(id).map_err(|_| Rejection::UnreadableObject)?;
        if header.size() > MAX_CHECKED_BYTES {
            return Err(Rejection::OversizedFile);
        }
        let mut object = self.repository.find_object(id).map_err(|_| Rejection::UnreadableObject)?;
        let bytes = std::mem::take(&mut object.data);
        if bytes.len() as u64 > MAX_BLOB_BYTES { Err(Rejection::OversizedFile) } else { Ok(bytes) }
    }

    /// Judges the candidates: those that were added or deleted first.
    fn judge_functions(&self, fix: &FixCommit, candidates: Vec<FixCandidate>) -> Vec<JudgedFunction> {
        let (one_sided, candidates): (Vec<_>, Vec<_>) =
            candidates.into_iter().partition(|candidate| is_one_sided(&candidate.change));
        let mut judged = self.judge_one_sided(fix, one_sided, candidates.is_empty());
        let scores = score_candidates(fix, &candidates);
        let tangled = candidates.len() > 1;
        let least = self.least_confidence(fix, &scores);
        judged.extend(candidates.into_iter().zip(scores).map(|(candidate, score)| {
            let is_weak = score.confidence < least;
            let rejection = is_weak.then_some(Rejection::UnsupportedInTangledCommit);
            JudgedFunction { candidate, score, rejection, tangled }
        }));
        judged
    }

    /// Judges functions that the commit added or deleted. They are emitted if something names them, or if one is all that
    /// the fix of an advisory changes. Most other added functions are helpers, and most deleted ones were not needed any
    /// more.
    ///
    /// They are scored apart from the functions that changed, so that they have no influence on those. The confidence
    /// was measured on changed functions, so it alone is not enough.
    fn judge_one_sided(
        &self,
        fix: &FixCommit,
        candidates: Vec<FixCandidate>,
        alone: bool,
    ) -> Vec<JudgedFunction> {
        let only_change = alone && candidates.len() == 1;
        let is_sure = fix.by_advisory || !fix.message_score.advisory_ids.is_empty();
        let scores = score_candidates(fix, &candidates);
        let judge = |(candidate, score): (FixCandidate, FixScore)| {
            let is_strong = score.is_named || (only_change && is_sure);
            let is_weak = !is_strong || score.confidence < self.min_confidence;
            let rejection = is_weak.then_some(Rejection::OneSided);
            JudgedFunction { candidate, score, rejection, tangled: !only_change }
        };
        candidates.into_iter().zip(scores).map(judge).collect()
    }

    /// Returns the least confidence with which a function is emitted.
    ///
    /// An advisory is sure that the commit contains the fix. If nothing tells which functions are the fix,
    /// the best ones are kept if they are few, with the little confidence that they have.
    fn least_confidence(&self, fix: &FixCommit, scores: &[FixScore]) -> f64 {
        let best = scores.iter().map(|score| score.confidence).fold(0.0, f64::max);
        let equals = scores.iter().filter(|score| score.confidence >= best).count();
        let only_bystanders = fix.by_advisory && best < self.min_confidence;
        if only_bystanders && best >= UNKNOWN_CONFIDENCE && equals <= MAX_UNKNOWN_FUNCTIONS {
            best
        } else {
            self.min_confidence
        }
    }
}

/// Whether the function was added or deleted.
fn is_one_sided(change: &CodeChange) -> bool {
    change.before.is_none() || change.after.is_none()
}

fn text_of(code: Option<&CodeSnippet>) -> &str {
    code.map_or("", |code| &code.text)
}

fn score_candidates(fix: &FixCommit, candidates: &[FixCandidate]) -> Vec<FixScore> {
    let diffs: Vec<_> = candidates.iter().map(|candidate| candidate.change.line_diff()).collect();
    let functions: Vec<_> = candidates
        .iter()
        .zip(&diffs)
        .map(|(candidate, diff)| ChangedFunction {
            name: candidate.change.name.as_deref(),
            path: &candidate.path_after,
            before: text_of(candidate.change.before.as_ref()),
            after: text_of(candidate.change.after.as_ref()),
            removed: &diff.removed,
            added: &diff.added,
        })
        .collect();
    let mut scores = FIX_SCORER.score(&fix.message_score, &fix.text(), &functions);
    for ((score, function), candidate) in scores.iter_mut().zip(&functions).zip(candidates) {
        score.add_symbols(&fix.affected_functions, function);
        if fix.is_bulk && !score.is_named {
            score.confidence = score.confidence.min(BULK_CONFIDENCE);
        }
        if !fix.by_advisory {
            // The table is about functions of commits that are fixes. Of a message it is not sure.
            score.by_message(fix.message_score.fix_share(candidate.language));
        }
    }
    scores
}

/// Returns the reason why commits of this class are not fixes, if they are not.
fn class_rejection(fix: &FixCommit) -> Option<Rejection> {
    match fix.message_score.class {
        // A merge with one parent repeats changes of other commits. Only a private fork is sure to bring one fix.
        CommitClass::Merge if fix.reason == SelectionReason::Message && !fix.message_score.selected => {
            Some(Rejection::SamePatch)
        }
        CommitClass::Ordinary | CommitClass::Merge => None,
        CommitClass::Revert => Some(Rejection::RevertCommit),
        CommitClass::VersionBump => Some(Rejection::VersionBump),
        CommitClass::DependencyBump => Some(Rejection::DependencyBump),
        CommitClass::Changelog | CommitClass::Documentation => Some(Rejection::DocsCommit),
        CommitClass::Test => Some(Rejection::TestCommit),
        CommitClass::Style => Some(Rejection::StyleCommit),
        CommitClass::Build => Some(Rejection::BuildCommit),
    }
}
