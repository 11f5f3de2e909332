//! The rules: each is fitted to train, and then says of all code whether it is vulnerable.

use std::collections::BTreeMap;

use streamguard_table::SplitName;

use super::labelled_code::{CodeFacts, LabelledCode, NAMES};

/// Names of the rules that learn names, in the order of [`CodeFacts::names`].
const NAME_RULES: [&str; NAMES] = ["function name", "file name", "repository"];

/// A rule, with what it says about all code.
#[derive(Clone, Debug)]
pub(super) struct FittedRule {
    pub(super) name: String,
    pub(super) about: String,
    /// Whether the code is vulnerable; `None` for code about which the rule says nothing.
    pub(super) labels: Vec<Option<bool>>,
}

/// Fits all rules to train.
pub(super) fn fit(code: &LabelledCode) -> Vec<FittedRule> {
    let facts = &code.facts;
    let length = LengthRule::fit(facts);
    let relation = if length.long_is_vulnerable { "at least" } else { "fewer than" };
    let about = format!("code of {relation} {} tokens is vulnerable", length.tokens);
    let mut rules = vec![
        FittedRule::new("length", about, facts, |code| length.predicts(code)),
        FittedRule {
            name: "longer side is fixed".to_owned(),
            about: "of a pair of different lengths, the side with more tokens is the fixed one".to_owned(),
            labels: shorter_sides(code),
        },
    ];
    for (number, name) in NAME_RULES.iter().enumerate() {
        // A dataset may lack a kind of names.
        if facts.iter().any(|code| code.names[number].is_some()) {
            let rule = NameRule::fit(facts, number);
            let about = format!("the {name} decides, as most often in train");
            rules.push(FittedRule::new(name, about, facts, |code| rule.predicts(code)));
        }
    }
    rules
}

impl FittedRule {
    fn new(name: &str, about: String, facts: &[CodeFacts], predicts: impl Fn(&CodeFacts) -> bool) -> Self {
        let labels = facts.iter().map(|code| Some(predicts(code))).collect();
        Self { name: name.to_owned(), about, labels }
    }

    /// Returns the baseline as a rule, with what it says about code that it did not learn from.
    pub(super) fn bag_of_words(labels: &[Option<bool>]) -> Self {
        Self {
            name: "bag of words".to_owned(),
            about: "the baseline: a logistic regression on words and pairs of words".to_owned(),
            labels: labels.to_vec(),
        }
    }
}

/// Calls the shorter side of each pair vulnerable.
fn shorter_sides(code: &LabelledCode) -> Vec<Option<bool>> {
    let mut labels = vec![None; code.facts.len()];
    for before in code.pairs.iter().map(|number| *number as usize) {
        let [one, two] = [before, before + 1].map(|at| code.facts[at].tokens);
        if one != two {
            (labels[before], labels[before + 1]) = (Some(one < two), Some(two < one));
        }
    }
    labels
}

/// Length from which on, or below which, code is called vulnerable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct LengthRule {
    tokens: u32,
    /// Whether code of at least that length is called vulnerable; otherwise shorter code is.
    long_is_vulnerable: bool,
}

fn in_train(facts: &[CodeFacts]) -> impl Iterator<Item = &CodeFacts> {
    facts.iter().filter(|code| code.split == SplitName::Train)
}

impl LengthRule {
    /// Finds the length that separates best in train, by the balanced accuracy.
    fn fit(facts: &[CodeFacts]) -> Self {
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

    fn predicts(self, code: &CodeFacts) -> bool {
        (code.tokens >= self.tokens) == self.long_is_vulnerable
    }
}

/// Names that mostly stand for vulnerable code in train.
#[derive(Clone, Debug)]
struct NameRule {
    name: usize,
    /// Vulnerable minus other code with each name.
    balances: BTreeMap<u64, i64>,
    majority: bool,
}

impl NameRule {
    /// Counts the labels of one kind of names in train.
    fn fit(facts: &[CodeFacts], name: usize) -> Self {
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
    fn predicts(&self, code: &CodeFacts) -> bool {
        let balance = code.names[self.name].and_then(|hash| self.balances.get(&hash)).copied().unwrap_or(0);
        if balance == 0 { self.majority } else { balance > 0 }
    }
}
