//! Near duplicates of the functions in a file of JSON lines, as one process, to be measured beside a peer:
//! `cargo bench -p streamguard-prepare --bench near -- FILE [exact|sketch|truth]`. `near_peer.py` does that beside datasketch;
//! `truth` compares both joins with all pairs.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark prints its results")]

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::path::PathBuf;

use streamguard_dataset::{CommentSyntax, Language};
use streamguard_prepare::near::{
    Clusters, NearIndex, NearThreshold, PairSink, ShingleSets, ShingledText, TextSketcher, exact_join,
    find_near_pairs,
};
use streamguard_table::{CodeReader, TableDataset};

/// Joins near texts.
struct Joined(Clusters);

impl PairSink for Joined {
    fn wants(&mut self, left: u32, right: u32) -> bool {
        self.0.find(left as usize) != self.0.find(right as usize)
    }

    fn take(&mut self, left: u32, right: u32) {
        self.0.join(left as usize, right as usize);
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let Some(file) = arguments.next().map(PathBuf::from) else {
        eprintln!("SKIPPED: name a file of JSON lines with a column of code");
        return;
    };
    let method = arguments.next().unwrap_or_default();
    let exact = method == "exact";
    let dataset = TableDataset::open(&[file], &[]).expect("the file has code");
    let columns = dataset.role_columns();
    let reader = CodeReader::new(&dataset.roles, &columns, Some(Language::Python));
    let mut codes: Vec<String> = Vec::new();
    let read = dataset.for_each_row(&columns, |_, _, row| {
        codes.extend(reader.texts(&row).sides.into_iter().flatten().map(str::to_owned));
        Ok(())
    });
    read.expect("the file can be read");
    let syntax = CommentSyntax::of(Some(Language::Python));
    let threshold = NearThreshold::from_thousandths(800).expect("a share");
    if method == "truth" {
        compare_with_all_pairs(&codes, syntax, threshold);
        return;
    }
    let start = cpu_seconds();
    let mut joined = Joined(Clusters::new(codes.len()));
    let mut text = ShingledText::default();
    if exact {
        let mut sets = ShingleSets::default();
        for code in &codes {
            text.read(code, syntax);
            sets.push(text.shingle_set());
        }
        println!("sets {:.2} s", cpu_seconds() - start);
        exact_join(&sets, threshold, |left, right| {
            joined.0.join(left, right);
            true
        });
    } else {
        let mut sketcher = TextSketcher::new(threshold);
        let mut index = NearIndex::new(threshold);
        for (number, code) in codes.iter().enumerate() {
            index.add(number as u32, &sketcher.sketch(code, syntax));
        }
        println!("sketches {:.2} s", cpu_seconds() - start);
        let found = find_near_pairs(&index, threshold, &mut joined, |texts, take| {
            for number in texts {
                text.read(&codes[*number as usize], syntax);
                take(&text.shingle_set());
            }
            println!("{} texts have a candidate, {:.2} s", texts.len(), cpu_seconds() - start);
            Ok::<_, Infallible>(())
        });
        let Ok(()) = found;
    }
    let duplicates = (0..codes.len()).filter(|number| joined.0.find(*number) != *number).count();
    println!(
        "{} functions, {duplicates} joined to another, {:.3} CPU-seconds",
        codes.len(),
        cpu_seconds() - start
    );
}

/// Takes all near pairs.
#[derive(Default)]
struct AllPairs(BTreeSet<(u32, u32)>);

impl PairSink for AllPairs {
    fn wants(&mut self, left: u32, right: u32) -> bool {
        !self.0.contains(&(left.min(right), left.max(right)))
    }

    fn take(&mut self, left: u32, right: u32) {
        self.0.insert((left.min(right), left.max(right)));
    }
}

/// Compares every function with every other one, and prints how many near pairs either join has of those.
fn compare_with_all_pairs(codes: &[String], syntax: CommentSyntax, threshold: NearThreshold) {
    let (mut text, mut sets) = (ShingledText::default(), ShingleSets::default());
    let (mut index, mut sketcher) = (NearIndex::new(threshold), TextSketcher::new(threshold));
    for (number, code) in codes.iter().enumerate() {
        text.read(code, syntax);
        sets.push(text.shingle_set());
        index.add(number as u32, &sketcher.sketch(code, syntax));
    }
    let mut truth = BTreeSet::new();
    for left in 0..sets.len() {
        for right in left + 1..sets.len() {
            let (one, two) = (sets.get(left), sets.get(right));
            // Without a filter but that of the sizes, and in whole numbers.
            if 1000 * one.len().min(two.len()) < 800 * one.len().max(two.len()) || one.is_empty() {
                continue;
            }
            let common = common_elements(one, two);
            if common * 1000 >= 800 * (one.len() + two.len() - common) {
                truth.insert((left as u32, right as u32));
            }
        }
    }
    let mut exact = BTreeSet::new();
    exact_join(&sets, threshold, |left, right| exact.insert((left as u32, right as u32)));
    let mut sketched = AllPairs::default();
    let found = find_near_pairs(&index, threshold, &mut sketched, |texts, take| {
        texts.iter().for_each(|text| take(sets.get(*text as usize)));
        Ok::<_, Infallible>(())
    });
    let Ok(()) = found;
    for (name, pairs) in [("exact join", exact), ("sketches", sketched.0)] {
        let (missed, wrong) = (truth.difference(&pairs).count(), pairs.difference(&truth).count());
        println!("{name}: {} of {} near pairs, {missed} missed, {wrong} wrong", pairs.len(), truth.len());
    }
}

fn common_elements(one: &[u64], two: &[u64]) -> usize {
    let (mut at, mut common) = (0, 0);
    for element in one {
        while two.get(at).is_some_and(|other| other < element) {
            at += 1;
        }
        common += usize::from(two.get(at) == Some(element));
    }
    common
}

fn cpu_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
