//! One file and all functions in it, without a change to compare.

use std::borrow::Cow;
use std::ops::Range;

use streamguard_dataset::{Language, Rejection};
use tree_sitter::Tree;

use super::c_outline::c_functions;
use super::embedded::embedded_code;
use super::file_change::FileChange;
use super::file_filter;
use super::grammar::{CompiledGrammar, GrammarCache, find_grammar};
use super::lines::SourceLines;
use super::outline::all_functions;
use super::parse;
use super::path::may_be_script;

/// Text of a source file as its language sees it.
#[derive(Clone, Debug)]
pub struct SourceFile<'a> {
    /// Language to read the text in.
    pub language: Language,
    /// Text of the file, with the same lines. Markup around scripts is blank, and U+FFFD stands for what is not UTF-8.
    pub text: Cow<'a, str>,
    /// Path that names the grammar.
    path: &'a str,
}

/// Function of a file, and its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundFunction {
    /// Qualified name.
    pub name: String,
    /// Position in [`SourceFile::text`], in bytes.
    pub span: Range<usize>,
    /// First line, from 1.
    pub start_line: u32,
    /// Last line, inclusive.
    pub end_line: u32,
}

impl<'a> SourceFile<'a> {
    /// Recognises a file in a language whose functions can be found; `None` for all others.
    pub fn recognise(path: &'a str, bytes: &'a [u8]) -> Option<Self> {
        // The path is looked at first, since most files of most folders have no such language.
        if Language::from_path(path).is_none() && !may_be_script(path) {
            return None;
        }
        let text = String::from_utf8_lossy(bytes);
        let change = FileChange { path_before: None, path_after: Some(path), before: &[], after: bytes };
        let sides = [&*text, ""];
        let (language, _) = file_filter::detect_language(&change, sides)?;
        if let Some(code) = embedded_code(language, sides) {
            let [text, _] = code.texts;
            let path = code.grammar_path.unwrap_or(path);
            return Some(Self { language: code.language, text: Cow::Owned(text), path });
        }
        find_grammar(language, path)?;
        Some(Self { language, text, path })
    }

    /// Returns the path that names the grammar.
    pub(crate) fn path(&self) -> &'a str {
        self.path
    }
}

/// Finds the functions of files. Each thread needs its own, because it keeps the grammars used so far.
pub struct FunctionFinder {
    grammars: GrammarCache,
}

impl Default for FunctionFinder {
    fn default() -> Self {
        Self::new()
    }
}

impl FunctionFinder {
    /// Creates a finder without any grammar loaded.
    pub fn new() -> Self {
        Self { grammars: GrammarCache::default() }
    }

    /// Finds all functions of a file, in the order of their first byte.
    ///
    /// # Errors
    /// - [`Rejection::UnknownLanguage`] if no function of the language can be found.
    /// - [`Rejection::ParseFailed`] if the parser took too many steps.
    pub fn find(&mut self, file: &SourceFile<'_>) -> Result<Vec<FoundFunction>, Rejection> {
        let lines = SourceLines::new(&file.text);
        let compiled = self.grammars.get(file.language, file.path).ok_or(Rejection::UnknownLanguage)?;
        if compiled.grammar.preprocessed || file.text.is_empty() {
            return Ok(find_functions(compiled, None, &lines));
        }
        let tree = parse::parse_one(compiled.grammar, &file.text).ok_or(Rejection::ParseFailed)?;
        Ok(find_functions(compiled, Some(&tree), &lines))
    }
}

/// Finds all functions of a text, in the order of their first byte. Where the grammar is no help, no tree is needed.
pub(crate) fn find_functions(
    compiled: &CompiledGrammar,
    tree: Option<&Tree>,
    lines: &SourceLines<'_>,
) -> Vec<FoundFunction> {
    let place = |name: String, span: Range<usize>| {
        let rows = lines.rows_of(&span);
        FoundFunction { name, span, start_line: rows.start + 1, end_line: rows.end }
    };
    let mut found: Vec<_> = if compiled.grammar.preprocessed {
        c_functions(lines.text()).into_iter().map(|function| place(function.name, function.span)).collect()
    } else {
        let functions = tree.map(|tree| all_functions(tree, compiled, lines)).unwrap_or_default();
        functions.into_iter().map(|function| place(function.name, function.span)).collect()
    };
    found.sort_by(|a, b| (a.span.start, b.span.end).cmp(&(b.span.start, a.span.end)));
    found
}
