//! Differences of two functions by lines.

use std::fmt;

use imara_diff::{Algorithm, BasicLineDiffPrinter, Diff, InternedInput, UnifiedDiffConfig};

/// Lines that a fix removes and adds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LineChanges {
    pub(crate) deleted: Vec<String>,
    pub(crate) added: Vec<String>,
    /// The same as a unified diff without names of files.
    pub(crate) unified: String,
}

impl LineChanges {
    /// Compares two texts.
    pub(crate) fn between(before: &str, after: &str) -> Self {
        let input = InternedInput::new(before, after);
        let mut diff = Diff::compute(Algorithm::Histogram, &input);
        diff.postprocess_lines(&input);
        let mut changes = Self::default();
        let line =
            |token: &imara_diff::Token| input.interner[*token].trim_end_matches(['\n', '\r']).to_owned();
        for hunk in diff.hunks() {
            let [old, new] = [hunk.before, hunk.after].map(|range| range.start as usize..range.end as usize);
            changes.deleted.extend(input.before[old].iter().map(line));
            changes.added.extend(input.after[new].iter().map(line));
        }
        let printer = BasicLineDiffPrinter(&input.interner);
        let unified: &dyn fmt::Display = &diff.unified_diff(&printer, UnifiedDiffConfig::default(), &input);
        changes.unified = unified.to_string();
        changes
    }
}
