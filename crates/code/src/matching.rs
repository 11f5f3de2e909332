//! Pairs of functions: which function after a change was which one before.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use super::diff::{self, Hunk};
use super::names;
use super::outline::FunctionSpan;
use super::similarity::{bigrams, common};

/// Least similarity of two functions with different names, from 0 to 1.
///
/// Similarity is the Sørensen-Dice coefficient of the bigrams of tokens: twice the number of common
/// ones, divided by the number of all (Dice, Measures of the Amount of Ecologic Association Between
/// Species, 1945).
const MIN_SIMILARITY: f64 = 0.6;

/// Least similarity of short functions, which are alike by chance.
const MIN_SIMILARITY_SHORT: f64 = 0.8;

/// Number of tokens below which a function is short.
const SHORT_FUNCTION_TOKENS: usize = 24;

/// Least similarity if the last part of the name stayed, as when a class was renamed.
const MIN_SIMILARITY_SAME_NAME: f64 = 0.3;

/// Similarity below which a function is another one than its only namesake, if [`MIN_SIMILARITY_MOVED`] of it went to a
/// function with a new name: the namesake became a wrapper.
const MAX_SIMILARITY_REPLACED: f64 = 0.3;

/// Least similarity to the function with a new name.
const MIN_SIMILARITY_MOVED: f64 = 0.7;

/// Most pairs of functions with the same name that are ranked; beyond, they pair in their order.
const MAX_RANKED_NAMESAKES: usize = 4096;

/// Most pairs of functions with the same name that are compared with each other to tell doubtful ones.
const MAX_COMPARED_PAIRS: usize = 256;

/// Most tokens that are compared to find renamed functions; a file that needs more was
/// rewritten.
const MAX_COMPARED_TOKENS: usize = 20_000_000;

/// Text and functions of one side of a file.
pub(super) struct FileSide<'a, 't> {
    pub(super) text: &'a str,
    pub(super) functions: &'a [FunctionSpan<'t>],
}

/// Share of the similarity of a pair that another function of the same name needs to make it doubtful.
const CLOSE_SIMILARITY: f64 = 0.95;

/// A function on both sides or on one of them, as indices into the functions of the sides.
#[derive(Clone, Copy, Debug)]
pub(super) struct FunctionPair {
    pub(super) before: Option<usize>,
    pub(super) after: Option<usize>,
    /// Whether another function of the same name is nearly as similar.
    pub(super) ambiguous: bool,
}

/// Functions of one name on both sides, as they compare.
#[derive(Clone, Copy)]
struct NamesakePair {
    before: usize,
    after: usize,
    same_parameters: bool,
    same_arity: bool,
    /// Similarity of the texts in parts per million, because floating-point numbers have no total order.
    similarity: usize,
    shared_lines: u32,
    /// Difference of the places among the functions of this name.
    distance: usize,
}

impl NamesakePair {
    /// Returns the rank: the lowest is the best. Indices end it, so that the order is total and does not
    /// depend on the sort.
    fn rank(&self) -> impl Ord + use<> {
        (
            Reverse(self.same_parameters),
            Reverse(self.similarity),
            Reverse(self.same_arity),
            Reverse(self.shared_lines),
            self.distance,
            (self.before, self.after),
        )
    }

    /// Whether `other` is a pair of one of the same functions that is nearly as good.
    fn is_close_to(&self, other: &Self) -> bool {
        let one_in_common = (self.before == other.before) != (self.after == other.after);
        one_in_common
            && self.same_parameters == other.same_parameters
            && other.similarity as f64 >= CLOSE_SIMILARITY * self.similarity as f64
    }
}

/// Pairs the functions of both sides. Functions that no change touches may be left out.
///
/// Functions with the same qualified name pair first: those with the same parameters, then those with
/// the most similar texts, then those with the same number of parameters, then those with the most
/// unchanged lines in common, then in their order. Changed functions that are left pair as renamed or moved if their texts are similar.
pub(super) fn pair_functions(before: &FileSide, after: &FileSide, hunks: &[Hunk]) -> Vec<FunctionPair> {
    let mut matcher = FunctionMatcher {
        before,
        after,
        hunks,
        taken: [vec![false; before.functions.len()], vec![false; after.functions.len()]],
        pairs: Vec::new(),
    };
    matcher.pair_namesakes();
    matcher.pair_renamed();
    let [old, new] = &matcher.taken;
    let mut pairs = matcher.pairs;
    let alone = |before, after| FunctionPair { before, after, ambiguous: false };
    pairs.extend((0..old.len()).filter(|&i| !old[i]).map(|i| alone(Some(i), None)));
    pairs.extend((0..new.len()).filter(|&i| !new[i]).map(|i| alone(None, Some(i))));
    pairs
}

struct FunctionMatcher<'a, 't> {
    before: &'a FileSide<'a, 't>,
    after: &'a FileSide<'a, 't>,
    hunks: &'a [Hunk],
    taken: [Vec<bool>; 2],
    pairs: Vec<FunctionPair>,
}

impl<'a, 't> FunctionMatcher<'a, 't> {
    fn pair_namesakes(&mut self) {
        let (before, after): (&'a FileSide<'a, 't>, &'a FileSide<'a, 't>) = (self.before, self.after);
        // Sorted by name, so that the pairs come in the same order in every run.
        let mut groups: BTreeMap<&str, [Vec<usize>; 2]> = BTreeMap::new();
        for (index, function) in before.functions.iter().enumerate() {
            groups.entry(&function.name).or_default()[0].push(index);
        }
        for (index, function) in after.functions.iter().enumerate() {
            groups.entry(&function.name).or_default()[1].push(index);
        }
        let alone = |side: usize| -> Vec<usize> {
            let groups = groups.values().filter(|group| group[1 - side].is_empty());
            groups.flat_map(|group| group[side].iter().copied()).collect()
        };
        let (gone, added) = (alone(0), alone(1));
        let mut budget = MAX_COMPARED_TOKENS;
        for [old, new] in groups.values() {
            if let ([i], [j]) = (&**old, &**new)
                && self.is_replaced(*i, *j, &gone, &added, &mut budget)
            {
                continue;
            }
            if old.len() * new.len() > MAX_RANKED_NAMESAKES {
                old.iter().zip(new).for_each(|(&i, &j)| self.take(i, j, false));
                continue;
            }
            let ranked = self.ranked_namesakes(old, new, &mut budget);
            for pair in &ranked {
                let ambiguous =
                    ranked.len() <= MAX_COMPARED_PAIRS && ranked.iter().any(|other| pair.is_close_to(other));
                self.take(pair.before, pair.after, ambiguous);
            }
        }
    }

    /// Returns whether the only functions of one name are not the same function, because the text of one of them moved to
    /// or from a function whose name is on one side only.
    fn is_replaced(&self, i: usize, j: usize, gone: &[usize], added: &[usize], budget: &mut usize) -> bool {
        let (a, b) = (&self.before.functions[i], &self.after.functions[j]);
        let half = |function: &FunctionSpan<'_>| function.rows.len() as u32 / 2;
        if a.changed == 0 || b.changed == 0 || self.shared_lines(i, j) > half(a).min(half(b)) {
            return false;
        }
        let Some(rest) = budget.checked_sub(gone.len() + added.len()) else { return false };
        *budget = rest;
        // Text that moved leaves its lines unchanged, so hardly any function has to be compared.
        let moved_to = added.iter().find(|&&other| self.shared_lines(i, other) > half(a));
        let moved_from = gone.iter().find(|&&other| self.shared_lines(other, j) > half(b));
        if moved_to.or(moved_from).is_none() {
            return false;
        }
        let mut numbers = HashMap::new();
        let mut similarity = |before: usize, after: usize| {
            let old = bigrams(function_text(self.before, before), &mut numbers);
            let new = bigrams(function_text(self.after, after), &mut numbers);
            let sum = old.len() + new.len();
            *budget = budget.saturating_sub(sum);
            2.0 * common(&old, &new) as f64 / sum.max(1) as f64
        };
        similarity(i, j) < MAX_SIMILARITY_REPLACED
            && (moved_to.is_some_and(|&other| similarity(i, other) > MIN_SIMILARITY_MOVED)
                || moved_from.is_some_and(|&other| similarity(other, j) > MIN_SIMILARITY_MOVED))
    }

    /// Compares the functions of one name with each other; the best pair comes first.
    fn ranked_namesakes(&self, old: &[usize], new: &[usize], budget: &mut usize) -> Vec<NamesakePair> {
        // Of a single pair nothing has to be known.
        let several = old.len() * new.len() > 1;
        let mut numbers = HashMap::new();
        let mut texts = |side: &'a FileSide<'a, 't>, functions: &[usize]| -> Vec<Vec<u64>> {
            let functions = functions.iter().filter(|_| several);
            functions.map(|&i| bigrams(function_text(side, i), &mut numbers)).collect()
        };
        let (old_texts, new_texts) = (texts(self.before, old), texts(self.after, new));
        let mut ranked = Vec::new();
        for (place, &before) in old.iter().enumerate() {
            for (other_place, &after) in new.iter().enumerate() {
                let (a, b) = (&self.before.functions[before], &self.after.functions[after]);
                let shared_lines = self.shared_lines(before, after);
                // All lines of an untouched function are unchanged, so its counterpart is the function
                // that has those lines; without a common line it is another namesake.
                if shared_lines == 0 && (a.changed == 0 || b.changed == 0) {
                    continue;
                }
                let similarity = match (old_texts.get(place), new_texts.get(other_place)) {
                    (Some(old), Some(new)) if old.len() + new.len() <= *budget => {
                        *budget -= old.len() + new.len();
                        2_000_000 * common(old, new) / (old.len() + new.len()).max(1)
                    }
                    _ => 0,
                };
                let parameters = parameter_words(self.before.text, a);
                ranked.push(NamesakePair {
                    before,
                    after,
                    same_parameters: parameters.eq(parameter_words(self.after.text, b)),
                    same_arity: a.parameters.as_ref().map(|list| list.count)
                        == b.parameters.as_ref().map(|list| list.count),
                    similarity,
                    shared_lines,
                    distance: place.abs_diff(other_place),
                });
            }
        }
        ranked.sort_unstable_by_key(NamesakePair::rank);
        ranked
    }

    fn pair_renamed(&mut self) {
        let unpaired = |functions: &[FunctionSpan], taken: &[bool]| -> Vec<usize> {
            (0..functions.len()).filter(|&i| !taken[i]).collect()
        };
        let old = unpaired(self.before.functions, &self.taken[0]);
        let new = unpaired(self.after.functions, &self.taken[1]);
        if old.is_empty() || new.is_empty() {
            return;
        }
        // Only for looking up: the numbers tell words apart and nothing else.
        let mut numbers = HashMap::new();
        let old_bigrams: Vec<_> =
            old.iter().map(|&i| bigrams(function_text(self.before, i), &mut numbers)).collect();
        let new_bigrams: Vec<_> =
            new.iter().map(|&j| bigrams(function_text(self.after, j), &mut numbers)).collect();
        // Every pair is compared, which is quadratic in the number of functions.
        let mut budget = MAX_COMPARED_TOKENS;
        let mut ranked = Vec::new();
        for (&i, left) in old.iter().zip(&old_bigrams) {
            for (&j, right) in new.iter().zip(&new_bigrams) {
                let Some(rest) = budget.checked_sub(1) else { break };
                budget = rest;
                let (least, sum) = (left.len().min(right.len()), left.len() + right.len());
                let Some(needed) = self.needed_similarity(i, j, least) else { continue };
                // The shorter text bounds the number of common bigrams.
                if 2.0 * (least as f64) < needed * sum as f64 {
                    continue;
                }
                budget = budget.saturating_sub(sum);
                let common = common(left, right);
                if 2.0 * (common as f64) >= needed * sum as f64 {
                    // In parts per million, because floating-point numbers have no total order.
                    let similarity = 2_000_000 * common / sum.max(1);
                    ranked.push((Reverse(similarity), i.abs_diff(j), i, j));
                }
            }
        }
        ranked.sort_unstable();
        ranked.into_iter().for_each(|(_, _, i, j)| self.take(i, j, false));
    }

    /// Returns the similarity that two functions with different names need, if the shorter one has
    /// `tokens` tokens; `None` if they cannot be the same function.
    fn needed_similarity(&self, i: usize, j: usize, tokens: usize) -> Option<f64> {
        let (a, b) = (&self.before.functions[i], &self.after.functions[j]);
        // As for namesakes, an untouched function can only pair by its unchanged lines.
        let touched = a.changed > 0 && b.changed > 0;
        if !touched && (a.changed == b.changed || self.shared_lines(i, j) == 0) {
            return None;
        }
        Some(if names::last_part(&a.name) == names::last_part(&b.name) {
            MIN_SIMILARITY_SAME_NAME
        } else if tokens < SHORT_FUNCTION_TOKENS {
            MIN_SIMILARITY_SHORT
        } else {
            MIN_SIMILARITY
        })
    }

    /// Counts the unchanged lines that two functions have in common.
    fn shared_lines(&self, i: usize, j: usize) -> u32 {
        diff::shared_lines(self.hunks, &self.before.functions[i].rows, &self.after.functions[j].rows)
    }

    fn take(&mut self, i: usize, j: usize, ambiguous: bool) {
        if !self.taken[0][i] && !self.taken[1][j] {
            self.taken[0][i] = true;
            self.taken[1][j] = true;
            self.pairs.push(FunctionPair { before: Some(i), after: Some(j), ambiguous });
        }
    }
}

fn function_text<'a>(side: &FileSide<'a, '_>, index: usize) -> &'a str {
    &side.text[side.functions[index].span.clone()]
}

/// Returns the words of a function's parameter list.
fn parameter_words<'a>(text: &'a str, function: &FunctionSpan) -> impl Iterator<Item = &'a str> {
    let span = function.parameters.as_ref().map_or(0..0, |list| list.span.clone());
    text.get(span).unwrap_or_default().split_whitespace()
}
