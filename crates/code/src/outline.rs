//! The functions of a file that contain changed lines, found by one walk over the syntax tree, or over the tokens of C.

mod c_spans;
mod changed_lines;
mod function_outline;
mod function_span;
mod tree_walk;

pub(super) use changed_lines::ChangedLines;
pub(super) use function_outline::FunctionOutline;
pub(super) use function_span::FunctionSpan;
pub(super) use tree_walk::{all_functions, code_end};
