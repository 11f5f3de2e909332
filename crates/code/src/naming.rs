//! What functions and the things around them are called.

use std::ops::Range;

use tree_sitter::Node;

use super::grammar::{Grammar, NameSource};

/// Longest name, in characters; names made of calls and of assignment targets can be any
/// expression.
const MAX_NAME: usize = 100;

/// Most enclosing things in a name; the outer ones are left out.
const MAX_SEGMENTS: usize = 32;

/// Calls whose function argument only wraps a part of a file: what is in it counts as if it
/// stood at the top.
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

/// One of the things around a function, with what stands after it in a qualified name.
#[derive(Clone, Debug)]
pub(super) struct ScopeSegment {
    pub(super) name: String,
    pub(super) joint: &'static str,
}

/// What an anonymous function or class is called by what is around it.
#[derive(Clone, Copy, Debug)]
pub(super) enum PendingName<'t> {
    /// Nothing.
    None,
    /// It is the value of what this node names.
    Bound(Node<'t>),
    /// It is the default export.
    Default,
    /// It is an argument of this call, whose value has a name: that node, or the default export.
    Through(Option<Node<'t>>),
    /// It is an argument of this call.
    Argument(Node<'t>),
}

/// A name, and what joins it to what is around it where that is not the usual separator.
pub(super) struct Name {
    pub(super) text: String,
    pub(super) joint: Option<&'static str>,
}

impl From<String> for Name {
    fn from(text: String) -> Self {
        Self { text, joint: None }
    }
}

/// The text of `node`.
pub(super) fn text_of<'a>(node: Node, text: &'a str) -> &'a str {
    text.get(node.byte_range()).unwrap_or_default()
}

/// The name of a definition, or `None` if it has none.
pub(super) fn definition(node: Node, naming: NameSource, text: &str) -> Option<Name> {
    let field = |name: &str| child(node, name).map(|child| text_of(child, text));
    let found: Name = match naming {
        NameSource::Bound => return None,
        NameSource::Field("type") => tidy(without_generics(field("type")?)).into(),
        NameSource::Field(name) => tidy(unquoted(field(name)?)).into(),
        NameSource::Prefixed(prefix, name) => tidy(&format!("{prefix}{}", field(name)?)).into(),
        NameSource::Fixed(name) => name.to_owned().into(),
        NameSource::Declarator => declared(node, text)?.into(),
        NameSource::Receiver => {
            let receiver = node.child_by_field_name("receiver")?;
            let parameter = receiver.named_child(0)?;
            let of = text_of(parameter.child_by_field_name("type")?, text);
            let of = of.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '_');
            let of = of.split('[').next().unwrap_or_default();
            tidy(&format!("{}.{}", of.trim(), field("name")?)).into()
        }
        NameSource::Instance => Name { text: tidy(field("name")?), joint: Some("#") },
        NameSource::Singleton => {
            let name = tidy(field("name")?);
            match field("object")? {
                "self" => Name { text: name, joint: Some(".") },
                object => tidy(&format!("{object}.{name}")).into(),
            }
        }
    };
    (!found.text.is_empty()).then_some(found)
}

/// The name of a class of C++ with a macro before its name (`class EXPORT Store { .. }`), which
/// the parser takes for a function.
pub(super) fn exported_class(node: Node, text: &str) -> Option<Name> {
    let kind = node.child_by_field_name("type")?;
    let name = node.child_by_field_name("declarator")?;
    let misread = matches!(kind.kind(), "class_specifier" | "struct_specifier" | "union_specifier")
        && kind.child_by_field_name("body").is_none()
        && name.kind() == "identifier";
    misread.then(|| tidy(text_of(name, text)).into())
}

/// The name of a function that a macro declares: the macro with its arguments.
pub(super) fn declared_by(head: Node, text: &str) -> Name {
    tidy(text_of(head, text)).into()
}

/// The name that `pending` gives to an anonymous function or class as its value.
pub(super) fn bound(pending: PendingName, text: &str) -> Option<String> {
    match pending {
        PendingName::Bound(node) => Some(target(node, text)),
        PendingName::Default => Some("default".to_owned()),
        PendingName::None | PendingName::Through(_) | PendingName::Argument(_) => None,
    }
    .filter(|name| !name.is_empty())
}

/// The name that `pending` gives to an anonymous function as an argument.
pub(super) fn argument(pending: PendingName, text: &str) -> Option<Name> {
    match pending {
        PendingName::Through(Some(node)) => Some(target(node, text).into()),
        PendingName::Through(None) => Some("default".to_owned().into()),
        PendingName::Argument(call) => Some(called(call, text)),
        PendingName::None | PendingName::Bound(_) | PendingName::Default => None,
    }
    .filter(|name| !name.text.is_empty())
}

/// Whether the function argument of `call` is a wrapper around a part of the file.
pub(super) fn wraps_module(call: Node, text: &str) -> bool {
    MODULE_WRAPPERS.contains(&last_part(callee(call, text)))
}

/// Whether what is called is a name, not the result of another call.
pub(super) fn is_plain_call(call: Node, text: &str) -> bool {
    !is_involved(callee_text(call, text))
}

/// `name` with what is around it.
pub(super) fn qualified(around: &[ScopeSegment], name: &Name, grammar: &Grammar) -> String {
    let mut whole = String::new();
    let around = &around[around.len().saturating_sub(MAX_SEGMENTS)..];
    for (index, segment) in around.iter().enumerate() {
        whole.push_str(&segment.name);
        match around.get(index + 1) {
            // A segment without a name is Ruby's `class << self`.
            Some(next) if next.name.is_empty() => {}
            Some(_) => whole.push_str(segment.joint),
            None if segment.name.is_empty() => whole.push_str(segment.joint),
            None => {
                let usual = if segment.joint == grammar.separator { name.joint } else { None };
                whole.push_str(usual.unwrap_or(segment.joint));
            }
        }
    }
    whole.push_str(&name.text);
    whole
}

/// The last part of a qualified name.
pub(super) fn last_part(name: &str) -> &str {
    name.rsplit(['.', ':', '#', '\\', '>']).next().unwrap_or(name)
}

/// The parameter list of a function: its text, and how many there are.
pub(super) fn parameters(node: Node) -> Option<(Range<usize>, usize)> {
    let list = node
        .child_by_field_name("parameters")
        .or_else(|| node.child_by_field_name("parameter"))
        .or_else(|| declarator_chain(node).filter_map(|n| n.child_by_field_name("parameters")).last())?;
    Some((list.byte_range(), list.named_child_count()))
}

/// The child in `field`, or the first named one if `field` is `""`.
fn child<'t>(node: Node<'t>, field: &str) -> Option<Node<'t>> {
    if field.is_empty() { node.named_child(0) } else { node.child_by_field_name(field) }
}

/// What is bound by `node`: the target of an assignment, the key of a pair.
pub(super) fn binding<'t>(node: Node<'t>, field: &str) -> Option<Node<'t>> {
    match field {
        // A list element without a key has only its value.
        "" => node.named_child(0).filter(|_| node.named_child_count() > 1),
        "name" => node.child_by_field_name("name").or_else(|| node.child_by_field_name("property")),
        _ => node.child_by_field_name(field),
    }
}

fn target(node: Node, text: &str) -> String {
    let text = text_of(node, text).trim_start_matches(['*', '&', ' ']);
    tidy(unquoted(text.strip_prefix("this.").unwrap_or(text)))
}

/// The declarators of a C function, outermost first.
fn declarator_chain(node: Node) -> impl Iterator<Item = Node> {
    std::iter::successors(node.child_by_field_name("declarator"), |at| {
        at.child_by_field_name("declarator").or_else(|| match at.kind() {
            "reference_declarator" | "parenthesized_declarator" | "attributed_declarator" => {
                at.named_child(0)
            }
            "pointer_declarator" => at.named_child(at.named_child_count().checked_sub(1)? as u32),
            _ => None,
        })
    })
    // Nobody nests more; a hostile file might.
    .take(64)
}

fn declared(node: Node, text: &str) -> Option<String> {
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
    let name =
        if name.kind() == "parenthesized_declarator" { name.named_child(0).unwrap_or(name) } else { name };
    let name_text = text_of(name, text);
    let is_macro = kind.is_none()
        && name.kind() == "identifier"
        && name_text.contains('_')
        && !name_text.contains(|c: char| c.is_lowercase());
    // Functions that a macro declares, such as `TEST_F(Fixture, Case) { .. }`, differ only in
    // what is in the parentheses.
    Some(tidy(if is_macro { text_of(function, text) } else { name_text }))
}

/// What is called, such as `app.get`; the last part of it, if it is more than a name.
fn callee<'a>(call: Node, text: &'a str) -> &'a str {
    let whole = callee_text(call, text);
    if is_involved(whole) { last_part(whole) } else { whole }
}

fn is_involved(callee: &str) -> bool {
    callee.len() > MAX_NAME || callee.contains(['\n', '{'])
}

fn callee_text<'a>(call: Node, text: &'a str) -> &'a str {
    let arguments = call.child_by_field_name("arguments").or_else(|| call.child_by_field_name("block"));
    let end = arguments.map_or(call.end_byte(), |node| node.start_byte());
    let whole = text.get(call.start_byte()..end).unwrap_or_default().trim();
    whole.strip_prefix("new ").unwrap_or(whole)
}

/// The call as a name, such as `app.get('/x')`.
fn called(call: Node, text: &str) -> Name {
    let callee = callee(call, text);
    let first = call.child_by_field_name("arguments").and_then(|arguments| arguments.named_child(0));
    let first = first.and_then(|node| match node.kind() {
        "argument" => node.named_child(0),
        "pair" => node.child_by_field_name("key"),
        _ => Some(node),
    });
    let told = first.filter(|node| ["string", "symbol"].iter().any(|part| node.kind().contains(part)));
    match (callee, told.map(|node| text_of(node, text))) {
        ("define_method", Some(name)) => Name { text: tidy(unquoted(name)), joint: Some("#") },
        ("define_singleton_method", Some(name)) => Name { text: tidy(unquoted(name)), joint: Some(".") },
        (callee, Some(name)) => tidy(&format!("{callee}({name})")).into(),
        (callee, None) => tidy(callee).into(),
    }
}

fn unquoted(name: &str) -> &str {
    let name = name.trim();
    let inner = name.strip_prefix(':').unwrap_or(name);
    ['"', '\''].into_iter().find_map(|quote| inner.strip_prefix(quote)?.strip_suffix(quote)).unwrap_or(inner)
}

fn without_generics(name: &str) -> &str {
    let plain = name.split('<').next().unwrap_or(name);
    if plain.trim().is_empty() { name } else { plain }
}

/// `name` in one line, cut where it is too long.
fn tidy(name: &str) -> String {
    let mut tidied = String::new();
    for word in name.split_whitespace() {
        if !tidied.is_empty() {
            tidied.push(' ');
        }
        tidied.push_str(word);
        if tidied.len() > 4 * MAX_NAME {
            break;
        }
    }
    match tidied.char_indices().nth(MAX_NAME) {
        Some((at, _)) => tidied[..at].to_owned(),
        None => tidied,
    }
}
