//! The report about shortcuts: `shortcut_report.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use streamguard_evaluate::{Bootstrap, Estimate};
use streamguard_table::SplitName;

use super::labelled_code::{CodeFacts, LabelledCode, NAMES};
use super::rules::{LengthRule, NameRule};

/// Resamples of the intervals.
const RESAMPLES: u32 = 200;

/// Names of the rules that learn names, in the order of [`CodeFacts::names`].
const NAME_RULES: [&str; NAMES] = ["function name", "file name", "repository"];

/// Name of the rule about pairs.
const LONGER_IS_FIXED: &str = "longer side is fixed";

/// How well rules without knowledge of vulnerabilities tell vulnerable code.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ShortcutReport {
    /// Version of this file.
    pub format: u32,
    /// The rules.
    pub rules: Vec<ShortcutRule>,
}

/// A rule, and how well it does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShortcutRule {
    /// Name of the rule.
    pub name: String,
    /// What the rule says.
    pub about: String,
    /// Balanced accuracy in each split: 0.5 is chance. Of the rule about pairs the share of right answers.
    pub splits: BTreeMap<SplitName, Estimate>,
}

impl ShortcutReport {
    /// Fits the rules to train, and measures them in all splits. `bag_of_words` has the labels of the baseline, if there is
    /// one: none for code that it learned from.
    pub(crate) fn new(code: &LabelledCode, seed: u64, bag_of_words: Option<&[Option<bool>]>) -> Self {
        let facts = &code.facts;
        let length = LengthRule::fit(facts);
        // A dataset may lack a kind of names.
        let known: Vec<usize> =
            (0..NAMES).filter(|name| facts.iter().any(|code| code.names[*name].is_some())).collect();
        let names: Vec<NameRule> = known.iter().map(|name| NameRule::fit(facts, *name)).collect();
        let relation = if length.long_is_vulnerable { "at least" } else { "fewer than" };
        let mut rules =
            vec![rule("length", format!("code of {relation} {} tokens is vulnerable", length.tokens))];
        rules.push(rule(LONGER_IS_FIXED, "of a pair, the side with more tokens is the fixed one".to_owned()));
        let name_rule = |name: &usize| {
            let name = NAME_RULES[*name];
            rule(name, format!("the {name} decides, as most often in train"))
        };
        rules.extend(known.iter().map(name_rule));
        if bag_of_words.is_some() {
            let about = "the baseline: a logistic regression on words and pairs of words".to_owned();
            rules.push(rule("bag of words", about));
        }
        let numbered = number_components(facts);
        for split in SplitName::ALL {
            let here: Vec<usize> = (0..facts.len()).filter(|at| facts[*at].split == split).collect();
            let clusters = here.iter().map(|at| numbered[*at] + 1).max().unwrap_or(0);
            if here.is_empty() {
                continue;
            }
            let bootstrap = Bootstrap { resamples: RESAMPLES, seed };
            let estimates = bootstrap.estimate(clusters, |weights| {
                let weight = |at: usize| u64::from(weights[numbered[at]]);
                let balanced = |predicts: &dyn Fn(usize) -> Option<bool>| {
                    balanced_accuracy(
                        here.iter()
                            .filter_map(|at| Some((facts[*at].vulnerable, predicts(*at)?, weight(*at)))),
                    )
                };
                let mut measured = vec![balanced(&|at| Some(length.predicts(&facts[at])))];
                measured.push(longer_is_fixed(code, split, weight));
                measured.extend(names.iter().map(|rule| balanced(&|at| Some(rule.predicts(&facts[at])))));
                measured.extend(bag_of_words.map(|labels| balanced(&|at| labels[at])));
                measured
            });
            for (rule, estimate) in rules.iter_mut().zip(estimates) {
                if estimate.value.is_some() {
                    rule.splits.insert(split, estimate);
                }
            }
        }
        rules.retain(|rule| !rule.splits.is_empty());
        Self { format: 1, rules }
    }
}

fn rule(name: &str, about: String) -> ShortcutRule {
    ShortcutRule { name: name.to_owned(), about, splits: BTreeMap::new() }
}

/// Returns the number of the component of each code, from 0 in each split. No component is in two splits.
fn number_components(facts: &[CodeFacts]) -> Vec<usize> {
    let mut numbers: BTreeMap<u32, usize> = BTreeMap::new();
    let mut next: BTreeMap<SplitName, usize> = BTreeMap::new();
    let number = |code: &CodeFacts| {
        *numbers.entry(code.component).or_insert_with(|| {
            let next = next.entry(code.split).or_default();
            *next += 1;
            *next - 1
        })
    };
    facts.iter().map(number).collect()
}

/// Returns the mean of the shares of vulnerable and of other code that is told right.
fn balanced_accuracy(judged: impl Iterator<Item = (bool, bool, u64)>) -> Option<f64> {
    let (mut all, mut right) = ([0_u64; 2], [0_u64; 2]);
    for (vulnerable, predicted, weight) in judged {
        let label = usize::from(vulnerable);
        all[label] += weight;
        right[label] += if vulnerable == predicted { weight } else { 0 };
    }
    let share = |label: usize| (all[label] > 0).then(|| right[label] as f64 / all[label] as f64);
    Some((share(0)? + share(1)?) / 2.0)
}

/// Returns the share of pairs whose fixed side is longer; of equally long sides a half.
fn longer_is_fixed(code: &LabelledCode, split: SplitName, weight: impl Fn(usize) -> u64) -> Option<f64> {
    let (mut all, mut right_halves) = (0, 0);
    for before in code.pairs.iter().map(|number| *number as usize) {
        if code.facts[before].split != split {
            continue;
        }
        all += weight(before);
        right_halves += weight(before)
            * match code.facts[before].tokens.cmp(&code.facts[before + 1].tokens) {
                std::cmp::Ordering::Less => 2,
                std::cmp::Ordering::Equal => 1,
                std::cmp::Ordering::Greater => 0,
            };
    }
    (all > 0).then(|| right_halves as f64 / (2 * all) as f64)
}
