//! Names of anonymous functions that are arguments of a call.

use tree_sitter::Node;

use super::scoped_name::{LocalName, last_part};
use super::text::{MAX_NAME_CHARS, text_of, tidy_expression, unquoted};

/// Most parentheses around a function that is called.
const MAX_CALLEE_DEPTH: usize = 8;

/// Calls whose function argument only wraps a part of a file. Code in it counts as if it stood at the
/// top level.
const MODULE_WRAPPERS: &[&str] = &[
    "$",
    "jQuery",
    "ready",
    "define",
    "require",
    "describe",
    "context",
    "suite",
    "feature",
    "group",
    "namespace",
];

/// Whether the function argument of `call` is a wrapper around a part of the file.
pub(crate) fn wraps_module(call: Node, text: &str) -> bool {
    calls_function_literal(call) || MODULE_WRAPPERS.contains(&last_part(callee(call, text)))
}

/// Whether a function is called where it is written, as in `(function (root, factory) { .. })(this,
/// function () { .. })` or `(() => { .. }).call(this)`.
fn calls_function_literal(call: Node) -> bool {
    let mut callee = call.child_by_field_name("function");
    for _ in 0..MAX_CALLEE_DEPTH {
        let Some(node) = callee else { return false };
        callee = match node.kind() {
            "function_expression" | "arrow_function" | "generator_function" => return true,
            "parenthesized_expression" => node.named_child(0),
            "member_expression" => node.child_by_field_name("object"),
            _ => return false,
        };
    }
    false
}

/// Whether the callee is a name and not the result of another call.
pub(crate) fn is_plain_call(call: Node, text: &str) -> bool {
    !is_complex(callee_text(call, text))
}

/// Returns the call as a name, such as `app.get('/x')`.
pub(super) fn call_name(call: Node, text: &str) -> LocalName {
    let callee = callee(call, text);
    let first = call.child_by_field_name("arguments").and_then(|arguments| arguments.named_child(0));
    let first = first.and_then(|node| match node.kind() {
        "argument" => node.named_child(0),
        "pair" => node.child_by_field_name("key"),
        _ => Some(node),
    });
    // Only literals: other arguments may be long, and change with the code.
    let literal = first.filter(|node| ["string", "symbol"].iter().any(|part| node.kind().contains(part)));
    match (callee, literal.map(|node| text_of(node, text))) {
        // Ruby's ways to define a method with a block.
        ("define_method", Some(name)) => {
            LocalName { text: tidy_expression(unquoted(name)), separator: Some("#") }
        }
        ("define_singleton_method", Some(name)) => {
            LocalName { text: tidy_expression(unquoted(name)), separator: Some(".") }
        }
        (callee, Some(name)) => tidy_expression(&format!("{callee}({name})")).into(),
        (callee, None) => tidy_expression(callee).into(),
    }
}

/// Returns the callee, such as `app.get`; only its last part if it is more than a name.
fn callee<'a>(call: Node, text: &'a str) -> &'a str {
    let whole = callee_text(call, text);
    if is_complex(whole) { last_part(whole) } else { whole }
}

fn is_complex(callee: &str) -> bool {
    callee.len() > MAX_NAME_CHARS || callee.contains(['\n', '{'])
}

fn callee_text<'a>(call: Node, text: &'a str) -> &'a str {
    let arguments = call.child_by_field_name("arguments").or_else(|| call.child_by_field_name("block"));
    let end = arguments.map_or(call.end_byte(), |node| node.start_byte());
    let whole = text.get(call.start_byte()..end).unwrap_or_default().trim();
    whole.strip_prefix("new ").unwrap_or(whole)
}
