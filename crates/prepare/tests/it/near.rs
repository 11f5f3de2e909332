//! Near pairs against the truth of all pairs.

use std::convert::Infallible;

use streamguard_dataset::{CommentSyntax, Language};
use streamguard_prepare::near::{
    Clusters, JoinSink, MAX_SMALL_SET, MISS_PROBABILITY, NearIndex, NearThreshold, PairSink, ShingleSets,
    ShingledText, SketchShape, TextSketcher, exact_join, find_near_pairs_within, join_sets, similarity,
};

use crate::fixtures::{Chance, changed, function};

/// Takes all near pairs.
#[derive(Default)]
struct AllPairs(Vec<(u32, u32)>);

impl PairSink for AllPairs {
    fn wants(&mut self, _: u32, _: u32) -> bool {
        true
    }

    fn take(&mut self, left: u32, right: u32) {
        self.0.push((left.min(right), left.max(right)));
    }
}

fn threshold() -> NearThreshold {
    NearThreshold::from_thousandths(800).unwrap()
}

/// Returns functions of all lengths, with copies that differ more and more.
fn functions(count: usize) -> Vec<String> {
    let mut chance = Chance(7);
    let mut codes = Vec::new();
    while codes.len() < count {
        let statements = 1 + chance.below(80);
        let code = function(&mut chance, statements);
        for lines in 0..chance.below(6) {
            codes.push(changed(&mut chance, &code, lines));
        }
        codes.push(code);
    }
    codes.truncate(count);
    codes
}

#[test]
fn both_joins_find_all_near_pairs_and_no_others() {
    let codes = functions(1500);
    let syntax = CommentSyntax::of(None);
    let (mut text, mut sets) = (ShingledText::default(), ShingleSets::default());
    let (mut index, mut sketcher) = (NearIndex::new(threshold()), TextSketcher::new(threshold()));
    for (number, code) in codes.iter().enumerate() {
        text.read(code, syntax);
        sets.push(text.shingle_set());
        index.add(number as u32, &sketcher.sketch(code, syntax));
    }
    let mut truth = Vec::new();
    for left in 0..sets.len() {
        for right in left + 1..sets.len() {
            // In whole numbers, and by another way than the code that is tested.
            let (one, two) = (sets.get(left), sets.get(right));
            let common = one.iter().filter(|shingle| two.binary_search(shingle).is_ok()).count();
            if common * 1000 >= 800 * (one.len() + two.len() - common) {
                truth.push((left as u32, right as u32));
            }
        }
    }
    let large = truth.iter().filter(|(left, _)| sets.get(*left as usize).len() > MAX_SMALL_SET).count();
    assert!(truth.len() > 250 && large > 100 && large < truth.len(), "{} pairs, {large} large", truth.len());

    let mut exact = Vec::new();
    exact_join(&sets, threshold(), |left, right| {
        exact.push((left as u32, right as u32));
        true
    });
    exact.sort_unstable();
    assert_eq!(exact, truth);

    // In parts, whose pairs are found by some elements only, and verified in several blocks.
    let sizes: Vec<u32> = (0..sets.len()).map(|number| sets.get(number).len() as u32).collect();
    for max_elements in [3_000, 40_000] {
        let (mut found, mut readings) = (FoundPairs::default(), 0);
        let read = join_sets(&sizes, threshold(), max_elements, &mut found, |numbers, take| {
            readings += 1;
            numbers.iter().for_each(|number| take(sets.get(*number as usize)));
            Ok::<_, Infallible>(())
        });
        read.unwrap();
        found.0.sort_unstable();
        assert_eq!(found.0, truth, "{max_elements}");
        assert!(readings > 3, "{readings}");
    }

    // With all sets in memory, and with few of them at a time.
    for max_elements in [u64::MAX / 4, 20_000] {
        let (mut sketched, mut calls) = (AllPairs::default(), 0);
        let fetched =
            find_near_pairs_within(&index, threshold(), max_elements, &mut sketched, |texts, take| {
                calls += 1;
                texts.iter().for_each(|text| take(sets.get(*text as usize)));
                Ok::<_, Infallible>(())
            });
        fetched.unwrap();
        sketched.0.sort_unstable();
        sketched.0.dedup();
        assert_eq!(sketched.0, truth);
        assert!(if max_elements == 20_000 { calls > 5 } else { calls <= 2 }, "{calls}");
    }
}

/// Wants all pairs of sets.
#[derive(Default)]
struct FoundPairs(Vec<(u32, u32)>);

impl JoinSink for FoundPairs {
    fn wants(&mut self, _: u32, _: u32) -> bool {
        true
    }

    fn take(&mut self, left: u32, right: u32, _: [&[u64]; 2]) -> bool {
        self.0.push((left, right));
        true
    }
}

/// Joins near texts, and counts how often it was asked.
struct Joined {
    clusters: Clusters,
    asked: usize,
}

impl PairSink for Joined {
    fn wants(&mut self, left: u32, right: u32) -> bool {
        self.asked += 1;
        self.clusters.find(left as usize) != self.clusters.find(right as usize)
    }

    fn take(&mut self, left: u32, right: u32) {
        self.clusters.join(left as usize, right as usize);
    }

    fn group(&mut self, text: u32) -> u32 {
        self.clusters.find(text as usize) as u32
    }
}

/// Returns functions of a few templates: most are of about half the same code, and some are near copies.
fn templates(count: usize) -> Vec<String> {
    let mut chance = Chance(11);
    let bases: Vec<String> = (0..4).map(|number| function(&mut chance, 8 + 8 * number)).collect();
    let mut codes: Vec<String> = Vec::new();
    for number in 0..count {
        let known = codes.get(chance.below(8 * count as u64) as usize).cloned();
        codes.push(match known {
            Some(known) => changed(&mut chance, &known, 1),
            None => {
                let base = &bases[number % bases.len()];
                let lines = base.lines().count() as u64 / 3;
                changed(&mut chance, base, lines)
            }
        });
    }
    codes
}

#[test]
fn clusters_of_templates_are_those_of_all_pairs_and_few_pairs_are_compared() {
    let codes = templates(1000);
    let (mut text, mut sets) = (ShingledText::default(), ShingleSets::default());
    let (mut index, mut sketcher) = (NearIndex::new(threshold()), TextSketcher::new(threshold()));
    for (number, code) in codes.iter().enumerate() {
        text.read(code, CommentSyntax::of(None));
        sets.push(text.shingle_set());
        index.add(number as u32, &sketcher.sketch(code, CommentSyntax::of(None)));
    }
    let mut truth = Clusters::new(codes.len());
    let (mut alike, loosely) = (0, NearThreshold::from_thousandths(300).unwrap());
    for (left, right) in (0..codes.len()).flat_map(|left| (0..left).map(move |right| (left, right))) {
        alike += usize::from(loosely.accepts(sets.get(left), sets.get(right)));
        if threshold().accepts(sets.get(left), sets.get(right)) {
            truth.join(left, right);
        }
    }
    let mut joined = Joined { clusters: Clusters::new(codes.len()), asked: 0 };
    let fetched = find_near_pairs_within(&index, threshold(), u64::MAX / 4, &mut joined, |texts, take| {
        texts.iter().for_each(|text| take(sets.get(*text as usize)));
        Ok::<_, Infallible>(())
    });
    fetched.unwrap();
    let numbers = |clusters: &mut Clusters| (0..codes.len()).map(|at| clusters.find(at)).collect::<Vec<_>>();
    assert_eq!(numbers(&mut joined.clusters), numbers(&mut truth));
    assert!(alike > 50_000 && joined.asked < alike / 20, "{} of {alike} pairs are compared", joined.asked);
}

#[test]
fn the_bands_keep_the_promise() {
    for thousandths in [500, 700, 800, 900, 950] {
        let threshold = NearThreshold::from_thousandths(thousandths).unwrap();
        let shape = SketchShape::for_threshold(threshold);
        let agrees = threshold.share().powi(shape.rows() as i32);
        assert!((1.0 - agrees).powi(shape.bands() as i32) <= MISS_PROBABILITY, "{thousandths}: {shape:?}");
    }
}

#[test]
fn comments_and_layout_are_not_code() {
    let mut text = ShingledText::default();
    let mut digest = |code: &str, language: Option<Language>| {
        text.read(code, CommentSyntax::of(language));
        text.token_digest()
    };
    assert_eq!(digest("a = b; // c\n/* d */ e('//x');", None), digest("a=b;\n\te('//x');", None));
    assert_ne!(digest("e('//x');", None), digest("e('//y');", None));
    assert_eq!(digest("a = 1 # b\nc", Some(Language::Python)), digest("a = 1\nc", Some(Language::Python)));
    assert_ne!(digest("a = 1 // b\nc", Some(Language::Python)), digest("a = 1\nc", Some(Language::Python)));
    assert_ne!(digest("#define A 1", None), digest("", None));
}

#[test]
fn similarity_is_the_share_of_common_shingles() {
    assert_eq!(similarity(&[1, 2, 3, 4], &[2, 3, 4, 5]), 0.6);
    let exactly: Vec<u64> = (0..8).collect();
    let all: Vec<u64> = (0..10).collect();
    assert!(threshold().accepts(&exactly, &all));
    assert!(!threshold().accepts(&exactly[..7], &all));
}
