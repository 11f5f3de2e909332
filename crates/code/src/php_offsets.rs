//! Offsets of PHP in braces, `$text{0}`, which PHP 8.0 removed.
//!
//! The grammar has no rule for them, and loses the class around them. It reads a copy of the text of the same length,
//! with square brackets.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

/// A variable or property, and its offset in the group. Accessors of a property, `$size{get;}`, have a semicolon.
static BRACED_OFFSET: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\$\w+(?:->\w+|\[[^\[\]{}\n]*\])*(\{[^{}\n;]+\})").expect("a valid pattern")
});

/// Replaces the braces of offsets by square brackets.
pub(super) fn with_square_offsets(text: &str) -> Cow<'_, str> {
    let mut copy = String::new();
    for found in BRACED_OFFSET.captures_iter(text) {
        let Some(offset) = found.get(1) else { continue };
        copy.push_str(&text[copy.len()..offset.start()]);
        copy.push('[');
        copy.push_str(&text[offset.start() + 1..offset.end() - 1]);
        copy.push(']');
    }
    if copy.is_empty() {
        return Cow::Borrowed(text);
    }
    copy.push_str(&text[copy.len()..]);
    Cow::Owned(copy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_offsets_change() {
        let text = "$a{0} . $this->b[1]{$i++}; if ($x) { $y{$z} = 1; } public $size{get;}";
        let expected = "$a[0] . $this->b[1][$i++]; if ($x) { $y[$z] = 1; } public $size{get;}";
        assert_eq!(with_square_offsets(text), expected);
        assert!(matches!(with_square_offsets("if ($x) {}"), Cow::Borrowed(_)));
    }
}
