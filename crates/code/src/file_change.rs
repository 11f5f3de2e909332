//! Input and result of a comparison.

use streamguard_dataset::{Language, SampleLevel};

use super::change_kind::ChangeKind;
use super::diff::{LineDiff, line_diff};

/// A changed file: the bytes of both sides as they are in the repository.
#[derive(Clone, Copy, Debug)]
pub struct FileChange<'a> {
    /// Path before the change, with `/`; `None` if the file is new.
    pub path_before: Option<&'a str>,
    /// Path after the change; `None` if the file was deleted.
    pub path_after: Option<&'a str>,
    /// Content before the change; empty if the file is new.
    pub before: &'a [u8],
    /// Content after the change; empty if the file was deleted.
    pub after: &'a [u8],
}

/// Result of comparing the two sides of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileComparison {
    /// Language that the file was read as.
    pub language: Language,
    /// Changed functions, ordered by their first line or, if no function changed, the changed
    /// hunks. Empty if functions were only moved, or only blank lines around them changed.
    pub changes: Vec<CodeChange>,
    /// Functions with the same text on both sides, if the comparer keeps them; those within others, and those in which the
    /// parser found an error, are left out.
    pub unchanged: Vec<UnchangedFunction>,
    /// Whether a side is not valid UTF-8; U+FFFD replaces the bytes that could not be read.
    pub invalid_utf8: bool,
    /// Number of changed lines outside functions on both sides together, without blank lines.
    pub changed_lines_outside: u32,
}

/// One changed function, or one hunk with its context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeChange {
    /// [`SampleLevel::Function`] or [`SampleLevel::Hunk`].
    pub level: SampleLevel,
    /// Qualified name of the function, as it is after the change unless the function was deleted.
    pub name: Option<String>,
    /// Code before the change; `None` if the function was added.
    pub before: Option<CodeSnippet>,
    /// Code after the change; `None` if the function was deleted.
    pub after: Option<CodeSnippet>,
    /// Kind of difference between the two sides.
    pub kind: ChangeKind,
    /// Whether the qualified name changed: the function or something around it was renamed, or
    /// the function was moved to another place in the file.
    pub renamed: bool,
    /// Whether another function of the same name is nearly as similar, so that the sides may be those of
    /// two overloads.
    pub ambiguous: bool,
    /// Whether the parser found a syntax error inside the code, on either side.
    pub parse_error: bool,
}

/// A function that the change of its file does not touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnchangedFunction {
    /// Qualified name after the change.
    pub name: String,
    /// The code, with its lines after the change.
    pub code: CodeSnippet,
    /// First line before the change, counted from 1.
    pub start_line_before: u32,
    /// Last line before the change, inclusive.
    pub end_line_before: u32,
}

/// A part of a file and the lines it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeSnippet {
    /// Exact text. A function reaches from the first character of its first line that is not white
    /// space to its last one; a hunk is whole lines without the last line end.
    pub text: String,
    /// First line, counted from 1.
    pub start_line: u32,
    /// Last line, inclusive.
    pub end_line: u32,
}

impl CodeChange {
    /// Returns the lines that differ between the two sides; all lines if there is only one side.
    pub fn line_diff(&self) -> LineDiff<'_> {
        line_diff(text_of(&self.before), text_of(&self.after))
    }
}

fn text_of(code: &Option<CodeSnippet>) -> &str {
    code.as_ref().map_or("", |code| &code.text)
}
