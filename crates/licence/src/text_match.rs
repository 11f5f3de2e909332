//! Texts of licences, compared with those that SPDX has.

use std::sync::LazyLock;

use spdx::detection::{Store, TextData};

use crate::exact_text::{exact_licence, undecorated};
use crate::expression::base_id;

/// Likeness from which a whole file is one licence.
const WHOLE_SCORE: f32 = 0.9;

/// Likeness from which a file is one licence if nothing fits better; such a licence is uncertain.
const LEAST_SCORE: f32 = 0.8;

/// Longest text, in bytes, in which parts are looked for. That takes a second or two for one of this size, which has room
/// for the GPL or the MPL beside a short licence.
const MAX_PARTED_BYTES: usize = 20 << 10;

/// Share of the words of a file that its licences are at least.
const LEAST_SHARE: f32 = 0.85;

/// Most parts of a file that are compared.
const MAX_PARTS: usize = 6;

/// Licences whose bounds within a file are looked for, the likest first.
const CANDIDATES: usize = 12;

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

/// Phrases beside several licences that let the user choose one of them.
const CHOICES: [&str; 7] =
    ["your choice", "your option", "dual-licen", "dual licen", "either of", "of either:", "terms of either"];

/// The licences of one text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TextLicence {
    /// Ids of SPDX without `-only` or `-or-later`.
    pub(crate) ids: Vec<String>,
    /// Likeness to the text of SPDX, from 0.0 to 1.0; of several, the share of the words that they are.
    pub(crate) score: f64,
    /// Whether the text says that one of its licences may be chosen.
    pub(crate) is_choice: bool,
}

/// Texts of SPDX. Unpacking them takes a third of a second, so texts that are known word by word do without.
static STORE: LazyLock<Store> =
    LazyLock::new(|| Store::load_inline().expect("the texts of SPDX are part of the program"));

/// Returns the licences that a text is like.
pub(crate) fn text_licence(text: &str) -> Option<TextLicence> {
    if let Some(id) = exact_licence(text) {
        return Some(TextLicence { ids: vec![id.to_owned()], score: 1.0, is_choice: false });
    }
    let words = text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    let is_other = |id: &str| {
        let id = base_id(id);
        ADDED_PHRASES.iter().any(|(variant, phrase)| *variant == id && !words.contains(phrase))
            || LEFT_OUT_PHRASES.iter().any(|(variant, phrase)| *variant == id && words.contains(phrase))
    };
    let data = TextData::new(&undecorated(text));
    let ranked = ranked(&data, &is_other);
    let best = ranked.first()?;
    let offers_choice = adds_choice(&words, best.text);
    let whole =
        |least: f32| (best.score >= least && !offers_choice).then(|| TextLicence::one(best.id, best.score));
    if let Some(licence) = whole(WHOLE_SCORE) {
        return Some(licence);
    }
    if text.len() > MAX_PARTED_BYTES {
        return None;
    }
    let parts = parts(data, &is_other);
    if parts.ids.is_empty() {
        return whole(LEAST_SCORE);
    }
    // What is in none of the parts may be yet another licence.
    let is_all = parts.score >= f64::from(LEAST_SHARE) && (parts.ids.len() > 1 || !offers_choice);
    is_all.then_some(parts)
}

/// Returns whether words say that one of several licences may be chosen, unless the licence itself does: the GPL leaves the
/// version to the user.
fn adds_choice(words: &str, licence: &TextData) -> bool {
    let mut choices = CHOICES.iter().filter(|phrase| words.contains(*phrase)).peekable();
    if choices.peek().is_none() {
        return false;
    }
    let own = licence.lines().join(" ").to_lowercase();
    let own = own.split_whitespace().collect::<Vec<_>>().join(" ");
    choices.any(|phrase| !own.contains(phrase))
}

impl TextLicence {
    fn one(id: &str, score: f32) -> Self {
        Self { ids: vec![base_id(id).to_owned()], score: f64::from(score), is_choice: false }
    }
}

/// Looks for whole licences within a text, one after the other, until they are almost all of it.
fn parts(mut data: TextData, is_other: &dyn Fn(&str) -> bool) -> TextLicence {
    let all_words = word_count(&data);
    let (mut ids, mut known_words) = (Vec::<String>::new(), 0);
    for _ in 0..MAX_PARTS {
        let best = ranked(&data, is_other)
            .into_iter()
            .take(CANDIDATES)
            .map(|candidate| (data.optimize_bounds(candidate.text), candidate.id))
            // The first of equals: they are ranked.
            .reduce(|best, one| if one.0.1 > best.0.1 { one } else { best });
        let Some(((part, score), id)) = best.filter(|((_, score), _)| *score > 0.0) else { break };
        let rest = part.white_out();
        if score >= WHOLE_SCORE {
            known_words += word_count(&data) - word_count(&rest);
            ids.push(base_id(id).to_owned());
        }
        data = rest;
    }
    ids.sort();
    ids.dedup();
    let score = known_words as f64 / all_words.max(1) as f64;
    let rest = data.lines().join(" ").to_lowercase();
    let is_choice = ids.len() > 1 && CHOICES.iter().any(|phrase| rest.contains(phrase));
    TextLicence { ids, score, is_choice }
}

/// A text of SPDX, and its likeness to another text.
struct RankedText {
    score: f32,
    id: &'static str,
    text: &'static TextData,
}

/// Returns all texts by their likeness to another one, the likest first, and equals by their names: the map that holds
/// them has another order in each run.
fn ranked(data: &TextData, is_other: &dyn Fn(&str) -> bool) -> Vec<RankedText> {
    let mut ranked = Vec::with_capacity(STORE.len());
    for (id, entry) in STORE.iter().filter(|(id, _)| !is_other(id)) {
        // Headers stand for the licence in files that only point at it.
        for text in std::iter::once(&entry.original).chain(&entry.headers) {
            ranked.push(RankedText { score: text.match_score(data), id, text });
        }
    }
    ranked.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.id.cmp(b.id)));
    ranked
}

fn word_count(data: &TextData) -> usize {
    data.lines().iter().map(|line| line.split_whitespace().count()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Licences that are used as they are, and not known as variants of others.
    const USUAL: [&str; 7] = ["Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MPL-2.0", "Zlib"];

    #[test]
    fn every_text_like_a_usual_one_is_told_from_it_by_words() {
        let told = ADDED_PHRASES.iter().chain(&LEFT_OUT_PHRASES).map(|(variant, _)| *variant);
        let told: Vec<&str> = told.chain(USUAL).collect();
        for usual in USUAL {
            let (_, usual) = STORE.iter().find(|(id, _)| *id == usual).unwrap();
            let untold: Vec<&str> = STORE
                .iter()
                .filter(|(_, variant)| usual.original.match_score(&variant.original) >= WHOLE_SCORE)
                .map(|(id, _)| base_id(id))
                .filter(|id| !told.contains(id))
                .collect();
            assert!(untold.is_empty(), "{untold:?}");
        }
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
}
