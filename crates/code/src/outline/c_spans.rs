//! The functions of C and C++ around the changed lines.

use tree_sitter::Tree;

use super::changed_lines::ChangedLines;
use super::function_span::FunctionSpan;
use crate::c_outline::c_functions;
use crate::lines::SourceLines;

/// Finds the functions that contain changed lines or stand next to them.
pub(super) fn find_c_functions<'t>(
    tree: &'t Tree,
    lines: &SourceLines,
    changed: &ChangedLines,
) -> Vec<FunctionSpan<'t>> {
    let root = tree.root_node();
    let near = c_functions(lines.text()).into_iter().filter_map(|function| {
        let rows = lines.rows_of(&function.span);
        changed.is_near(&rows).then(|| FunctionSpan {
            name: function.name,
            rows,
            node: root.descendant_for_byte_range(function.span.start, function.span.end).unwrap_or(root),
            node_end: function.span.end,
            span: function.span,
            parameters: function.parameters,
            parse_error: function.uncertain,
            parent: None,
            changed: 0,
            own_changed: 0,
            shared_changed: 0,
        })
    });
    near.collect()
}
