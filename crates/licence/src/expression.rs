//! SPDX expressions in one form.

use spdx::expression::ExprNode;
use spdx::{Expression, LicenseItem, ParseMode};

/// Longest expression that is read.
const MAX_EXPRESSION_BYTES: usize = 300;

/// What is read besides the form of the specification. Names that are no ids, such as `MPL`, leave the version open.
const MODE: ParseMode = ParseMode { allow_imprecise_license_names: false, ..ParseMode::LAX };

/// Returns a stated expression in the form of the specification, or nothing if it is none. Old ids are replaced:
/// `GPL-2.0+` is `GPL-2.0-or-later`; `MIT/Apache-2.0` is `MIT OR Apache-2.0`.
pub(crate) fn canonical(stated: &str) -> Option<String> {
    let stated = stated.trim();
    if stated.is_empty() || stated.len() > MAX_EXPRESSION_BYTES || stated.contains("LicenseRef") {
        return None;
    }
    let replaced: Vec<String> = stated.replace('/', " OR ").split_whitespace().map(current_id).collect();
    let text = replaced.join(" ");
    let text = Expression::parse_mode(&text, MODE).ok()?.to_string();
    Some(without_outer_parentheses(&text).to_owned())
}

/// Returns the ids of an expression, without what says which later versions are allowed.
pub(crate) fn base_ids(expression: &str) -> Vec<String> {
    let Ok(expression) = Expression::parse_mode(expression, ParseMode::LAX) else { return Vec::new() };
    let mut ids: Vec<String> = expression
        .iter()
        .filter_map(|node| match node {
            ExprNode::Req(one) => match &one.req.license {
                LicenseItem::Spdx { id, .. } => Some(base_id(id.name).to_owned()),
                LicenseItem::Other(_) => None,
            },
            ExprNode::Op(_) => None,
        })
        .collect();
    ids.sort();
    ids.dedup();
    ids
}

/// Returns an id without `-only`, `-or-later` or `+`: the texts of these licences are the same.
pub(crate) fn base_id(id: &str) -> &str {
    ["-or-later", "-only", "+"].iter().find_map(|end| id.strip_suffix(end)).unwrap_or(id)
}

/// Tells whether an id is of the GNU licences, of which a project allows one version or all later ones as well.
pub(crate) fn has_versions(id: &str) -> bool {
    ["GPL-", "LGPL-", "AGPL-"].iter().any(|family| id.starts_with(family))
}

fn current_id(word: &str) -> String {
    let (open, rest) = word.split_at(word.len() - word.trim_start_matches('(').len());
    let id = rest.trim_end_matches(')');
    let close = &rest[id.len()..];
    let current = match id.strip_suffix('+') {
        Some(base) if has_versions(base) => format!("{base}-or-later"),
        None if has_versions(id) && base_id(id) == id => format!("{id}-only"),
        _ => id.to_owned(),
    };
    format!("{open}{current}{close}")
}

fn without_outer_parentheses(text: &str) -> &str {
    match text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
        Some(inner) if !inner.contains(['(', ')']) => inner,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_forms_become_current_ones() {
        for (stated, expected) in [
            ("MIT", Some("MIT")),
            ("(MIT OR Apache-2.0)", Some("MIT OR Apache-2.0")),
            ("MIT/Apache-2.0", Some("MIT OR Apache-2.0")),
            ("GPL-2.0", Some("GPL-2.0-only")),
            ("GPL-2.0+", Some("GPL-2.0-or-later")),
            ("GPL-2.0 WITH Linux-syscall-note", Some("GPL-2.0-only WITH Linux-syscall-note")),
            ("SEE LICENSE IN x", None),
            ("UNLICENSED", None),
            ("MPL", None),
            ("Apache 2.0", None),
            ("BSD OR MIT", None),
            ("", None),
        ] {
            assert_eq!(canonical(stated).as_deref(), expected, "{stated}");
        }
        assert_eq!(
            base_ids("MIT OR (GPL-2.0-or-later AND BSD-3-Clause)"),
            ["BSD-3-Clause", "GPL-2.0", "MIT"]
        );
    }
}
