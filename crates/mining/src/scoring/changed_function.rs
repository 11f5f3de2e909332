//! Input of the scorer.

/// A function that a commit changed, in a source file (not in tests or generated code).
#[derive(Clone, Copy, Debug)]
pub struct ChangedFunction<'a> {
    /// Qualified name, such as `Parser.read_chunk`; `None` for code outside functions.
    pub name: Option<&'a str>,
    /// Path of the file after the commit.
    pub path: &'a str,
    /// Removed lines, without line ends.
    pub removed: &'a [&'a str],
    /// Added lines, without line ends.
    pub added: &'a [&'a str],
}
