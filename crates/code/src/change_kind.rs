//! Kinds of changes: to the code itself, or only to comments or layout.

use std::ops::Range;

use tree_sitter::{Node, TreeCursor};

use super::grammar::{CompiledGrammar, NodeRole};

/// Kind of difference between the two sides of a change.
///
/// The sides are compared as the parser sees them: tokens, and how they nest. White space in
/// strings counts as code, as do quotes, trailing commas, optional semicolons, and the
/// indentation of Python.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    /// The code differs, and perhaps its behaviour.
    Code,
    /// Only white space at line ends, line ends themselves, or blank lines differ.
    WhitespaceOnly,
    /// Comments or documentation strings differ; the layout may differ too.
    CommentOnly,
    /// Only the layout differs: indentation, spacing, line breaks.
    FormattingOnly,
}

/// A part of one side of a file: the nodes at or below `node` that lie in `span`.
pub(super) struct ParsedSpan<'a, 't> {
    pub(super) node: Node<'t>,
    pub(super) text: &'a str,
    pub(super) span: Range<usize>,
}

/// Classifies the difference between two spans of parsed code.
pub(super) fn classify_parsed(
    grammar: &CompiledGrammar,
    before: &ParsedSpan,
    after: &ParsedSpan,
) -> ChangeKind {
    let (old, new) = (SyntaxTokens::of(grammar, before), SyntaxTokens::of(grammar, after));
    if old.code != new.code {
        return ChangeKind::Code;
    }
    if old.comments != new.comments {
        return ChangeKind::CommentOnly;
    }
    if same_lines(&before.text[before.span.clone()], &after.text[after.span.clone()]) {
        ChangeKind::WhitespaceOnly
    } else {
        ChangeKind::FormattingOnly
    }
}

/// Classifies the difference between two texts in a language without a parser.
pub(super) fn classify_text(before: &str, after: &str) -> ChangeKind {
    if same_lines(before, after) { ChangeKind::WhitespaceOnly } else { ChangeKind::Code }
}

/// Whether two texts are equal apart from white space at line ends and blank lines.
fn same_lines(before: &str, after: &str) -> bool {
    fn significant(text: &str) -> impl Iterator<Item = &str> {
        text.lines().map(str::trim_end).filter(|line| !line.is_empty())
    }
    significant(before).eq(significant(after))
}

/// One step of a walk over a syntax tree. Equal code gives equal steps, however it is laid out.
#[derive(Debug, PartialEq, Eq)]
enum SyntaxToken<'a> {
    Enter(u16),
    Leaf(u16, &'a str),
    /// Words without a node of their own, such as errors skipped by the parser.
    Other(Vec<&'a str>),
    Leave,
}

/// Code and comments of a span.
#[derive(Default)]
struct SyntaxTokens<'a> {
    code: Vec<SyntaxToken<'a>>,
    /// Words of the comments. Their layout does not count.
    comments: Vec<&'a str>,
}

impl<'a> SyntaxTokens<'a> {
    fn of(grammar: &CompiledGrammar, part: &ParsedSpan<'a, '_>) -> Self {
        let mut tokens = Self::default();
        let mut cursor = part.node.walk();
        let mut open: Vec<OpenNode> = Vec::new();
        // End of the text that is already in tokens.
        let mut done = part.span.start;
        loop {
            if tokens.visit(grammar, part, &mut cursor, &mut open, &mut done) {
                continue;
            }
            loop {
                if open.is_empty() {
                    tokens.add_gap(part.text, done..part.span.end);
                    return tokens;
                }
                if cursor.goto_next_sibling() {
                    break;
                }
                cursor.goto_parent();
                if open.pop().is_some_and(|open| open.whole) {
                    tokens.code.push(SyntaxToken::Leave);
                }
            }
        }
    }

    /// Adds the node at the cursor, and returns whether the cursor moved to its first child.
    fn visit<'t>(
        &mut self,
        grammar: &CompiledGrammar,
        part: &ParsedSpan<'a, 't>,
        cursor: &mut TreeCursor<'t>,
        open: &mut Vec<OpenNode<'t>>,
        done: &mut usize,
    ) -> bool {
        let node = cursor.node();
        let range = node.byte_range();
        // Empty nodes overlap no byte; the parser inserts missing tokens as such to recover from errors.
        let inside = range.end > part.span.start && range.start < part.span.end || range.is_empty();
        if !inside {
            return false;
        }
        let whole = range.start >= part.span.start && range.end <= part.span.end;
        let info = grammar.node_info(node.kind_id());
        let comment = info.role == NodeRole::Comment;
        let docstring = grammar.grammar.indented && !comment && is_docstring(open, cursor);
        if let Some(parent) = open.last_mut() {
            parent.only_comments &= comment;
        }
        let text = part.text.get(range.clone()).unwrap_or_default();
        let leaf = comment || docstring || info.verbatim || node.child_count() == 0;
        if leaf {
            self.add_gap(part.text, *done..range.start);
            *done = (*done).max(range.end);
        }
        if comment || docstring {
            self.comments.extend(text.split_whitespace());
        } else if leaf && node.kind() != "line_continuation" {
            self.code.push(SyntaxToken::Leaf(node.kind_id(), text));
        } else if !leaf && cursor.goto_first_child() {
            if whole {
                self.code.push(SyntaxToken::Enter(node.kind_id()));
            }
            open.push(OpenNode { kind: node.kind(), only_comments: true, whole });
            return true;
        }
        false
    }

    /// Adds the text between two tokens unless it is only white space or a line continuation.
    fn add_gap(&mut self, text: &'a str, range: Range<usize>) {
        let text = text.get(range).unwrap_or_default();
        // A backslash at the end of a line joins it to the next one, and is not code.
        let words: Vec<&str> = text.split_whitespace().filter(|word| *word != "\\").collect();
        if !words.is_empty() {
            self.code.push(SyntaxToken::Other(words));
        }
    }
}

/// A node whose children are being visited.
struct OpenNode<'t> {
    kind: &'t str,
    /// Whether all children so far were comments.
    only_comments: bool,
    /// Whether the node lies completely in the span.
    whole: bool,
}

/// Whether the cursor is at a docstring of Python: a string that stands alone as the first statement
/// in the body of a function, a class or a file (PEP 257).
fn is_docstring(open: &[OpenNode<'_>], cursor: &mut TreeCursor) -> bool {
    let first_in_body = match open {
        [OpenNode { kind: "module", only_comments, .. }] => *only_comments,
        [.., parent, OpenNode { kind: "block", only_comments, .. }] => {
            *only_comments && matches!(parent.kind, "function_definition" | "class_definition")
        }
        _ => false,
    };
    let node = cursor.node();
    first_in_body
        && node.kind() == "expression_statement"
        && node.named_child_count() == 1
        && node.named_child(0).is_some_and(|child| matches!(child.kind(), "string" | "concatenated_string"))
}
