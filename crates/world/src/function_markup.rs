//! Markup of ordinary functions.
//!
//! `«noun»` is a slot, filled with a word. `«log:¦print(x)»` has several wordings, of which a function
//! has one at a time; the label before the colon is the kind of change between them. All wordings
//! of a label in one function change together. Labels may stand within wordings.

use std::collections::BTreeMap;

/// A piece of a template.
pub(crate) enum TemplatePiece<'t> {
    /// Text as it is.
    Text(&'t str),
    /// Name of a slot.
    Slot(&'static str),
    /// An empty wording.
    Empty,
}

/// Passes the pieces of `text` to `take`, with the wording that each label has in `chosen` and with
/// `name` for `«name»`.
pub(crate) fn expand<'t>(
    text: &'static str,
    chosen: &BTreeMap<&'static str, usize>,
    name: &'t str,
    take: &mut impl FnMut(TemplatePiece<'t>),
) {
    let mut rest = text;
    while let Some(at) = rest.find('«') {
        take(TemplatePiece::Text(&rest[..at]));
        let inside = &rest[at + '«'.len_utf8()..];
        let end = closing(inside);
        let inner = &inside[..end];
        rest = &inside[end + '»'.len_utf8()..];
        if inner == "name" {
            take(TemplatePiece::Text(name));
        } else if let Some((label, wordings)) = split_wordings(inner) {
            let wording = wordings[chosen.get(label).copied().unwrap_or(0) % wordings.len()];
            if wording.is_empty() {
                take(TemplatePiece::Empty);
            }
            expand(wording, chosen, name, take);
        } else {
            take(TemplatePiece::Slot(inner));
        }
    }
    take(TemplatePiece::Text(rest));
}

/// Returns the labels of a text, each with its number of wordings.
pub(crate) fn labels(text: &'static str) -> BTreeMap<&'static str, usize> {
    let mut found = BTreeMap::new();
    let mut rest = text;
    while let Some(at) = rest.find('«') {
        let inside = &rest[at + '«'.len_utf8()..];
        if let Some((label, wordings)) = split_wordings(&inside[..closing(inside)]) {
            found.insert(label, wordings.len());
        }
        // Goes on inside the markup, not behind it, to find labels within wordings.
        rest = inside;
    }
    found
}

/// Returns the offset of the sign that closes a markup whose inside `text` begins with.
fn closing(text: &str) -> usize {
    let mut depth = 0;
    for (at, character) in text.char_indices() {
        match character {
            '«' => depth += 1,
            '»' if depth == 0 => return at,
            '»' => depth -= 1,
            _ => {}
        }
    }
    panic!("a template has an open markup: {text:?}");
}

/// Splits the inside of a markup into its label and wordings; returns nothing for a slot.
fn split_wordings(inner: &'static str) -> Option<(&'static str, Vec<&'static str>)> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0, 0);
    for (at, character) in inner.char_indices() {
        match character {
            '«' => depth += 1,
            '»' => depth -= 1,
            '¦' if depth == 0 => {
                parts.push(&inner[start..at]);
                start = at + '¦'.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&inner[start..]);
    if parts.len() < 2 {
        return None;
    }
    let (label, first) = parts[0].split_once(':')?;
    parts[0] = first;
    Some((label, parts))
}
