//! Quality: reasons to flag a sample, and reasons to reject a candidate.

use serde::{Deserialize, Serialize};

/// Shortest code that is kept, in characters. Shorter code is not a function to learn from.
pub const MIN_CODE_CHARS: usize = 50;

/// Longest code that is kept by default, in characters.
pub const MAX_CODE_CHARS: usize = 60_000;

/// Code beyond this length, in characters, is flagged: many models cannot read it whole.
pub const LONG_CODE_CHARS: usize = 10_000;

/// Property of a sample that users may want to filter by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QualityFlag {
    /// The commit changes further functions that may have nothing to do with the fix.
    TangledCommit,
    /// The commit changes so many functions that it is seldom one fix.
    BulkCommit,
    /// The text is not valid UTF-8; each invalid sequence is replaced by U+FFFD.
    InvalidUtf8,
    /// The parser met an error inside the code.
    ParseError,
    /// The function was renamed or moved by the fix.
    Renamed,
    /// The label rests on the message of a merge commit, not on the message of the commit itself.
    ThroughMerge,
    /// The code is generated.
    Synthetic,
    /// The function is longer than [`LONG_CODE_CHARS`].
    LongFunction,
    /// The sides may be those of two functions of the same name.
    AmbiguousOverload,
    /// A later fix of the same advisory changes lines that this one added.
    Superseded,
    /// The text of the licence is not quite one that SPDX knows: [`crate::Sample::licence_score`] is below 0.9.
    UncertainLicence,
}

/// Reason why a candidate did not become a sample. Every candidate is counted, so that nothing
/// disappears silently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
    /// The code is shorter than [`MIN_CODE_CHARS`].
    TooShort,
    /// The code is longer than the setting allows, by default [`MAX_CODE_CHARS`].
    TooLong,
    /// The two sides are equal.
    Unchanged,
    /// Only white space differs.
    WhitespaceOnly,
    /// Only comments differ.
    CommentOnly,
    /// Only the layout differs: the tokens are equal.
    FormattingOnly,
    /// A test, or a file that tests need.
    TestFile,
    /// Documentation, an example in it, or a changelog.
    DocsFile,
    /// Code of another project, kept in the tree.
    VendoredFile,
    /// Minified or generated text.
    MinifiedFile,
    /// A manifest, a lock file, a version file, or settings of build services.
    ConfigFile,
    /// A binary file.
    BinaryFile,
    /// A file in an unknown language.
    UnknownLanguage,
    /// A file over the size limit.
    OversizedFile,
    /// The parser exceeded its limit of steps.
    ParseFailed,
    /// The commit reverts another.
    RevertCommit,
    /// The commit only raises a version number.
    VersionBump,
    /// The commit only raises a dependency.
    DependencyBump,
    /// The commit only changes documentation, comments or the changelog.
    DocsCommit,
    /// The commit only adds or corrects tests.
    TestCommit,
    /// The commit only changes the layout.
    StyleCommit,
    /// The commit only changes the build or its services.
    BuildCommit,
    /// The commit changes more files than a fix would.
    HugeCommit,
    /// The commit makes the change of another one, on another branch.
    SamePatch,
    /// The commit changes several functions, and nothing ties this one to the fix.
    UnsupportedInTangledCommit,
    /// The function was added or deleted, so that one side is missing.
    OneSided,
    /// The dataset has a sample with the same code.
    Duplicate,
    /// Readers say that the label is wrong.
    Refuted,
    /// A symbolic link, a submodule, or another entry that is not a file.
    NotAFile,
    /// A git object that cannot be read.
    UnreadableObject,
    /// Two attempts ended there, so that it was left out.
    PoisonItem,
}

impl QualityFlag {
    /// Returns the name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::TangledCommit => "tangled_commit",
            Self::BulkCommit => "bulk_commit",
            Self::InvalidUtf8 => "invalid_utf8",
            Self::ParseError => "parse_error",
            Self::Renamed => "renamed",
            Self::ThroughMerge => "through_merge",
            Self::Synthetic => "synthetic",
            Self::LongFunction => "long_function",
            Self::AmbiguousOverload => "ambiguous_overload",
            Self::Superseded => "superseded",
            Self::UncertainLicence => "uncertain_licence",
        }
    }
}

impl Rejection {
    /// Returns the name in files and in the counter `rejected.<name>`.
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
            Self::SamePatch => "same_patch",
            Self::UnsupportedInTangledCommit => "unsupported_in_tangled_commit",
            Self::OneSided => "one_sided",
            Self::Duplicate => "duplicate",
            Self::Refuted => "refuted",
            Self::NotAFile => "not_a_file",
            Self::UnreadableObject => "unreadable_object",
            Self::PoisonItem => "poison_item",
        }
    }
}

/// Checks the length of the code of one side, without white space at its ends. Returns whether it is long.
///
/// # Errors
/// [`Rejection::TooShort`] or [`Rejection::TooLong`], counted in characters, not bytes.
pub fn check_length(code: &str, max_chars: usize) -> Result<bool, Rejection> {
    let trimmed = code.trim();
    // A character takes four bytes at most, so the characters of such a text need not be counted.
    if trimmed.len() / 4 > max_chars {
        return Err(Rejection::TooLong);
    }
    match trimmed.chars().count() {
        0..MIN_CODE_CHARS => Err(Rejection::TooShort),
        length if length > max_chars => Err(Rejection::TooLong),
        length => Ok(length > LONG_CODE_CHARS),
    }
}
