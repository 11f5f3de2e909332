//! Quality: the one list of reasons for which code is flagged or turned away.

use serde::{Deserialize, Serialize};

/// Shortest code that is kept, in characters; below it there is no function to learn from.
pub const MIN_CODE_CHARS: usize = 50;

/// Longest code that is kept, in characters.
pub const MAX_CODE_CHARS: usize = 10_000;

/// Something about a kept sample that a careful user would filter by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// The commit changes further functions that may have nothing to do with the fix.
    TangledCommit,
    /// The text is not valid UTF-8; what could not be read is U+FFFD.
    InvalidUtf8,
    /// The parser met an error inside the code.
    ParseError,
    /// The function was renamed or moved by the fix.
    Renamed,
    /// The label rests on a merge commit's message, not on the commit's own.
    ThroughMerge,
    /// Labelled by generation, not by people.
    Synthetic,
}

/// Why a candidate did not become a sample. Counted for every candidate, so that nothing
/// disappears silently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
    /// Shorter than [`MIN_CODE_CHARS`].
    TooShort,
    /// Longer than [`MAX_CODE_CHARS`].
    TooLong,
    /// Both sides are the same text.
    Unchanged,
    /// Only white space differs.
    WhitespaceOnly,
    /// Only comments differ.
    CommentOnly,
    /// Only layout differs: the tokens are the same.
    FormattingOnly,
    /// A test, or what tests need.
    TestFile,
    /// Documentation, an example in it, or a changelog.
    DocsFile,
    /// Somebody else's code, kept in the tree.
    VendoredFile,
    /// Minified or generated text.
    MinifiedFile,
    /// A manifest, a lock, a version, the build's services: no code of the program.
    ConfigFile,
    /// A binary file.
    BinaryFile,
    /// No language that is known.
    UnknownLanguage,
    /// A file over the size limit.
    OversizedFile,
    /// The parser gave up: time, depth or a crash.
    ParseFailed,
    /// The commit undoes another.
    RevertCommit,
    /// The commit raises a version number only.
    VersionBump,
    /// The commit raises a dependency only.
    DependencyBump,
    /// The commit writes documents, comments or the list of changes.
    DocsCommit,
    /// The commit adds or mends tests.
    TestCommit,
    /// The commit changes layout only.
    StyleCommit,
    /// The commit changes the build or its services.
    BuildCommit,
    /// The commit changes more files than a fix does.
    HugeCommit,
    /// Nothing ties this function to the fix in a commit that changes several.
    UnsupportedInTangledCommit,
    /// The function was added or deleted: there is no second side.
    OneSided,
    /// The same code is in the dataset already.
    Duplicate,
    /// A symbolic link, a submodule, or something else that is no file.
    NotAFile,
    /// An object that cannot be read.
    UnreadableObject,
}

impl Flag {
    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::TangledCommit => "tangled_commit",
            Self::InvalidUtf8 => "invalid_utf8",
            Self::ParseError => "parse_error",
            Self::Renamed => "renamed",
            Self::ThroughMerge => "through_merge",
            Self::Synthetic => "synthetic",
        }
    }
}

impl Rejection {
    /// The name in files, and in the counter `rejected.<name>`.
    pub fn name(self) -> &'static str {
        match self {
            Self::TooShort => "too_short",
            Self::TooLong => "too_long",
            Self::Unchanged => "unchanged",
            Self::WhitespaceOnly => "whitespace_only",
            Self::CommentOnly => "comment_only",
            Self::FormattingOnly => "formatting_only",
            Self::TestFile => "test_file",
            Self::DocsFile => "docs_file",
            Self::VendoredFile => "vendored_file",
            Self::MinifiedFile => "minified_file",
            Self::ConfigFile => "config_file",
            Self::BinaryFile => "binary_file",
            Self::UnknownLanguage => "unknown_language",
            Self::OversizedFile => "oversized_file",
            Self::ParseFailed => "parse_failed",
            Self::RevertCommit => "revert_commit",
            Self::VersionBump => "version_bump",
            Self::DependencyBump => "dependency_bump",
            Self::DocsCommit => "docs_commit",
            Self::TestCommit => "test_commit",
            Self::StyleCommit => "style_commit",
            Self::BuildCommit => "build_commit",
            Self::HugeCommit => "huge_commit",
            Self::UnsupportedInTangledCommit => "unsupported_in_tangled_commit",
            Self::OneSided => "one_sided",
            Self::Duplicate => "duplicate",
            Self::NotAFile => "not_a_file",
            Self::UnreadableObject => "unreadable_object",
        }
    }
}

/// Whether the length of one side lets it in.
///
/// # Errors
/// [`Rejection::TooShort`] or [`Rejection::TooLong`], counted in characters, not bytes.
pub fn check_length(code: &str) -> Result<(), Rejection> {
    let trimmed = code.trim();
    if trimmed.len() > 4 * MAX_CODE_CHARS {
        return Err(Rejection::TooLong);
    }
    match trimmed.chars().count() {
        0..MIN_CODE_CHARS => Err(Rejection::TooShort),
        MIN_CODE_CHARS..=MAX_CODE_CHARS => Ok(()),
        _ => Err(Rejection::TooLong),
    }
}
