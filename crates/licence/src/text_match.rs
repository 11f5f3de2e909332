//! Texts of licences, compared with those that SPDX has.

use std::sync::LazyLock;

use spdx::detection::{Store, TextData};

use crate::exact_text::{exact_licence, undecorated};
use crate::expression::base_id;

/// Likeness from which a whole file is one licence.
const WHOLE_SCORE: f32 = 0.9;

/// Likeness from which a file is one licence if nothing fits better; such a licence is uncertain.
const LEAST_SCORE: f32 = 0.8;

/// Longest text, in bytes, in which parts are looked for. That takes a second for one of this size, and files of real
/// projects with several licences have fewer than 10 KB.
const MAX_PARTED_BYTES: usize = 16 << 10;

/// Share of the words of a file that its licences are at least.
const LEAST_SHARE: f32 = 0.85;

/// Most parts of a file that are compared.
const MAX_PARTS: usize = 6;

/// Licences whose bounds within a file are looked for, the likest first.
const CANDIDATES: usize = 12;

/// Licences that differ from a more usual one in a few words, and those words.
const ADDED_PHRASES: [(&str, &str); 2] = [("Pixar", "modified apache"), ("JSON", "good, not evil")];

/// Licences that lack a few words of a more usual one, and those words.
const LEFT_OUT_PHRASES: [(&str, &str); 2] = [
    ("0BSD", "provided that the above copyright notice"),
    ("MIT-0", "the above copyright notice and this permission notice"),
];

/// Phrases beside several licences that let the user choose one of them.
const CHOICES: [&str; 5] = ["your choice", "your option", "dual-licen", "dual licen", "either of"];

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
        ADDED_PHRASES.iter().any(|(variant, phrase)| *variant == id && !words.contains(phrase))
            || LEFT_OUT_PHRASES.iter().any(|(variant, phrase)| *variant == id && words.contains(phrase))
    };
    let data = TextData::new(&undecorated(text));
    let ranked = ranked(&data, &is_other);
    let best = ranked.first()?;
    let whole = |least: f32| (best.score >= least).then(|| TextLicence::one(best.id, best.score));
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
    (parts.score >= f64::from(LEAST_SHARE)).then_some(parts)
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
