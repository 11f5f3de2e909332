//! One walk over a syntax tree, down to the functions around the changed lines.

use std::ops::Range;

use tree_sitter::{Node, Tree};

use super::changed_lines::ChangedLines;
use super::function_span::FunctionSpan;
use crate::grammar::{CompiledGrammar, NameSource, NodeRole};
use crate::lines::SourceLines;
use crate::names::{self, LocalName, PendingName, ScopeSegment};

/// Deepest nesting that is walked into. Real code stays below a few hundred levels.
const MAX_DEPTH: usize = 10_000;

/// Most functions around each other that are reported; functions further inside belong to the
/// innermost reported one. This bounds the total text of all functions of a file.
const MAX_NESTED_FUNCTIONS: usize = 32;

/// Longest text before a function, in its first line, that can be part of it, in bytes.
const MAX_LEADING_BYTES: usize = 500;

/// Finds the functions that contain changed lines or stand next to them.
pub(super) fn find_functions<'t>(
    tree: &'t Tree,
    grammar: &CompiledGrammar,
    lines: &SourceLines,
    changed: &ChangedLines,
) -> Vec<FunctionSpan<'t>> {
    TreeWalk { lines, grammar, changed, scope: Vec::new(), found: Vec::new() }.run(tree)
}

/// Finds all functions.
pub(crate) fn all_functions<'t>(
    tree: &'t Tree,
    grammar: &CompiledGrammar,
    lines: &SourceLines,
) -> Vec<FunctionSpan<'t>> {
    find_functions(tree, grammar, lines, &ChangedLines::all(lines.count()))
}

/// Context that an open node gives to its children.
#[derive(Clone, Copy)]
struct WalkFrame<'t> {
    role: NodeRole,
    /// Length of the scope when the node is left.
    outer_scope: usize,
    /// Length of the scope for the children.
    inner_scope: usize,
    /// Number of named functions around the children.
    depth: usize,
    /// Statement that exists only for the definition in it.
    wrapper: Option<Node<'t>>,
    pending: PendingName<'t>,
    /// First of the attributes before the next child.
    attribute: Option<Node<'t>>,
}

impl WalkFrame<'_> {
    fn new(role: NodeRole, scope: usize, depth: usize) -> Self {
        Self {
            role,
            outer_scope: scope,
            inner_scope: scope,
            depth,
            wrapper: None,
            pending: PendingName::None,
            attribute: None,
        }
    }
}

/// A node with its context. Its text reaches from `first` to `last`, which include attributes and a
/// statement that exists only for it.
#[derive(Clone, Copy)]
struct VisitedNode<'t> {
    node: Node<'t>,
    first: Node<'t>,
    last: Node<'t>,
    wrapper: Option<Node<'t>>,
    pending: PendingName<'t>,
}

struct TreeWalk<'a, 't> {
    lines: &'a SourceLines<'a>,
    grammar: &'a CompiledGrammar,
    changed: &'a ChangedLines,
    scope: Vec<ScopeSegment>,
    found: Vec<FunctionSpan<'t>>,
}

impl<'a, 't> TreeWalk<'a, 't> {
    /// Walks down to the changed lines and nowhere else. Frames are on the heap, so that deep nesting
    /// cannot overflow the stack.
    fn run(mut self, tree: &'t Tree) -> Vec<FunctionSpan<'t>> {
        let mut cursor = tree.walk();
        let mut frames = vec![WalkFrame::new(NodeRole::Plain, 0, 0)];
        if !cursor.goto_first_child() {
            return self.found;
        }
        loop {
            let node = cursor.node();
            let depth = frames.len();
            let Some(frame) = frames.last_mut() else { break };
            if let Some(entered) = self.enter(node, || cursor.field_name(), frame) {
                if depth < MAX_DEPTH && cursor.goto_first_child() {
                    frames.push(entered);
                    continue;
                }
                self.scope.truncate(entered.outer_scope);
            }
            while !cursor.goto_next_sibling() {
                let left = frames.pop();
                if frames.is_empty() || !cursor.goto_parent() {
                    return self.found;
                }
                self.scope.truncate(left.map_or(0, |left| left.outer_scope));
            }
        }
        self.found
    }

    /// Visits a node in the node of `parent`. Returns the context for its children, or `None` to skip
    /// them.
    fn enter(
        &mut self,
        node: Node<'t>,
        field: impl Fn() -> Option<&'t str>,
        parent: &mut WalkFrame<'t>,
    ) -> Option<WalkFrame<'t>> {
        let role = self.grammar.node_info(node.kind_id()).role;
        match role {
            NodeRole::Attribute => {
                parent.attribute.get_or_insert(node);
                return None;
            }
            NodeRole::Comment => return None,
            // `namespace A;` in PHP and C# applies to all that follows it.
            NodeRole::OpenNamespace(source) if node.child_by_field_name("body").is_none() => {
                self.scope.truncate(parent.inner_scope);
                self.push_namespace(node, source);
                return None;
            }
            _ => {}
        }
        let attribute = parent.attribute.take();
        let (wrapper, pending) = match parent.role {
            // The callee is not an argument.
            NodeRole::Call if !matches!(field(), Some("arguments" | "block")) => (None, PendingName::None),
            _ => (parent.wrapper, parent.pending),
        };
        let first = attribute.or(wrapper).unwrap_or(node);
        let last = wrapper.unwrap_or(node);
        if !self.changed.is_near(&rows(first, last)) {
            return None;
        }
        let mut frame = WalkFrame::new(role, self.scope.len(), parent.depth);
        let visited = VisitedNode { node, first, last, wrapper, pending };
        self.apply_role(&visited, parent, &mut frame)?;
        frame.inner_scope = self.scope.len();
        Some(frame)
    }

    /// Records the function, scope or name that a node introduces. Returns `None` to skip its children.
    fn apply_role(
        &mut self,
        visited: &VisitedNode<'t>,
        parent: &WalkFrame<'t>,
        frame: &mut WalkFrame<'t>,
    ) -> Option<()> {
        let VisitedNode { node, wrapper, pending, .. } = *visited;
        let text = self.lines.text();
        match frame.role {
            NodeRole::Function(source) | NodeRole::Definition(source) => {
                let bodiless = node.child_by_field_name("body").is_none()
                    && names::child_of_kind(node, &["function_body", "block"]).is_none();
                if matches!(frame.role, NodeRole::Function(_)) && bodiless {
                    return None;
                }
                self.add_function(visited, self.defined_name(node, source), frame);
            }
            NodeRole::Property(source) => {
                let name = self.defined_name(node, source);
                if has_one_body(node) {
                    self.add_function(visited, name, frame);
                } else {
                    self.enter_container(name, frame);
                }
            }
            NodeRole::Closure | NodeRole::Lambda => self.apply_closure(visited, parent, frame),
            NodeRole::Container(source) => {
                let name = self
                    .defined_name(node, source)
                    .or_else(|| names::bound_name(pending, text).map(LocalName::from))
                    .or_else(|| names::object_name(pending, text).filter(|_| source == NameSource::Bound));
                self.enter_container(name, frame);
            }
            NodeRole::Namespace(source) | NodeRole::OpenNamespace(source) => {
                self.push_namespace(node, source);
            }
            NodeRole::SingletonClass => {
                // `class << self` opens the class around it, `class << Reader` the one that it names.
                let value = node.child_by_field_name("value").map(|value| &text[value.byte_range()]);
                let name = value.filter(|value| *value != "self").unwrap_or_default().to_owned();
                self.scope.push(ScopeSegment { name, separator: "." });
            }
            NodeRole::Wrapper | NodeRole::Export => {
                let single = self.count_children(node, |role| matches!(role, NodeRole::Binding(_))) < 2;
                frame.wrapper = single.then(|| wrapper.unwrap_or(node));
                if frame.role == NodeRole::Export {
                    frame.pending = PendingName::Default;
                }
            }
            // Ruby: `validates :name, if: -> { .. }`.
            NodeRole::Binding("key")
                if matches!(pending, PendingName::Argument(_) | PendingName::Through(_)) =>
            {
                (frame.wrapper, frame.pending) = (wrapper, pending);
            }
            NodeRole::Binding(field) => {
                frame.wrapper = Some(wrapper.unwrap_or(node));
                frame.pending =
                    names::binding_node(node, field).map_or(PendingName::None, PendingName::Bound);
            }
            NodeRole::Call if names::binds_function(node, text) => {
                frame.role = NodeRole::Pass;
                (frame.wrapper, frame.pending) = (wrapper, pending);
            }
            NodeRole::Call if names::opens_singleton(node, text) => {
                self.scope.push(ScopeSegment { name: String::new(), separator: "." });
            }
            NodeRole::Call if names::wraps_module(node, text, matches!(pending, PendingName::Bound(_))) => {}
            NodeRole::Call => {
                // In a chain (`a().b().c()`), every call reaches back to the start of the chain.
                frame.wrapper = wrapper.or_else(|| names::is_plain_call(node, text).then_some(node));
                frame.pending = match pending {
                    // `var _ = Describe(..)` in Go names nothing.
                    PendingName::Bound(target) if names::text_of(target, text) == "_" => {
                        PendingName::Argument(node)
                    }
                    PendingName::Bound(target) => PendingName::Through(Some(target)),
                    PendingName::Default => PendingName::Through(None),
                    PendingName::Through(_) | PendingName::Argument(_) => pending,
                    PendingName::None => PendingName::Argument(node),
                };
            }
            NodeRole::Pass => {
                // With several functions as arguments or branches, the statement belongs to none of them.
                let several = (parent.role == NodeRole::Call || node.kind() == "ternary_expression")
                    && self.count_children(node, |role| matches!(role, NodeRole::Closure | NodeRole::Lambda))
                        > 1;
                frame.wrapper = wrapper.filter(|_| !several);
                frame.pending = pending;
            }
            NodeRole::List => {
                let of_call = matches!(pending, PendingName::Argument(_) | PendingName::Through(_));
                (frame.wrapper, frame.pending) =
                    if of_call { (wrapper, pending) } else { (None, PendingName::None) };
            }
            NodeRole::Plain | NodeRole::Comment | NodeRole::Attribute => {}
        }
        Some(())
    }

    /// Records an anonymous function if something names it: the code around it, itself
    /// (`x = function f() {}`), or the call that takes it.
    fn apply_closure(
        &mut self,
        visited: &VisitedNode<'t>,
        parent: &WalkFrame<'t>,
        frame: &mut WalkFrame<'t>,
    ) {
        let VisitedNode { node, pending, .. } = *visited;
        let text = self.lines.text();
        let nested = parent.depth > 0;
        let bound = names::bound_name(pending, text).map(LocalName::from);
        if let Some(bound) = bound.filter(|_| frame.role == NodeRole::Closure || !nested) {
            self.add_function(visited, Some(bound), frame);
        } else if let Some(own) = self.defined_name(node, NameSource::Field("name")) {
            let alone = VisitedNode { first: node, last: node, ..*visited };
            self.add_function(&alone, Some(own), frame);
        } else if !nested {
            self.add_function(visited, names::argument_name(pending, text), frame);
        }
    }

    fn defined_name(&self, node: Node, source: NameSource) -> Option<LocalName> {
        let class = self.scope.last().map(|scope| scope.name.as_str());
        names::defined_name(node, source, class, self.lines.text())
    }

    /// Adds a function unless it has no name or is nested too deeply.
    fn add_function(
        &mut self,
        visited: &VisitedNode<'t>,
        name: Option<LocalName>,
        frame: &mut WalkFrame<'t>,
    ) {
        let Some(name) = name.filter(|_| frame.depth < MAX_NESTED_FUNCTIONS) else { return };
        let grammar = self.grammar.grammar;
        let span = self.trim_span(visited.first.start_byte()..code_end(visited.last, self.grammar));
        if span.is_empty() {
            return;
        }
        self.found.push(FunctionSpan {
            name: names::qualified(&self.scope, &name, grammar.separator),
            rows: self.lines.rows_of(&span),
            span,
            node: visited.last,
            node_end: visited.last.end_byte(),
            parameters: names::parameters(visited.node),
            parse_error: visited.last.has_error(),
            parent: None,
            changed: 0,
            own_changed: 0,
            shared_changed: 0,
        });
        frame.depth += 1;
        self.scope.push(ScopeSegment { name: name.text, separator: grammar.separator });
    }

    fn enter_container(&mut self, name: Option<LocalName>, frame: &mut WalkFrame<'t>) {
        if let Some(name) = name {
            let separator = self.grammar.grammar.separator;
            self.scope.push(ScopeSegment { name: name.text, separator });
        }
        frame.wrapper = None;
    }

    fn push_namespace(&mut self, node: Node<'t>, source: NameSource) {
        if let Some(name) = self.defined_name(node, source) {
            let separator = self.grammar.grammar.namespace_separator;
            self.scope.push(ScopeSegment { name: name.text, separator });
        }
    }

    /// Extends `span` to the start of its first line if only words are before it, and ends it after its
    /// last character that is not white space.
    ///
    /// Grammars leave some modifiers outside the definition, such as `private` before `def` in Ruby.
    fn trim_span(&self, span: Range<usize>) -> Range<usize> {
        let text = self.lines.text();
        let line = self.lines.start(self.lines.row_of(span.start));
        let lead = text.get(line..span.start).unwrap_or_default();
        let words = if lead.len() < MAX_LEADING_BYTES { lead.trim_start() } else { lead };
        let only_words = lead.len() < MAX_LEADING_BYTES
            && words.chars().all(|c| c.is_alphanumeric() || "_ \t".contains(c));
        let start = if only_words { span.start - words.len() } else { span.start };
        let end = text.get(start..span.end).map_or(start, |text| start + text.trim_end().len());
        start..end
    }

    fn count_children(&self, node: Node, wanted: impl Fn(NodeRole) -> bool) -> usize {
        let mut cursor = node.walk();
        let children = node.named_children(&mut cursor);
        children.filter(|child| wanted(self.grammar.node_info(child.kind_id()).role)).count()
    }
}

/// Whether a property has a body instead of accessors: `int Size => 1;` in C#, `var size: Int { 1 }` in Swift.
fn has_one_body(property: Node) -> bool {
    let value = property.child_by_field_name("value");
    value.is_some_and(|value| value.kind() == "arrow_expression_clause")
        || names::child_of_kind(property, &["computed_property"])
            .is_some_and(|body| names::child_of_kind(body, &["statements"]).is_some())
}

/// Returns the rows from the first one of `first` to the last one of `last`.
fn rows(first: Node, last: Node) -> Range<u32> {
    let start = first.start_position().row;
    let end = last.end_position();
    // A node that includes the line end stops at column 0 of the next row.
    let end = if end.column == 0 && end.row > start { end.row } else { end.row + 1 };
    start as u32..end as u32
}

/// Returns the end of the code of a node, in bytes. Where no word or bracket ends a block, comments in the lines behind its
/// last statement are in its node, also those on what follows.
pub(crate) fn code_end(node: Node, grammar: &CompiledGrammar) -> usize {
    let (mut last, mut end) = (node, node.end_byte());
    for _ in 0..MAX_DEPTH {
        let (mut code, mut comment_follows) = (None::<Node>, false);
        let mut cursor = last.walk();
        for child in last.children(&mut cursor) {
            let is_comment = grammar.node_info(child.kind_id()).role == NodeRole::Comment;
            // A comment in the line of the code belongs to it.
            let is_below = code.is_some_and(|code| code.end_position().row < child.start_position().row);
            comment_follows = is_comment && (is_below || comment_follows);
            if !comment_follows {
                code = Some(child);
            }
        }
        match code {
            Some(child) if comment_follows => (last, end) = (child, child.end_byte()),
            // Behind the last child may stand tokens that the tree hides, such as quotes of Scala.
            Some(child) if child.end_byte() == end => last = child,
            _ => break,
        }
    }
    end
}
