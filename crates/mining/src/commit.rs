//! One commit: from its changed files to samples.

use std::sync::LazyLock;

use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::object::tree::diff::ChangeDetached;
use gix::objs::tree::EntryMode;
use streamguard_dataset::{Flag, Kind, Level, Rejection, Sample, Weakness};
use streamguard_engine::ShardError;

use super::JUDGE;
use super::history::{SelectedCommit, SelectionReason};
use super::message::{CommitClass, MessageScore};
use super::scoring::{ChangedFunction, FixScore, FixScorer};
use streamguard_code::{ChangeKind, CodeChange, FileChange, FileComparer, PathClass, classify_path};
use streamguard_collect::Samples;
use streamguard_git::{MAX_FILES, tree_changes};

/// Largest file that is read, in bytes.
const MAX_BLOB: u64 = 1 << 20;

/// Longest path that is kept, in bytes.
const MAX_PATH: usize = 4096;

/// Longest commit message that is kept, in bytes.
const MAX_MESSAGE: usize = 16 << 10;

/// Compiling its table takes longer than weighing a commit.
static FIX_SCORER: LazyLock<FixScorer> = LazyLock::new(FixScorer::new);

/// Turns commits of one repository into samples. One for each thread.
pub struct CommitMiner<'r> {
    repository: &'r gix::Repository,
    name: &'r str,
    min_confidence: f64,
    comparer: FileComparer,
}

/// Confidence of a function of which nothing tells whether it is the fix ([`FixScore`]).
const UNKNOWN_CONFIDENCE: f64 = 0.2;

/// So many functions of which nothing tells which one is the fix are kept where an advisory
/// names the commit.
const FEW: usize = 8;

/// What somebody who names a commit as a fix knows of it.
#[derive(Clone, Debug, Default)]
pub struct AdvisoryContext {
    /// The collector whose samples these are.
    pub collector: String,
    /// Names of the advisories.
    pub advisory_ids: Vec<String>,
    /// Why the commit counts as the fix, such as `cve:Patch`.
    pub evidence: Vec<String>,
    /// What the flaw is, the first the most important.
    pub weaknesses: Vec<&'static Weakness>,
    /// What is said of it; it may name functions and files.
    pub text: String,
    /// How sure it is that the commit is the fix, from 0.0 to 1.0.
    pub confidence: f64,
}

/// A commit as far as samples tell of it.
struct Fix {
    id: ObjectId,
    parent: Option<ObjectId>,
    date: Option<String>,
    message: String,
    /// What is said of it elsewhere.
    said: String,
    judgement: MessageScore,
    why: SelectionReason,
    collector: String,
    by_advisory: bool,
    confidence: f64,
}

/// A file that changed, with an id for each side that is a file.
struct ChangedFile {
    path_before: String,
    path_after: String,
    before: ObjectId,
    after: ObjectId,
}

/// Something in a file that changed on both sides, and may be the fix.
struct Candidate {
    path_before: String,
    path_after: String,
    language: streamguard_dataset::Language,
    invalid_utf8: bool,
    change: CodeChange,
}

impl<'r> CommitMiner<'r> {
    /// A miner of a repository that samples call `name`. Functions for which less than
    /// `min_confidence` (0.0 to 1.0) speaks are turned away.
    pub fn new(repository: &'r gix::Repository, name: &'r str, min_confidence: f64) -> Self {
        Self { repository, name, min_confidence, comparer: FileComparer::new() }
    }

    /// Emits the samples of a commit, against its first parent. What cannot be read is counted.
    ///
    /// # Errors
    /// [`ShardError::Stopped`], to be passed on.
    pub fn mine(&mut self, chosen: SelectedCommit, samples: &mut Samples<'_, '_>) -> Result<(), ShardError> {
        samples.count("commits.chosen", 1);
        match self.read_fix(chosen) {
            Ok(fix) => self.mine_fix(&fix, samples),
            Err(_) => {
                samples.reject(Rejection::UnreadableObject);
                Ok(())
            }
        }
    }

    /// Emits the samples of a commit that somebody names as a fix.
    ///
    /// # Errors
    /// [`ShardError::Stopped`], to be passed on.
    pub fn mine_advisory_fix(
        &mut self,
        commit: ObjectId,
        advice: &AdvisoryContext,
        samples: &mut Samples<'_, '_>,
    ) -> Result<(), ShardError> {
        samples.count("commits.chosen", 1);
        let Ok(mut fix) = self.read_fix(SelectedCommit { commit, why: SelectionReason::Named }) else {
            samples.reject(Rejection::UnreadableObject);
            return Ok(());
        };
        let MessageScore { evidence, advisory_ids, weaknesses, .. } = &mut fix.judgement;
        prepend(evidence, &advice.evidence);
        prepend(advisory_ids, &advice.advisory_ids);
        prepend(weaknesses, &advice.weaknesses);
        fix.said.clone_from(&advice.text);
        fix.collector.clone_from(&advice.collector);
        fix.by_advisory = true;
        fix.confidence = advice.confidence;
        self.mine_fix(&fix, samples)
    }

    fn mine_fix(&mut self, fix: &Fix, samples: &mut Samples<'_, '_>) -> Result<(), ShardError> {
        // Who names a commit, or the merge that brought it in, knows better than its message.
        if fix.why == SelectionReason::Message
            && let Some(rejection) = unfit(fix.judgement.class)
        {
            samples.reject(rejection);
            return Ok(());
        }
        let files = match self.changed_files(fix, samples) {
            Ok(files) => files,
            Err(rejection) => {
                samples.reject(rejection);
                return Ok(());
            }
        };
        let mut candidates = Vec::new();
        for file in files {
            samples.check()?;
            samples.count("files.compared", 1);
            if let Err(rejection) = self.compare(&file, &mut candidates, samples) {
                samples.reject(rejection);
            }
        }
        self.emit(fix, candidates, samples)
    }

    fn read_fix(&self, SelectedCommit { commit: id, why }: SelectedCommit) -> Result<Fix, gix::Error> {
        let commit = self.repository.find_commit(id)?;
        let mut message = lossy(commit.message_raw_sloppy(), MAX_MESSAGE);
        let parents: Vec<_> = commit.parent_ids().map(gix::Id::detach).collect();
        let mut judgement = JUDGE.judge(&message, parents.len());
        if let SelectionReason::Merge(merge) = why {
            let words = lossy(self.repository.find_commit(merge)?.message_raw_sloppy(), MAX_MESSAGE);
            let of_merge = JUDGE.judge(&words, 2);
            judgement.evidence = of_merge.evidence.iter().map(|rule| format!("merge:{rule}")).collect();
            judgement.weaknesses = of_merge.weaknesses;
            judgement.advisory_ids = of_merge.advisory_ids;
            // What the merge says of the change counts for naming functions too.
            message = format!("{}\n\n{}", message.trim_end(), words.trim_end());
        }
        // A date that no calendar has is not invented.
        let date = commit.time().ok().and_then(|time| jiff::Timestamp::from_second(time.seconds).ok());
        Ok(Fix {
            id,
            parent: parents.first().copied(),
            date: date.map(|date| date.to_string()),
            message,
            said: String::new(),
            judgement,
            why,
            collector: "repo".to_owned(),
            by_advisory: false,
            confidence: 1.0,
        })
    }

    /// The source files that a commit changed, by their paths.
    fn changed_files(&self, fix: &Fix, samples: &mut Samples<'_, '_>) -> Result<Vec<ChangedFile>, Rejection> {
        let unreadable = |_| Rejection::UnreadableObject;
        let mut changes = tree_changes(self.repository, fix.id, fix.parent).map_err(unreadable)?;
        if changes.iter().filter(|change| !change.entry_mode().is_tree()).count() > MAX_FILES {
            return Err(Rejection::HugeCommit);
        }
        let has = |what: fn(&ChangeDetached) -> bool| changes.iter().any(what);
        if has(|change| matches!(change, ChangeDetached::Addition { .. }))
            && has(|change| matches!(change, ChangeDetached::Deletion { .. }))
        {
            // Only now may a file have moved; looking for it reads files, and what stands in
            // its way is no reason to lose the others.
            changes = self.with_renames(fix).unwrap_or(changes);
        }
        let mut files = Vec::new();
        for change in changes {
            match changed_file(change) {
                Ok(file) => files.push(file),
                Err(Some(rejection)) => samples.reject(rejection),
                Err(None) => {}
            }
        }
        files.sort_by(|a, b| a.path_after.cmp(&b.path_after));
        Ok(files)
    }

    fn with_renames(&self, fix: &Fix) -> Result<Vec<ChangeDetached>, gix::Error> {
        let tree_of = |id| self.repository.find_commit(id).and_then(|commit| commit.tree());
        let after = tree_of(fix.id)?;
        let before = fix.parent.map(tree_of).transpose()?;
        let rewrites = gix::diff::Rewrites { limit: MAX_FILES, ..gix::diff::Rewrites::default() };
        let options = gix::diff::Options::default().with_rewrites(Some(rewrites));
        self.repository.diff_tree_to_tree(before.as_ref(), &after, options)
    }

    fn read_blob(&self, id: ObjectId) -> Result<Vec<u8>, Rejection> {
        let header = self.repository.find_header(id).map_err(|_| Rejection::UnreadableObject)?;
        if header.size() > MAX_BLOB {
            return Err(Rejection::OversizedFile);
        }
        let mut object = self.repository.find_object(id).map_err(|_| Rejection::UnreadableObject)?;
        Ok(std::mem::take(&mut object.data))
    }

    /// Finds what changed in a file; what cannot be the fix is counted.
    fn compare(
        &mut self,
        file: &ChangedFile,
        candidates: &mut Vec<Candidate>,
        samples: &mut Samples<'_, '_>,
    ) -> Result<(), Rejection> {
        let (before, after) = (self.read_blob(file.before)?, self.read_blob(file.after)?);
        let comparison = self.comparer.compare(&FileChange {
            path_before: Some(&file.path_before),
            path_after: Some(&file.path_after),
            before: &before,
            after: &after,
        })?;
        samples.count("functions.changed", comparison.changes.len() as u64);
        for change in comparison.changes {
            let rejection = match change.kind {
                _ if change.before.is_none() || change.after.is_none() => Some(Rejection::OneSided),
                ChangeKind::Code => None,
                ChangeKind::WhitespaceOnly => Some(Rejection::WhitespaceOnly),
                ChangeKind::CommentOnly => Some(Rejection::CommentOnly),
                ChangeKind::FormattingOnly => Some(Rejection::FormattingOnly),
            };
            match rejection {
                Some(rejection) => samples.reject(rejection),
                None => candidates.push(Candidate {
                    path_before: file.path_before.clone(),
                    path_after: file.path_after.clone(),
                    language: comparison.language,
                    invalid_utf8: comparison.invalid_utf8,
                    change,
                }),
            }
        }
        Ok(())
    }

    /// Emits those candidates for which enough speaks.
    fn emit(
        &self,
        fix: &Fix,
        candidates: Vec<Candidate>,
        samples: &mut Samples<'_, '_>,
    ) -> Result<(), ShardError> {
        let scores = {
            let diffs: Vec<_> = candidates.iter().map(|candidate| candidate.change.line_diff()).collect();
            let functions: Vec<_> = candidates
                .iter()
                .zip(&diffs)
                .map(|(candidate, diff)| ChangedFunction {
                    name: candidate.change.name.as_deref(),
                    path: &candidate.path_after,
                    removed: &diff.removed,
                    added: &diff.added,
                })
                .collect();
            let words = format!("{}\n\n{}", fix.message, fix.said);
            FIX_SCORER.weigh(&fix.judgement, words.trim_end(), &functions)
        };
        let tangled = candidates.len() > 1;
        let least = self.least(fix, &scores);
        for (candidate, support) in candidates.into_iter().zip(scores) {
            if support.confidence < least {
                samples.reject(Rejection::UnsupportedInTangledCommit);
            } else {
                samples.emit(self.sample(fix, candidate, support, tangled))?;
            }
        }
        Ok(())
    }

    /// The least confidence that lets a function in. An advisory knows that the fix is among
    /// them: where nothing tells which it is, the best of them are kept if they are few, with
    /// the little confidence that they have.
    fn least(&self, fix: &Fix, scores: &[FixScore]) -> f64 {
        let best = scores.iter().map(|support| support.confidence).fold(0.0, f64::max);
        let equals = scores.iter().filter(|support| support.confidence >= best).count();
        let is_sure = fix.by_advisory && best < self.min_confidence;
        if is_sure && best >= UNKNOWN_CONFIDENCE && equals <= FEW { best } else { self.min_confidence }
    }

    fn sample(&self, fix: &Fix, candidate: Candidate, support: FixScore, tangled: bool) -> Sample {
        let Candidate { path_before, path_after, language, invalid_utf8, change } = candidate;
        let flags = [
            (tangled, Flag::TangledCommit),
            (invalid_utf8, Flag::InvalidUtf8),
            (change.parse_error, Flag::ParseError),
            (change.renamed || path_before != path_after, Flag::Renamed),
            (matches!(fix.why, SelectionReason::Merge(_)), Flag::ThroughMerge),
        ];
        let mut weaknesses: Vec<_> = support.weakness.into_iter().collect();
        weaknesses.extend(fix.judgement.weaknesses.iter().filter(|named| support.weakness != Some(**named)));
        let (before, after) = (change.before, change.after);
        let lines = |code: &Option<streamguard_code::CodeSnippet>| {
            (code.as_ref().map(|code| code.start_line), code.as_ref().map(|code| code.end_line))
        };
        let ((start_line_before, end_line_before), (start_line_after, end_line_after)) =
            (lines(&before), lines(&after));
        let level = if change.level == Level::Function { Level::Function } else { Level::Hunk };
        Sample {
            language: Some(language),
            vulnerable_code: before.map(|code| code.text),
            fixed_code: after.map(|code| code.text),
            vulnerability_type: weaknesses.first().map(|weakness| weakness.name.to_owned()),
            cwes: weaknesses.iter().map(|weakness| weakness.id()).collect(),
            advisory_ids: fix.judgement.advisory_ids.clone(),
            repository: Some(self.name.to_owned()),
            commit: Some(fix.id.to_string()),
            parent_commit: fix.parent.map(|id| id.to_string()),
            commit_date: fix.date.clone(),
            commit_message: Some(fix.message.clone()),
            path_before: Some(path_before),
            path_after: Some(path_after),
            function: change.name,
            start_line_before,
            end_line_before,
            start_line_after,
            end_line_after,
            source: link(self.name, fix.id),
            label_evidence: fix.judgement.evidence.iter().cloned().chain(support.evidence).collect(),
            // Two digits: more would pretend to know.
            label_confidence: Some((support.confidence * fix.confidence * 100.0).round() / 100.0),
            quality_flags: flags.into_iter().filter_map(|(holds, flag)| holds.then_some(flag)).collect(),
            ..Sample::new(&fix.collector, Kind::Pair, level)
        }
    }
}

/// Puts what is new to the front.
fn prepend<T: Clone + PartialEq>(list: &mut Vec<T>, new: &[T]) {
    list.retain(|known| !new.contains(known));
    list.splice(0..0, new.iter().cloned());
}

/// Why a commit of this class is no fix, if it is none.
fn unfit(class: CommitClass) -> Option<Rejection> {
    match class {
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

/// The two sides of a changed source file, or why it is none. `Err(None)` for folders, which
/// are told of by their files.
fn changed_file(change: ChangeDetached) -> Result<ChangedFile, Option<Rejection>> {
    let (path_before, path_after, modes, ids) = match change {
        ChangeDetached::Modification { location, previous_entry_mode, previous_id, entry_mode, id } => {
            (location.clone(), location, [previous_entry_mode, entry_mode], Some((previous_id, id)))
        }
        ChangeDetached::Rewrite {
            source_location,
            source_entry_mode,
            source_id,
            entry_mode,
            location,
            id,
            ..
        } => (source_location, location, [source_entry_mode, entry_mode], Some((source_id, id))),
        ChangeDetached::Addition { location, entry_mode, .. }
        | ChangeDetached::Deletion { location, entry_mode, .. } => {
            (location.clone(), location, [entry_mode; 2], None)
        }
    };
    if modes.iter().all(EntryMode::is_tree) {
        return Err(None);
    }
    if !modes.iter().all(EntryMode::is_blob) || path_after.len() > MAX_PATH {
        return Err(Some(Rejection::NotAFile));
    }
    let (path_before, path_after) = (path_before.to_str_lossy(), path_after.to_str_lossy());
    match classify_path(&path_after) {
        PathClass::Source => {}
        PathClass::Test => return Err(Some(Rejection::TestFile)),
        PathClass::Docs | PathClass::Changelog => return Err(Some(Rejection::DocsFile)),
        PathClass::Vendored => return Err(Some(Rejection::VendoredFile)),
        PathClass::Generated => return Err(Some(Rejection::MinifiedFile)),
        PathClass::DependencyManifest | PathClass::Ci | PathClass::VersionFile => {
            return Err(Some(Rejection::ConfigFile));
        }
        PathClass::Other => return Err(Some(Rejection::UnknownLanguage)),
    }
    // Of a file that was added or deleted there is one side only.
    let (before, after) = ids.ok_or(Some(Rejection::OneSided))?;
    if before == after {
        return Err(Some(Rejection::Unchanged));
    }
    Ok(ChangedFile {
        path_before: path_before.into_owned(),
        path_after: path_after.into_owned(),
        before,
        after,
    })
}

/// Text that may be anything, cut to a length.
fn lossy(bytes: &[u8], most: usize) -> String {
    let mut text = String::from_utf8_lossy(&bytes[..bytes.len().min(most)]).into_owned();
    text.truncate(text.floor_char_boundary(most));
    text
}

/// Where a person can look at a commit, on the hosts whose addresses are known.
fn link(repository: &str, commit: ObjectId) -> Option<String> {
    let host = repository.strip_prefix("https://")?.split('/').next()?;
    match host {
        "github.com" | "codeberg.org" => Some(format!("{repository}/commit/{commit}")),
        "gitlab.com" => Some(format!("{repository}/-/commit/{commit}")),
        "bitbucket.org" => Some(format!("{repository}/commits/{commit}")),
        _ => None,
    }
}
