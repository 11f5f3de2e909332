//! The report about shortcuts: `shortcut_report.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use streamguard_evaluate::{Bootstrap, Estimate};
use streamguard_table::SplitName;

use super::labelled_code::{CodeFacts, LabelledCode};
use super::length_match::length_matched;
use super::rules::{self, FittedRule};

/// Resamples of the intervals.
const RESAMPLES: u32 = 200;

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
    /// Balanced accuracy in each split: 0.5 is chance.
    pub splits: BTreeMap<SplitName, Estimate>,
    /// Balanced accuracy in the length-matched subset of each split.
    #[serde(default)]
    pub length_matched: BTreeMap<SplitName, Estimate>,
}

impl ShortcutReport {
    /// Fits the rules to train, and measures them in all splits. `bag_of_words` has the labels of the baseline, if there is
    /// one: none for code that it learned from.
    pub(crate) fn new(code: &LabelledCode, seed: u64, bag_of_words: Option<&[Option<bool>]>) -> Self {
        let mut fitted = rules::fit(code);
        fitted.extend(bag_of_words.map(FittedRule::bag_of_words));
        let splits = measure(&fitted, &code.facts, seed, |_| true);
        let is_matched = length_matched(code, seed);
        let matched = measure(&fitted, &code.facts, seed, |at| is_matched[at]);
        let rules = fitted.into_iter().zip(splits.into_iter().zip(matched));
        let rules = rules.filter(|(_, (splits, _))| !splits.is_empty());
        let rules = rules.map(|(FittedRule { name, about, .. }, (splits, length_matched))| ShortcutRule {
            name,
            about,
            splits,
            length_matched,
        });
        Self { format: 1, rules: rules.collect() }
    }
}

/// Returns the balanced accuracy of each rule in each split, among the code that counts.
fn measure(
    fitted: &[FittedRule],
    facts: &[CodeFacts],
    seed: u64,
    counts: impl Fn(usize) -> bool,
) -> Vec<BTreeMap<SplitName, Estimate>> {
    let numbered = number_components(facts);
    let mut splits: Vec<BTreeMap<SplitName, Estimate>> = vec![BTreeMap::new(); fitted.len()];
    for split in SplitName::ALL {
        let here: Vec<usize> =
            (0..facts.len()).filter(|at| facts[*at].split == split && counts(*at)).collect();
        let clusters = here.iter().map(|at| numbered[*at] + 1).max().unwrap_or(0);
        // Counted once for each cluster: there are many more functions, and hundreds of resamples.
        let counts: Vec<Vec<LabelCounts>> = fitted
            .iter()
            .map(|rule| {
                let mut counts = vec![LabelCounts::default(); clusters];
                for at in &here {
                    counts[numbered[*at]].add(facts[*at].vulnerable, rule.labels[*at]);
                }
                counts
            })
            .collect();
        let bootstrap = Bootstrap { resamples: RESAMPLES, seed };
        let estimates = bootstrap.estimate(clusters, |weights| {
            counts.iter().map(|counts| balanced_accuracy(counts.iter().zip(weights))).collect()
        });
        for (splits, estimate) in splits.iter_mut().zip(estimates) {
            if estimate.value.is_some() {
                splits.insert(split, estimate);
            }
        }
    }
    splits
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

/// Labelled code of a cluster, first what is not vulnerable: all of it, and what a rule tells right.
#[derive(Clone, Copy, Debug, Default)]
struct LabelCounts {
    all: [u32; 2],
    right: [u32; 2],
}

impl LabelCounts {
    fn add(&mut self, vulnerable: bool, predicted: Option<bool>) {
        if let Some(predicted) = predicted {
            self.all[usize::from(vulnerable)] += 1;
            self.right[usize::from(vulnerable)] += u32::from(vulnerable == predicted);
        }
    }
}

/// Returns the mean of the shares of vulnerable and of other code that is told right, of clusters with their weights.
fn balanced_accuracy<'c>(clusters: impl Iterator<Item = (&'c LabelCounts, &'c u32)>) -> Option<f64> {
    let (mut all, mut right) = ([0_u64; 2], [0_u64; 2]);
    for (counts, weight) in clusters {
        let add = |sums: &mut [u64; 2], counts: [u32; 2]| {
            sums.iter_mut()
                .zip(counts)
                .for_each(|(sum, count)| *sum += u64::from(count) * u64::from(*weight));
        };
        add(&mut all, counts.all);
        add(&mut right, counts.right);
    }
    let share = |label: usize| (all[label] > 0).then(|| right[label] as f64 / all[label] as f64);
    Some((share(0)? + share(1)?) / 2.0)
}
