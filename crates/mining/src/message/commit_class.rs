//! Classes of commits.

/// Class of a commit, as far as its message and its number of parents tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CommitClass {
    /// Any other commit. Besides merges of private forks, only this class can be a fix.
    Ordinary,
    /// A commit with two or more parents. The commits it brings in are scored by themselves.
    Merge,
    /// A commit that takes an earlier one back; the removed code may have been the fix.
    Revert,
    /// A commit whose message is only a version.
    VersionBump,
    /// A commit that moves to another version of third-party code, which contains the fix.
    DependencyBump,
    /// A change of the changelog.
    Changelog,
    /// A change of documents or comments.
    Documentation,
    /// A change of tests.
    Test,
    /// A change of layout only.
    Style,
    /// A change of the build or of continuous integration.
    Build,
}
