//! The texts of SPDX, and those among them that most repositories have.

use std::sync::LazyLock;

use spdx::detection::{Store, TextData};

use crate::expression::base_id;

/// Likeness from which a whole file is one licence.
pub(crate) const WHOLE_SCORE: f32 = 0.9;

/// Licences that most repositories have, without `-only` and `-or-later`.
const USUAL: [&str; 14] = [
    "AGPL-3.0",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "GPL-2.0",
    "GPL-3.0",
    "ISC",
    "LGPL-2.1",
    "LGPL-3.0",
    "MIT",
    "MPL-2.0",
    "Unlicense",
    "Zlib",
];

/// Licences that differ from a more usual one in a few words, and those words. Without them a text that was changed
/// elsewhere may be more like the variant.
const ADDED_PHRASES: [(&str, &str); 27] = [
    ("AGPL-1.0", "affero"),
    ("AGPL-3.0", "affero"),
    ("BSD-2-Clause-FreeBSD", "freebsd"),
    ("BSD-2-Clause-NetBSD", "netbsd"),
    ("BSD-2-Clause-Patent", "patent"),
    ("BSD-2-Clause-Views", "views and conclusions"),
    ("BSD-2-Clause-first-lines", "first lines"),
    ("BSD-2-Clause-pos-unchanged", "unchanged"),
    ("BSD-3-Clause-Attribution", "acknowledgment"),
    ("BSD-3-Clause-Clear", "patent"),
    ("BSD-3-Clause-HP", "patent infringement"),
    ("BSD-3-Clause-No-Military-License", "military"),
    ("BSD-3-Clause-No-Nuclear-License", "nuclear"),
    ("BSD-3-Clause-No-Nuclear-License-2014", "nuclear"),
    ("BSD-4-Clause", "advertising"),
    ("BSD-4-Clause-UC", "advertising"),
    ("Cube", "cube"),
    ("ECL-2.0", "educational community"),
    ("GPL-1.0", "version 1"),
    ("JSON", "good, not evil"),
    ("MIT-feh", "its documentation"),
    ("MVT-1.1", "consensual"),
    ("Pixar", "modified apache"),
    ("SCEA", "scea"),
    ("SHL-0.5", "hardware"),
    ("SHL-0.51", "hardware"),
    ("Xnet", "california"),
];

/// Licences that lack a few words of a more usual one, and those words.
const LEFT_OUT_PHRASES: [(&str, &str); 2] = [
    ("0BSD", "provided that the above copyright notice"),
    ("MIT-0", "the above copyright notice and this permission notice"),
];

/// All texts of SPDX. Unpacking them takes a third of a second.
static STORE: LazyLock<Store> =
    LazyLock::new(|| Store::load_inline().expect("the texts of SPDX are part of the program"));

/// The texts of the usual licences and those near them, cut from [`STORE`]: unpacked in a tenth of its time. A text that is
/// [`WHOLE_SCORE`] like a usual licence is not more like any that is left out.
static USUAL_STORE: LazyLock<Store> =
    LazyLock::new(|| Store::from_cache(USUAL_TEXTS).expect("the usual texts are part of the program"));

/// Written by the test that compares it with [`STORE`].
const USUAL_TEXTS: &[u8] = include_bytes!("usual_texts.zst");

/// Returns whether a licence is a variant of a more usual one, and a text has not the words that tell it from that. `words`
/// is the text in lower case, with single spaces.
pub(crate) fn is_other_variant(id: &str, words: &str) -> bool {
    let id = base_id(id);
    ADDED_PHRASES.iter().any(|(variant, phrase)| *variant == id && !words.contains(phrase))
        || LEFT_OUT_PHRASES.iter().any(|(variant, phrase)| *variant == id && words.contains(phrase))
}

/// Returns the usual licence that a text certainly is, without looking at the others.
pub(crate) fn usual_licence(data: &TextData, is_other: &dyn Fn(&str) -> bool) -> Option<RankedText> {
    let best = ranked_usual(data, is_other).into_iter().next()?;
    (best.score >= WHOLE_SCORE && USUAL.contains(&base_id(best.id))).then_some(best)
}

/// Returns the texts of the usual licences and those near them by their likeness to another text, as [`ranked`] does.
pub(crate) fn ranked_usual(data: &TextData, is_other: &dyn Fn(&str) -> bool) -> Vec<RankedText> {
    ranked_of(&USUAL_STORE, data, is_other)
}

/// A text of SPDX, and its likeness to another text.
pub(crate) struct RankedText {
    pub(crate) score: f32,
    pub(crate) id: &'static str,
    pub(crate) text: &'static TextData,
}

/// Returns all texts by their likeness to another one, the likest first, and equals by their names: the map that holds
/// them has another order in each run.
pub(crate) fn ranked(data: &TextData, is_other: &dyn Fn(&str) -> bool) -> Vec<RankedText> {
    ranked_of(&STORE, data, is_other)
}

fn ranked_of(store: &'static Store, data: &TextData, is_other: &dyn Fn(&str) -> bool) -> Vec<RankedText> {
    let mut ranked = Vec::with_capacity(store.len());
    for (id, entry) in store.iter().filter(|(id, _)| !is_other(id)) {
        // Headers stand for the licence in files that only point at it.
        for text in std::iter::once(&entry.original).chain(&entry.headers) {
            ranked.push(RankedText { score: text.match_score(data), id, text });
        }
    }
    ranked.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.id.cmp(b.id)));
    ranked
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use spdx::detection::LicenseEntry;

    use super::*;

    /// Likeness of a text of SPDX to a usual one, from which both can be [`WHOLE_SCORE`] like a third. The likeness is Dice's
    /// coefficient D of the pairs of words, and 1 - D / (2 - D) is a distance (Jaccard's): 0.18 for 0.9, twice that for 0.78.
    const NEAR_SCORE: f32 = 0.77;

    /// Returns whether a licence has a text that is at least so like one of a usual licence.
    fn is_near_usual(entry: &LicenseEntry, least: f32) -> bool {
        let texts = || std::iter::once(&entry.original).chain(&entry.headers);
        STORE.iter().filter(|(id, _)| USUAL.contains(&base_id(id))).any(|(_, usual)| {
            let mut usual = std::iter::once(&usual.original).chain(&usual.headers);
            usual.any(|usual| texts().any(|text| usual.match_score(text) >= least))
        })
    }

    fn entry_of<'a>(store: &'a Store, id: &str) -> &'a LicenseEntry {
        store.iter().find(|(other, _)| *other == id).unwrap().1
    }

    #[test]
    fn every_text_like_a_usual_one_is_told_from_it_by_words() {
        let told = ADDED_PHRASES.iter().chain(&LEFT_OUT_PHRASES).map(|(variant, _)| *variant);
        let told: Vec<&str> = told.chain(USUAL).collect();
        let near =
            STORE.iter().filter(|(_, entry)| is_near_usual(entry, WHOLE_SCORE)).map(|(id, _)| base_id(id));
        let untold: Vec<&str> = near.filter(|id| !told.contains(id)).collect();
        assert!(untold.is_empty(), "{untold:?}");
    }

    #[test]
    fn every_variant_has_the_words_that_it_adds() {
        for (variant, phrase) in ADDED_PHRASES {
            let mut texts = STORE.iter().filter(|(id, _)| base_id(id) == variant).peekable();
            assert!(texts.peek().is_some(), "{variant}");
            for (id, entry) in texts {
                let words = entry.original.lines().join(" ").to_lowercase();
                assert!(
                    words.split_whitespace().collect::<Vec<_>>().join(" ").contains(phrase),
                    "{id}: {phrase}"
                );
            }
        }
    }

    #[test]
    fn the_usual_texts_are_those_of_spdx() {
        // `GPL-2.0+` has the text of `GPL-2.0-or-later`.
        let near = STORE.iter().filter(|(id, _)| !id.ends_with('+'));
        let near = near.filter(|(_, entry)| is_near_usual(entry, NEAR_SCORE));
        let mut expected: Vec<&str> = near.map(|(id, _)| &**id).collect();
        expected.sort_unstable();
        if std::env::var_os("STREAMGUARD_UPDATE").is_some() {
            let mut usual = Store::new();
            for id in &expected {
                let LicenseEntry { original, headers, .. } = entry_of(&STORE, id);
                let (original, headers) = (original.clone(), headers.clone());
                let entry = LicenseEntry { original, headers, aliases: Vec::new(), alternates: Vec::new() };
                usual.insert_entry((*id).to_owned(), entry);
            }
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/usual_texts.zst");
            usual.to_cache(std::fs::File::create(path).unwrap()).unwrap();
        }
        let mut ids: Vec<&str> = USUAL_STORE.licenses().map(String::as_str).collect();
        ids.sort_unstable();
        assert_eq!(ids, expected, "run this test twice with STREAMGUARD_UPDATE=1");
        for id in ids {
            let (usual, of_all) = (entry_of(&USUAL_STORE, id), entry_of(&STORE, id));
            assert_eq!(usual.original.lines(), of_all.original.lines(), "{id}");
            assert_eq!(usual.headers.len(), of_all.headers.len(), "{id}");
        }
    }
}
