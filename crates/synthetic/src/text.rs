//! Text blocks of the template files.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};

use super::template::MacroTable;

/// Reads a text; one of several lines loses its common indentation and the white space at its end.
pub(super) fn block<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    String::deserialize(deserializer).map(dedent)
}

/// Reads a text that may be absent, like [`block`].
pub(super) fn some_block<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    block(deserializer).map(Some)
}

/// Reads a table of macros, whose values are a text or a list of alternatives.
pub(super) fn macros<'de, D: Deserializer<'de>>(deserializer: D) -> Result<MacroTable<'static>, D::Error> {
    let table = BTreeMap::<String, Alternatives>::deserialize(deserializer)?;
    Ok(table.into_iter().map(|(name, Alternatives(texts))| (Cow::Owned(name), texts)).collect())
}

fn dedent(text: String) -> String {
    if !text.contains('\n') {
        return text;
    }
    let text = text.trim_end();
    let indentation = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let common = text.lines().filter(|line| !line.trim().is_empty()).map(indentation).min().unwrap_or(0);
    // A blank line may be shorter than the margin.
    let lines: Vec<&str> = text.lines().map(|line| line.get(common..).unwrap_or("")).collect();
    lines.join("\n")
}

struct Alternatives(Vec<Cow<'static, str>>);

impl<'de> Deserialize<'de> for Alternatives {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AlternativesVisitor)
    }
}

/// Accepts both forms with an error of its own; `#[serde(untagged)]` would lose position and reason.
struct AlternativesVisitor;

impl<'de> Visitor<'de> for AlternativesVisitor {
    type Value = Alternatives;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a list of texts")
    }

    fn visit_str<E>(self, text: &str) -> Result<Alternatives, E> {
        Ok(Alternatives(vec![Cow::Owned(dedent(text.to_owned()))]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Alternatives, A::Error> {
        let mut texts = Vec::new();
        while let Some(text) = sequence.next_element::<String>()? {
            texts.push(Cow::Owned(dedent(text)));
        }
        Ok(Alternatives(texts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_lose_their_common_indentation() {
        assert_eq!(dedent("    if x:\n        y\n\n    z\n    ".to_owned()), "if x:\n    y\n\nz");
        assert_eq!(dedent("  one line ".to_owned()), "  one line ");
    }
}
