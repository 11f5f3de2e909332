//! Names and parameters that a definition states itself.

use std::ops::Range;

use tree_sitter::Node;

use super::scoped_name::{LocalName, last_part};
use super::text::{text_of, tidy, unquoted, without_generics};
use crate::grammar::NameSource;

/// Returns the name of a definition, or `None` if it has none; `class` is the name of the scope around it.
pub(crate) fn defined_name(
    node: Node,
    source: NameSource,
    class: Option<&str>,
    text: &str,
) -> Option<LocalName> {
    let field = |name: &str| child(node, name).map(|child| text_of(child, text));
    let found: LocalName = match source {
        NameSource::Bound => return None,
        // The type of an `impl` block: `impl<T> Stack<T>`, `impl Read for &mut Stack`.
        NameSource::Field("type") => {
            let name = without_pointers(field("type")?);
            // `impl dyn Read + Send`
            let name = name.split(" + ").next().unwrap_or(name);
            tidy(without_generics(without_paths(name))).into()
        }
        NameSource::Field(name) => tidy(unquoted(field(name)?)).into(),
        NameSource::Prefixed(prefix, name) => tidy(&format!("{prefix}{}", field(name)?)).into(),
        NameSource::Child(kind) => {
            let found = child_of_kind(node, &[kind])?;
            tidy(text_of(found.named_child(0).unwrap_or(found), text)).into()
        }
        NameSource::FieldOr(name, otherwise) => tidy(field(name).unwrap_or(otherwise)).into(),
        NameSource::FirstWord => {
            let name = text_of(node, text).split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
            // Before Solidity 0.6 it had no name.
            let name = if name == "function" { "fallback" } else { name };
            name.to_owned().into()
        }
        NameSource::Signature => {
            let signature = node.child_by_field_name("signature")?;
            let inner =
                if signature.kind() == "method_signature" { signature.named_child(0)? } else { signature };
            match inner.kind() {
                // `Point.origin(..)` in the class `Point`, `operator ==(..)`
                "constructor_signature" | "factory_constructor_signature" | "operator_signature" => {
                    let head = text_of(inner, text).split('(').next()?.trim();
                    let name =
                        head.split_once("operator").map(|(_, name)| format!("operator {}", name.trim()));
                    tidy(&name.unwrap_or_else(|| head.rsplit([' ', '.']).next().unwrap_or(head).to_owned()))
                        .into()
                }
                _ => tidy(text_of(inner.child_by_field_name("name")?, text)).into(),
            }
        }
        NameSource::Fixed(name) => name.to_owned().into(),
        NameSource::Receiver => {
            let receiver = node.child_by_field_name("receiver")?;
            let parameter = receiver.named_child(0)?;
            // `func (s *Stack[T]) Push()` is `Stack.Push`.
            let type_name = text_of(parameter.child_by_field_name("type")?, text);
            let type_name = type_name.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '_');
            let type_name = type_name.split(['[', ')']).next().unwrap_or_default();
            tidy(&format!("{}.{}", type_name.trim(), field("name")?)).into()
        }
        NameSource::Instance => LocalName { text: tidy(field("name")?), separator: Some("#") },
        NameSource::Singleton => {
            let name = tidy(field("name")?);
            match field("object")? {
                object
                    if object == "self" || Some(object) == class.map(last_part) || Some(object) == class =>
                {
                    LocalName { text: name, separator: Some(".") }
                }
                object => tidy(&format!("{object}.{name}")).into(),
            }
        }
    };
    (!found.text.is_empty()).then_some(found)
}

/// Returns a type of Rust without the references and pointers that lead to it.
fn without_pointers(name: &str) -> &str {
    let mut rest = name;
    loop {
        let inner = rest.trim_start_matches('&').trim_start();
        let inner = match inner.strip_prefix('\'') {
            Some(lifetime) => {
                lifetime.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_').trim_start()
            }
            None => inner,
        };
        let inner = ["mut ", "dyn ", "*const ", "*mut "]
            .iter()
            .find_map(|word| inner.strip_prefix(word))
            .unwrap_or(inner);
        if inner == rest {
            return rest;
        }
        rest = inner;
    }
}

/// Returns a path of Rust without the modules above that it begins with.
fn without_paths(name: &str) -> &str {
    let mut rest = name;
    while let Some(inner) = ["super::", "self::", "crate::"].iter().find_map(|lead| rest.strip_prefix(lead)) {
        rest = inner;
    }
    rest
}

/// Returns the first named child of one of these kinds.
pub(crate) fn child_of_kind<'t>(node: Node<'t>, kinds: &[&str]) -> Option<Node<'t>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).find(|child| kinds.contains(&child.kind()))
}

/// Returns the child in `field`, or the first named child if `field` is `""`.
fn child<'t>(node: Node<'t>, field: &str) -> Option<Node<'t>> {
    if field.is_empty() { node.named_child(0) } else { node.child_by_field_name(field) }
}

/// Parameter list of a function.
#[derive(Debug)]
pub(crate) struct ParameterList {
    /// Position in the text, in bytes.
    pub(crate) span: Range<usize>,
    /// Number of parameters.
    pub(crate) count: usize,
}

/// Finds the parameter list of a function.
pub(crate) fn parameters(node: Node) -> Option<ParameterList> {
    let list = node
        .child_by_field_name("parameters")
        // An arrow function with a single parameter needs no parentheses.
        .or_else(|| node.child_by_field_name("parameter"))
        .or_else(|| child_of_kind(node, &["function_value_parameters"]))?;
    Some(ParameterList { span: list.byte_range(), count: list.named_child_count() })
}
