//! Speed of a scan: `cargo bench -p streamguard-scan -- TREE SAMPLES.jsonl...`
//!
//! The signatures are those of the named datasets (without any, of generated pairs), as they are and varied to 37,000:
//! of each copy, the statements that only one signature has are replaced, and those that many have stay, as in a dataset
//! that grows. Time is CPU time of this one thread, so that a busy machine does not matter.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use streamguard_dataset::{Sample, SampleKind, SampleLevel};
use streamguard_scan::{
    FileScanner, ScanInputs, ScanItem, Signature, SignatureIndex, StatementReader, build,
};
use streamguard_synthetic::{PairBuffer, PairGenerator};

/// Signatures of a large dataset.
const MANY_SIGNATURES: usize = 37_000;

fn main() {
    let arguments: Vec<PathBuf> =
        std::env::args().skip(1).filter(|argument| argument != "--bench").map(PathBuf::from).collect();
    let (tree, datasets) = match arguments.split_first() {
        Some((tree, datasets)) => (tree.clone(), datasets),
        None => (PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/..")), &[][..]),
    };
    let mut reader = StatementReader::default();
    let samples = if datasets.is_empty() { generated() } else { datasets.iter().flat_map(read).collect() };
    let signatures: Vec<Signature> =
        samples.iter().filter_map(|sample| Signature::of(sample, &mut reader, false)).collect();
    assert!(!signatures.is_empty(), "no sample is a pair of functions");
    let files = sources(&tree);
    let bytes: usize = files.iter().map(|(_, content)| content.len()).sum();
    println!("{}: {} files, {:.1} MB of source", tree.display(), files.len(), bytes as f64 / 1e6);
    for signatures in [signatures.clone(), varied(&signatures, MANY_SIGNATURES)] {
        let count = signatures.len();
        let index_bytes = build(signatures);
        let start = cpu_seconds();
        let index = SignatureIndex::from_bytes(&index_bytes).expect("an index that was just made");
        let loaded = cpu_seconds() - start;
        let size = index_bytes.len() as f64 / 1e6;
        drop(index_bytes);
        let mut scanner = FileScanner::new(&index);
        let (mut findings, mut parsed) = (0, 0);
        let start = cpu_seconds();
        for (name, content) in &files {
            let result = scanner.scan(name, content);
            findings += result.findings.len();
            parsed += usize::from(result.parsed);
        }
        let scanned = cpu_seconds() - start;
        println!(
            "{count} signatures, {size:.1} MB: loaded in {loaded:.3} s; {:.1} MB of source a CPU second, {parsed} files \
             parsed, {findings} findings",
            bytes as f64 / 1e6 / scanned,
        );
    }
}

fn read(path: &PathBuf) -> Vec<Sample> {
    let text = fs::read_to_string(path).expect("a file of samples");
    text.lines().map(|line| serde_json::from_str(line).expect("a sample")).collect()
}

/// Returns a pair of each kind that the generator knows.
fn generated() -> Vec<Sample> {
    let generator = PairGenerator::new();
    let mut buffer = PairBuffer::default();
    let kinds: Vec<_> = generator.kinds().collect();
    let mut samples = Vec::new();
    for (number, (language, weakness)) in kinds.iter().cycle().take(1000).enumerate() {
        let pair = generator.write_pair_of(*language, weakness, 7, number as u64, &mut buffer);
        let Some(pair) = pair else { continue };
        let sample = Sample {
            language: Some(*language),
            vulnerable_code: Some(pair.vulnerable.to_owned()),
            fixed_code: Some(pair.fixed.to_owned()),
            advisory_ids: vec![format!("CVE-2020-{number}")],
            commit: Some(format!("{number:040x}")),
            path_after: Some(format!("src/{number}.{}", language.extension())),
            function: Some(pair.function.to_owned()),
            ..Sample::new("generated", SampleKind::Pair, SampleLevel::Function)
        };
        samples.push(sample.with_id());
    }
    samples
}

/// Returns so many signatures: the given ones, and variants of them.
fn varied(signatures: &[Signature], count: usize) -> Vec<Signature> {
    let mut users = BTreeMap::<u64, usize>::new();
    for signature in signatures {
        let mut all = [signature.vulnerable.as_slice(), &signature.fixed].concat();
        all.sort_unstable();
        all.dedup();
        all.into_iter().for_each(|hash| *users.entry(hash).or_default() += 1);
    }
    let variant = |number: usize| {
        let (copy, original) = (number / signatures.len(), &signatures[number % signatures.len()]);
        let change = |hash: &u64| match users.get(hash) {
            // Odd multiples permute the hashes, so that different statements stay different.
            Some(1) => hash.wrapping_mul(2 * copy as u64 + 1),
            _ => *hash,
        };
        let side = |hashes: &[u64]| {
            let mut side: Vec<u64> = hashes.iter().map(change).collect();
            side.sort_unstable();
            side
        };
        let mut signature = original.clone();
        (signature.vulnerable, signature.fixed) = (side(&original.vulnerable), side(&original.fixed));
        signature.origin.sample = format!("{}-{copy}", original.origin.sample);
        signature.origin.commit = format!("{}{copy}", original.origin.commit);
        signature.origin.path = format!("{copy}/{}{copy}", original.origin.path);
        signature
    };
    (0..count).map(variant).collect()
}

/// Reads the source files of a tree, so that no time of the disk is measured.
fn sources(tree: &PathBuf) -> Vec<(String, Vec<u8>)> {
    let inputs = ScanInputs::list(std::slice::from_ref(tree), None).expect("a tree");
    let files = inputs.items.iter().filter_map(|item| match item {
        ScanItem::File(path) => Some((path.to_str()?.to_owned(), fs::read(path).ok()?)),
        ScanItem::Blob(blob) => {
            let repository = &inputs.repositories[blob.repository].1;
            Some((blob.file.path.clone(), repository.read(blob.file.blob).ok()??))
        }
        ScanItem::Archive(..) | ScanItem::Text(_) => None,
    });
    files.collect()
}

/// Returns the CPU time of the first thread, from the scheduler's account of it (proc(5)).
fn cpu_seconds() -> f64 {
    let account = fs::read_to_string("/proc/self/schedstat").expect("Linux has /proc/self/schedstat");
    account.split(' ').next().and_then(|field| field.parse::<f64>().ok()).map_or(0.0, |nanos| nanos / 1e9)
}
