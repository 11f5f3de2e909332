//! The walk over a syntax tree that finds types and globals, and enters neither functions nor types.

use std::ops::Range;

use tree_sitter::{Node, Tree};

use super::definition_role::{DefinitionRole, definition_role};
use super::{Definition, DefinitionKind};
use crate::grammar::CompiledGrammar;
use crate::lines::SourceLines;
use crate::names::{LocalName, ScopeSegment, child_of_kind, qualified, text_of, tidy};
use crate::outline::code_end;

/// Deepest nesting of namespaces, branches of `#if` and statements that is walked into.
const MAX_DEPTH: usize = 64;

/// Most bytes of the names of a file: namespaces around many definitions would repeat theirs without end.
const MAX_NAME_BYTES: usize = 16 << 20;

/// Most declarators around a name, such as those of `int (*table[2])(void)`.
const MAX_DECLARATORS: usize = 32;

/// Finds the types and globals of a file, a definition before those in it.
pub(super) fn definitions(tree: &Tree, grammar: &CompiledGrammar, lines: &SourceLines) -> Vec<Definition> {
    let mut walk = DefinitionWalk { grammar, lines, scope: Vec::new(), found: Vec::new(), name_bytes: 0 };
    walk.enter_children(tree.root_node(), 0);
    walk.found
}

struct DefinitionWalk<'a> {
    grammar: &'a CompiledGrammar,
    lines: &'a SourceLines<'a>,
    scope: Vec<ScopeSegment>,
    found: Vec<Definition>,
    name_bytes: usize,
}

impl DefinitionWalk<'_> {
    fn enter_children(&mut self, node: Node<'_>, depth: usize) {
        let outer = self.scope.len();
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor) {
            self.enter(child, depth);
        }
        self.scope.truncate(outer);
    }

    fn enter(&mut self, node: Node<'_>, depth: usize) {
        if depth >= MAX_DEPTH {
            return;
        }
        match definition_role(node.kind()) {
            DefinitionRole::Definition(kind) => self.add_named(node, kind),
            DefinitionRole::Declaration => self.add_declared(node),
            DefinitionRole::Namespace => self.enter_namespace(node, depth),
            DefinitionRole::Part => self.enter_children(node, depth + 1),
            DefinitionRole::Wrapper => {
                let before = self.found.len();
                self.enter_children(node, depth + 1);
                let span = self.code_of(node);
                if let [only] = &mut self.found[before..] {
                    *only = place(only.kind, std::mem::take(&mut only.name), span, self.lines);
                }
            }
            DefinitionRole::Other => {}
        }
    }

    /// A namespace without a body contains all that follows it in its parent.
    fn enter_namespace(&mut self, node: Node<'_>, depth: usize) {
        let outer = self.scope.len();
        if let Some(name) = node.child_by_field_name("name") {
            let separator = self.grammar.grammar.namespace_separator;
            self.scope.push(ScopeSegment { name: tidy(text_of(name, self.lines.text())), separator });
        }
        if let Some(body) = node.child_by_field_name("body") {
            self.enter_children(body, depth + 1);
            self.scope.truncate(outer);
        }
    }

    fn add_named(&mut self, node: Node<'_>, kind: DefinitionKind) {
        let needs_body = node.kind().ends_with("_specifier");
        if needs_body && node.child_by_field_name("body").is_none() {
            return;
        }
        if node.kind() == "type_definition" && node.child_by_field_name("declarator").is_some() {
            return self.add_typedef(node);
        }
        if let Some(name) = self.defining_name(node).map(str::to_owned) {
            self.add(kind, &name, node);
        }
    }

    /// Adds the names that a `typedef` of C defines, and that of the structure in it.
    fn add_typedef(&mut self, node: Node<'_>) {
        let text = self.lines.text();
        let of = node.child_by_field_name("type");
        let tag = of.and_then(|of| of.child_by_field_name("name")).map(|name| text_of(name, text));
        let has_body = of.is_some_and(|of| of.child_by_field_name("body").is_some());
        let names = declarators(node).filter_map(|declarator| declared_name(declarator, text));
        let mut names: Vec<&str> = names.collect();
        // `typedef struct a a;` says nothing.
        names.retain(|name| has_body || tag != Some(*name));
        names.extend(tag.filter(|tag| has_body && !names.contains(tag)));
        names.into_iter().for_each(|name| self.add(DefinitionKind::Type, name, node));
    }

    /// Adds what a declaration of C defines: a type with a body, and variables.
    fn add_declared(&mut self, node: Node<'_>) {
        let text = self.lines.text();
        if let Some(of) =
            node.child_by_field_name("type").filter(|of| of.child_by_field_name("body").is_some())
            && let Some(name) = of.child_by_field_name("name")
        {
            self.add(DefinitionKind::Type, text_of(name, text), node);
        }
        let mut cursor = node.walk();
        let is_extern = node
            .named_children(&mut cursor)
            .any(|child| child.kind() == "storage_class_specifier" && text_of(child, text) == "extern");
        for declarator in declarators(node) {
            let is_value = declarator.kind() == "init_declarator";
            if (is_value || !is_extern)
                && !is_prototype(declarator)
                && let Some(name) = declared_name(declarator, text)
            {
                self.add(DefinitionKind::Global, name, node);
            }
        }
    }

    /// Returns the name that a node defines outside of C's declarations.
    fn defining_name(&self, node: Node<'_>) -> Option<&str> {
        let field = |name: &str| node.child_by_field_name(name);
        let name = match node.kind() {
            // Only what is assigned to a plain name: `a.b = c` and `a[b] = c` define no global. In Ruby, a variable of a
            // file is not one for its functions.
            "assignment" | "type_alias_statement" => field("left").filter(|left| match left.kind() {
                "identifier" => self.grammar.grammar.indented,
                kind => matches!(kind, "constant" | "global_variable" | "type"),
            }),
            "assignment_statement" => child_of_kind(node, &["variable_list"])?.child_by_field_name("name"),
            _ => field("name").or_else(|| field("pattern")).or_else(|| field("type")).or_else(|| {
                // Kotlin, Dart and PHP have some names in no field.
                let holder =
                    child_of_kind(node, &["variable_declaration", "mixin", "initialized_identifier"]);
                child_of_kind(holder.unwrap_or(node), &["identifier", "type_identifier", "name"])
            }),
        };
        name.map(|name| text_of(name, self.lines.text()))
    }

    /// Returns the position of a node without the comments behind it.
    fn code_of(&self, node: Node<'_>) -> Range<usize> {
        node.start_byte()..code_end(node, self.grammar)
    }

    fn add(&mut self, kind: DefinitionKind, name: &str, node: Node<'_>) {
        let name = LocalName::from(tidy(name));
        if !name.text.is_empty() && self.name_bytes < MAX_NAME_BYTES {
            let name = qualified(&self.scope, &name, self.grammar.grammar.separator);
            self.name_bytes += name.len();
            self.found.push(place(kind, name, self.code_of(node), self.lines));
        }
    }
}

fn place(kind: DefinitionKind, name: String, span: Range<usize>, lines: &SourceLines) -> Definition {
    // Directives end with their line.
    let end = span.start + lines.text().get(span.clone()).map_or(span.len(), |text| text.trim_end().len());
    let span = span.start..end;
    let rows = lines.rows_of(&span);
    Definition { kind, name, span, start_line: rows.start + 1, end_line: rows.end }
}

fn declarators<'t>(node: Node<'t>) -> impl Iterator<Item = Node<'t>> {
    let mut cursor = node.walk();
    node.children_by_field_name("declarator", &mut cursor).collect::<Vec<_>>().into_iter()
}

/// Returns the declarators around a name, the outermost first.
fn nested_declarators(declarator: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    std::iter::successors(Some(declarator), |node| inner_declarator(*node)).take(MAX_DECLARATORS)
}

fn inner_declarator(node: Node<'_>) -> Option<Node<'_>> {
    node.child_by_field_name("declarator").or_else(|| {
        let is_declarator = node.kind().ends_with("declarator");
        is_declarator.then(|| node.named_child(0)).flatten()
    })
}

fn declared_name<'a>(declarator: Node<'_>, text: &'a str) -> Option<&'a str> {
    let name = nested_declarators(declarator).last()?;
    name.kind().ends_with("identifier").then(|| text_of(name, text))
}

/// Whether a declarator declares a function: that of a variable has a pointer between its name and the parameters.
fn is_prototype(declarator: Node<'_>) -> bool {
    let kinds: Vec<&str> = nested_declarators(declarator).map(|node| node.kind()).collect();
    let is_name = |kind: &&&str| kind.ends_with("identifier");
    let innermost = kinds.iter().rev().find(|kind| !is_name(kind));
    innermost.is_some_and(|kind| *kind == "function_declarator")
}
