//! Names that the code around an anonymous function or class gives it.

use tree_sitter::Node;

use super::call::{call_name, extended_name};
use super::scoped_name::LocalName;
use super::text::{text_of, tidy_expression, unquoted};

/// Name that waits for an anonymous function or class further inside.
#[derive(Clone, Copy, Debug)]
pub(crate) enum PendingName<'t> {
    /// No name.
    None,
    /// The text of this node, to which the value is assigned.
    Bound(Node<'t>),
    /// The name of a default export.
    Default,
    /// The name of the value of a call of which the function is an argument: the text of this node, or
    /// the name of a default export.
    Through(Option<Node<'t>>),
    /// This call, of which the function is an argument.
    Argument(Node<'t>),
}

/// Returns the pending name for an anonymous function or class that is itself the value.
pub(crate) fn bound_name(pending: PendingName, text: &str) -> Option<String> {
    match pending {
        PendingName::Bound(node) => Some(target_name(node, text)),
        PendingName::Default => Some("default".to_owned()),
        PendingName::None | PendingName::Through(_) | PendingName::Argument(_) => None,
    }
    .filter(|name| !name.is_empty())
}

/// Returns the pending name for an anonymous function that is an argument.
pub(crate) fn argument_name(pending: PendingName, text: &str) -> Option<LocalName> {
    match pending {
        PendingName::Through(Some(node)) => Some(target_name(node, text).into()),
        PendingName::Through(None) => Some("default".to_owned().into()),
        PendingName::Argument(call) => Some(call_name(call, text)),
        PendingName::None | PendingName::Bound(_) | PendingName::Default => None,
    }
    .filter(|name| !name.text.is_empty())
}

/// Returns the pending name for the functions in an object that is an argument: `const slice = createSlice({ .. })`.
pub(crate) fn object_name(pending: PendingName, text: &str) -> Option<LocalName> {
    match pending {
        PendingName::Through(_) => argument_name(pending, text),
        PendingName::Argument(call) => extended_name(call, text),
        PendingName::None | PendingName::Bound(_) | PendingName::Default => None,
    }
}

/// Returns the node that names the value of a binding: the target of an assignment, the key of a pair.
pub(crate) fn binding_node<'t>(node: Node<'t>, field: &str) -> Option<Node<'t>> {
    match field {
        // A list element without a key has only its value.
        "" => node.named_child(0).filter(|_| node.named_child_count() > 1),
        // JavaScript and TypeScript call the field of class fields differently.
        "name" => node.child_by_field_name("name").or_else(|| node.child_by_field_name("property")),
        _ => node.child_by_field_name(field),
    }
}

fn target_name(node: Node, text: &str) -> String {
    let text = text_of(node, text).trim_start_matches(['*', '&', ' ']);
    tidy_expression(unquoted(text.strip_prefix("this.").unwrap_or(text)))
}
