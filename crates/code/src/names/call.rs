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
    // Ruby: what a module gives to the class that includes it, and the helpers of Sinatra.
    "included",
    "prepended",
    "helpers",
];

/// Calls that add the properties of an object to their first argument.
const EXTENDING_CALLS: &[&str] = &["assign", "extend"];

/// Whether the function argument of `call` is a wrapper around a part of the file. A call whose value is bound to a name
/// is only one if it calls a function that is written there: `Point = Data.define(:x) do .. end` is a class.
pub(crate) fn wraps_module(call: Node, text: &str, is_bound: bool) -> bool {
    calls_function_literal(call) || (!is_bound && MODULE_WRAPPERS.contains(&last_part(callee(call, text))))
}

/// Whether the value of `call` is a function that is written there: `function () { .. }.bind(this)`.
pub(crate) fn binds_function(call: Node, text: &str) -> bool {
    call.child_by_field_name("function").is_some_and(|callee| {
        let method = callee.child_by_field_name("property");
        method.is_some_and(|name| text_of(name, text) == "bind") && calls_function_literal(call)
    })
}

/// Whether the methods in the block of `call` are those of the class itself, as in `class_methods do .. end` of Rails.
pub(crate) fn opens_singleton(call: Node, text: &str) -> bool {
    call.child_by_field_name("block").is_some() && callee(call, text) == "class_methods"
}

/// Returns what an object that is the argument of `call` is added to: `Object.assign(Point.prototype, { .. })`.
pub(super) fn extended_name(call: Node, text: &str) -> Option<LocalName> {
    if !EXTENDING_CALLS.contains(&last_part(callee(call, text))) {
        return None;
    }
    let first = call.child_by_field_name("arguments")?.named_child(0)?;
    let is_name = matches!(first.kind(), "identifier" | "member_expression");
    is_name.then(|| tidy_expression(text_of(first, text)).into())
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
