//! Definitions of a file: its functions, and the types, constants and variables outside of them.

mod definition_role;
mod definition_walk;

use std::ops::Range;

use streamguard_dataset::Rejection;

use super::grammar::GrammarCache;
use super::lines::SourceLines;
use super::parse;
use super::source_file::{SourceFile, find_functions};

/// What a definition defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DefinitionKind {
    /// A function with a body.
    Function,
    /// A class, a structure, an enumeration, an interface, or another name of a type.
    Type,
    /// A variable, a constant or a macro outside of functions and types.
    Global,
}

/// Definition of a name in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// What the name stands for.
    pub kind: DefinitionKind,
    /// Qualified name.
    pub name: String,
    /// Position in [`SourceFile::text`], in bytes.
    pub span: Range<usize>,
    /// First line, from 1.
    pub start_line: u32,
    /// Last line, inclusive.
    pub end_line: u32,
}

/// Finds the definitions of files. Each thread needs its own, because it keeps the grammars used so far.
#[derive(Default)]
pub struct DefinitionFinder {
    grammars: GrammarCache,
}

impl DefinitionFinder {
    /// Creates a finder without any grammar loaded.
    pub fn new() -> Self {
        Self::default()
    }

    /// Finds all definitions of a file, in the order of their first byte. Declarations without a body or a value define
    /// nothing, and neither do members of types nor anything inside of a function, but other functions.
    ///
    /// # Errors
    /// - [`Rejection::UnknownLanguage`] if there is no parser for the language.
    /// - [`Rejection::ParseFailed`] if the parser took too many steps.
    pub fn find(&mut self, file: &SourceFile<'_>) -> Result<Vec<Definition>, Rejection> {
        let compiled = self.grammars.get(file.language, file.path()).ok_or(Rejection::UnknownLanguage)?;
        if file.text.is_empty() {
            return Ok(Vec::new());
        }
        let lines = SourceLines::new(&file.text);
        let tree = parse::parse_one(compiled.grammar, &file.text).ok_or(Rejection::ParseFailed)?;
        let functions = find_functions(compiled, Some(&tree), &lines);
        // What an error in the tree hides may look like a definition outside of functions. A function starts before
        // those in it, so one pass over both in order is enough.
        let mut outermost: Vec<Range<usize>> = Vec::new();
        for function in &functions {
            if outermost.last().is_none_or(|last| last.end <= function.span.start) {
                outermost.push(function.span.clone());
            }
        }
        let is_in_function = |span: &Range<usize>| {
            let next = outermost.partition_point(|function| function.end < span.end);
            outermost.get(next).is_some_and(|function| function.start <= span.start)
        };
        let mut found = definition_walk::definitions(&tree, compiled, &lines);
        found.retain(|definition| !is_in_function(&definition.span));
        found.extend(functions.into_iter().map(|function| Definition {
            kind: DefinitionKind::Function,
            name: function.name,
            span: function.span,
            start_line: function.start_line,
            end_line: function.end_line,
        }));
        found.sort_by(|a, b| (a.span.start, b.span.end).cmp(&(b.span.start, a.span.end)));
        Ok(found)
    }
}
