//! The comparison of a file before and after a change.

use std::borrow::Cow;

use streamguard_dataset::Rejection;
use tree_sitter::Parser;

use super::diff;
use super::file_change::{FileChange, FileComparison};
use super::file_filter;
use super::file_pair::FilePair;
use super::grammar::GrammarCache;
use super::lines::SourceLines;
use super::parse;

/// Compares files. Each thread needs its own, because it keeps a parser and the grammars used so far.
pub struct FileComparer {
    parser: Parser,
    grammars: GrammarCache,
}

impl Default for FileComparer {
    fn default() -> Self {
        Self::new()
    }
}

impl FileComparer {
    /// Creates a comparer without any grammar loaded.
    pub fn new() -> Self {
        Self { parser: Parser::new(), grammars: GrammarCache::default() }
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
        let [before, after] = texts.each_ref().map(|text| SourceLines::new(text));
        let detected = file_filter::detect_language(change, [before.text(), after.text()]);
        let (language, same_language) = detected.ok_or(Rejection::UnknownLanguage)?;
        let hunks = diff::hunks(&before, &after);
        if hunks.is_empty() {
            return Err(Rejection::Unchanged);
        }
        let path = change.path_after.or(change.path_before).unwrap_or_default();
        let grammar = if same_language { self.grammars.get(language, path) } else { None };
        let trees = match grammar {
            Some(compiled) => {
                let trees = parse::parse_both(&mut self.parser, compiled.grammar, &before, &after, &hunks);
                trees.ok_or(Rejection::ParseFailed)?
            }
            None => [None, None],
        };
        let pair = FilePair { language, grammar, lines: [before, after], trees, hunks };
        let invalid_utf8 = texts.iter().any(|text| matches!(text, Cow::Owned(_)));
        Ok(FileComparison { invalid_utf8, ..pair.compare() })
    }
}
