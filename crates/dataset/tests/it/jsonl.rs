//! Lines: round trip, damage, limits.

use std::io::{BufReader, Cursor};
use std::path::Path;

use proptest::prelude::*;
use streamguard_dataset::jsonl::MAX_LINE_BYTES;
use streamguard_dataset::{JsonlReader, JsonlWriter, LineFault, ParquetReader, Sample, SampleFileError};

use crate::fixtures;

fn line(number: u32) -> String {
    serde_json::to_string(&fixtures::full(number)).unwrap()
}

fn read(bytes: &[u8]) -> Vec<Result<Sample, SampleFileError>> {
    // With a tiny buffer, lines arrive in many pieces.
    let input = BufReader::with_capacity(7, Cursor::new(bytes));
    JsonlReader::new(Path::new("in/samples.jsonl"), input).collect()
}

/// Returns line and fault of the last result, which has to be the only error.
fn fault(bytes: &[u8]) -> (u64, LineFault) {
    let mut results = read(bytes);
    let last = results.pop().expect("an error is a result");
    assert!(results.iter().all(Result::is_ok), "there is one error, and it is the last");
    match last {
        Err(SampleFileError::Line { line, fault, .. }) => (line, fault),
        other => panic!("no error about a line: {other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn written_samples_are_read_again(samples in prop::collection::vec(fixtures::arbitrary(), 0..5)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("samples.jsonl");
        fixtures::write_jsonl(&path, &samples);
        let read: Vec<_> = JsonlReader::open(&path).unwrap().map(Result::unwrap).collect();
        prop_assert_eq!(read, samples);
    }

    #[test]
    fn any_bytes_are_samples_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read(&bytes);
    }
}

#[test]
fn raw_lines_are_unchanged() {
    // A line in another form than StreamGuard writes: spaces, escapes, another order.
    let odd = r#"{ "kind":"fixed", "id":"\u0061", "collector":"x", "level":"hunk", "cwes":[],
        "advisory_ids":[], "label_evidence":[], "quality_flags":[] }"#
        .replace('\n', " ");
    let text = format!("{odd}\r\n{}\n", line(1));
    let mut reader = JsonlReader::new(Path::new("x"), text.as_bytes());
    let first = reader.next_line().unwrap().unwrap();
    assert_eq!((first.number, first.raw), (1, format!("{odd}\r").as_str()));
    assert_eq!(first.sample.id, "a");
    let second = reader.next_line().unwrap().unwrap();
    assert_eq!((second.number, second.raw), (2, line(1).as_str()));
    assert!(reader.next_line().unwrap().is_none());
}

#[test]
fn a_last_line_torn_anywhere_is_an_error() {
    let (first, last) = (line(1), line(2).replace("eval", "\u{e9}val"));
    for cut in 1..last.len() {
        let mut bytes = format!("{first}\n{last}\n").into_bytes();
        bytes.truncate(first.len() + 1 + cut);
        assert_eq!(fault(&bytes), (2, LineFault::Torn), "cut after byte {cut}");
    }
    assert_eq!(read(format!("{first}\n{last}").as_bytes()).len(), 2, "only the line feed is missing");
}

#[test]
fn errors_name_file_and_line() {
    let bytes = format!("{}\n{}\n", line(1), line(2).replace("\"pair\"", "\"pear\""));
    let error = read(bytes.as_bytes()).pop().unwrap().unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with("in/samples.jsonl, line 2: not a sample: unknown variant `pear`"), "{text}");
    assert!(!text.contains("line 1"), "{text}");

    assert!(matches!(fault(b"\n"), (1, LineFault::Invalid { .. })), "an empty line");
    assert!(matches!(fault(b"{}\n"), (1, LineFault::Invalid { .. })), "fields are missing");
    assert!(matches!(fault(b"[[[\n"), (1, LineFault::Invalid { .. })));
    let extra = line(1).replacen('{', "{\"extra\":1,", 1);
    assert!(matches!(fault(format!("{extra}\n").as_bytes()), (1, LineFault::Invalid { .. })));
    assert_eq!(fault(b"{\"id\":\"\xff\"}\n"), (1, LineFault::NotUtf8(7)));
    let surrogate = line(1).replace("load1", "\\ud800");
    assert!(matches!(fault(format!("{surrogate}\n").as_bytes()), (1, LineFault::Invalid { .. })));
}

#[test]
fn reasons_of_long_damage_are_short() {
    let bytes = format!("{}\n", line(1).replace("\"pair\"", &format!("\"{}\"", "\u{1f600}".repeat(100_000))));
    let (_, fault) = fault(bytes.as_bytes());
    assert!(fault.to_string().len() < 400, "{} bytes", fault.to_string().len());
}

#[test]
fn lines_have_a_limit() {
    let mut sample = fixtures::full(1);
    sample.description = Some(String::new());
    let rest = serde_json::to_string(&sample).unwrap().len();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("samples.jsonl");

    sample.description = Some("x".repeat(MAX_LINE_BYTES - rest));
    fixtures::write_jsonl(&path, std::slice::from_ref(&sample));
    assert_eq!(JsonlReader::open(&path).unwrap().map(Result::unwrap).collect::<Vec<_>>(), [sample.clone()]);

    sample.description = Some("x".repeat(MAX_LINE_BYTES - rest + 1));
    let error = JsonlWriter::create(&path).unwrap().write(&sample).unwrap_err();
    assert_eq!(error.source.kind(), std::io::ErrorKind::InvalidInput);

    let mut bytes = serde_json::to_vec(&sample).unwrap();
    bytes.push(b'\n');
    assert_eq!(fault(&bytes), (1, LineFault::TooLong));
    assert_eq!(fault(&vec![b'x'; MAX_LINE_BYTES * 2]), (1, LineFault::TooLong));
}

#[test]
fn a_missing_file_is_an_error() {
    let error = JsonlReader::open(Path::new("no/such/file")).unwrap_err();
    assert_eq!(error.to_string(), "cannot read no/such/file");
    assert!(JsonlWriter::create(Path::new("no/such/file")).is_err());
}

#[test]
fn a_device_in_the_place_of_a_file_is_refused() {
    let null = Path::new("/dev/null");
    for opened in [JsonlReader::open(null).map(drop), ParquetReader::open(null).map(drop)] {
        assert!(matches!(opened, Err(SampleFileError::Read { .. })), "{opened:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_in_the_end() {
    let mut writer = JsonlWriter::create(Path::new("/dev/full")).unwrap();
    writer.write(&fixtures::full(1)).unwrap();
    let error = writer.finish().unwrap_err();
    assert_eq!(error.source.kind(), std::io::ErrorKind::StorageFull);
    assert_eq!(error.to_string(), "cannot write /dev/full");
}
