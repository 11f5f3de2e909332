//! The dataset of several collectors, and failures to write it.

use std::cell::Cell;
use std::fs;
use std::path::Path;

use streamguard_dataset::dataset_files::{JSONL_NAME, PARQUET_NAME, write_dataset};
use streamguard_dataset::{
    CollectorFile, DatasetError, DatasetSummary, LineFault, ParquetReader, Rejection, Sample, SampleFileError,
};

use crate::fixtures;

fn source(folder: &Path, collector: &str, samples: &[Sample]) -> CollectorFile {
    let path = folder.join(format!("{collector}.jsonl"));
    fixtures::write_jsonl(&path, samples);
    CollectorFile { collector: collector.to_owned(), path }
}

fn unite(sources: &[CollectorFile], folder: &Path) -> Result<DatasetSummary, DatasetError> {
    write_dataset(sources, folder, &mut |_| (), &|| false)
}

fn numbered(numbers: impl IntoIterator<Item = u32>) -> Vec<Sample> {
    numbers.into_iter().map(fixtures::full).collect()
}

#[test]
fn the_first_duplicate_is_kept_and_the_others_are_counted() {
    let (inputs, output) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut later = numbered(1..6);
    later.iter_mut().for_each(|sample| sample.collector = "cve".into());
    let sources = [
        source(inputs.path(), "repo", &numbered([2, 1, 2])),
        source(inputs.path(), "empty", &[]),
        source(inputs.path(), "cve", &later),
    ];
    // A line in another form than StreamGuard writes has to stay as it is.
    let odd = fs::read_to_string(&sources[2].path).unwrap().replace("\"cve\"", " \"\\u0063ve\" ");
    fs::write(&sources[2].path, &odd).unwrap();

    let union = unite(&sources, output.path()).unwrap();
    assert_eq!(union.stats.samples, 5);
    assert_eq!(union.stats.by_collector, [("cve".to_owned(), 3), ("repo".to_owned(), 2)].into());
    let counts: Vec<_> = union.collectors.iter().map(|s| (s.collector.as_str(), s.read, s.kept)).collect();
    assert_eq!(counts, [("repo", 3, 2), ("empty", 0, 0), ("cve", 5, 3)]);
    assert_eq!(union.collectors[0].rejected, [(Rejection::Duplicate, 1)].into());
    assert_eq!(union.collectors[1].rejected, [].into());
    assert_eq!(union.collectors[2].rejected, [(Rejection::Duplicate, 2)].into());

    let first = fs::read_to_string(&sources[0].path).unwrap();
    let expected: Vec<_> = first.lines().take(2).chain(odd.lines().skip(2)).collect();
    let jsonl = output.path().join(JSONL_NAME);
    assert_eq!(fs::read_to_string(&jsonl).unwrap(), expected.join("\n") + "\n");
    let lines: Vec<_> = streamguard_dataset::JsonlReader::open(&jsonl).unwrap().map(Result::unwrap).collect();
    let rows: Vec<_> =
        ParquetReader::open(&output.path().join(PARQUET_NAME)).unwrap().map(Result::unwrap).collect();
    assert_eq!(rows, lines);
    assert_eq!(fixtures::names(output.path()), [JSONL_NAME, PARQUET_NAME]);
}

#[test]
fn equal_samples_give_equal_bytes() {
    let folders = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let [inputs, a, b] = folders.each_ref().map(|folder| folder.path());
    let sources = [source(inputs, "repo", &numbered(0..500)), source(inputs, "cve", &numbered(400..900))];
    assert_eq!(unite(&sources, a).unwrap(), unite(&sources, b).unwrap());
    for name in [JSONL_NAME, PARQUET_NAME] {
        assert!(fs::read(a.join(name)).unwrap() == fs::read(b.join(name)).unwrap(), "{name}");
    }
}

#[test]
fn no_collectors_give_an_empty_dataset() {
    let output = tempfile::tempdir().unwrap();
    assert_eq!(unite(&[], output.path()).unwrap(), DatasetSummary::default());
    assert_eq!(fs::read(output.path().join(JSONL_NAME)).unwrap(), b"");
    assert_eq!(ParquetReader::open(&output.path().join(PARQUET_NAME)).unwrap().count(), 0);
}

#[test]
fn a_torn_file_is_an_error_and_changes_nothing() {
    let (inputs, output) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let sources = [source(inputs.path(), "a", &numbered(0..9)), source(inputs.path(), "b", &numbered(9..19))];
    unite(&sources[..1], output.path()).unwrap();
    let before = fs::read(output.path().join(PARQUET_NAME)).unwrap();

    let whole = fs::read(&sources[1].path).unwrap();
    fs::write(&sources[1].path, &whole[..whole.len() - 10]).unwrap();
    let error = unite(&sources, output.path()).unwrap_err();
    let DatasetError::Source(SampleFileError::Line { path, line, fault }) = error else {
        panic!("it is the source's fault: {error}");
    };
    assert_eq!((path, line, fault), (sources[1].path.clone(), 10, LineFault::Torn));
    assert_eq!(fixtures::names(output.path()), [JSONL_NAME, PARQUET_NAME]);
    assert!(fs::read(output.path().join(PARQUET_NAME)).unwrap() == before);
}

#[test]
fn missing_files_and_missing_folders_are_different_errors() {
    let folder = tempfile::tempdir().unwrap();
    let missing = CollectorFile { collector: "repo".into(), path: folder.path().join("none.jsonl") };
    let error = unite(std::slice::from_ref(&missing), folder.path()).unwrap_err();
    assert!(matches!(error, DatasetError::Source(SampleFileError::Read { .. })), "{error:?}");
    let error = unite(&[missing], &folder.path().join("none")).unwrap_err();
    assert!(matches!(error, DatasetError::Destination(_)), "{error:?}");
    assert!(fixtures::names(folder.path()).is_empty());
}

#[test]
fn links_and_files_of_others_stay_as_they_are() {
    let (inputs, output) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let sources = [source(inputs.path(), "repo", &numbered(0..10))];
    let victim = inputs.path().join("victim");
    fs::write(&victim, "kept").unwrap();
    for name in [JSONL_NAME, PARQUET_NAME] {
        std::os::unix::fs::symlink(&victim, output.path().join(name)).unwrap();
        std::os::unix::fs::symlink(&victim, output.path().join(format!("{name}.part"))).unwrap();
    }
    fs::write(output.path().join("thesis.tex.part"), "kept").unwrap();
    unite(&sources, output.path()).unwrap();
    assert_eq!(fs::read(&victim).unwrap(), b"kept");
    assert_eq!(fs::read(output.path().join("thesis.tex.part")).unwrap(), b"kept");
    for name in [JSONL_NAME, PARQUET_NAME] {
        assert!(
            output.path().join(name).symlink_metadata().unwrap().is_file(),
            "{name} is a file of its own"
        );
        assert!(output.path().join(format!("{name}.part")).symlink_metadata().unwrap().is_symlink());
    }
}

#[test]
fn progress_is_reported_and_cancelling_stops() {
    let (inputs, output) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let sources = [source(inputs.path(), "repo", &numbered(0..1000))];
    let done = Cell::new(0);
    write_dataset(&sources, output.path(), &mut |samples| done.set(samples), &|| false).unwrap();
    assert_eq!(done.get(), 1000);

    let output = tempfile::tempdir().unwrap();
    let cancelled = || done.get() >= 500;
    done.set(0);
    let error =
        write_dataset(&sources, output.path(), &mut |samples| done.set(samples), &cancelled).unwrap_err();
    assert!(matches!(error, DatasetError::Cancelled));
    assert!((500..600).contains(&done.get()), "{} samples later", done.get());
    assert!(fixtures::names(output.path()).is_empty());
}
