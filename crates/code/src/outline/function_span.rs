//! A function and its position in the file.

use std::ops::Range;

use tree_sitter::Node;

use crate::names::ParameterList;

/// A function, and the changed lines in it.
pub(crate) struct FunctionSpan<'t> {
    /// Qualified name.
    pub(crate) name: String,
    /// Position of the text, in bytes.
    pub(crate) span: Range<usize>,
    /// Rows of the text.
    pub(crate) rows: Range<u32>,
    /// Node of the function or of something around it; attributes may stand before it.
    pub(crate) node: Node<'t>,
    /// End of the node, which is behind the text if comments follow the last statement, in bytes.
    pub(crate) node_end: usize,
    pub(crate) parameters: Option<ParameterList>,
    /// Whether its boundaries are in doubt, because the parser found an error in it.
    pub(crate) parse_error: bool,
    /// Index of the innermost function around this one.
    pub(crate) parent: Option<usize>,
    /// Number of changed lines.
    pub(crate) changed: u32,
    /// Number of changed lines that are in no inner function.
    pub(crate) own_changed: u32,
    /// Number of changed lines that also contain code around the function.
    pub(crate) shared_changed: u32,
}
