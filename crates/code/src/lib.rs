//! Functions of source files, and the changes that a commit made to them.
//!
//! [`FileComparer::compare`] takes the text of a file before and after a change and
//! 1. compares the lines,
//! 2. parses both sides with [tree-sitter](https://tree-sitter.github.io/),
//! 3. walks down to the functions that contain the changed lines; in C and C++, where macros hide the
//!    syntax from a parser, it finds them by their brackets and the words before those,
//! 4. pairs the functions of the two sides, renamed and moved ones included,
//! 5. and reports for each pair what kind of change it is ([`ChangeKind`]).
//!
//! ```
//! use streamguard_code::{ChangeKind, FileChange, FileComparer};
//!
//! let comparison = FileComparer::new().compare(&FileChange {
//!     path_before: Some("app.py"),
//!     path_after: Some("app.py"),
//!     before: b"def add(a, b):\n    return a - b\n",
//!     after: b"def add(a, b):\n    return a + b\n",
//! })?;
//! let change = &comparison.changes[0];
//! assert_eq!(change.name.as_deref(), Some("add"));
//! assert_eq!(change.kind, ChangeKind::Code);
//! # Ok::<(), streamguard_dataset::Rejection>(())
//! ```
//!
//! **A function** is anything with a body and a name: functions, methods, constructors,
//! accessors, operators. An anonymous function counts if it is assigned to something or, outside
//! other functions, passed to a call (`app.get('/x')`). A changed line belongs to the innermost
//! function around it, so an outer function is reported only if lines of its own changed. The
//! text of a function includes its decorators, attributes and annotations, and the statement
//! that exists only for it (`export const f = ..;`), but not the comments before it.
//!
//! **Hunks** (runs of changed lines with three lines of context) are reported instead if there is
//! no parser for the language, if the file moved from one language to another, or if no function
//! changed.
//!
//! [`FunctionFinder::find`] finds all functions of one file, without a change, and [`SyntaxMeter::measure`] counts what a
//! single one consists of. [`DefinitionFinder::find`] finds types and globals as well, and [`UsedNameFinder::find`] the names
//! that a function uses. [`VariantMaker::vary`] writes it with other names or in another layout.
//!
//! This crate reads no files, repositories or settings. Hostile input is bounded: a file that is compared by 1 MiB (where
//! functions are only found, the caller bounds it), a parse by 2.5 million operations, by 50 readings of the text and by
//! the memory that it allocates, a comparison of lines by their number, a walk by 10,000 levels. No limit is a time, so
//! that a slow machine gives the same data.
//!
//! [`classify_path`] distinguishes source files from tests, documentation and vendored code by their
//! paths, and [`highlight_grammar`] returns parsers and queries for syntax highlighting.

mod c_outline;
mod change_kind;
mod deep_stack;
mod definitions;
mod diff;
mod embedded;
mod file_change;
mod file_comparer;
mod file_filter;
mod file_pair;
mod grammar;
mod highlight;
mod hunk_context;
mod kotlin_words;
mod line_anchors;
mod lines;
mod matching;
mod names;
mod outline;
mod parse;
mod parser_memory;
mod path;
mod php_offsets;
mod ruby_commands;
mod runaway_probe;
mod similarity;
mod source_file;
mod syntax_measures;
mod typescript_call_signatures;
mod used_names;
mod variants;

pub use change_kind::ChangeKind;
pub use definitions::{Definition, DefinitionFinder, DefinitionKind};
pub use diff::{LineDiff, line_diff};
pub use file_change::{CodeChange, CodeSnippet, FileChange, FileComparison, UnchangedFunction};
pub use file_comparer::FileComparer;
pub use highlight::{HighlightGrammar, highlight_grammar};
pub use path::{PathClass, classify_path};
pub use source_file::{FoundFunction, FunctionFinder, SourceFile};
pub use syntax_measures::{SyntaxMeasures, SyntaxMeter};
pub use used_names::{UsedName, UsedNameFinder, UsedNames};
pub use variants::{VariantKind, VariantMaker};
