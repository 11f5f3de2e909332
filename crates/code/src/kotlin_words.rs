//! Words of Kotlin that are modifiers in some places and names in others: `open = true`.
//!
//! The grammar takes such a word at the start of a statement for a modifier, and loses the rest of the class. It reads a
//! copy of the text of the same length, in which the word is another.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

/// A modifier (Kotlin specification, "Soft keywords") at the start of a line that is assigned to, or whose member is used.
static NAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?m)^[ \t]*(abstract|actual|annotation|const|crossinline|expect|external|final|infix|inline|internal|lateinit",
        r"|noinline|open|operator|override|private|protected|public|sealed|suspend|tailrec|vararg)",
        r"[ \t]*(?:=[^=]|[-+*/%]=|\??\.|\+\+|--)"
    ))
    .expect("a valid pattern")
});

/// Replaces such names. The copy has the same lines and the same length in bytes.
pub(super) fn without_modifier_names(text: &str) -> Cow<'_, str> {
    let mut copy = String::new();
    for found in NAME.captures_iter(text) {
        let Some(word) = found.get(1) else { continue };
        copy.push_str(&text[copy.len()..word.start()]);
        copy.extend(std::iter::repeat_n('x', word.len()));
    }
    if copy.is_empty() {
        return Cow::Borrowed(text);
    }
    copy.push_str(&text[copy.len()..]);
    Cow::Owned(copy)
}
