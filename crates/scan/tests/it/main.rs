//! Tests of the scan, one module per topic.

#![expect(clippy::print_stderr, reason = "a test says what it skips")]

// Archives: members, escapes, bombs.
mod archives;
// Copies: old, fixed, backported, renamed, reformatted, rewritten; and the prefilter.
mod copies;
// SARIF, OpenVEX and CycloneDX.
mod formats;
// Index files: round trips, damage, hostile bytes.
mod index;
// The scan as a job of the engine.
mod jobs;
// A tree of planted copies: recall and precision.
mod planted;
// Programs of others, where they are installed.
mod readers;
// Copies whose variables have other names.
mod renamed;
// Trees on disk: rules that leave files out, and devices in their place.
mod trees;

use streamguard_dataset::{Language, Sample, SampleKind, SampleLevel};
use streamguard_scan::{Signature, SignatureIndex, StatementReader, build};

const BEFORE: &str = "int read_record(struct stream *in, char *out)\n{\n  int length;\n  int kind;\n  length = next_length(in);\n  kind = next_kind(in);\n  log_record(kind, length);\n  copy_bytes(out, in->data, length);\n  in->offset += length;\n  return kind;\n}\n";

/// Returns the code after a fix that only inserts a check.
fn fixed() -> String {
    BEFORE.replace("  copy_bytes", "  if (length > in->limit)\n    return -1;\n  copy_bytes")
}

fn sample(before: &str, after: &str, advisory: &str, date: &str) -> Sample {
    Sample {
        language: Some(Language::C),
        vulnerable_code: Some(before.to_owned()),
        fixed_code: Some(after.to_owned()),
        advisory_ids: vec![advisory.to_owned()],
        commit: Some(format!("c0ffee{advisory}")),
        commit_date: Some(date.to_owned()),
        path_after: Some("src/record.c".to_owned()),
        function: Some("read_record".to_owned()),
        ..Sample::new("example", SampleKind::Pair, SampleLevel::Function)
    }
    .with_id()
}

fn index_bytes(samples: &[Sample]) -> Vec<u8> {
    let mut reader = StatementReader::default();
    build(samples.iter().filter_map(|sample| Signature::of(sample, &mut reader, false)).collect())
}

fn index(samples: &[Sample]) -> SignatureIndex {
    SignatureIndex::from_bytes(&index_bytes(samples)).expect("an index")
}
