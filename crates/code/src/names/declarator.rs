//! Names in declarators of C and C++.
//!
//! In C the name of a function is inside its declarator, below pointers, parentheses and attributes:
//! `static const char *(*find(int key))(void) { .. }`.

use tree_sitter::Node;

use super::text::{text_of, tidy};

/// Deepest nesting of declarators that is followed. People write a few levels; a hostile file may have
/// thousands.
const MAX_DECLARATORS: usize = 64;

/// Iterates over the declarators of a function, outermost first.
pub(super) fn declarator_chain(node: Node) -> impl Iterator<Item = Node> {
    std::iter::successors(node.child_by_field_name("declarator"), |declarator| {
        declarator.child_by_field_name("declarator").or_else(|| match declarator.kind() {
            // These kinds hold the inner declarator without a field name.
            "reference_declarator" | "parenthesized_declarator" | "attributed_declarator" => {
                declarator.named_child(0)
            }
            // Qualifiers such as `const` come first.
            "pointer_declarator" => {
                declarator.named_child(declarator.named_child_count().checked_sub(1)? as u32)
            }
            _ => None,
        })
    })
    .take(MAX_DECLARATORS)
}

/// Returns the name that the declarator of a function definition contains.
pub(super) fn declared_name(node: Node, text: &str) -> Option<String> {
    let function = declarator_chain(node).filter(|at| at.kind() == "function_declarator").last();
    let kind = node.child_by_field_name("type");
    let Some(function) = function else {
        // `A::operator bool()` has no function declarator, nor has `MACRO(name) { .. }`.
        let declarator = node.child_by_field_name("declarator")?;
        let whole = text_of(declarator, text);
        return Some(match kind {
            Some(kind) => tidy(&format!("{}{whole}", text_of(kind, text))),
            None => tidy(whole.split('(').next().unwrap_or(whole)),
        });
    };
    let name = function.child_by_field_name("declarator")?;
    // Parentheses keep a macro of the same name from being expanded: `int (isdigit)(int c) { .. }`.
    let name =
        if name.kind() == "parenthesized_declarator" { name.named_child(0).unwrap_or(name) } else { name };
    let name_text = text_of(name, text);
    let is_macro = kind.is_none()
        && name.kind() == "identifier"
        && name_text.contains('_')
        && !name_text.contains(|c: char| c.is_lowercase());
    // Functions that a macro declares, such as `TEST_F(Fixture, Case) { .. }`, differ only in their
    // arguments.
    Some(tidy(if is_macro { text_of(function, text) } else { name_text }))
}
