//! Rows: round trip, damage, determinism.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use streamguard_dataset::{JsonlReader, JsonlWriter, ParquetReader, ParquetWriter, Sample, SampleFileError};

use crate::fixtures;

fn write(path: &Path, samples: &[Sample]) {
    let mut writer = ParquetWriter::create(path).unwrap();
    samples.iter().for_each(|sample| writer.write(sample).unwrap());
    writer.finish().unwrap();
}

fn read(path: &Path) -> Vec<Sample> {
    ParquetReader::open(path).unwrap().map(Result::unwrap).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn lines_and_rows_turn_into_each_other(samples in prop::collection::vec(fixtures::arbitrary(), 0..5)) {
        let folder = tempfile::tempdir().unwrap();
        let (jsonl, parquet) = (folder.path().join("a.jsonl"), folder.path().join("a.parquet"));
        fixtures::write_jsonl(&jsonl, &samples);

        let mut rows = ParquetWriter::create(&parquet).unwrap();
        let mut reader = JsonlReader::open(&jsonl).unwrap();
        while let Some(line) = reader.next_line().unwrap() {
            rows.write(&line.sample).unwrap();
        }
        rows.finish().unwrap();
        prop_assert_eq!(read(&parquet), samples);

        let again = folder.path().join("b.jsonl");
        let mut lines = JsonlWriter::create(&again).unwrap();
        ParquetReader::open(&parquet).unwrap().for_each(|row| lines.write(&row.unwrap()).unwrap());
        lines.finish().unwrap();
        prop_assert_eq!(fs::read(&jsonl).unwrap(), fs::read(&again).unwrap());
    }
}

#[test]
fn many_row_groups_keep_the_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("samples.parquet");
    let mut samples: Vec<_> = (0..60_000).map(fixtures::full).collect();
    // Some rows are so large that they fill a group.
    for sample in samples.iter_mut().step_by(500) {
        sample.fixed_code = Some("0123456789abcdef".repeat(1 << 16));
    }
    write(&path, &samples);
    let mut rows = ParquetReader::open(&path).unwrap();
    for sample in &samples {
        assert!(rows.next().unwrap().unwrap() == *sample, "{}", sample.id);
    }
    assert!(rows.next().is_none());
}

#[test]
fn equal_samples_give_equal_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = (folder.path().join("a.parquet"), folder.path().join("b.parquet"));
    let samples: Vec<_> = (0..3000).map(fixtures::full).collect();
    write(&a, &samples);
    write(&b, &samples);
    assert!(fs::read(&a).unwrap() == fs::read(&b).unwrap());
    let text = fs::read(&a).unwrap();
    let creator = format!("streamguard version {}", env!("CARGO_PKG_VERSION"));
    assert!(text.windows(creator.len()).any(|window| window == creator.as_bytes()));
}

#[test]
fn numbers_that_json_lacks_are_null() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("samples.parquet");
    let mut sample = fixtures::full(1);
    (sample.cvss_score, sample.label_confidence) = (Some(f64::NAN), Some(f64::INFINITY));
    write(&path, std::slice::from_ref(&sample));
    let line: Sample = serde_json::from_str(&serde_json::to_string(&sample).unwrap()).unwrap();
    assert_eq!((line.cvss_score, line.label_confidence), (None, None));
    assert_eq!(read(&path), [line]);
}

#[test]
fn a_file_without_samples_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("samples.parquet");
    write(&path, &[]);
    assert!(read(&path).is_empty());
}

#[test]
fn an_unfinished_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("samples.parquet");
    let mut writer = ParquetWriter::create(&path).unwrap();
    for number in 0..60_000 {
        writer.write(&fixtures::full(number)).unwrap();
    }
    drop(writer);
    assert!(fs::metadata(&path).unwrap().len() > 1000, "a row group was written");
    assert!(matches!(ParquetReader::open(&path), Err(SampleFileError::Parquet { .. })));
}

#[test]
fn a_damaged_file_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("samples.parquet");
    let samples: Vec<_> = (0..100).map(fixtures::full).collect();
    write(&path, &samples);
    let whole = fs::read(&path).unwrap();
    for cut in (0..whole.len()).step_by(101) {
        fs::write(&path, &whole[..cut]).unwrap();
        assert!(ParquetReader::open(&path).is_err(), "cut after {cut} bytes");
    }
    // The format does not check every byte, but no damaged byte may make the reader panic. The step
    // visits every bit position in turn.
    for bit in (0..whole.len() * 8).step_by(77) {
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, &bytes).unwrap();
        if let Ok(rows) = ParquetReader::open(&path) {
            rows.for_each(drop);
        }
    }
    assert!(matches!(ParquetReader::open(Path::new("no/such/file")), Err(SampleFileError::Read { .. })));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let full = Path::new("/dev/full");
    let writer = ParquetWriter::create(full).unwrap();
    let error = writer.finish().unwrap_err();
    assert_eq!(error.source.kind(), std::io::ErrorKind::StorageFull);

    let mut writer = ParquetWriter::create(full).unwrap();
    let error = (0..200_000).find_map(|number| writer.write(&fixtures::full(number)).err());
    let error = error.expect("it is noticed while samples are written");
    assert_eq!(error.source.kind(), std::io::ErrorKind::StorageFull);
    assert!(writer.finish().is_err(), "and not forgotten");
}
