//! Notices in words at the head of a source file, as the licences themselves propose them.

use crate::expression::canonical;
use crate::text_match::certain_licence;

/// A licence that a notice states, and its likeness to the notice that the licence proposes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StatedLicence {
    pub(crate) expression: String,
    pub(crate) score: f64,
}

/// Words of a notice that more than one licence may be meant by, or that its licence is not the whole.
const OTHER_TERMS: [&str; 6] =
    [" alternatively ", " dual ", " your choice ", " exception ", " either of ", " other license "];

/// Beginnings of licences that are short enough to stand in a file.
const WHOLE_TEXTS: [&str; 3] = [
    " permission is hereby granted free of charge ",
    " redistribution and use in source and binary forms ",
    " permission to use copy modify and ",
];

/// Reads the notice in the comment at the beginning of a head. `words` are those of the head, as
/// [`crate::file_notice`] makes them.
pub(crate) fn stated_licence(head: &str, words: impl Fn(&str) -> String) -> Option<StatedLicence> {
    let comment = leading_comment(head);
    let spoken = words(comment);
    if OTHER_TERMS.iter().any(|term| spoken.contains(term)) {
        return None;
    }
    let named = gnu(&spoken).or_else(|| {
        let known = [
            (" under the apache license version 2 0 ", "Apache-2.0"),
            (" terms of the mozilla public license v 2 0 ", "MPL-2.0"),
        ];
        known.into_iter().find(|(phrase, _)| spoken.contains(phrase)).map(|(_, id)| id.to_owned())
    });
    if let Some(id) = named {
        return Some(StatedLicence { expression: canonical(&id)?, score: 1.0 });
    }
    // Comparing takes long, and most heads have no licence in them.
    let found =
        WHOLE_TEXTS.iter().any(|begin| spoken.contains(begin)).then(|| certain_licence(comment))??;
    Some(StatedLicence { expression: canonical(found.ids.first()?)?, score: found.score })
}

/// Words behind a version that allow later ones.
const LATER_WORDS: [&str; 6] =
    [" any later", " or later", " or newer", " or above", " or higher", " or at your option later"];

/// Returns the licence of a notice as the Free Software Foundation proposes it, with its version.
fn gnu(words: &str) -> Option<String> {
    let start = words.find(" terms of the gnu ")?;
    let notice = &words[start + " terms of the gnu".len()..];
    let (family, rest) = [
        (" general public license ", "GPL"),
        (" lesser general public license ", "LGPL"),
        (" library general public license ", "LGPL"),
        (" affero general public license ", "AGPL"),
    ]
    .into_iter()
    .find_map(|(name, family)| Some((family, notice.strip_prefix(name)?)))?;
    let rest = rest.strip_prefix("as published by the free software foundation ").unwrap_or(rest);
    let rest = rest.strip_prefix("either ").unwrap_or(rest).strip_prefix("version ")?;
    let mut parts = rest.split(' ');
    let major = parts.next().filter(|part| matches!(*part, "1" | "2" | "3"))?;
    let minor = parts.next().filter(|part| part.len() == 1 && part.starts_with(|c: char| c.is_ascii_digit()));
    let terms: String = rest.split(' ').take(20).flat_map(|word| [" ", word]).collect();
    let allows_later = LATER_WORDS.iter().any(|words| terms.contains(words));
    let end = if allows_later { "or-later" } else { "only" };
    Some(format!("{family}-{major}.{}-{end}", minor.unwrap_or("0")))
}

/// Returns the comment at the beginning of a file: a block, or lines that begin with marks of comments.
fn leading_comment(head: &str) -> &str {
    let mut start = head.trim_start_matches('\u{feff}').trim_start();
    for first in ["#!", "<?"] {
        if start.starts_with(first) {
            start = start.split_once('\n').map_or("", |(_, rest)| rest).trim_start();
        }
    }
    for (begin, end) in [("/*", "*/"), ("<!--", "-->"), ("(*", "*)"), ("{-", "-}"), ("\"\"\"", "\"\"\"")] {
        if let Some(body) = start.strip_prefix(begin) {
            return &body[..body.find(end).unwrap_or(body.len())];
        }
    }
    let marks = ["//", "#", "--", ";", "%", "'"];
    let is_comment =
        |line: &&str| line.trim().is_empty() || marks.iter().any(|mark| line.trim_start().starts_with(mark));
    let length: usize = start.split_inclusive('\n').take_while(is_comment).map(str::len).sum();
    &start[..length]
}
