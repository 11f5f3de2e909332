//! The functions of a file that hold given lines, found by one walk over its tree.

use std::ops::Range;

use tree_sitter::{Node, Tree};

use super::diff::{Hunk, SourceLines};
use super::grammar::{CompiledGrammar, NameSource, NodeRole};
use super::naming::{self, Name, PendingName, ScopeSegment};

/// Deepest nesting that is walked into. Real code stays below a few hundred.
const MAX_DEPTH: usize = 10_000;

/// Most functions in each other that are looked at as such; those further in belong to the
/// last of these. It bounds what the texts of all functions of a file can add up to.
const MAX_NESTED: usize = 32;

/// Longest text in its first line that is taken as part of a function, in bytes.
const MAX_LEAD: usize = 500;

/// A function, and how the changed lines touch it.
pub(super) struct Function<'t> {
    /// Its qualified name.
    pub(super) name: String,
    /// Its text, in bytes.
    pub(super) span: Range<usize>,
    /// The lines of its text.
    pub(super) rows: Range<u32>,
    /// Its node, or that of the statement around it; attributes may stand before it.
    pub(super) node: Node<'t>,
    /// Its parameter list, in bytes, and how many parameters there are.
    pub(super) parameters: Option<(Range<usize>, usize)>,
    /// The function around it, among those found.
    pub(super) parent: Option<usize>,
    /// Changed lines in it.
    pub(super) changed: u32,
    /// Changed lines in it that are in no function within.
    pub(super) own: u32,
    /// Changed lines that it shares with code around it.
    pub(super) shared: u32,
}

/// Which lines of one side are looked at.
pub(super) struct ChangedLines {
    /// The changed lines, first to last.
    changed: Vec<Range<u32>>,
    /// How many lines changed before each of them.
    before: Vec<u32>,
    /// Those, and the line next to each: where lines were only removed or only added, that
    /// tells the function on the other side.
    near: Vec<Range<u32>>,
}

impl ChangedLines {
    /// The lines that `hunks` touch on the side that `side` selects.
    pub(super) fn new(hunks: &[Hunk], side: fn(&Hunk) -> &Range<u32>) -> Self {
        let changed: Vec<_> = hunks.iter().map(side).filter(|rows| !rows.is_empty()).cloned().collect();
        let mut total = 0;
        let before = changed.iter().map(|rows| {
            total += rows.len() as u32;
            total - rows.len() as u32
        });
        let before = before.collect();
        let near = hunks.iter().map(side).map(|rows| rows.start.saturating_sub(1)..rows.end + 1).collect();
        Self { changed, before, near }
    }

    /// How many lines before `row` changed.
    fn changed_before(&self, row: u32) -> u32 {
        let index = self.changed.partition_point(|rows| rows.start < row);
        let Some(last) = index.checked_sub(1) else { return 0 };
        let rows = &self.changed[last];
        self.before[last] + row.min(rows.end) - rows.start
    }

    /// How many of `rows` changed.
    fn count(&self, rows: &Range<u32>) -> u32 {
        self.changed_before(rows.end) - self.changed_before(rows.start)
    }

    fn is_near(&self, rows: &Range<u32>) -> bool {
        let index = self.near.partition_point(|near| near.end <= rows.start);
        self.near.get(index).is_some_and(|near| near.start < rows.end)
    }
}

/// The functions of one side that hold changed lines or stand next to them.
pub(super) struct FunctionOutline<'t> {
    /// In the order of their first byte; a function comes before those in it.
    pub(super) functions: Vec<Function<'t>>,
    /// Changed lines in no function that are not blank.
    pub(super) outside: u32,
    /// Whether any changed line, blank or not, is in no function.
    pub(super) any_outside: bool,
}

impl<'t> FunctionOutline<'t> {
    /// The functions that `touched` lines are in; none without a tree.
    pub(super) fn new(
        tree: Option<(&'t Tree, &CompiledGrammar)>,
        lines: &SourceLines,
        touched: &ChangedLines,
    ) -> Self {
        let walk =
            |(tree, compiled)| Walk { lines, compiled, touched, scope: vec![], found: vec![] }.run(tree);
        let functions = tree.map_or_else(Vec::new, walk);
        let mut outline = Self { functions, outside: 0, any_outside: false };
        outline.count(lines, touched);
        outline
    }

    /// Tells which changed lines are whose: a line belongs to the innermost function around it.
    fn count(&mut self, lines: &SourceLines, touched: &ChangedLines) {
        let functions = &mut self.functions;
        functions.sort_by_key(|f| (f.span.start, std::cmp::Reverse(f.span.end)));
        let mut open: Vec<usize> = Vec::new();
        // Up to which row the functions within each one have been taken out; the last entry is
        // for the file.
        let mut done = vec![0; functions.len() + 1];
        let mut inside = vec![0; functions.len() + 1];
        for index in 0..functions.len() {
            let span = functions[index].span.clone();
            while open.last().is_some_and(|&last| functions[last].span.end < span.end) {
                open.pop();
            }
            let parent = open.last().copied();
            open.push(index);
            let around = parent.map_or(0..lines.text().len(), |parent| functions[parent].span.clone());
            let shared = shared_rows(&span, &around, lines).map(|row| touched.count(&(row..row + 1))).sum();
            let rows = functions[index].rows.clone();
            let holder = parent.unwrap_or(functions.len());
            let fresh = rows.start.max(done[holder])..rows.end;
            if !fresh.is_empty() {
                inside[holder] += touched.count(&fresh);
                done[holder] = fresh.end;
            }
            let function = &mut functions[index];
            function.parent = parent;
            function.shared = shared;
            function.changed = touched.count(&rows);
        }
        for (function, inside) in functions.iter_mut().zip(&inside) {
            function.own = function.changed - inside;
        }
        let mut outside = self.functions.iter().filter(|f| f.parent.is_none()).map(|f| &f.rows).peekable();
        for row in touched.changed.iter().flat_map(Clone::clone) {
            while outside.next_if(|rows| rows.end <= row).is_some() {}
            if outside.peek().is_none_or(|rows| row < rows.start) {
                self.any_outside = true;
                self.outside += u32::from(!lines.slice(&(row..row + 1)).trim().is_empty());
            }
        }
    }
}

/// The first and the last row of `span`, as far as there is other code in them.
fn shared_rows(span: &Range<usize>, around: &Range<usize>, lines: &SourceLines) -> impl Iterator<Item = u32> {
    let rows = lines.rows_of(span);
    let (first, last) = (rows.start, rows.end - 1);
    let text = |start: usize, end: usize| {
        lines.text().get(start.max(around.start)..end.min(around.end)).unwrap_or_default()
    };
    // From the function outwards, since other functions may be in the same line.
    let leads = text(lines.start(first), span.start).chars().rev().any(char::is_alphanumeric);
    let trails = text(span.end, lines.start(last + 1)).chars().any(char::is_alphanumeric);
    let trailing = trails && !(leads && first == last);
    leads.then_some(first).into_iter().chain(trailing.then_some(last))
}

/// What the children of an open node need to know.
#[derive(Clone, Copy)]
struct Frame<'t> {
    role: NodeRole,
    /// Length of the scope when the node is left.
    outer: usize,
    /// Length of the scope for its children.
    inner: usize,
    /// How many named functions are around.
    depth: usize,
    /// The statement that is there only for the definition in it.
    wrapper: Option<Node<'t>>,
    pending: PendingName<'t>,
    /// The first of the attributes before the next child.
    attribute: Option<Node<'t>>,
    /// The macro before the next child.
    head: Option<Node<'t>>,
}

struct Walk<'a, 't> {
    lines: &'a SourceLines<'a>,
    compiled: &'a CompiledGrammar,
    touched: &'a ChangedLines,
    scope: Vec<ScopeSegment>,
    found: Vec<Function<'t>>,
}

impl<'a, 't> Walk<'a, 't> {
    /// Walks down to the lines that are looked at, and nowhere else.
    fn run(mut self, tree: &'t Tree) -> Vec<Function<'t>> {
        let mut cursor = tree.walk();
        let mut frames = vec![Frame {
            role: NodeRole::Plain,
            outer: 0,
            inner: 0,
            depth: 0,
            wrapper: None,
            pending: PendingName::None,
            attribute: None,
            head: None,
        }];
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
                self.scope.truncate(entered.outer);
            }
            while !cursor.goto_next_sibling() {
                let left = frames.pop();
                if frames.is_empty() || !cursor.goto_parent() {
                    return self.found;
                }
                self.scope.truncate(left.map_or(0, |left| left.outer));
            }
        }
        self.found
    }

    /// Looks at a node in the node of `parent`; says how to look at its children, or `None`
    /// if they are not to be looked at.
    fn enter(
        &mut self,
        node: Node<'t>,
        field: impl Fn() -> Option<&'t str>,
        parent: &mut Frame<'t>,
    ) -> Option<Frame<'t>> {
        let role = self.compiled.kind(node.kind_id()).role;
        let text = self.lines.text();
        match role {
            NodeRole::Attribute => {
                parent.attribute.get_or_insert(node);
                return None;
            }
            NodeRole::Comment => return None,
            NodeRole::Namespace(naming) if node.child_by_field_name("body").is_none() => {
                self.scope.truncate(parent.inner);
                if let Some(name) = naming::definition(node, naming, text) {
                    let joint = self.compiled.grammar.namespace_separator;
                    self.scope.push(ScopeSegment { name: name.text, joint });
                }
                return None;
            }
            NodeRole::MacroHead if parent.depth == 0 && !naming::text_of(node, text).ends_with(';') => {
                parent.head = Some(node);
                return None;
            }
            _ => {}
        }
        let head = parent.head.take().filter(|_| role == NodeRole::MacroBody);
        let attribute = parent.attribute.take();
        let (wrapper, pending) = match parent.role {
            // What is called is no argument.
            NodeRole::Call if !matches!(field(), Some("arguments" | "block")) => (None, PendingName::None),
            _ => (parent.wrapper, parent.pending),
        };
        let first = attribute.or(head).or(wrapper).unwrap_or(node);
        let last = wrapper.unwrap_or(node);
        if !self.touched.is_near(&rows(first, last)) {
            return None;
        }
        let outer = self.scope.len();
        let mut frame = Frame {
            role,
            outer,
            inner: outer,
            depth: parent.depth,
            wrapper: None,
            pending: PendingName::None,
            attribute: None,
            head: None,
        };
        match role {
            NodeRole::Function(naming) | NodeRole::Definition(naming) => {
                let bodiless = node.child_by_field_name("body").is_none();
                if matches!(role, NodeRole::Function(_)) && bodiless {
                    return None;
                }
                match naming::exported_class(node, text).filter(|_| naming == NameSource::Declarator) {
                    Some(class) => self.container(Some(class), &mut frame),
                    None => {
                        let name = naming::definition(node, naming, text);
                        self.function(node, name, first, last, &mut frame);
                    }
                }
            }
            NodeRole::Property(naming) => {
                let name = naming::definition(node, naming, text);
                match node.child_by_field_name("value") {
                    Some(value) if value.kind() == "arrow_expression_clause" => {
                        self.function(node, name, first, last, &mut frame);
                    }
                    _ => self.container(name, &mut frame),
                }
            }
            NodeRole::Closure | NodeRole::Lambda => {
                let nested = parent.depth > 0;
                let bound = naming::bound(pending, text).map(Name::from);
                if let Some(bound) = bound.filter(|_| role == NodeRole::Closure || !nested) {
                    self.function(node, Some(bound), first, last, &mut frame);
                } else if let Some(own) = naming::definition(node, NameSource::Field("name"), text) {
                    self.function(node, Some(own), node, node, &mut frame);
                } else if !nested {
                    self.function(node, naming::argument(pending, text), first, last, &mut frame);
                }
            }
            NodeRole::Container(naming) => {
                let name = naming::definition(node, naming, text)
                    .or_else(|| naming::bound(pending, text).map(Name::from));
                self.container(name, &mut frame);
            }
            NodeRole::Namespace(naming) => {
                let joint = self.compiled.grammar.namespace_separator;
                if let Some(name) = naming::definition(node, naming, text) {
                    self.scope.push(ScopeSegment { name: name.text, joint });
                }
            }
            NodeRole::SingletonClass => self.scope.push(ScopeSegment { name: String::new(), joint: "." }),
            NodeRole::Wrapper | NodeRole::Export => {
                let single = self.children(node, |role| matches!(role, NodeRole::Binding(_))) < 2;
                frame.wrapper = single.then(|| wrapper.unwrap_or(node));
                if role == NodeRole::Export {
                    frame.pending = PendingName::Default;
                }
            }
            NodeRole::Binding(field) => {
                frame.wrapper = Some(wrapper.unwrap_or(node));
                frame.pending = naming::binding(node, field).map_or(PendingName::None, PendingName::Bound);
            }
            NodeRole::Call if naming::wraps_module(node, text) => {}
            NodeRole::Call => {
                // In a chain, every call reaches back to the start of the chain.
                frame.wrapper = wrapper.or_else(|| naming::is_plain_call(node, text).then_some(node));
                frame.pending = match pending {
                    PendingName::Bound(target) if naming::text_of(target, text) == "_" => {
                        PendingName::Argument(node)
                    }
                    PendingName::Bound(target) => PendingName::Through(Some(target)),
                    PendingName::Default => PendingName::Through(None),
                    PendingName::Through(_) | PendingName::Argument(_) => pending,
                    PendingName::None => PendingName::Argument(node),
                };
            }
            NodeRole::Pass => {
                let several = parent.role == NodeRole::Call
                    && self.children(node, |role| matches!(role, NodeRole::Closure | NodeRole::Lambda)) > 1;
                frame.wrapper = wrapper.filter(|_| !several);
                frame.pending = pending;
            }
            NodeRole::MacroBody => {
                let name = head.map(|head| naming::declared_by(head, text));
                self.function(node, name, first, last, &mut frame);
            }
            NodeRole::Plain | NodeRole::Comment | NodeRole::Attribute | NodeRole::MacroHead => {}
        }
        frame.inner = self.scope.len();
        Some(frame)
    }

    /// Notes a function that reaches from the node `first` to the node `last`.
    fn function(
        &mut self,
        node: Node<'t>,
        name: Option<Name>,
        first: Node<'t>,
        last: Node<'t>,
        frame: &mut Frame<'t>,
    ) {
        let Some(name) = name.filter(|_| frame.depth < MAX_NESTED) else { return };
        let grammar = self.compiled.grammar;
        let span = self.trimmed(first.start_byte()..last.end_byte());
        if span.is_empty() {
            return;
        }
        self.found.push(Function {
            name: naming::qualified(&self.scope, &name, grammar),
            rows: self.lines.rows_of(&span),
            span,
            node: last,
            parameters: naming::parameters(node),
            parent: None,
            changed: 0,
            own: 0,
            shared: 0,
        });
        frame.depth += 1;
        self.scope.push(ScopeSegment { name: name.text, joint: grammar.separator });
    }

    fn container(&mut self, name: Option<Name>, frame: &mut Frame<'t>) {
        if let Some(name) = name {
            self.scope.push(ScopeSegment { name: name.text, joint: self.compiled.grammar.separator });
        }
        frame.wrapper = None;
    }

    /// `span` from the first word of its first line, unless there is other code before it, to
    /// its last character that is not white space.
    fn trimmed(&self, span: Range<usize>) -> Range<usize> {
        let text = self.lines.text();
        let line = self.lines.start(self.lines.row_of(span.start));
        let lead = text.get(line..span.start).unwrap_or_default();
        let words = if lead.len() < MAX_LEAD { lead.trim_start() } else { lead };
        let only_words =
            lead.len() < MAX_LEAD && words.chars().all(|c| c.is_alphanumeric() || "_ \t".contains(c));
        let start = if only_words { span.start - words.len() } else { span.start };
        let end = text.get(start..span.end).map_or(start, |text| start + text.trim_end().len());
        start..end
    }

    fn children(&self, node: Node, wanted: impl Fn(NodeRole) -> bool) -> usize {
        let mut cursor = node.walk();
        let children = node.named_children(&mut cursor);
        children.filter(|child| wanted(self.compiled.kind(child.kind_id()).role)).count()
    }
}

/// The rows from the first of `first` to the last of `last`.
fn rows(first: Node, last: Node) -> Range<u32> {
    let start = first.start_position().row;
    let end = last.end_position();
    let end = if end.column == 0 && end.row > start { end.row } else { end.row + 1 };
    start as u32..end as u32
}
