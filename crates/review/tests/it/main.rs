//! Verdicts: kept, chosen, counted and applied.

use streamguard_dataset::{Sample, SampleKind, SampleLevel};
use streamguard_review::{
    Proportion, Relabelled, Review, ReviewError, ReviewSelection, ReviewSubject, ReviewTable, ReviewVerdict,
    agreements, precision, relabel, select,
};

fn sample(number: u32) -> Sample {
    let mut sample = Sample::new("repo", SampleKind::Pair, SampleLevel::Function);
    sample.repository = Some("https://example.org/a,\"b".to_owned());
    sample.commit = Some(format!("{number:040x}"));
    sample.path_after = Some("src/a.c".to_owned());
    sample.function = Some(format!("f{number}"));
    sample.label_confidence = Some(f64::from(number % 10) / 10.0);
    sample.vulnerable_code = Some(format!("f{number}();"));
    sample.with_id()
}

fn table(verdicts: &[(&str, u32, ReviewVerdict)]) -> ReviewTable {
    let mut table = ReviewTable::default();
    for (reader, number, verdict) in verdicts {
        table.set(Review::new(reader, &sample(*number), *verdict).unwrap());
    }
    table
}

#[test]
fn a_table_is_read_as_it_was_written_and_a_wrong_row_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("reviews.csv");
    assert_eq!(ReviewTable::read(&path).unwrap(), ReviewTable::default());
    let written = table(&[
        ("ada", 1, ReviewVerdict::Right),
        ("ada", 2, ReviewVerdict::NotPart),
        ("eve, \"the\" reader", 1, ReviewVerdict::Unsure),
    ]);
    written.write(&path).unwrap();
    assert_eq!(ReviewTable::read(&path).unwrap(), written);
    let text = std::fs::read_to_string(&path).unwrap().replace("not_part", "nonsense");
    std::fs::write(&path, text).unwrap();
    let error = ReviewTable::read(&path).unwrap_err();
    assert!(matches!(error, ReviewError::Row { .. }) && error.to_string().contains("line 4"), "{error}");
}

#[test]
fn a_table_of_hostile_names_is_harmless_and_read_as_it_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("reviews.csv");
    let mut hostile = sample(1);
    hostile.repository = Some("=cmd|' /C calc'!A0".to_owned());
    hostile.path_after = Some("a\u{1b}]0;title\u{7}\u{202e}c.\r".to_owned());
    hostile.function = Some("'@f".to_owned());
    let mut written = ReviewTable::default();
    written.set(Review::new("-1", &hostile, ReviewVerdict::Right).unwrap());
    written.write(&path).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.lines().nth(1).unwrap().starts_with("'-1,'=cmd|"), "{text:?}");
    assert!(!text.replace('\n', "").contains(|c: char| c.is_control() || c == '\u{202e}'), "{text:?}");
    assert_eq!(ReviewTable::read(&path).unwrap(), written);
}

#[test]
fn most_readers_decide_and_a_tie_decides_nothing() {
    let mut told = table(&[("ada", 1, ReviewVerdict::Right), ("eve", 1, ReviewVerdict::Unsure)]);
    assert_eq!(relabel(&told, &mut sample(1)), Relabelled::Confirmed);
    let mut confirmed = sample(1);
    relabel(&told, &mut confirmed);
    assert_eq!((confirmed.label_confidence, &*confirmed.label_evidence[0]), (Some(1.0), "review:right"));
    assert_eq!(relabel(&told, &mut sample(2)), Relabelled::Kept);

    told.set(Review::new("bob", &sample(1), ReviewVerdict::NotPart).unwrap());
    assert_eq!(told.decision(&ReviewSubject::of(&sample(1)).unwrap()), None);
    told.set(Review::new("eve", &sample(1), ReviewVerdict::NotPart).unwrap());
    assert_eq!(relabel(&told, &mut sample(1)), Relabelled::Refuted);
}

#[test]
fn the_choice_takes_all_strata_and_not_what_was_read() {
    let samples = || (0..1_000).map(|number| Ok::<_, ()>(sample(number)));
    let selection = ReviewSelection { count: 40, seed: 7, reader: "ada", is_stratified: true };
    let chosen = select(samples(), &selection, &ReviewTable::default()).unwrap();
    assert_eq!(chosen.len(), 40);
    let of = |from: f64, to: f64| {
        let confidences = chosen.iter().filter_map(|sample| sample.label_confidence);
        confidences.filter(|confidence| (from..to).contains(confidence)).count()
    };
    assert!(of(0.0, 0.5) >= 10 && of(0.5, 0.8) >= 10 && of(0.8, 0.9) >= 10, "{chosen:?}");
    // The order of the dataset does not matter, the seed does.
    let mut reversed: Vec<_> = samples().collect();
    reversed.reverse();
    assert_eq!(select(reversed.into_iter(), &selection, &ReviewTable::default()).unwrap(), chosen);
    let other = ReviewSelection { seed: 8, ..selection.clone() };
    assert_ne!(select(samples(), &other, &ReviewTable::default()).unwrap(), chosen);

    let mut read = ReviewTable::default();
    chosen.iter().for_each(|sample| read.set(Review::new("ada", sample, ReviewVerdict::Right).unwrap()));
    let next = select(samples(), &selection, &read).unwrap();
    assert!(next.iter().all(|sample| !chosen.contains(sample)));
    let of_another = ReviewSelection { reader: "eve", ..selection };
    assert_eq!(select(samples(), &of_another, &read).unwrap(), chosen);
}

#[test]
fn precision_has_intervals_and_leaves_out_the_unsure() {
    let told = table(&[
        ("ada", 1, ReviewVerdict::Right),
        ("ada", 2, ReviewVerdict::NotPart),
        ("ada", 9, ReviewVerdict::NoSecurityFix),
        ("ada", 19, ReviewVerdict::Right),
        ("ada", 29, ReviewVerdict::Unsure),
    ]);
    let found = precision(&told, Some("ada"));
    assert_eq!((found.verdicts, found.unsure), (5, 1));
    assert_eq!((found.security_fix.hits, found.security_fix.cases), (3, 4));
    assert_eq!((found.part.hits, found.part.cases), (2, 4));
    let strata: Vec<f64> = found.strata.iter().map(|stratum| stratum.from).collect();
    assert_eq!(strata, [0.0, 0.9]);
    assert_eq!(precision(&told, Some("eve")).verdicts, 0);
    // Computed by hand from the formula.
    let share = Proportion::new(95, 100);
    assert!(
        (share.interval[0] - 0.8882).abs() < 1e-3 && (share.interval[1] - 0.9785).abs() < 1e-3,
        "{share:?}"
    );
}

#[test]
fn kappa_is_one_for_equal_readers_and_zero_for_chance() {
    use ReviewVerdict::{NotPart, Right};
    let told = |second: [ReviewVerdict; 4]| {
        let first = [Right, Right, NotPart, NotPart];
        let rows: Vec<_> =
            (0..4).flat_map(|n| [("ada", n as u32, first[n]), ("eve", n as u32, second[n])]).collect();
        agreements(&table(&rows)).remove(0)
    };
    let same = told([Right, Right, NotPart, NotPart]);
    assert_eq!((same.both, same.equal, same.kappa), (4, 4, Some(1.0)));
    assert_eq!(told([Right, NotPart, Right, NotPart]).kappa, Some(0.0));
    assert_eq!(agreements(&table(&[("ada", 1, Right), ("eve", 2, Right)])), []);
}
