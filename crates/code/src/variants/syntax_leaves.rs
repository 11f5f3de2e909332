//! Leaves of a syntax tree: the tokens of a text as its parser sees them, and the shape of the tree above them.

use std::collections::BTreeMap;
use std::ops::Range;

use tree_sitter::{Node, Tree};

/// A token.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    pub(super) span: Range<usize>,
    /// Whether it is a name that stands for a variable, or may do so.
    pub(super) is_variable: bool,
    /// Whether white space in it is content.
    pub(super) is_text: bool,
}

/// All tokens of a tree, in their order.
#[derive(Debug)]
pub(super) struct SyntaxLeaves {
    pub(super) leaves: Vec<Leaf>,
    /// Kinds of all nodes in the order of a walk, with the ends of those that have children.
    shape: Vec<u16>,
}

/// End of the children of a node in a shape. No grammar has so many kinds; errors have the number above.
const END: u16 = u16::MAX - 1;

impl SyntaxLeaves {
    /// Reads the leaves of a tree; `None` if the parser did not understand all of the text.
    pub(super) fn of(tree: &Tree, text: &str) -> Option<Self> {
        if tree.root_node().has_error() {
            return None;
        }
        let mut read = Self { leaves: Vec::new(), shape: Vec::new() };
        let mut cursor = tree.walk();
        loop {
            let node = cursor.node();
            read.shape.push(node.kind_id());
            // Parts of a string are not tokens apart: the white space between them is content.
            if !is_text(&node) && cursor.goto_first_child() {
                continue;
            }
            read.leaves.push(Leaf {
                span: node.byte_range(),
                is_variable: is_variable(&node, text),
                is_text: is_text(&node) || is_comment(&node),
            });
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return Some(read);
                }
                read.shape.push(END);
            }
        }
    }

    /// Returns the text with other names for its variables.
    pub(super) fn with_names(&self, text: &str, names: &BTreeMap<&str, String>) -> String {
        let mut varied = String::with_capacity(text.len());
        let mut at = 0;
        for leaf in self.leaves.iter().filter(|leaf| leaf.is_variable) {
            if let Some(name) = names.get(&text[leaf.span.clone()]) {
                varied.push_str(&text[at..leaf.span.start]);
                varied.push_str(name);
                at = leaf.span.end;
            }
        }
        varied.push_str(&text[at..]);
        varied
    }

    /// Tells whether another text has the same tree and the same tokens, but for these names.
    pub(super) fn equal_but_for(
        &self,
        text: &str,
        other: &Self,
        other_text: &str,
        names: &BTreeMap<&str, String>,
    ) -> bool {
        let is_equal = |(one, two): (&Leaf, &Leaf)| {
            let (before, after) = (&text[one.span.clone()], &other_text[two.span.clone()]);
            match names.get(before).filter(|_| one.is_variable) {
                Some(name) => name == after,
                None => before == after,
            }
        };
        self.shape == other.shape
            && self.leaves.len() == other.leaves.len()
            && self.leaves.iter().zip(&other.leaves).all(is_equal)
    }
}

fn is_text(node: &Node<'_>) -> bool {
    let kind = node.kind();
    let parts = ["string", "heredoc", "regex", "char_literal", "template", "preproc"];
    node.is_named() && parts.iter().any(|part| kind.contains(part)) && !kind.contains("concatenated")
}

fn is_comment(node: &Node<'_>) -> bool {
    node.kind().contains("comment")
}

/// Whether a token is a name in the place of a variable, and not of a member or of somebody else's parameter.
fn is_variable(node: &Node<'_>, text: &str) -> bool {
    if node.kind() != "identifier" || text[node.byte_range()].is_empty() {
        return false;
    }
    let Some(parent) = node.parent() else { return false };
    let is_in = |field: &str| parent.child_by_field_name(field).is_some_and(|child| child == *node);
    match parent.kind() {
        "attribute" => !is_in("attribute"),
        "element_value_pair" => !is_in("key"),
        // `Options{limit: 3}` of Go.
        "literal_element" => parent
            .parent()
            .is_none_or(|pair| pair.kind() != "keyed_element" || pair.named_child(0) != Some(parent)),
        "field_access" => !is_in("field"),
        "method_invocation" | "keyword_argument" => !is_in("name"),
        _ => true,
    }
}
