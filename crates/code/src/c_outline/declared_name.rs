//! The name and parameters in the head of a function.

use std::ops::Range;

use super::attribute_words::{
    begins_statement, is_attribute_macro, is_macro_like, is_specifier, is_upper_case, is_warning_macro,
    never_names,
};
use super::head::{Head, ItemKind, symbol};
use super::lexer::{Token, TokenKind};
use crate::names::{ParameterList, tidy};

/// A function as its head declares it.
#[derive(Debug)]
pub(super) struct FunctionHead {
    /// Name without the scopes around the function.
    pub(super) name: String,
    pub(super) parameters: ParameterList,
    /// Position of the first token in the text.
    pub(super) start: usize,
    /// Item with the colon before the members that a constructor initialises.
    pub(super) initializers: Option<usize>,
    /// Whether it is a friend of the class around it, and so belongs to the namespace around the class.
    pub(super) is_friend: bool,
    /// Whether handlers follow its body: `int f() try { .. } catch (..) { .. }`.
    pub(super) tries: bool,
}

/// Name and parameters that may be those of the function.
struct Candidate<'a> {
    /// Items of the name.
    items: Range<usize>,
    text: String,
    /// The token before the parameters, and those after it up to their end.
    parameters: &'a [Token],
    span: Range<usize>,
}

/// Finds the function that a head declares.
///
/// It is the last name with parentheses after it, unless those look like an attribute:
/// `static int __printf(3, 4) name(const char *format, ..)`, `int name(int a) ATTRIBUTE_FORMAT(1, 2)`.
pub(super) fn find(head: &Head) -> Option<FunctionHead> {
    let mut best: Option<Candidate> = None;
    let mut initializers = None;
    for (at, item) in head.items.iter().enumerate() {
        match item.kind {
            _ if head.word(item).is_some_and(begins_statement) => return None,
            // `int (*member)(int a){};` is a variable.
            ItemKind::Parens if is_function_pointer(head, at) => return None,
            ItemKind::Parens => {
                if let Some(candidate) = candidate(head, at)
                    && best.as_ref().is_none_or(|best| replaces(head, best, &candidate))
                {
                    best = Some(candidate);
                }
            }
            _ if best.is_none() => {}
            kind if kind == symbol(b':') => {
                initializers = Some(at);
                break;
            }
            // Another variable after one that is initialised with parentheses.
            kind if kind == symbol(b',') => return None,
            ItemKind::Token(TokenKind::Arrow) => break,
            _ if matches!(head.word(item), Some("try" | "requires")) => break,
            _ => {}
        }
    }
    let candidate = best?;
    let count = parameter_count(candidate.parameters);
    let start = first_item(head, &candidate);
    Some(FunctionHead {
        name: function_name(head, &candidate),
        parameters: ParameterList { span: candidate.span, count },
        start: head.span(start..start + 1).start,
        initializers,
        is_friend: head.items.iter().any(|item| head.word(item) == Some("friend")),
        tries: head.items.iter().any(|item| head.word(item) == Some("try")),
    })
}

/// Whether a variable that points to a function is declared by the parentheses at `at` and those after them.
fn is_function_pointer(head: &Head, at: usize) -> bool {
    let inner = head.inside(&head.items[at]);
    let is_called = head.items.get(at + 1).is_some_and(|next| next.kind == ItemKind::Parens);
    let [first, .., last] = inner else { return false };
    let points =
        first.is(b'*') || inner.windows(2).any(|pair| pair[0].kind == TokenKind::Scope && pair[1].is(b'*'));
    is_called && points && last.is_word() && !inner.iter().any(|token| token.is(b'('))
}

/// Returns the name before the parentheses at `at`.
fn candidate<'a>(head: &Head<'a>, at: usize) -> Option<Candidate<'a>> {
    let group = &head.items[at];
    let before = at.checked_sub(1)?;
    let new = |items: Range<usize>, text: String| Candidate {
        items,
        text,
        parameters: head.inside(group),
        span: head.span(at..at + 1),
    };
    if head.items[before].kind == ItemKind::Parens {
        return parenthesized(head, before, new);
    }
    let start = head.name_start(at);
    if start == at || head.word(&head.items[at - 1]).is_some_and(never_names) {
        return None;
    }
    // `template <..> (`
    if start + 1 < at && head.word(&head.items[start]) == Some("template") {
        return None;
    }
    let wrapped = (start + 1 == at && head.word(&head.items[start]).is_some_and(is_upper_case))
        .then(|| wrapped_declaration(head, head.inside(group), start..at))
        .flatten();
    Some(wrapped.unwrap_or_else(|| new(start..at, head.name_text(start..at))))
}

/// Returns the function whose declaration is the argument of a macro: `UNUSED(static int name(int a)) { .. }`, or
/// `FUNCTION(int, name, (int a), NORETURN) { .. }`.
fn wrapped_declaration<'a>(
    head: &Head<'a>,
    inner: &'a [Token],
    items: Range<usize>,
) -> Option<Candidate<'a>> {
    let open = inner.iter().position(|token| token.is(b'('))?;
    let close = open + inner[open..].iter().position(|token| token.is(b')'))?;
    let is_listed = open > 0 && inner[open - 1].is(b',');
    let (name, before) = inner[..open - usize::from(is_listed)].split_last()?;
    let has_type = before.first().is_some_and(Token::is_word)
        && before.last().is_some_and(|last| last.is_word() || last.is(b'*') || is_listed && last.is(b','));
    let parameters = &inner[open + 1..close];
    let is_whole = match inner.get(close + 1) {
        Some(next) => is_listed && next.is(b','),
        None => true,
    };
    // `CASE(name, other, (1, 2))` has no parameters.
    let has_parameters = !is_listed || declares_parameters(parameters) || is_void(head, parameters);
    let is_named = name.is_word() && !never_names(name.text(head.text));
    (has_type && is_whole && has_parameters && is_named).then(|| Candidate {
        items,
        text: name.text(head.text).to_owned(),
        parameters,
        span: inner[open].start..inner[close].end,
    })
}

/// Returns the name in `type (*name(parameters))(..)`, `type (name)(parameters)`, or
/// `MACRO(name)(parameters)`. The first pair of parentheses is at `at`.
fn parenthesized<'a>(
    head: &Head<'a>,
    at: usize,
    new: impl Fn(Range<usize>, String) -> Candidate<'a>,
) -> Option<Candidate<'a>> {
    let inner = head.inside(&head.items[at]);
    let is_pointer = inner.iter().take(3).any(|token| token.is(b'*') || token.is(b'&'));
    if is_pointer {
        let open = (1..inner.len()).find(|&open| inner[open].is(b'(') && inner[open - 1].is_word())?;
        let close = (open..inner.len()).find(|&close| inner[close].is(b')'))?;
        return Some(Candidate {
            items: at..at + 1,
            text: inner[open - 1].text(head.text).to_owned(),
            parameters: &inner[open + 1..close],
            span: inner[open].start..inner[close].end,
        });
    }
    let macro_name = at.checked_sub(1).and_then(|before| head.word(&head.items[before]));
    match (macro_name, inner) {
        (Some(name), _) if is_upper_case(name) => Some(new(at - 1..at + 1, head.name_text(at - 1..at + 1))),
        (_, [name]) if name.is_word() => Some(new(at..at + 1, name.text(head.text).to_owned())),
        _ => None,
    }
}

/// Whether `new`, which comes later, is rather the name than `best` is.
fn replaces(head: &Head, best: &Candidate, new: &Candidate) -> bool {
    let is_macro = |name: &Candidate| {
        name.items.len() == 1 && head.word(&head.items[name.items.start]).is_some_and(is_macro_like)
    };
    if is_macro(new) != is_macro(best) {
        return is_macro(best);
    }
    // Two macros that a blank line parts are two statements: the pragma of a compiler, and a test.
    let gap = head.text.get(best.span.end..head.span(new.items.clone()).start).unwrap_or_default();
    if is_macro(new) && gap.matches('\n').count() > 1 {
        return true;
    }
    let has_arguments = declares_parameters(best.parameters) && !declares_parameters(new.parameters);
    !has_arguments
}

/// Whether the tokens are parameters rather than arguments: none, or some with a type and a name.
pub(super) fn declares_parameters(tokens: &[Token]) -> bool {
    let is_declarator = |token: &Token| matches!(token.kind, TokenKind::Symbol(b'*' | b'&' | b'>'));
    // `args...`, but not `i.11`.
    let has_dots = tokens.windows(3).any(|dots| dots.iter().all(|token| token.is(b'.')));
    let is_parameter = |pair: &[Token]| match (pair[0].is_word(), pair[1].is_word()) {
        (true, true) => true,
        (true, false) => is_declarator(&pair[1]),
        (false, true) => is_declarator(&pair[0]),
        (false, false) => false,
    };
    tokens.is_empty() || has_dots || tokens.windows(2).any(is_parameter)
}

/// Whether the tokens between the parentheses of a function say that it has no parameters.
pub(super) fn is_void(head: &Head, tokens: &[Token]) -> bool {
    matches!(tokens, [word] if word.text(head.text) == "void")
}

fn parameter_count(tokens: &[Token]) -> usize {
    let mut depth = 0_u32;
    let mut commas = 0;
    for token in tokens {
        match token.kind {
            TokenKind::Symbol(b'(' | b'[' | b'{' | b'<') => depth += 1,
            TokenKind::Symbol(b')' | b']' | b'}' | b'>') => depth = depth.saturating_sub(1),
            TokenKind::Symbol(b',') if depth == 0 => commas += 1,
            _ => {}
        }
    }
    if tokens.is_empty() { 0 } else { commas + 1 }
}

/// Returns the name; for a function that a macro declares, the macro with its arguments. Such functions,
/// as `TEST_F(Fixture, Case) { .. }`, differ only in their arguments.
fn function_name(head: &Head, candidate: &Candidate) -> String {
    if is_declared_by_macro(head, candidate) {
        return tidy(&head.name_text(candidate.items.start..candidate.items.end + 1));
    }
    let name = tidy(&candidate.text);
    // `A :: f` is `A::f`.
    name.replace(" ::", "::").replace(":: ", "::").replace("~ ", "~")
}

fn is_declared_by_macro(head: &Head, candidate: &Candidate) -> bool {
    let is_string = |token: &Token| token.kind == TokenKind::Literal && token.text(head.text).ends_with('"');
    candidate.items.len() == 1
        && head.word(&head.items[candidate.items.start]).is_some_and(is_upper_case)
        && head.word(&head.items[candidate.items.start]) == Some(&candidate.text)
        && candidate.text != plain_class(head.class)
        && (!has_type(head, 0..candidate.items.start)
            || candidate.parameters.first().is_some_and(is_string)
            || !has_plain_type(head, 0..candidate.items.start) && !declares_parameters(candidate.parameters))
}

/// Returns the name of a class without template arguments and scopes.
fn plain_class(class: &str) -> &str {
    let plain = class.split('<').next().unwrap_or(class);
    plain.rsplit("::").next().unwrap_or(plain).trim()
}

/// Whether one of these items can be the type of a function.
fn has_type(head: &Head, items: Range<usize>) -> bool {
    head.items[items].iter().any(|item| head.word(item).is_some_and(|word| !is_specifier(word)))
}

/// Whether one of these items is certainly a type and not a macro.
fn has_plain_type(head: &Head, items: Range<usize>) -> bool {
    let words = head.items[items].iter().filter_map(|item| head.word(item));
    words.filter(|word| !is_specifier(word)).any(|word| !is_macro_like(word))
}

/// Returns the first item of the function. Macros in lines of their own before it are left out unless
/// they are attributes.
fn first_item(head: &Head, candidate: &Candidate) -> usize {
    let name = candidate.items.start;
    let next = head.items[name..].get(1).map(|item| item.kind);
    let qualified = next == Some(ItemKind::Token(TokenKind::Scope));
    let without_type = qualified || is_constructor(head, name) || is_declared_by_macro(head, candidate);
    let mut start = 0;
    while let Some(next) = item_after_macro(head, start, name)
        && (without_type || has_type(head, next..name))
    {
        start = next;
    }
    start
}

/// Returns the item after a macro at `start` that does not belong to the function.
fn item_after_macro(head: &Head, start: usize, name: usize) -> Option<usize> {
    let word = head.word(head.items.get(start)?)?;
    let called = head.items.get(start + 1).is_some_and(|item| item.kind == ItemKind::Parens);
    let next = start + 1 + usize::from(called);
    if next > name || is_specifier(word) || never_names(word) || (!called && !is_upper_case(word)) {
        return None;
    }
    let end = head.span(start..next).end;
    let gap = head.text.get(end..head.span(next..next + 1).start).unwrap_or_default();
    let separated = !gap.trim().is_empty() || gap.matches('\n').count() > 1;
    let alone = gap.contains('\n')
        && (separated
            || is_warning_macro(word)
            || ((called || !head.class.is_empty()) && !is_attribute_macro(word)));
    alone.then_some(next)
}

/// Whether the function at `name` is a constructor, destructor or operator of the class around it.
fn is_constructor(head: &Head, name: usize) -> bool {
    let Some(item) = head.items.get(name) else { return false };
    item.kind == ItemKind::Operator
        || item.kind == symbol(b'~')
        || head.word(item).is_some_and(|word| word == plain_class(head.class))
}

/// Whether tokens of a declaration may be the head of a function in the style of Kernighan and Ritchie:
/// names alone in parentheses, then the first declaration of a parameter. Returns the token after the
/// parentheses.
pub(super) fn old_style_parameters(tokens: &[Token]) -> Option<usize> {
    let open = tokens.iter().position(|token| token.is(b'('))?;
    let close = open + tokens[open..].iter().position(|token| token.is(b')'))?;
    let names = &tokens[open + 1..close];
    let listed = !names.is_empty() && names.iter().all(|token| token.is_word() || token.is(b','));
    let declared = tokens.len() > close + 2 && tokens[close + 1].is_word();
    (open > 0 && tokens[open - 1].is_word() && listed && declared).then_some(close + 1)
}
