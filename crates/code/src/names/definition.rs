//! Names and parameters that a definition states itself.

use std::ops::Range;

use tree_sitter::Node;

use super::declarator::{declarator_chain, declared_name};
use super::scoped_name::LocalName;
use super::text::{text_of, tidy, unquoted, without_generics};
use crate::grammar::NameSource;

/// Returns the name of a definition, or `None` if it has none.
pub(crate) fn defined_name(node: Node, source: NameSource, text: &str) -> Option<LocalName> {
    let field = |name: &str| child(node, name).map(|child| text_of(child, text));
    let found: LocalName = match source {
        NameSource::Bound => return None,
        // The type of an `impl` block: `impl<T> Stack<T>`.
        NameSource::Field("type") => tidy(without_generics(field("type")?)).into(),
        NameSource::Field(name) => tidy(unquoted(field(name)?)).into(),
        NameSource::Prefixed(prefix, name) => tidy(&format!("{prefix}{}", field(name)?)).into(),
        NameSource::Fixed(name) => name.to_owned().into(),
        NameSource::Declarator => declared_name(node, text)?.into(),
        NameSource::Receiver => {
            let receiver = node.child_by_field_name("receiver")?;
            let parameter = receiver.named_child(0)?;
            // `func (s *Stack[T]) Push()` is `Stack.Push`.
            let type_name = text_of(parameter.child_by_field_name("type")?, text);
            let type_name = type_name.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '_');
            let type_name = type_name.split('[').next().unwrap_or_default();
            tidy(&format!("{}.{}", type_name.trim(), field("name")?)).into()
        }
        NameSource::Instance => LocalName { text: tidy(field("name")?), separator: Some("#") },
        NameSource::Singleton => {
            let name = tidy(field("name")?);
            match field("object")? {
                "self" => LocalName { text: name, separator: Some(".") },
                object => tidy(&format!("{object}.{name}")).into(),
            }
        }
    };
    (!found.text.is_empty()).then_some(found)
}

/// Returns the child in `field`, or the first named child if `field` is `""`.
fn child<'t>(node: Node<'t>, field: &str) -> Option<Node<'t>> {
    if field.is_empty() { node.named_child(0) } else { node.child_by_field_name(field) }
}

/// Returns the name of a C++ class that has a macro before its name (`class EXPORT Store { .. }`).
///
/// The parser does not know the macro: it reads a function `Store` that returns `class EXPORT`.
pub(crate) fn exported_class(node: Node, text: &str) -> Option<LocalName> {
    let kind = node.child_by_field_name("type")?;
    let name = node.child_by_field_name("declarator")?;
    let misread = matches!(kind.kind(), "class_specifier" | "struct_specifier" | "union_specifier")
        && kind.child_by_field_name("body").is_none()
        && name.kind() == "identifier";
    misread.then(|| tidy(text_of(name, text)).into())
}

/// Returns the name of a function that a macro declares: the macro with its arguments.
pub(crate) fn macro_name(head: Node, text: &str) -> LocalName {
    tidy(text_of(head, text)).into()
}

/// Parameter list of a function.
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
        .or_else(|| declarator_chain(node).filter_map(|n| n.child_by_field_name("parameters")).last())?;
    Some(ParameterList { span: list.byte_range(), count: list.named_child_count() })
}
