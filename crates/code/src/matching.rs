//! Which function of the one side is which of the other.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use super::diff::{self, Hunk};
use super::naming;
use super::outline::Function;

/// How alike the texts of a function under two names must be, from 0 to 1.
const ALIKE: f64 = 0.6;

/// The same for short functions, which are alike by chance.
const ALIKE_SHORT: f64 = 0.8;

/// A function with fewer tokens is short.
const SHORT: usize = 24;

/// The same if the last part of the name stayed, as when a class was renamed.
const ALIKE_SAME_NAME: f64 = 0.3;

/// Most pairs of namesakes that are weighed; beyond, they pair in their order.
const MAX_NAMESAKES: usize = 4096;

/// Most tokens that are compared to find renamed functions; a file that needs more was
/// rewritten.
const MAX_TOKENS: usize = 20_000_000;

/// One side of a file.
pub(super) struct Side<'a, 't> {
    pub(super) text: &'a str,
    pub(super) functions: &'a [Function<'t>],
}

/// A function on both sides, or on the one that has it; indices into the sides.
pub(super) type Pair = (Option<usize>, Option<usize>);

/// Pairs the functions of both sides. Functions that no change touches may be left out.
///
/// Namesakes come first: those with the same parameters, then the same number of them, then
/// with the most unchanged lines in common, then in their order. Functions that are left and
/// were changed are taken for renamed or moved ones if their texts are alike.
pub(super) fn pair(before: &Side, after: &Side, hunks: &[Hunk]) -> Vec<Pair> {
    let mut pairing = FunctionMatcher {
        before,
        after,
        hunks,
        taken: [vec![false; before.functions.len()], vec![false; after.functions.len()]],
        pairs: Vec::new(),
    };
    pairing.namesakes();
    pairing.renamed();
    let [old, new] = &pairing.taken;
    let mut pairs = pairing.pairs;
    pairs.extend((0..old.len()).filter(|&i| !old[i]).map(|i| (Some(i), None)));
    pairs.extend((0..new.len()).filter(|&i| !new[i]).map(|i| (None, Some(i))));
    pairs
}

struct FunctionMatcher<'a, 't> {
    before: &'a Side<'a, 't>,
    after: &'a Side<'a, 't>,
    hunks: &'a [Hunk],
    taken: [Vec<bool>; 2],
    pairs: Vec<Pair>,
}

impl<'a, 't> FunctionMatcher<'a, 't> {
    fn namesakes(&mut self) {
        let (before, after): (&'a Side<'a, 't>, &'a Side<'a, 't>) = (self.before, self.after);
        let mut groups: BTreeMap<&str, [Vec<usize>; 2]> = BTreeMap::new();
        for (index, function) in before.functions.iter().enumerate() {
            groups.entry(&function.name).or_default()[0].push(index);
        }
        for (index, function) in after.functions.iter().enumerate() {
            groups.entry(&function.name).or_default()[1].push(index);
        }
        for [old, new] in groups.values() {
            if old.len() * new.len() > MAX_NAMESAKES {
                old.iter().zip(new).for_each(|(&i, &j)| self.take(i, j));
                continue;
            }
            let mut ranked = Vec::new();
            for (place, &i) in old.iter().enumerate() {
                for (other, &j) in new.iter().enumerate() {
                    let (a, b) = (&before.functions[i], &after.functions[j]);
                    let shared = self.shared(i, j);
                    // A function that is not touched can only be what its own lines came from.
                    if shared == 0 && (a.changed == 0 || b.changed == 0) {
                        continue;
                    }
                    let same = words(before.text, a).eq(words(after.text, b));
                    let arity = a.parameters.as_ref().map(|p| p.1) == b.parameters.as_ref().map(|p| p.1);
                    let rank = (Reverse(same), Reverse(arity), Reverse(shared), place.abs_diff(other));
                    ranked.push((rank, i, j));
                }
            }
            ranked.sort_unstable();
            ranked.into_iter().for_each(|(_, i, j)| self.take(i, j));
        }
    }

    fn renamed(&mut self) {
        let left = |functions: &[Function], taken: &[bool]| -> Vec<usize> {
            (0..functions.len()).filter(|&i| !taken[i]).collect()
        };
        let old = left(self.before.functions, &self.taken[0]);
        let new = left(self.after.functions, &self.taken[1]);
        if old.is_empty() || new.is_empty() {
            return;
        }
        let mut numbers = HashMap::new();
        let old_bags: Vec<_> = old.iter().map(|&i| bag(self.before, i, &mut numbers)).collect();
        let new_bags: Vec<_> = new.iter().map(|&j| bag(self.after, j, &mut numbers)).collect();
        let mut budget = MAX_TOKENS;
        let mut ranked = Vec::new();
        for (&i, bag) in old.iter().zip(&old_bags) {
            for (&j, other) in new.iter().zip(&new_bags) {
                let Some(rest) = budget.checked_sub(1) else { break };
                budget = rest;
                let Some(needed) = self.needed(i, j, bag.len().min(other.len())) else { continue };
                let (least, sum) = (bag.len().min(other.len()), bag.len() + other.len());
                if 2.0 * (least as f64) < needed * sum as f64 {
                    continue;
                }
                budget = budget.saturating_sub(sum);
                let common = common(bag, other);
                if 2.0 * (common as f64) >= needed * sum as f64 {
                    // Parts per million: a whole number has an order.
                    let alike = 2_000_000 * common / sum.max(1);
                    ranked.push((Reverse(alike), i.abs_diff(j), i, j));
                }
            }
        }
        ranked.sort_unstable();
        ranked.into_iter().for_each(|(_, _, i, j)| self.take(i, j));
    }

    /// How alike two functions under different names must be to be one, if the shorter of them
    /// has so many tokens; `None` if they cannot be one.
    fn needed(&self, i: usize, j: usize, tokens: usize) -> Option<f64> {
        let (a, b) = (&self.before.functions[i], &self.after.functions[j]);
        // As above, one that is not touched can only be what its own lines came from.
        let touched = a.changed > 0 && b.changed > 0;
        if !touched && (a.changed == b.changed || self.shared(i, j) == 0) {
            return None;
        }
        Some(if naming::last_part(&a.name) == naming::last_part(&b.name) {
            ALIKE_SAME_NAME
        } else if tokens < SHORT {
            ALIKE_SHORT
        } else {
            ALIKE
        })
    }

    /// How many unchanged lines two functions have in common.
    fn shared(&self, i: usize, j: usize) -> u32 {
        diff::shared_lines(self.hunks, &self.before.functions[i].rows, &self.after.functions[j].rows)
    }

    fn take(&mut self, i: usize, j: usize) {
        if !self.taken[0][i] && !self.taken[1][j] {
            self.taken[0][i] = true;
            self.taken[1][j] = true;
            self.pairs.push((Some(i), Some(j)));
        }
    }
}

/// The words of a function's parameter list.
fn words<'a>(text: &'a str, function: &Function) -> impl Iterator<Item = &'a str> {
    let range = function.parameters.as_ref().map_or(0..0, |(range, _)| Range::clone(range));
    text.get(range).unwrap_or_default().split_whitespace()
}

/// The pairs of neighbouring tokens of a function, as sorted numbers.
fn bag<'a>(side: &Side<'a, '_>, index: usize, numbers: &mut HashMap<&'a str, u32>) -> Vec<u64> {
    let span = side.functions[index].span.clone();
    let mut last = 0;
    let mut pairs: Vec<u64> = tokens(&side.text[span])
        .map(|token| {
            let next = numbers.len() as u32 + 1;
            let number = *numbers.entry(token).or_insert(next);
            let pair = u64::from(last) << 32 | u64::from(number);
            last = number;
            pair
        })
        .collect();
    pairs.sort_unstable();
    pairs
}

/// Words and single signs, in any language.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        let first = rest.chars().next()?;
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let length =
            if is_word(first) { rest.find(|c| !is_word(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        let (token, after) = rest.split_at(length);
        rest = after;
        Some(token)
    })
}

/// How many numbers two sorted lists have in common.
fn common(left: &[u64], right: &[u64]) -> usize {
    let (mut i, mut j, mut count) = (0, 0, 0);
    while let (Some(a), Some(b)) = (left.get(i), right.get(j)) {
        match a.cmp(b) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                i += 1;
                j += 1;
                count += 1;
            }
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_words_and_signs() {
        let found: Vec<_> = tokens(" a_1 +=\té(b)").collect();
        assert_eq!(found, ["a_1", "+", "=", "é", "(", "b", ")"]);
    }

    #[test]
    fn what_sorted_lists_share_counts_with_repetition() {
        assert_eq!(common(&[1, 1, 2, 5], &[1, 1, 1, 5, 6]), 3);
    }
}
