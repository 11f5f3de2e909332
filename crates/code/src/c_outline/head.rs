//! The head of a block: the tokens between the last declaration and an opening brace.

use std::ops::Range;

use super::attribute_words::{is_macro_like, is_upper_case};
use super::declared_name::{self, FunctionHead};
use super::lexer::{Token, TokenKind};
use crate::names::tidy;

/// Most tokens of a head that is read. The longest heads are lists of the members that a constructor
/// initialises.
pub(super) const MAX_HEAD_TOKENS: usize = 2000;

/// Most tokens between `<` and `>`.
const MAX_ANGLE_TOKENS: usize = 300;

/// What a block belongs to.
#[derive(Debug)]
pub(super) enum Declaration {
    /// A namespace; its name is empty if it has none.
    Namespace(String),
    /// A linkage specification, or a macro that stands for one.
    Transparent,
    /// A class, structure or union; its name is empty if it has none.
    Class(String),
    /// A function.
    Function(FunctionHead),
    /// A variable that holds a lambda: the name.
    Lambda(String),
    /// An initializer, after which the declaration goes on.
    Initializer,
    /// Anything else, such as an enumeration.
    Other,
}

/// One part of a head: a token, or a group in brackets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    pub(super) kind: ItemKind,
    /// Positions of the first and the last token.
    pub(super) first: usize,
    pub(super) last: usize,
}

/// Kind of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ItemKind {
    Token(TokenKind),
    Parens,
    Brackets,
    Braces,
    /// Template arguments or parameters.
    Angles,
    /// `operator` with the operator or type that it is for.
    Operator,
}

/// A head, split into items.
pub(super) struct Head<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: &'a [Token],
    pub(super) items: Vec<Item>,
    /// Name of the class around it; empty outside of classes.
    pub(super) class: &'a str,
}

impl<'a> Head<'a> {
    /// Splits `tokens` into items.
    pub(super) fn new(text: &'a str, tokens: &'a [Token], class: &'a str) -> Self {
        let mut items = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            let (kind, last) = read_item(text, tokens, at, items.last());
            items.push(Item { kind, first: at, last });
            at = last + 1;
        }
        Self { text, tokens, items, class }
    }

    /// Decides what the head declares.
    pub(super) fn declaration(&self) -> Declaration {
        let words = || self.items.iter().enumerate().filter_map(|(at, item)| Some((at, self.word(item)?)));
        if let Some((at, _)) = words().find(|(_, word)| *word == "namespace") {
            return Declaration::Namespace(self.namespace_name(at + 1));
        }
        if let Some(at) = self.items.iter().position(|item| item.kind == symbol(b'=')) {
            return self.initialized(at);
        }
        let is_key = |word: &str| matches!(word, "class" | "struct" | "union" | "enum" | "__interface");
        // `ALIGNED(class) Name` is a class too.
        let mut keys =
            self.items.iter().enumerate().filter_map(|(at, item)| Some((at, self.only_word(item)?)));
        let key = keys.find(|(_, word)| is_key(word));
        if let Some(name) = key.and_then(|(at, _)| self.class_name(at + 1)) {
            let enumeration = key.is_some_and(|(_, word)| word == "enum");
            return if enumeration { Declaration::Other } else { Declaration::Class(name) };
        }
        if self.is_group_macro() {
            return Declaration::Transparent;
        }
        match declared_name::find(self) {
            Some(function) if self.initializes_member(&function) => Declaration::Initializer,
            Some(function) => Declaration::Function(function),
            None => self.without_name(),
        }
    }

    /// Whether a macro opens a namespace, or puts tests into a group: `SUITE(name) { TEST(a) { .. } }`.
    fn is_group_macro(&self) -> bool {
        let [name, Item { kind: ItemKind::Parens, .. }] = &self.items[..] else { return false };
        let groups = |word: &str| word.ends_with("SUITE") || word.contains("NAMESPACE");
        self.word(name).is_some_and(|word| is_upper_case(word) && groups(word))
    }

    fn without_name(&self) -> Declaration {
        match &self.items[..] {
            [item] if self.word(item).is_some_and(is_upper_case) => Declaration::Transparent,
            [linkage, language]
                if self.word(linkage) == Some("extern")
                    && language.kind == ItemKind::Token(TokenKind::Literal) =>
            {
                Declaration::Transparent
            }
            _ => Declaration::Other,
        }
    }

    /// Returns the text of an item that is a word.
    pub(super) fn word(&self, item: &Item) -> Option<&'a str> {
        (item.kind == ItemKind::Token(TokenKind::Word)).then(|| self.tokens[item.first].text(self.text))
    }

    /// Returns the text of an item that is a word, or one word in parentheses.
    fn only_word(&self, item: &Item) -> Option<&'a str> {
        match self.inside(item) {
            [word] if item.kind == ItemKind::Parens && word.is_word() => Some(word.text(self.text)),
            _ => self.word(item),
        }
    }

    /// Returns the position in the text of these items.
    pub(super) fn span(&self, items: Range<usize>) -> Range<usize> {
        let (first, last) = (self.items[items.start].first, self.items[items.end - 1].last);
        self.tokens[first].start..self.tokens[last].end
    }

    /// Returns the text of these items without comments.
    pub(super) fn name_text(&self, items: Range<usize>) -> String {
        let tokens = &self.tokens[self.items[items.start].first..=self.items[items.end - 1].last];
        let mut name = String::new();
        for (at, token) in tokens.iter().enumerate() {
            let before = at.checked_sub(1).map_or(token, |before| &tokens[before]);
            let gap = self.text.get(before.end..token.start).unwrap_or_default();
            let needs_space = gap.trim().is_empty() || before.is(b',') || before.is_word() && token.is_word();
            if !gap.is_empty() && needs_space {
                name.push(' ');
            }
            name.push_str(token.text(self.text));
        }
        name
    }

    /// Returns the tokens inside the brackets of a group.
    pub(super) fn inside(&self, group: &Item) -> &'a [Token] {
        self.tokens.get(group.first + 1..group.last).unwrap_or_default()
    }

    /// Returns the first item of the qualified name that ends before `end`.
    pub(super) fn name_start(&self, end: usize) -> usize {
        let kind = |at: usize| self.items.get(at).map(|item| item.kind);
        let is_name = |at: usize| self.items.get(at).and_then(|item| self.word(item)).is_some();
        let mut start = end;
        loop {
            // `name`, `~name`, `name<..>`, `operator ..`
            let mut part = start;
            if part > 0 && kind(part - 1) == Some(ItemKind::Angles) {
                part -= 1;
            }
            if part == 0 || !(is_name(part - 1) || kind(part - 1) == Some(ItemKind::Operator)) {
                return start;
            }
            start = part - 1;
            if start > 0 && kind(start - 1) == Some(symbol(b'~')) {
                start -= 1;
            }
            if start == 0 || kind(start - 1) != Some(ItemKind::Token(TokenKind::Scope)) {
                return start;
            }
            start -= 1;
        }
    }

    fn namespace_name(&self, from: usize) -> String {
        let mut name = String::new();
        for item in &self.items[from..] {
            match item.kind {
                ItemKind::Token(TokenKind::Scope) => name.push_str("::"),
                _ => match self.word(item) {
                    Some("inline") => {}
                    Some(word) if name.is_empty() || name.ends_with("::") => name.push_str(word),
                    _ => break,
                },
            }
        }
        name
    }

    /// Returns the name of a class whose keyword is before `from`; `None` if it is not a definition of a
    /// class. Macros may stand on both sides of the name.
    fn class_name(&self, from: usize) -> Option<String> {
        let items = &self.items[from..];
        let bases = items.iter().position(|item| item.kind == symbol(b':')).unwrap_or(items.len());
        let mut name = from..from;
        for (offset, item) in items[..bases].iter().enumerate() {
            let at = from + offset;
            match item.kind {
                ItemKind::Brackets | ItemKind::Token(TokenKind::Scope) => {}
                // `struct Map<int, char>`
                ItemKind::Angles if name.end == at => name.end += 1,
                // `class EXPORT(1) Name`, but not `struct name function(int a)`.
                ItemKind::Parens => {
                    let before = self.items[..at].last().and_then(|item| self.word(item))?;
                    let inner = self.inside(item);
                    // `enum name __function(int a)` is a function too.
                    let has_parameters = !inner.is_empty() && declared_name::declares_parameters(inner)
                        || declared_name::is_void(self, inner);
                    let is_function = before.starts_with("__") && has_parameters;
                    // A macro in lower case stands behind the keyword.
                    let is_macro =
                        is_macro_like(before) || before == "alignas" || offset == 1 && !has_parameters;
                    if is_function || !is_macro {
                        return None;
                    }
                    if name.end == at {
                        name = from..from;
                    }
                }
                _ => match self.word(item)? {
                    "final" | "sealed" | "abstract" if !name.is_empty() => {}
                    word if is_macro_like(word) && !name.is_empty() && !self.is_macro(&name) => {}
                    _ => name = self.name_start(at + 1).max(from)..at + 1,
                },
            }
        }
        let name = if name.is_empty() { String::new() } else { self.name_text(name) };
        Some(tidy(&name))
    }

    fn is_macro(&self, name: &Range<usize>) -> bool {
        name.len() == 1 && self.word(&self.items[name.start]).is_some_and(is_macro_like)
    }

    /// Decides what a declaration with `=` at `at` is.
    fn initialized(&self, at: usize) -> Declaration {
        let is_lambda = self.items.get(at + 1).is_some_and(|item| item.kind == ItemKind::Brackets);
        let start = self.name_start(at);
        if is_lambda && start < at {
            Declaration::Lambda(self.name_text(start..at))
        } else {
            self.after_macros(at).unwrap_or(Declaration::Initializer)
        }
    }

    /// Returns the function in the lines after a macro that ends a declaration without a semicolon:
    /// `TEMPLATE(a) = b(c) TEMPLATE_END(a)`.
    fn after_macros(&self, at: usize) -> Option<Declaration> {
        let ends = |&item: &usize| {
            let name = self.word(&self.items[item - 1]);
            let called = self.items[item].kind == ItemKind::Parens
                && name.is_some_and(|name| is_upper_case(name) || name.contains("_END"));
            let end = self.tokens[self.items[item].last].end;
            let next = self.tokens[self.items[item + 1].first];
            called && next.is_word() && self.text.get(end..next.start).is_some_and(|gap| gap.contains('\n'))
        };
        let last = (at + 1..self.items.len() - 1).rev().find(ends)?;
        let rest = &self.tokens[self.items[last].last + 1..];
        match Self::new(self.text, rest, self.class).declaration() {
            function @ Declaration::Function(_) => Some(function),
            _ => None,
        }
    }

    /// Whether the brace initialises a member: `Name(int a) : member{`.
    fn initializes_member(&self, function: &FunctionHead) -> bool {
        let start = self.name_start(self.items.len());
        let before = start.checked_sub(1).map(|at| self.items[at].kind);
        function.initializers.is_some_and(|colon| colon < start)
            && start < self.items.len()
            && (before == Some(symbol(b':')) || before == Some(symbol(b',')))
    }
}

pub(super) const fn symbol(byte: u8) -> ItemKind {
    ItemKind::Token(TokenKind::Symbol(byte))
}

/// Reads the item that begins at token `at`; returns its kind and its last token.
fn read_item(text: &str, tokens: &[Token], at: usize, before: Option<&Item>) -> (ItemKind, usize) {
    let kind = tokens[at].kind;
    match kind {
        TokenKind::Symbol(b'(') => (ItemKind::Parens, group_end(tokens, at)),
        TokenKind::Symbol(b'[') => (ItemKind::Brackets, group_end(tokens, at)),
        TokenKind::Symbol(b'{') => (ItemKind::Braces, group_end(tokens, at)),
        TokenKind::Symbol(b'<')
            if before.is_some_and(|item| item.kind == ItemKind::Token(TokenKind::Word)) =>
        {
            angles_end(tokens, at).map_or((ItemKind::Token(kind), at), |last| (ItemKind::Angles, last))
        }
        TokenKind::Word if tokens[at].text(text) == "operator" => {
            (ItemKind::Operator, operator_end(tokens, at))
        }
        _ => (ItemKind::Token(kind), at),
    }
}

/// Returns the token that closes the bracket at `open`, or the last token.
fn group_end(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0_u32;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.kind {
            TokenKind::Symbol(b'(' | b'[' | b'{') => depth += 1,
            TokenKind::Symbol(b')' | b']' | b'}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
    }
    tokens.len() - 1
}

/// Returns the `>` that closes the `<` at `open`, if these are brackets and not comparisons.
fn angles_end(tokens: &[Token], open: usize) -> Option<usize> {
    let mut depth = 0_u32;
    // Parentheses inside hide comparisons.
    let mut inner = 0_u32;
    for (at, token) in tokens.iter().enumerate().skip(open).take(MAX_ANGLE_TOKENS) {
        match token.kind {
            TokenKind::Symbol(b'(' | b'[' | b'{') => inner += 1,
            TokenKind::Symbol(b')' | b']' | b'}') => inner = inner.checked_sub(1)?,
            // `<=` is a comparison.
            TokenKind::Symbol(b'<') if inner == 0 => {
                let compares =
                    tokens.get(at + 1).is_some_and(|next| next.is(b'=') && next.start == token.end);
                depth += u32::from(!compares);
            }
            TokenKind::Symbol(b'>') if inner == 0 => {
                // `a <= b > c` has no bracket.
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at);
                }
            }
            TokenKind::Symbol(b';') => return None,
            _ => {}
        }
    }
    None
}

/// Returns the last token of the operator or type after the keyword at `at`.
fn operator_end(tokens: &[Token], at: usize) -> usize {
    let is = |offset: usize, symbol: u8| tokens.get(at + offset).is_some_and(|token| token.is(symbol));
    if is(1, b'(') {
        return if is(2, b')') { at + 2 } else { at };
    }
    let length = tokens[at + 1..].iter().take_while(|token| !token.is(b'(')).count();
    at + length
}
