//! The comparison of a file before and after a change.

use std::borrow::Cow;

use streamguard_dataset::{Language, Rejection, SampleLevel};

use super::diff;
use super::embedded::embedded_code;
use super::file_change::{CodeChange, FileChange, FileComparison};
use super::file_filter;
use super::file_pair::FilePair;
use super::grammar::GrammarCache;
use super::lines::SourceLines;
use super::parse;

/// Compares files. Each thread needs its own, because it keeps the grammars used so far.
pub struct FileComparer {
    grammars: GrammarCache,
    keeps_unchanged: bool,
}

impl Default for FileComparer {
    fn default() -> Self {
        Self::new()
    }
}

impl FileComparer {
    /// Creates a comparer without any grammar loaded.
    pub fn new() -> Self {
        Self { grammars: GrammarCache::default(), keeps_unchanged: false }
    }

    /// Sets whether the functions that did not change are part of the result.
    pub fn keep_unchanged(&mut self, keeps: bool) {
        self.keeps_unchanged = keeps;
    }

    /// Finds the functions that a change touched.
    ///
    /// # Errors
    /// - [`Rejection::UnknownLanguage`] if no path names a known language.
    /// - [`Rejection::OversizedFile`], [`Rejection::BinaryFile`] or [`Rejection::MinifiedFile`] if the
    ///   file is not source code written by people.
    /// - [`Rejection::Unchanged`] if both sides are the same text.
    /// - [`Rejection::ParseFailed`] if the parser took too many steps.
    pub fn compare(&mut self, change: &FileChange<'_>) -> Result<FileComparison, Rejection> {
        file_filter::check_content(change.before)?;
        file_filter::check_content(change.after)?;
        let texts = [change.before, change.after].map(String::from_utf8_lossy);
        let sides = texts.each_ref().map(|text| &**text);
        let detected = file_filter::detect_language(change, sides);
        let (language, same_language) = detected.ok_or(Rejection::UnknownLanguage)?;
        let invalid_utf8 = texts.iter().any(|text| matches!(text, Cow::Owned(_)));
        let path = change.path_after.or(change.path_before).unwrap_or_default();
        if let Some(code) = embedded_code(language, sides).filter(|_| same_language) {
            let path = code.grammar_path.unwrap_or(path);
            let found = self.compare_texts(code.language, path, code.texts.each_ref().map(|text| &**text));
            let is_function = |change: &CodeChange| change.level == SampleLevel::Function;
            if code.is_all || found.as_ref().is_ok_and(|found| found.changes.first().is_some_and(is_function))
            {
                return Ok(FileComparison { language: code.shown_as, invalid_utf8, ..found? });
            }
        }
        let path = if same_language { path } else { "" };
        let found = self.compare_texts(language, path, sides)?;
        Ok(FileComparison { invalid_utf8, ..found })
    }

    /// Compares two texts in one language. Without a path, they are not parsed.
    fn compare_texts(
        &mut self,
        language: Language,
        path: &str,
        texts: [&str; 2],
    ) -> Result<FileComparison, Rejection> {
        let [before, after] = texts.map(SourceLines::new);
        let hunks = diff::hunks(&before, &after);
        if hunks.is_empty() {
            return Err(Rejection::Unchanged);
        }
        let grammar = if path.is_empty() { None } else { self.grammars.get(language, path) };
        let trees = match grammar {
            Some(compiled) => {
                let trees = parse::parse_both(compiled.grammar, &before, &after, &hunks);
                trees.ok_or(Rejection::ParseFailed)?
            }
            None => [None, None],
        };
        let keeps_unchanged = self.keeps_unchanged;
        Ok(FilePair { language, grammar, lines: [before, after], trees, hunks, keeps_unchanged }.compare())
    }
}
