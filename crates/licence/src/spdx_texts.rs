//! The texts of SPDX, and those among them that most repositories have.

use std::sync::LazyLock;

use spdx::detection::{Store, TextData};

use crate::expression::base_id;

/// Likeness from which a whole file is one licence.
pub(crate) const WHOLE_SCORE: f32 = 0.9;

/// Likeness to a usual licence from which no other but a known variant can be liker. The likeness is Dice's coefficient of
/// the pairs of words, so two licences that are both this like a text are at least [`WHOLE_SCORE`] like each other; of the
/// usual licences only the variants are.
const SURE_SCORE: f32 = 0.95;

/// Licences that are used as they are, and not known as variants of others.
const USUAL: [&str; 7] = ["Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MPL-2.0", "Zlib"];

/// Licences that differ from a more usual one in a few words, and those words. Without them a text that was changed
/// elsewhere may be more like the variant.
const ADDED_PHRASES: [(&str, &str); 25] = [
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
    ("JSON", "good, not evil"),
    ("MIT-feh", "its documentation"),
    ("MVT-1.1", "consensual"),
    ("Pixar", "modified apache"),
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

/// The texts of the usual licences and of their variants, cut from [`STORE`]: unpacked in a hundredth of its time.
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
    let best = ranked_of(&USUAL_STORE, data, is_other).into_iter().next()?;
    (best.score >= SURE_SCORE && USUAL.contains(&best.id)).then_some(best)
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

    /// Returns whether a licence has a text that could be taken for a usual one.
    fn is_near_usual(entry: &LicenseEntry) -> bool {
        let texts = || std::iter::once(&entry.original).chain(&entry.headers);
        USUAL.iter().any(|usual| {
            let usual = STORE.get_original(usual).unwrap();
            texts().any(|text| usual.match_score(text) >= WHOLE_SCORE)
        })
    }

    fn entry_of<'a>(store: &'a Store, id: &str) -> &'a LicenseEntry {
        store.iter().find(|(other, _)| *other == id).unwrap().1
    }

    #[test]
    fn every_text_like_a_usual_one_is_told_from_it_by_words() {
        let told = ADDED_PHRASES.iter().chain(&LEFT_OUT_PHRASES).map(|(variant, _)| *variant);
        let told: Vec<&str> = told.chain(USUAL).collect();
        let near = STORE.iter().filter(|(_, entry)| is_near_usual(entry)).map(|(id, _)| base_id(id));
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
        let mut expected: Vec<&str> =
            STORE.iter().filter(|(_, entry)| is_near_usual(entry)).map(|(id, _)| &**id).collect();
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
