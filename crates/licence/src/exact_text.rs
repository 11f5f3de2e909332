//! Licences whose words are known exactly, by digest: most repositories have one of these, and need no comparison.

/// First eight bytes of the BLAKE3 digest of the words of a text ([`licence_words`]), and its id.
///
/// The LGPL-3.0 is here because SPDX has it together with the GPL, so that its own text is like neither.
const DIGESTS: [(&str, &str); 25] = [
    ("01d2ec758225ea93", "GPL-3.0"),
    ("031ce89733f926ea", "GPL-2.0"),
    ("188ed25c55b42529", "LGPL-2.0"),
    ("2056212af48801bd", "ISC"),
    ("2102e09f95ae8599", "MIT"),
    ("3ba1c88f1f7ad3cc", "MPL-2.0"),
    ("4b79d04b1bdd0376", "LGPL-3.0"),
    ("4e1502b4dcf4b75a", "BSD-3-Clause"),
    ("63d712e046ee0b14", "GPL-2.0"),
    ("7078f5c2d3cd29af", "BSD-2-Clause"),
    ("77cfc9fc3d0e643f", "CC0-1.0"),
    ("7802160d083160af", "LGPL-2.1"),
    ("7fa4775418c36466", "BSD-2-Clause"),
    ("869cd7464ced06fe", "AGPL-3.0"),
    ("8d1912c7d253559f", "GPL-2.0"),
    ("8e95d73934e53602", "MPL-2.0"),
    ("982727748b2703e9", "Apache-2.0"),
    ("9c4526311b7d87b9", "BSD-3-Clause"),
    ("a1b7c38548ea5cc4", "BSD-3-Clause"),
    ("a52519db62f3b987", "GPL-3.0"),
    ("c0a40fb52d061705", "LGPL-2.1"),
    ("d0a702d0631b858e", "Apache-2.0"),
    ("d2d1f8bb44528428", "MIT"),
    ("e48f3f6d4de617e2", "Apache-2.0"),
    ("e8b00f4acbe0920b", "GPL-2.0"),
];

/// Returns the id of a text that is, but for its title, its holders and its layout, one of the most usual licences.
pub(crate) fn exact_licence(text: &str) -> Option<&'static str> {
    let digest = digest(text);
    DIGESTS.iter().find(|(known, _)| *known == digest).map(|(_, id)| *id)
}

fn digest(text: &str) -> String {
    blake3::hash(licence_words(text).as_bytes()).to_hex()[..16].to_owned()
}

/// Returns the words of a text in lower case, without lines that are titles or name holders of copyright.
fn licence_words(text: &str) -> String {
    let mut kept = Vec::new();
    for line in text.lines() {
        let words: Vec<String> = line
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(|word| if word == "https" { "http".to_owned() } else { word.to_ascii_lowercase() })
            .collect();
        if !is_title(&words) && !names_holder(line) {
            kept.extend(words);
        }
    }
    kept.join(" ").replace(" all rights reserved", "")
}

/// Returns a text without the signs of comments around its lines, and without lines that name holders of copyright: many of
/// them would be a large part of a short licence.
pub(crate) fn undecorated(text: &str) -> String {
    let is_sign = |c: char| c.is_whitespace() || matches!(c, '*' | '/' | '#' | ';' | '%');
    let lines = text.lines().map(|line| line.trim_start_matches(is_sign).trim_end_matches(is_sign));
    lines.filter(|line| !names_holder(line)).collect::<Vec<_>>().join("\n")
}

fn is_title(words: &[String]) -> bool {
    let is_short = (1..=6).contains(&words.len());
    is_short
        && words.iter().any(|word| word == "license")
        && words.iter().any(|word| matches!(&**word, "mit" | "bsd" | "isc"))
}

/// Tells whether a line is a notice such as `Copyright (c) 2020 Somebody`.
fn names_holder(line: &str) -> bool {
    let line = line.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    let Some(rest) =
        line.get(..9).filter(|word| word.eq_ignore_ascii_case("copyright")).map(|_| line[9..].trim_start())
    else {
        return line.to_ascii_lowercase().starts_with("all rights reserved");
    };
    rest.starts_with(['(', '©', '<', '[', '{']) || rest.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_holders_and_layout_do_not_count() {
        let text = "The MIT License (MIT)\n\nCopyright (c) 2020 Somebody\n\nPermission is\nhereby granted";
        assert_eq!(licence_words(text), "permission is hereby granted");
        assert_eq!(licence_words("the above\ncopyright notice and"), "the above copyright notice and");
        assert_eq!(licence_words("# Copyright © 2001 X\n# All rights reserved.\n# Use https"), "use http");
    }

    #[test]
    fn the_licence_of_this_program_is_known() {
        assert_eq!(exact_licence(include_str!("../../../LICENSE")), Some("MIT"));
    }
}
