//! Counts of samples.

use streamguard_dataset::sample_stats::{MAX_NAMES, OTHER_NAME, UNKNOWN_NAME};
use streamguard_dataset::{Sample, SampleKind, SampleLevel, SampleStats};

use crate::fixtures;

#[test]
fn everything_is_counted() {
    let mut stats = SampleStats::default();
    stats.extend(&[
        fixtures::full(1),
        fixtures::full(2),
        Sample::new("exploitdb", SampleKind::Exploit, SampleLevel::File),
    ]);
    let counted = serde_json::to_value(&stats).unwrap();
    let expected = serde_json::json!({
        "samples": 3,
        "pairs": 2,
        "by_collector": { "exploitdb": 1, "repo": 2 },
        "by_kind": { "exploit": 1, "pair": 2 },
        "by_level": { "file": 1, "function": 2 },
        "by_language": { "python": 2, UNKNOWN_NAME: 1 },
        "by_vulnerability_type": { "code_injection": 2, UNKNOWN_NAME: 1 },
        "by_severity": { "HIGH": 2, UNKNOWN_NAME: 1 },
        "by_flag": { "renamed": 2, "tangled_commit": 2 },
        "by_licence": { "MIT": 2 },
        "confidence_by_collector": {
            "exploitdb": { "high": 0, "middle": 0, "low": 0, "unknown": 1 },
            "repo": { "high": 2, "middle": 0, "low": 0, "unknown": 0 },
        },
    });
    assert_eq!(counted, expected);
    assert_eq!(serde_json::from_value::<SampleStats>(counted).unwrap(), stats);
}

#[test]
fn the_number_of_names_is_bounded() {
    let mut stats = SampleStats::default();
    for number in 0..2 * MAX_NAMES {
        let mut sample = Sample::new("repo", SampleKind::Exploit, SampleLevel::File);
        sample.vulnerability_type = Some(format!("made_up_{number}"));
        stats.add(&sample);
    }
    let counts = &stats.by_vulnerability_type;
    assert_eq!(counts.len(), MAX_NAMES + 1);
    assert_eq!(counts[OTHER_NAME], MAX_NAMES as u64);
    assert_eq!(counts.values().sum::<u64>(), stats.samples);
}
