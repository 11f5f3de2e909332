//! Byte pairs: which neighbours become one token, and in which order.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use foldhash::fast::FixedState;

/// Token of a model, with the number of bytes that it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelToken {
    /// Number of the token in the vocabulary.
    pub id: u32,
    /// Bytes of the text.
    pub bytes: u32,
}

/// Rule by which two tokens become one.
#[derive(Clone, Copy, Debug)]
struct PairRule {
    rank: u32,
    joined: u32,
}

/// Tokens of single bytes, and the rules that join them.
#[derive(Clone, Debug)]
pub struct BytePairs {
    bytes: [u32; 256],
    rules: HashMap<(u32, u32), PairRule, FixedState>,
}

/// No neighbour.
const NONE: u32 = u32::MAX;

/// A token of a word while pairs are joined. Tokens stand in a list, from which the right one of a pair is taken out.
#[derive(Clone, Copy, Debug)]
struct LinkedToken {
    token: ModelToken,
    before: u32,
    after: u32,
}

/// Two neighbours that may be joined: the lowest rank first, of equal ones the leftmost.
type Candidate = Reverse<(u32, u32, u32, u32, u32)>;

impl BytePairs {
    /// Creates the rules from pairs in the order of their ranks, each with the token that it becomes.
    pub fn new(bytes: [u32; 256], pairs: impl IntoIterator<Item = ((u32, u32), u32)>) -> Self {
        let mut rules = HashMap::default();
        for (rank, (pair, joined)) in (0..).zip(pairs) {
            rules.entry(pair).or_insert(PairRule { rank, joined });
        }
        Self { bytes, rules }
    }

    /// Returns the number of rules.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Tells whether there are no rules.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Returns the tokens of a word. The work grows with the length of the word and its logarithm, so that a text without a
    /// space costs no more than others.
    pub(super) fn tokens(&self, word: &[u8]) -> Vec<ModelToken> {
        let count = word.len() as u32;
        let mut list: Vec<LinkedToken> = (0..)
            .zip(word)
            .map(|(at, byte): (u32, _)| LinkedToken {
                token: ModelToken { id: self.bytes[usize::from(*byte)], bytes: 1 },
                before: at.checked_sub(1).unwrap_or(NONE),
                after: if at + 1 < count { at + 1 } else { NONE },
            })
            .collect();
        let mut candidates: BinaryHeap<Candidate> =
            (0..count).filter_map(|at| self.candidate(&list, at)).collect();
        while let Some(Reverse((_, left, joined, left_id, right_id))) = candidates.pop() {
            let at = left as usize;
            let right = list[at].after;
            // One of the two was joined to another one meanwhile. A token that was taken out has no bytes.
            let is_there = |at: u32, id: u32| {
                at != NONE && list[at as usize].token.bytes > 0 && list[at as usize].token.id == id
            };
            if !is_there(left, left_id) || !is_there(right, right_id) {
                continue;
            }
            let LinkedToken { token, after, .. } = list[right as usize];
            list[right as usize].token.bytes = 0;
            let bytes = list[at].token.bytes + token.bytes;
            list[at] = LinkedToken { token: ModelToken { id: joined, bytes }, after, ..list[at] };
            if after != NONE {
                list[after as usize].before = left;
            }
            candidates.extend(self.candidate(&list, left));
            let before = list[at].before;
            if before != NONE {
                candidates.extend(self.candidate(&list, before));
            }
        }
        list.into_iter().map(|linked| linked.token).filter(|token| token.bytes > 0).collect()
    }

    fn candidate(&self, list: &[LinkedToken], left: u32) -> Option<Candidate> {
        let LinkedToken { token, after, .. } = list[left as usize];
        let next = list.get(after as usize)?.token;
        let PairRule { rank, joined } = *self.rules.get(&(token.id, next.id))?;
        Some(Reverse((rank, left, joined, token.id, next.id)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Joins one pair after the other, as the definition says.
    fn by_definition(pairs: &[((u32, u32), u32)], word: &[u8]) -> Vec<u32> {
        let mut ids: Vec<u32> = word.iter().map(|byte| u32::from(*byte)).collect();
        for (pair, joined) in pairs {
            let mut at = 0;
            while at + 1 < ids.len() {
                if (ids[at], ids[at + 1]) == *pair {
                    ids.splice(at..at + 2, [*joined]);
                }
                at += 1;
            }
        }
        ids
    }

    #[test]
    fn tokens_are_those_of_the_definition() {
        let (a, b) = (u32::from(b'a'), u32::from(b'b'));
        let pairs = [
            ((a, b), 300),
            ((b, b), 301),
            ((300, 300), 302),
            ((302, a), 303),
            ((a, a), 304),
            ((304, 304), 305),
        ];
        let rules = BytePairs::new(std::array::from_fn(|byte| byte as u32), pairs);
        let mut chance = 1_u32;
        for length in 0..300 {
            let word: Vec<u8> = (0..length % 40)
                .map(|_| {
                    chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    if chance >> 30 == 0 { b'b' } else { b'a' }
                })
                .collect();
            let tokens = rules.tokens(&word);
            let ids: Vec<u32> = tokens.iter().map(|token| token.id).collect();
            assert_eq!(ids, by_definition(&pairs, &word), "{}", String::from_utf8_lossy(&word));
            assert_eq!(tokens.iter().map(|token| token.bytes as usize).sum::<usize>(), word.len());
        }
    }
}
