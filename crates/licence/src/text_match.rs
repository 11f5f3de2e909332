//! Texts of licences, compared with those that SPDX has.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use spdx::detection::TextData;

use crate::exact_text::{exact_licence, undecorated};
use crate::expression::base_id;
use crate::spdx_texts::{RankedText, WHOLE_SCORE, is_other_variant, ranked, ranked_usual, usual_licence};

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

/// Phrases beside several licences that let the user choose one of them.
const CHOICES: [&str; 7] =
    ["your choice", "your option", "dual-licen", "dual licen", "either of", "of either:", "terms of either"];

/// Most texts whose licences are remembered.
const MAX_KNOWN_TEXTS: usize = 256;

/// Texts that were compared, by their digests, and their licences.
static KNOWN_TEXTS: LazyLock<Mutex<HashMap<blake3::Hash, Option<TextLicence>>>> =
    LazyLock::new(Mutex::default);

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

/// Returns the usual licence that a text is, if that is certain without a comparison with all texts of SPDX.
pub(crate) fn certain_licence(text: &str) -> Option<TextLicence> {
    if let Some(id) = exact_licence(text) {
        return Some(TextLicence { ids: vec![id.to_owned()], score: 1.0, is_choice: false });
    }
    let words = single_spaced(text);
    let best = usual_licence(&TextData::new(&undecorated(text)), &|id| is_other_variant(id, &words))?;
    (!adds_choice(&words, best.text)).then(|| TextLicence::one(best.id, best.score))
}

/// Returns the words of a text in lower case, with single spaces.
fn single_spaced(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns the licences that a text is like.
pub(crate) fn text_licence(text: &str) -> Option<TextLicence> {
    if let Some(id) = exact_licence(text) {
        return Some(TextLicence { ids: vec![id.to_owned()], score: 1.0, is_choice: false });
    }
    // A text stays while the manifest beside it changes with each release, and comparing it takes up to a second.
    let digest = blake3::hash(text.as_bytes());
    let known = || KNOWN_TEXTS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = known().get(&digest) {
        return found.clone();
    }
    let found = compared_licence(text);
    let mut known = known();
    if known.len() >= MAX_KNOWN_TEXTS {
        known.clear();
    }
    known.insert(digest, found.clone());
    found
}

/// Compares a text with those of SPDX.
fn compared_licence(text: &str) -> Option<TextLicence> {
    let words = single_spaced(text);
    let is_other = |id: &str| is_other_variant(id, &words);
    let data = TextData::new(&undecorated(text));
    let best = usual_licence(&data, &is_other).or_else(|| ranked(&data, &is_other).into_iter().next())?;
    let offers_choice = adds_choice(&words, best.text);
    let whole =
        |least: f32| (best.score >= least && !offers_choice).then(|| TextLicence::one(best.id, best.score));
    if let Some(licence) = whole(WHOLE_SCORE) {
        return Some(licence);
    }
    if text.len() > MAX_PARTED_BYTES {
        return None;
    }
    // What is in none of the parts may be yet another licence.
    let is_all = |parts: &TextLicence| {
        parts.score >= f64::from(LEAST_SHARE) && (parts.ids.len() > 1 || !offers_choice)
    };
    let usual_parts = parts(data.clone(), &|data| ranked_usual(data, &is_other));
    if is_all(&usual_parts) {
        return Some(usual_parts);
    }
    let parts = parts(data, &|data| ranked(data, &is_other));
    if parts.ids.is_empty() {
        return whole(LEAST_SCORE);
    }
    is_all(&parts).then_some(parts)
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
fn parts(mut data: TextData, ranked: &dyn Fn(&TextData) -> Vec<RankedText>) -> TextLicence {
    let all_words = word_count(&data);
    let (mut ids, mut known_words) = (Vec::<String>::new(), 0);
    for _ in 0..MAX_PARTS {
        let best = candidates(ranked(&data), word_count(&data))
            .into_iter()
            .map(|candidate| (data.optimize_bounds(candidate.text), candidate.id))
            .filter(|((_, score), _)| *score >= WHOLE_SCORE)
            // The first of equals: they are ranked.
            .reduce(|best, one| if one.0.1 > best.0.1 { one } else { best });
        let Some(((part, _), id)) = best else { break };
        let rest = part.white_out();
        known_words += word_count(&data) - word_count(&rest);
        ids.push(base_id(id).to_owned());
        data = rest;
    }
    ids.sort();
    ids.dedup();
    let score = known_words as f64 / all_words.max(1) as f64;
    let rest = data.lines().join(" ").to_lowercase();
    let is_choice = ids.len() > 1 && CHOICES.iter().any(|phrase| rest.contains(phrase));
    TextLicence { ids, score, is_choice }
}

/// Returns the licences of which a part of a text of so many words can be a whole one, each text once.
fn candidates(ranked: Vec<RankedText>, words: usize) -> Vec<RankedText> {
    let mut candidates: Vec<RankedText> = Vec::new();
    for text in ranked {
        let own = word_count(text.text) as f32;
        // Pairs of words that both have; a part has no more of them, and is at best nothing else.
        let common = text.score * (words as f32 + own) / 2.0;
        let can_be_whole = 2.0 * common / (common + own) >= WHOLE_SCORE;
        if can_be_whole && candidates.iter().all(|other| other.text.lines() != text.text.lines()) {
            candidates.push(text);
        }
    }
    candidates.truncate(CANDIDATES);
    candidates
}

fn word_count(data: &TextData) -> usize {
    data.lines().iter().map(|line| line.split_whitespace().count()).sum()
}
