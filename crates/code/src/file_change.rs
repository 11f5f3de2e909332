//! What goes into a comparison, and what comes out.

use streamguard_dataset::{Language, Level};

use super::change_kind::ChangeKind;
use super::diff::{LineDiff, line_diff};

/// A file that changed: its bytes on both sides, as they are in the repository.
#[derive(Clone, Copy, Debug)]
pub struct FileChange<'a> {
    /// Where it was, with `/`; `None` for a file that is new.
    pub path_before: Option<&'a str>,
    /// Where it is; `None` for a file that is gone.
    pub path_after: Option<&'a str>,
    /// Its bytes before the change; empty for a file that is new.
    pub before: &'a [u8],
    /// Its bytes after the change; empty for a file that is gone.
    pub after: &'a [u8],
}

/// What a change did to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileComparison {
    /// The language that the file was read as.
    pub language: Language,
    /// The functions that changed, by the line they start in; or, if none did, the changed
    /// runs of lines. Empty if the change only moved functions, or is in the white space
    /// around them.
    pub changes: Vec<CodeChange>,
    /// Whether a side is not valid UTF-8; U+FFFD stands for what could not be read.
    pub invalid_utf8: bool,
    /// Changed lines in no function, of both sides together, without blank ones.
    pub changed_lines_outside: u32,
}

/// One function that changed, or one run of changed lines with its context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeChange {
    /// Whether it is a function or a run of lines ([`Level::Hunk`]).
    pub level: Level,
    /// Qualified name of the function, after the change if it is there.
    pub name: Option<String>,
    /// The code before; `None` for a function that was added.
    pub before: Option<Code>,
    /// The code after; `None` for a function that was deleted.
    pub after: Option<Code>,
    /// What differs.
    pub kind: ChangeKind,
    /// Whether the qualified name differs: the function, or something around it, was renamed,
    /// or the function was moved elsewhere in the file.
    pub renamed: bool,
    /// Whether the parser met an error inside the code, on either side.
    pub parse_error: bool,
}

/// A piece of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// Its exact text, from the first character that is not white space in its first line to
    /// its last one. The text of a run of lines is those lines whole, without the last line end.
    pub text: String,
    /// Its first line, from 1.
    pub start_line: u32,
    /// Its last line.
    pub end_line: u32,
}

impl CodeChange {
    /// The lines that differ between the two sides; all of them, if there is one side only.
    pub fn line_diff(&self) -> LineDiff<'_> {
        line_diff(text_of(&self.before), text_of(&self.after))
    }
}

fn text_of(code: &Option<Code>) -> &str {
    code.as_ref().map_or("", |code| &code.text)
}
