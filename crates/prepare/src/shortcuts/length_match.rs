//! Length-matched subsets: of each length as many vulnerable functions as others, so that length tells nothing.

use std::collections::BTreeMap;

use streamguard_table::SplitName;
use twox_hash::XxHash64;

use super::labelled_code::{CodeFacts, LabelledCode};

/// Steps to a doubling of a length. Lengths within one step count as the same.
const STEPS_PER_OCTAVE: f64 = 4.0;

/// Returns which code is in the length-matched subset of its split. Of pairs, both sides are or neither is: for each
/// difference of their lengths, as many have the longer side fixed as have it vulnerable. Single functions are matched by
/// their own lengths.
pub(super) fn length_matched(code: &LabelledCode, seed: u64) -> Vec<bool> {
    let facts = &code.facts;
    let mut is_paired = vec![false; facts.len()];
    for before in code.pairs.iter().map(|number| *number as usize) {
        (is_paired[before], is_paired[before + 1]) = (true, true);
    }
    let mut matched = vec![false; facts.len()];
    // Functions or pairs by their split and step, and in two groups between which length must not tell.
    let mut groups: BTreeMap<(SplitName, bool, i32), [Vec<usize>; 2]> = BTreeMap::new();
    for before in code.pairs.iter().map(|number| *number as usize) {
        let (one, two) = (facts[before].tokens, facts[before + 1].tokens);
        if one == two {
            (matched[before], matched[before + 1]) = (true, true);
            continue;
        }
        let key = (facts[before].split, true, step(one.abs_diff(two)));
        groups.entry(key).or_default()[usize::from(one > two)].push(before);
    }
    for (at, code) in facts.iter().enumerate().filter(|(at, _)| !is_paired[*at]) {
        let key = (code.split, false, step(code.tokens));
        groups.entry(key).or_default()[usize::from(code.vulnerable)].push(at);
    }
    for ((_, of_pairs, _), mut group) in groups {
        let least = group[0].len().min(group[1].len());
        for members in &mut group {
            members.sort_by_key(|at| (chance(seed, &facts[*at]), *at));
            for at in &members[..least] {
                matched[*at] = true;
                if of_pairs {
                    matched[*at + 1] = true;
                }
            }
        }
    }
    matched
}

fn step(tokens: u32) -> i32 {
    (f64::from(tokens.max(1)).log2() * STEPS_PER_OCTAVE).floor() as i32
}

fn chance(seed: u64, code: &CodeFacts) -> u64 {
    XxHash64::oneshot(seed, &code.text.to_le_bytes())
}
