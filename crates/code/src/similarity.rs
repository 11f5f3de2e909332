//! Similarity of the texts of two functions.

use std::cmp::Ordering;
use std::collections::HashMap;

/// Numbers for distinct tokens, so that bigrams of them compare as integers.
pub(super) type TokenNumbers<'a> = HashMap<&'a str, u32>;

/// Returns the bigrams of the tokens in `text` as a sorted multiset of numbers.
pub(super) fn bigrams<'a>(text: &'a str, numbers: &mut TokenNumbers<'a>) -> Vec<u64> {
    let mut last = 0;
    let mut pairs: Vec<u64> = tokens(text)
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

/// Splits a text in any language into words and single punctuation characters.
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

/// Counts the numbers that two sorted lists have in common, with repetition.
pub(super) fn common(left: &[u64], right: &[u64]) -> usize {
    let (mut i, mut j, mut count) = (0, 0, 0);
    while let (Some(a), Some(b)) = (left.get(i), right.get(j)) {
        match a.cmp(b) {
            Ordering::Less => i += 1,
            Ordering::Greater => j += 1,
            Ordering::Equal => {
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
    fn tokens_are_words_and_punctuation() {
        let found: Vec<_> = tokens(" a_1 +=\té(b)").collect();
        assert_eq!(found, ["a_1", "+", "=", "é", "(", "b", ")"]);
    }

    #[test]
    fn common_numbers_count_with_repetition() {
        assert_eq!(common(&[1, 1, 2, 5], &[1, 1, 1, 5, 6]), 3);
    }
}
