//! Text of names: quotes, white space, length.

use tree_sitter::Node;

/// Longest name in characters. Names made of calls and of assignment targets can be any
/// expression.
pub(super) const MAX_NAME_CHARS: usize = 100;

/// Returns the text of `node`.
pub(crate) fn text_of<'a>(node: Node, text: &'a str) -> &'a str {
    text.get(node.byte_range()).unwrap_or_default()
}

/// Removes quotes, or the colon of a Ruby symbol.
pub(super) fn unquoted(name: &str) -> &str {
    let name = name.trim();
    let inner = name.strip_prefix(':').unwrap_or(name);
    ['"', '\''].into_iter().find_map(|quote| inner.strip_prefix(quote)?.strip_suffix(quote)).unwrap_or(inner)
}

/// Removes generic arguments, unless nothing is left.
pub(super) fn without_generics(name: &str) -> &str {
    let plain = name.split('<').next().unwrap_or(name);
    if plain.trim().is_empty() { name } else { plain }
}

/// Puts `name` on one line and cuts it to [`MAX_NAME_CHARS`].
pub(crate) fn tidy(name: &str) -> String {
    let mut tidied = String::new();
    for word in name.split_whitespace() {
        if !tidied.is_empty() {
            tidied.push(' ');
        }
        tidied.push_str(word);
        // A character has at most four bytes: more text cannot be part of the result.
        if tidied.len() > 4 * MAX_NAME_CHARS {
            break;
        }
    }
    match tidied.char_indices().nth(MAX_NAME_CHARS) {
        Some((end, _)) => tidied[..end].to_owned(),
        None => tidied,
    }
}
