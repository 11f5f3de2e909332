//! What kind of change it is: the code, or only comments or layout.

use std::ops::Range;

use tree_sitter::{Node, TreeCursor};

use super::grammar::{CompiledGrammar, NodeRole};

/// What differs between the two sides of a change.
///
/// The sides are compared as the parser sees them: tokens, and how they nest. White space in
/// strings counts as code, as do quotes, trailing commas, optional semicolons, and the
/// indentation of Python.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    /// What the code does may differ.
    Code,
    /// The same but for white space at line ends, line ends themselves, and blank lines.
    WhitespaceOnly,
    /// The same code; comments or documentation strings say something else (their layout, and
    /// that of the code, may differ too).
    CommentOnly,
    /// The same code and comments, laid out otherwise: indentation, spacing, line breaks.
    FormattingOnly,
}

/// A piece of one side: the nodes at or below `node` that lie in `span`.
pub(super) struct ParsedSpan<'a, 't> {
    pub(super) node: Node<'t>,
    pub(super) text: &'a str,
    pub(super) span: Range<usize>,
}

/// Tells what differs between two pieces of parsed code.
pub(super) fn change_kind(compiled: &CompiledGrammar, before: &ParsedSpan, after: &ParsedSpan) -> ChangeKind {
    let (old, new) = (Tokens::of(compiled, before), Tokens::of(compiled, after));
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

/// Tells what differs between two pieces of code in a language without a parser.
pub(super) fn change_kind_of_text(before: &str, after: &str) -> ChangeKind {
    if same_lines(before, after) { ChangeKind::WhitespaceOnly } else { ChangeKind::Code }
}

/// Whether two texts are the same without white space at line ends and without blank lines.
fn same_lines(before: &str, after: &str) -> bool {
    fn significant(text: &str) -> impl Iterator<Item = &str> {
        text.lines().map(str::trim_end).filter(|line| !line.is_empty())
    }
    significant(before).eq(significant(after))
}

/// One step of a walk over code; the walk of equal code is equal, however it is laid out.
#[derive(Debug, PartialEq, Eq)]
enum Token<'a> {
    Open(u16),
    Leaf(u16, &'a str),
    /// Text for which the parser has no node, or another definition before the function.
    Other(Vec<&'a str>),
    Close,
}

/// The code and the comments of a piece.
#[derive(Default)]
struct Tokens<'a> {
    code: Vec<Token<'a>>,
    /// Words of the comments.
    comments: Vec<&'a str>,
}

impl<'a> Tokens<'a> {
    fn of(compiled: &CompiledGrammar, piece: &ParsedSpan<'a, '_>) -> Self {
        let mut tokens = Self::default();
        let mut walk = piece.node.walk();
        // Kinds of the open nodes, and whether their children have been all statements so far
        // that document.
        let mut open: Vec<Open> = Vec::new();
        let mut done = piece.span.start;
        loop {
            let node = walk.node();
            let range = node.byte_range();
            let mut descend = false;
            if range.end > piece.span.start && range.start < piece.span.end || range.is_empty() {
                let whole = range.start >= piece.span.start && range.end <= piece.span.end;
                let kind = compiled.kind(node.kind_id());
                let comment = kind.role == NodeRole::Comment;
                let documents = compiled.grammar.indented && !comment && documents(&open, &mut walk);
                if let Some(around) = open.last_mut() {
                    around.first &= comment;
                }
                let text = piece.text.get(range.clone()).unwrap_or_default();
                let leaf = comment || documents || kind.verbatim || node.child_count() == 0;
                if leaf {
                    tokens.gap(piece.text, done..range.start);
                    done = done.max(range.end);
                }
                if comment || documents {
                    tokens.comments.extend(text.split_whitespace());
                } else if leaf && node.kind() != "line_continuation" {
                    tokens.code.push(Token::Leaf(node.kind_id(), text));
                } else if !leaf && walk.goto_first_child() {
                    if whole {
                        tokens.code.push(Token::Open(node.kind_id()));
                    }
                    open.push(Open { kind: node.kind(), first: true, whole });
                    descend = true;
                }
            }
            if descend {
                continue;
            }
            loop {
                if open.is_empty() {
                    tokens.gap(piece.text, done..piece.span.end);
                    return tokens;
                }
                if walk.goto_next_sibling() {
                    break;
                }
                walk.goto_parent();
                if open.pop().is_some_and(|open| open.whole) {
                    tokens.code.push(Token::Close);
                }
            }
        }
    }

    /// Notes the text between two tokens, if it is more than white space.
    fn gap(&mut self, text: &'a str, range: Range<usize>) {
        let text = text.get(range).unwrap_or_default();
        let words: Vec<&str> = text.split_whitespace().filter(|word| *word != "\\").collect();
        if !words.is_empty() {
            self.code.push(Token::Other(words));
        }
    }
}

/// A node whose children are being walked over.
struct Open<'t> {
    kind: &'t str,
    /// Whether only comments have come so far.
    first: bool,
    /// Whether it lies in the piece with all its text.
    whole: bool,
}

/// Whether the node that `walk` is at is a documentation string of Python: a string that
/// stands alone, first in the body of a function, a class or a file.
fn documents(open: &[Open<'_>], walk: &mut TreeCursor) -> bool {
    let body = match open {
        [Open { kind: "module", first, .. }] => *first,
        [.., around, Open { kind: "block", first, .. }] => {
            *first && matches!(around.kind, "function_definition" | "class_definition")
        }
        _ => false,
    };
    let node = walk.node();
    body && node.kind() == "expression_statement"
        && node.named_child_count() == 1
        && node.named_child(0).is_some_and(|child| matches!(child.kind(), "string" | "concatenated_string"))
}
