//! The rules: each is fitted to train, and then says of all code whether it is vulnerable.

use std::collections::BTreeMap;

use streamguard_table::SplitName;

use super::labelled_code::CodeFacts;

/// Length from which on, or below which, code is called vulnerable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LengthRule {
    pub(super) tokens: u32,
    /// Whether code of at least that length is called vulnerable; otherwise shorter code is.
    pub(super) long_is_vulnerable: bool,
}

fn in_train(facts: &[CodeFacts]) -> impl Iterator<Item = &CodeFacts> {
    facts.iter().filter(|code| code.split == SplitName::Train)
}

impl LengthRule {
    /// Finds the length that separates best in train, by the balanced accuracy.
    pub(super) fn fit(facts: &[CodeFacts]) -> Self {
        let mut lengths: Vec<(u32, bool)> =
            in_train(facts).map(|code| (code.tokens, code.vulnerable)).collect();
        lengths.sort_unstable();
        let vulnerable = lengths.iter().filter(|(_, vulnerable)| *vulnerable).count() as i128;
        let others = lengths.len() as i128 - vulnerable;
        // Below a length: the share of the vulnerable code minus that of the other, times both counts.
        let (mut balance, mut best) = (0_i128, Self { tokens: 0, long_is_vulnerable: true });
        let mut best_balance = 0;
        for same in lengths.chunk_by(|left, right| left.0 == right.0) {
            if balance.abs() > best_balance {
                best_balance = balance.abs();
                best = Self { tokens: same[0].0, long_is_vulnerable: balance < 0 };
            }
            for (_, is_vulnerable) in same {
                balance += if *is_vulnerable { others } else { -vulnerable };
            }
        }
        best
    }

    pub(super) fn predicts(self, code: &CodeFacts) -> bool {
        (code.tokens >= self.tokens) == self.long_is_vulnerable
    }
}

/// Names that mostly stand for vulnerable code in train.
#[derive(Clone, Debug)]
pub(super) struct NameRule {
    name: usize,
    /// Vulnerable minus other code with each name.
    balances: BTreeMap<u64, i64>,
    majority: bool,
}

impl NameRule {
    /// Counts the labels of one kind of names in train.
    pub(super) fn fit(facts: &[CodeFacts], name: usize) -> Self {
        let mut balances = BTreeMap::new();
        let mut sum = 0;
        for code in in_train(facts) {
            let vote = if code.vulnerable { 1 } else { -1 };
            sum += vote;
            if let Some(hash) = code.names[name] {
                *balances.entry(hash).or_default() += vote;
            }
        }
        Self { name, balances, majority: sum > 0 }
    }

    /// Returns what most code of that name is, or most of all code for a name that is not known.
    pub(super) fn predicts(&self, code: &CodeFacts) -> bool {
        let balance = code.names[self.name].and_then(|hash| self.balances.get(&hash)).copied().unwrap_or(0);
        if balance == 0 { self.majority } else { balance > 0 }
    }
}
