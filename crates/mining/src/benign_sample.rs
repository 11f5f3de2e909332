//! Benign code: functions beside a sample that its fix did not change.

use std::collections::BTreeMap;

use gix::ObjectId;
use streamguard_code::UnchangedFunction;
use streamguard_dataset::derived_columns::code_hash;
use streamguard_dataset::{QualityFlag, Sample, SampleKind, SampleLevel};

use super::function_sample::FixCandidate;
use super::source_page::{SourceLines, source_page};

/// Rule by which code is benign.
const UNCHANGED_EVIDENCE: &str = "unchanged by the fix";

/// Flags of a sample that are true of the other functions of its file as well.
const FILE_FLAGS: [QualityFlag; 2] = [QualityFlag::InvalidUtf8, QualityFlag::UncertainLicence];

/// Chooses functions beside the samples of one commit, each of them once.
pub(super) struct NeighbourChoice {
    count: usize,
    commit: ObjectId,
    /// Functions of each file that are left, the next one last.
    left: BTreeMap<String, Vec<UnchangedFunction>>,
}

impl NeighbourChoice {
    /// Returns a choice of so many functions for each sample of a commit.
    pub(super) fn new(count: u32, commit: ObjectId) -> Self {
        Self { count: count as usize, commit, left: BTreeMap::new() }
    }

    /// Returns the functions beside the next sample; none beside code whose length `accepts` refuses. Those of a file come
    /// in the order of a hash of the commit and their code: by chance, in each commit others, and the same in each run.
    pub(super) fn next(
        &mut self,
        candidate: &FixCandidate,
        accepts: &dyn Fn(&str) -> bool,
    ) -> Vec<UnchangedFunction> {
        let mut sides = [&candidate.change.before, &candidate.change.after].into_iter().flatten();
        let is_sample = sides.all(|code| accepts(&code.text));
        if self.count == 0 || candidate.change.level != SampleLevel::Function || !is_sample {
            return Vec::new();
        }
        let commit = self.commit;
        let left = self.left.entry(candidate.path_after.clone()).or_insert_with(|| {
            let functions = candidate.unchanged.iter();
            let functions = functions.filter(|one| accepts(&one.code.text));
            let mut functions: Vec<UnchangedFunction> = functions.cloned().collect();
            functions.sort_by_cached_key(|one| {
                std::cmp::Reverse(code_hash(&format!("{commit}\n{}", one.code.text)))
            });
            functions
        });
        let mut chosen = left.split_off(left.len().saturating_sub(self.count));
        chosen.reverse();
        chosen
    }
}

/// Makes the sample of a function beside another one.
pub(super) fn benign_sample(beside: &Sample, function: &UnchangedFunction) -> Sample {
    let code = &function.code;
    let place = beside.repository.as_ref().zip(beside.commit.as_ref()).zip(beside.path_after.as_ref());
    let source = place.and_then(|((repository, commit), path)| {
        let lines = SourceLines { commit, path, start: code.start_line, end: code.end_line };
        source_page(repository, &lines)
    });
    let flags = beside.quality_flags.iter().copied().filter(|flag| FILE_FLAGS.contains(flag));
    Sample {
        language: beside.language,
        fixed_code: Some(code.text.clone()),
        repository: beside.repository.clone(),
        commit: beside.commit.clone(),
        parent_commit: beside.parent_commit.clone(),
        commit_date: beside.commit_date.clone(),
        commit_message: beside.commit_message.clone(),
        path_before: beside.path_before.clone(),
        path_after: beside.path_after.clone(),
        function: Some(function.name.clone()),
        start_line_before: Some(function.start_line_before),
        end_line_before: Some(function.end_line_before),
        start_line_after: Some(code.start_line),
        end_line_after: Some(code.end_line),
        licence: beside.licence.clone(),
        licence_path: beside.licence_path.clone(),
        licence_score: beside.licence_score,
        source,
        label_evidence: vec![UNCHANGED_EVIDENCE.to_owned()],
        quality_flags: flags.collect(),
        ..Sample::new(&beside.collector, SampleKind::Benign, SampleLevel::Function)
    }
}
