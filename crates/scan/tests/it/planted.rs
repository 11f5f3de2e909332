//! A tree with planted copies of many functions: what is found, and what is not called vulnerable.

use std::collections::BTreeMap;

use streamguard_dataset::{Language, Sample, SampleKind, SampleLevel};
use streamguard_scan::{FileScanner, Signature, SignatureIndex, StatementReader, Verdict, build};
use streamguard_synthetic::{PairBuffer, PairGenerator};

/// Kind of a copy, and what it must be told as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Copy {
    Same,
    Renamed,
    Reformatted,
    Extended,
}

const COPIES: [Copy; 4] = [Copy::Same, Copy::Renamed, Copy::Reformatted, Copy::Extended];

/// Makes a pair of each language and weakness, as samples of an advisory each, and tells which are methods of a class.
fn samples() -> Vec<(Sample, bool)> {
    let generator = PairGenerator::without_decoys();
    let mut buffer = PairBuffer::default();
    let kinds: Vec<_> = generator.kinds().collect();
    let mut samples = Vec::new();
    for (number, (language, weakness)) in kinds.into_iter().enumerate() {
        let pair = generator.write_pair_of(language, weakness, 7, number as u64, &mut buffer);
        let Some(pair) = pair else { continue };
        let sample = Sample {
            language: Some(language),
            vulnerable_code: Some(pair.vulnerable.to_owned()),
            fixed_code: Some(pair.fixed.to_owned()),
            advisory_ids: vec![format!("CVE-2020-{number}")],
            commit: Some(format!("{number:040x}")),
            path_after: Some(format!("src/{number}.{}", language.extension())),
            function: Some(pair.function.to_owned()),
            ..Sample::new("planted", SampleKind::Pair, SampleLevel::Function)
        };
        samples.push((sample.with_id(), pair.in_class));
    }
    samples
}

/// Returns a copy of a function as another project may have it.
fn copied(code: &str, function: &str, language: Language, copy: Copy) -> String {
    let by_indent = matches!(language, Language::Python | Language::Ruby);
    match copy {
        Copy::Same => code.to_owned(),
        Copy::Renamed => code.replace(function, "vendored_function"),
        Copy::Reformatted if by_indent => code.replace("    ", "  ").replace(" = ", "  =  "),
        Copy::Reformatted => code.replace('\n', "\r\n\r\n").replace("    ", "\t").replace(" = ", "  =  "),
        Copy::Extended => extended(code, by_indent),
    }
}

/// Returns a file that holds a function.
fn in_file(code: &str, language: Language, in_class: bool) -> String {
    let code = match (language, in_class) {
        (_, false) => code.to_owned(),
        (Language::Python, true) => format!("class Vendored:\n    {}\n", code.replace('\n', "\n    ")),
        (Language::Ruby, true) => format!("class Vendored\n{code}\nend\n"),
        (_, true) => format!("class Vendored {{\n{code}\n}}\n"),
    };
    if language == Language::Php { format!("<?php\n{code}") } else { code }
}

/// Inserts a statement between two of the same depth.
fn extended(code: &str, by_indent: bool) -> String {
    let lines: Vec<&str> = code.lines().collect();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let end = if by_indent { ')' } else { ';' };
    let is_place = |pair: &&[&str]| {
        let depth = indent(pair[0]);
        depth > 0
            && depth == indent(pair[1])
            && pair[0].ends_with(end)
            && !pair[1].trim_start().starts_with('.')
    };
    let Some(at) = lines.windows(2).position(|pair| is_place(&pair)) else { return code.to_owned() };
    let statement = if by_indent { "audit_copy(1)" } else { "audit_copy(1);" };
    let inserted = format!("{}{statement}", &lines[at][..indent(lines[at])]);
    [&lines[..=at], &[inserted.as_str()], &lines[at + 1..]].concat().join("\n")
}

#[test]
fn planted_copies_are_found_and_fixed_ones_are_not_called_vulnerable() {
    let samples = samples();
    let mut reader = StatementReader::default();
    let signatures: Vec<Signature> =
        samples.iter().filter_map(|(sample, _)| Signature::of(sample, &mut reader, false)).collect();
    let with_signature: Vec<String> =
        signatures.iter().map(|signature| signature.origin.advisories[0].clone()).collect();
    assert!(with_signature.len() * 10 >= samples.len() * 9, "{} of {}", with_signature.len(), samples.len());
    let index = SignatureIndex::from_bytes(&build(signatures)).expect("an index");
    let mut scanner = FileScanner::new(&index);
    let mut counts = BTreeMap::<(Copy, bool), (usize, usize)>::new();
    for (sample, in_class) in
        samples.iter().filter(|(sample, _)| with_signature.contains(&sample.advisory_ids[0]))
    {
        let (Some(language), Some(function), Some(path)) =
            (sample.language, sample.function.as_deref(), sample.path_after.as_deref())
        else {
            panic!("a planted sample has all of them");
        };
        for (is_vulnerable, code) in [(true, &sample.vulnerable_code), (false, &sample.fixed_code)] {
            for copy in COPIES {
                let text = copied(code.as_deref().unwrap_or_default(), function, language, copy);
                let text = in_file(&text, language, *in_class);
                let found = scanner.scan(path, text.as_bytes()).findings;
                let verdict = found
                    .iter()
                    .filter(|finding| finding.fix.advisories == sample.advisory_ids)
                    .map(|finding| finding.verdict)
                    .min();
                let (right, all) = counts.entry((copy, is_vulnerable)).or_default();
                *all += 1;
                // A fixed copy need not be recognised as such, but no copy of it may be an alarm.
                *right += usize::from((verdict == Some(Verdict::Vulnerable)) == is_vulnerable);
            }
        }
    }
    for ((copy, is_vulnerable), (right, all)) in counts {
        eprintln!("{copy:?} {}: {right} of {all}", if is_vulnerable { "vulnerable" } else { "fixed" });
        // Code between the places that a fix parts is not evidence, so that some extended copies are unclear.
        let least = if is_vulnerable { 0.97 } else { 1.0 };
        assert!(right as f64 >= least * all as f64, "{copy:?}: {right} of {all}");
    }
}
