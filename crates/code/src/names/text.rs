//! Text of names: quotes, white space, length.

use tree_sitter::Node;

/// Longest name that the code around a function gives it, in characters. Calls and targets of assignments can be any
/// expression.
pub(super) const MAX_NAME_CHARS: usize = 100;

/// Longest name that a definition states itself, in characters. Tests are often named as whole sentences.
const MAX_DEFINED_CHARS: usize = 250;

/// Returns the text of `node`.
pub(crate) fn text_of<'a>(node: Node, text: &'a str) -> &'a str {
    text.get(node.byte_range()).unwrap_or_default()
}

/// Removes quotes, or the colon of a Ruby symbol.
pub(super) fn unquoted(name: &str) -> &str {
    let name = name.trim();
    // Two colons begin the name of a class at the top level.
    let inner = name.strip_prefix(':').filter(|rest| !rest.starts_with(':')).unwrap_or(name);
    ['"', '\''].into_iter().find_map(|quote| inner.strip_prefix(quote)?.strip_suffix(quote)).unwrap_or(inner)
}

/// Removes generic arguments, unless nothing is left.
pub(super) fn without_generics(name: &str) -> &str {
    let plain = name.split('<').next().unwrap_or(name);
    if plain.trim().is_empty() { name } else { plain }
}

/// Puts the name of a definition on one line, and cuts it to [`MAX_DEFINED_CHARS`].
pub(crate) fn tidy(name: &str) -> String {
    on_one_line(name, MAX_DEFINED_CHARS)
}

/// Puts an expression that serves as a name on one line, and cuts it to [`MAX_NAME_CHARS`].
pub(super) fn tidy_expression(name: &str) -> String {
    on_one_line(name, MAX_NAME_CHARS)
}

fn on_one_line(name: &str, max_chars: usize) -> String {
    let mut tidied = String::new();
    for word in name.split_whitespace() {
        if !tidied.is_empty() {
            tidied.push(' ');
        }
        tidied.push_str(word);
        // A character has at most four bytes: more text cannot be part of the result.
        if tidied.len() > 4 * max_chars {
            break;
        }
    }
    match tidied.char_indices().nth(max_chars) {
        Some((end, _)) => tidied[..end].to_owned(),
        None => tidied,
    }
}
