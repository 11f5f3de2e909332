//! Tests of streamguard-code, one module per topic.

// One file of every language, before and after a change.
mod golden;
// C and C++ among macros.
mod c_family;
// Code inside of other files.
mod embedded;
// Languages with a small grammar.
mod languages;
// Hostile files.
mod hostile;
// Pairs of functions: overloads, renames, nesting.
mod matching;
// Kinds of changes: code, comments, layout.
mod change_kind;
// Definitions of files, and the names that functions use.
mod definitions;
// The exact text of functions.
mod exact;
// Wrapped code, and files without a language of their own.
mod wrappers;
// Variants of functions that mean the same.
mod variants;
// Functions that a change does not touch.
mod unchanged;
// Measures of the syntax of single functions.
mod measures;
// Classes of files by their paths.
mod path;

use streamguard_code::{CodeChange, FileChange, FileComparer, FileComparison};

/// Compares two texts of one file, which must be acceptable.
fn compare(path: &str, before: &str, after: &str) -> FileComparison {
    let change = FileChange {
        path_before: (!before.is_empty()).then_some(path),
        path_after: (!after.is_empty()).then_some(path),
        before: before.as_bytes(),
        after: after.as_bytes(),
    };
    FileComparer::new().compare(&change).expect("an acceptable file")
}

/// Formats a change as one line: name, lines before and after, kind, flags.
fn line(change: &CodeChange) -> String {
    let lines = |code: &Option<streamguard_code::CodeSnippet>| {
        code.as_ref().map_or("-".to_owned(), |code| format!("{}-{}", code.start_line, code.end_line))
    };
    let mut line = format!(
        "{} {} -> {} {:?}",
        change.name.as_deref().unwrap_or("(lines)"),
        lines(&change.before),
        lines(&change.after),
        change.kind
    );
    if change.renamed {
        line += " renamed";
    }
    if change.parse_error {
        line += " error";
    }
    line
}

/// Returns all changes between two texts of one file, one line each.
fn changes(path: &str, before: &str, after: &str) -> Vec<String> {
    compare(path, before, after).changes.iter().map(line).collect()
}
