//! A walk over the tokens that follows the brackets.

use std::ops::Range;

use super::declared_name::{FunctionHead, old_style_parameters};
use super::head::{Declaration, Head, MAX_HEAD_TOKENS};
use super::lexer::{Token, TokenKind};
use super::{CFunction, COutline};
use crate::names::{LocalName, ParameterList, ScopeSegment, qualified};

/// Deepest nesting of blocks with names. Deeper ones count as part of the code around them.
const MAX_SCOPES: usize = 100;

/// Longest indentation that is read.
const MAX_INDENTATION: usize = 200;

const SEPARATOR: &str = "::";

/// Words before a colon that begin a part of a class.
const ACCESS_WORDS: &[&str] =
    &["public", "private", "protected", "signals", "slots", "Q_SIGNALS", "Q_SLOTS", "__published"];

/// How the end of a function is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClosingRule {
    /// By its braces.
    Brackets,
    /// By a closing brace that is indented like the function, if the function is indented by its own line.
    Indentation,
}

/// An open brace.
struct Block {
    kind: BlockKind,
    /// Number of scopes around it.
    scopes: usize,
    /// Start of the head and open parentheses, if the declaration around it goes on after the block.
    resume: Option<(usize, u32)>,
}

enum BlockKind {
    /// A namespace, or a part of a file.
    Namespace,
    Class,
    Function(OpenFunction),
    /// Statements or values.
    Other,
}

struct OpenFunction {
    /// Qualified name.
    name: String,
    start: usize,
    /// Position of the brace.
    brace: usize,
    parameters: Option<ParameterList>,
    /// Whether it is a variable with a lambda, to which the semicolon after the block belongs.
    is_variable: bool,
    /// Column of the first token, if nothing but white space is before it in its line.
    column: Option<usize>,
    /// Whether brackets in it have no counterpart.
    unmatched: bool,
    /// Whether its body is a `try` block, after which its handlers follow.
    tries: bool,
    /// Whether the body has ended, and the blocks are those of handlers.
    in_handlers: bool,
}

struct Scan<'a> {
    text: &'a str,
    tokens: &'a [Token],
    rule: ClosingRule,
    blocks: Vec<Block>,
    /// Places of the functions among the blocks.
    open_functions: Vec<usize>,
    scopes: Vec<ScopeSegment>,
    /// First token of the current declaration or statement.
    head: usize,
    /// Open parentheses and brackets in it.
    parens: u32,
    /// Head of what may be a function in the style of Kernighan and Ritchie.
    old_style: Option<Range<usize>>,
    outline: COutline,
}

/// Finds the functions among `tokens`.
pub(super) fn scan(text: &str, tokens: &[Token], rule: ClosingRule) -> COutline {
    let mut scan = Scan {
        text,
        tokens,
        rule,
        blocks: Vec::new(),
        open_functions: Vec::new(),
        scopes: Vec::new(),
        head: 0,
        parens: 0,
        old_style: None,
        outline: COutline::default(),
    };
    for at in 0..tokens.len() {
        match scan.blocks.last().map(|block| &block.kind) {
            None | Some(BlockKind::Namespace | BlockKind::Class) => scan.read_declaration(at),
            Some(BlockKind::Function(_) | BlockKind::Other) => scan.read_statement(at),
        }
    }
    scan.outline.unmatched += scan.blocks.len();
    scan.outline
}

impl Scan<'_> {
    fn read_statement(&mut self, at: usize) {
        match self.tokens[at].kind {
            TokenKind::Symbol(b'{') => match self.local_class(at) {
                Some(name) => self.open(BlockKind::Class, &name, None, at),
                None => self.open(BlockKind::Other, "", None, at),
            },
            TokenKind::Symbol(b'}') => self.close(at),
            TokenKind::Symbol(b';') => self.head = at + 1,
            _ => {}
        }
    }

    /// Returns the name of a class inside of a function; its methods are functions.
    fn local_class(&self, at: usize) -> Option<String> {
        let head = &self.tokens[self.head.min(at)..at];
        let keys = ["class", "struct", "union"];
        let lead = ["static", "const", "constexpr", "typedef", "template"];
        let mut words = head.iter().map(|token| token.text(self.text)).skip_while(|word| lead.contains(word));
        let first = words.next()?;
        // After `template` come its parameters.
        if !(keys.contains(&first) || first == "<") || head.len() > MAX_HEAD_TOKENS {
            return None;
        }
        match Head::new(self.text, head, "").declaration() {
            Declaration::Class(name) => Some(name),
            _ => None,
        }
    }

    fn read_declaration(&mut self, at: usize) {
        match self.tokens[at].kind {
            TokenKind::Symbol(b'(' | b'[') => self.parens += 1,
            TokenKind::Symbol(b')' | b']') => self.parens = self.parens.saturating_sub(1),
            TokenKind::Symbol(b'{') if self.parens > 0 => {
                self.open(BlockKind::Other, "", Some((self.head, self.parens)), at);
            }
            TokenKind::Symbol(b'{') => self.open_declared(at),
            TokenKind::Symbol(b'}') => self.close(at),
            TokenKind::Symbol(b';') => {
                self.note_old_style(at);
                (self.head, self.parens) = (at + 1, 0);
            }
            TokenKind::Symbol(b':') if self.ends_access_specifier(at) => self.head = at + 1,
            _ => {}
        }
    }

    fn ends_access_specifier(&self, at: usize) -> bool {
        self.parens == 0
            && self.head < at
            && self.is_in_class()
            && ACCESS_WORDS.contains(&self.tokens[at - 1].text(self.text))
    }

    fn is_in_class(&self) -> bool {
        matches!(self.blocks.last(), Some(Block { kind: BlockKind::Class, .. }))
    }

    /// Remembers the declaration that ends at `at` if it may begin a function whose parameters follow.
    fn note_old_style(&mut self, at: usize) {
        let head = self.head;
        if self.old_style.is_none() && at - head < MAX_HEAD_TOKENS {
            let length = old_style_parameters(&self.tokens[head..at]);
            self.old_style = length.map(|length| head..head + length);
        }
    }

    fn open_declared(&mut self, at: usize) {
        let old_style = self.old_style.take().filter(|_| self.head == at);
        let head = old_style.unwrap_or(self.head..at);
        let start = head.start;
        if head.len() > MAX_HEAD_TOKENS {
            return self.open(BlockKind::Other, "", None, at);
        }
        let class = self.scopes.last().filter(|_| self.is_in_class()).map_or("", |scope| &scope.name);
        match Head::new(self.text, &self.tokens[head], class).declaration() {
            Declaration::Namespace(name) => self.open(BlockKind::Namespace, &name, None, at),
            Declaration::Transparent => self.open(BlockKind::Namespace, "", None, at),
            Declaration::Class(name) => self.open(BlockKind::Class, &name, None, at),
            Declaration::Function(function) => self.open_function(function, at),
            Declaration::Lambda(name) => {
                let function = self.function(&name, self.tokens[start].start, at, self.scopes.len());
                let function = OpenFunction { is_variable: true, ..function };
                self.open(BlockKind::Function(function), &name, None, at);
            }
            Declaration::Initializer => self.open(BlockKind::Other, "", Some((start, 0)), at),
            Declaration::Other => self.open(BlockKind::Other, "", None, at),
        }
    }

    fn open_function(&mut self, head: FunctionHead, at: usize) {
        let classes = self.blocks.iter().rev().take_while(|block| matches!(block.kind, BlockKind::Class));
        let outermost = classes.last().filter(|_| head.is_friend);
        let scopes = outermost.map_or(self.scopes.len(), |class| class.scopes);
        let function = OpenFunction {
            parameters: Some(head.parameters),
            tries: head.tries,
            ..self.function(&head.name, head.start, at, scopes)
        };
        self.open(BlockKind::Function(function), &head.name, None, at);
    }

    /// Describes a function in the first `scopes` of the scopes around it.
    fn function(&self, name: &str, start: usize, at: usize, scopes: usize) -> OpenFunction {
        OpenFunction {
            name: qualified(&self.scopes[..scopes], &LocalName::from(name.to_owned()), SEPARATOR),
            start,
            brace: self.tokens[at].start,
            parameters: None,
            is_variable: false,
            column: self.column(start),
            unmatched: false,
            tries: false,
            in_handlers: false,
        }
    }

    /// Opens the block whose brace is at `at`; `name` is the scope that it brings, if any.
    fn open(&mut self, kind: BlockKind, name: &str, resume: Option<(usize, u32)>, at: usize) {
        let scopes = self.scopes.len();
        let kind = if scopes < MAX_SCOPES { kind } else { BlockKind::Other };
        if !name.is_empty() && scopes < MAX_SCOPES {
            self.scopes.push(ScopeSegment { name: name.to_owned(), separator: SEPARATOR });
        }
        if matches!(kind, BlockKind::Function(_)) {
            self.open_functions.push(self.blocks.len());
        }
        self.blocks.push(Block { kind, scopes, resume });
        self.old_style = None;
        (self.head, self.parens) = (at + 1, 0);
    }

    fn close(&mut self, at: usize) {
        let innermost = self.blocks.len().checked_sub(1);
        let index = match (self.rule, self.aligned_function(at)) {
            (ClosingRule::Brackets, aligned) => {
                self.outline.misaligned |= aligned.is_some() && aligned != innermost;
                innermost
            }
            (ClosingRule::Indentation, None) if self.keeps_open(at) => None,
            (ClosingRule::Indentation, aligned) => aligned.or(innermost),
        };
        self.old_style = None;
        let Some(index) = index else {
            self.outline.unmatched += 1;
            (self.head, self.parens) = (at + 1, 0);
            return;
        };
        let extra = self.blocks.len() - 1 - index;
        self.outline.unmatched += extra;
        self.blocks.truncate(index + 1);
        self.open_functions.truncate(self.open_functions.partition_point(|&place| place <= index));
        let more_handlers = self.tokens.get(at + 1).is_some_and(|next| next.text(self.text) == "catch");
        (self.head, self.parens) = (at + 1, 0);
        if let Some(Block { kind: BlockKind::Function(function), .. }) = self.blocks.last_mut()
            && function.tries
            && more_handlers
        {
            function.in_handlers = true;
            return;
        }
        self.pop(at, extra);
        if let Some(Block { kind: BlockKind::Function(OpenFunction { in_handlers: true, .. }), .. }) =
            self.blocks.last()
            && !more_handlers
        {
            self.pop(at, 0);
        }
    }

    /// Closes the innermost block, and records it if it is a function.
    fn pop(&mut self, at: usize, extra: usize) {
        let Some(block) = self.blocks.pop() else { return };
        self.open_functions.pop_if(|place| *place == self.blocks.len());
        self.scopes.truncate(block.scopes);
        // Macros end some initializers without a semicolon: `SEQUENCE(a) = { .. } SEQUENCE_END(a)`.
        let ends = |parens| parens == 0 && self.tokens.get(at + 1).is_some_and(Token::is_word);
        if let Some(resume) = block.resume.filter(|&(_, parens)| !ends(parens)) {
            (self.head, self.parens) = resume;
        }
        if let BlockKind::Function(function) = block.kind {
            let last = self.tokens.get(at + 1).filter(|next| function.is_variable && next.is(b';'));
            self.outline.functions.push(CFunction {
                span: function.start..last.unwrap_or(&self.tokens[at]).end,
                name: function.name,
                parameters: function.parameters,
                uncertain: function.unmatched || extra > 0,
            });
        }
    }

    /// Returns the function around the brace at `at` if both begin at the same column of their lines.
    fn aligned_function(&self, at: usize) -> Option<usize> {
        let &place = self.open_functions.last()?;
        let BlockKind::Function(function) = &self.blocks[place].kind else { return None };
        let aligned = function.column.is_some() && function.column == self.column(self.tokens[at].start);
        aligned.then_some(place)
    }

    /// Whether the brace at `at` would close a function, but is not indented like it.
    fn keeps_open(&mut self, at: usize) -> bool {
        let end = self.tokens[at].start;
        let Some(Block { kind: BlockKind::Function(function), .. }) = self.blocks.last_mut() else {
            return false;
        };
        let line_end = memchr::memchr(b'\n', &self.text.as_bytes()[function.brace..]);
        let in_one_line = line_end.is_none_or(|length| end < function.brace + length);
        let keeps = function.column.is_some() && !in_one_line;
        function.unmatched |= keeps;
        keeps
    }

    /// Returns the column of the token at `start` if only white space is before it in its line.
    fn column(&self, start: usize) -> Option<usize> {
        let before = &self.text.as_bytes()[start.saturating_sub(MAX_INDENTATION)..start];
        let indentation = before.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let line_start = indentation == start || before.iter().rev().nth(indentation) == Some(&b'\n');
        line_start.then_some(indentation)
    }
}
