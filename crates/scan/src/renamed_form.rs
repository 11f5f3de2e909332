//! Statements in a form that renaming does not change.
//!
//! VUDDY (Kim et al., IEEE S&P 2017, section IV) replaces parameters, local variables, types and literals by one token
//! each. Which name is a local variable is only known once a function is parsed; here the place of a name among its
//! neighbours decides, so that one pass over the tokens of a file is enough. Names of functions that are called, members,
//! types in front of a name, constants in capitals, and keywords stay: they tell what a statement does.

/// Words that are not names. Keywords of some languages that are names in others, such as `in`, are missing.
const KEYWORDS: &[&str] = &[
    "and",
    "as",
    "async",
    "auto",
    "await",
    "bool",
    "boolean",
    "break",
    "case",
    "catch",
    "char",
    "class",
    "const",
    "continue",
    "def",
    "default",
    "delete",
    "do",
    "double",
    "elif",
    "else",
    "ensure",
    "enum",
    "except",
    "export",
    "extends",
    "extern",
    "false",
    "final",
    "finally",
    "float",
    "for",
    "foreach",
    "function",
    "global",
    "goto",
    "if",
    "impl",
    "import",
    "inline",
    "int",
    "is",
    "lambda",
    "let",
    "long",
    "mut",
    "new",
    "nil",
    "not",
    "null",
    "or",
    "pass",
    "private",
    "protected",
    "public",
    "raise",
    "register",
    "rescue",
    "return",
    "self",
    "short",
    "signed",
    "sizeof",
    "static",
    "struct",
    "super",
    "switch",
    "this",
    "throw",
    "throws",
    "true",
    "try",
    "typedef",
    "typeof",
    "union",
    "unless",
    "unsigned",
    "until",
    "var",
    "void",
    "volatile",
    "while",
    "with",
    "yield",
];

/// Shortest constant in capitals.
const MIN_CONSTANT_BYTES: usize = 3;

/// Appends the tokens of a statement to `out`, with one token for all names of variables and one for each kind of
/// literal.
pub(crate) fn abstract_tokens(tokens: &[u8], ends: &[u32], out: &mut Vec<u8>) {
    let token = |at: usize| -> &[u8] {
        let start = at.checked_sub(1).and_then(|before| ends.get(before)).map_or(0, |&end| end as usize);
        let token = ends.get(at).and_then(|&end| tokens.get(start..end as usize)).unwrap_or_default();
        // A space parts words that would touch.
        token.strip_prefix(b" ").unwrap_or(token)
    };
    for at in 0..ends.len() {
        let text = token(at);
        let form = match text.first() {
            Some(b'"' | b'\'' | b'`') if text.len() > 1 => b"\"\"",
            Some(b'0'..=b'9') => &b"0"[..],
            Some(&first) if is_name_byte(first) => {
                let next = token(at + 1);
                let is_called = next == b"(";
                let is_type = next.first().is_some_and(|&byte| is_name_byte(byte));
                let previous = at.checked_sub(1).map_or(&b""[..], token);
                let before = at.checked_sub(2).map_or(&b""[..], token);
                let is_member = previous == b"."
                    || (before, previous) == (b"-", b">")
                    || (before, previous) == (b":", b":");
                match is_called || is_type || is_member || is_constant(text) || is_keyword(text) {
                    true => text,
                    false => b"$",
                }
            }
            _ => text,
        };
        // Every token ends somewhere, so that no two sequences of tokens look the same.
        out.extend_from_slice(form);
        out.push(0);
    }
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'$' | b'@' | 0x80..)
}

fn is_constant(word: &[u8]) -> bool {
    word.len() >= MIN_CONSTANT_BYTES
        && word.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_')
}

fn is_keyword(word: &[u8]) -> bool {
    KEYWORDS.binary_search_by(|keyword| keyword.as_bytes().cmp(word)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_sorted() {
        assert!(KEYWORDS.is_sorted_by(|a, b| a < b));
    }
}
