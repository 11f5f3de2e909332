//! Selects the samples that become findings: the most severe ones, if there are too many.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use streamguard_dataset::dataset_files::JSONL_NAME;
use streamguard_dataset::{JsonlReader, Sample, SampleFileError, Severity};
use streamguard_sarif::MAX_RESULTS;

use crate::run::StoredRun;

/// Number of samples by severity. Samples without a severity come first.
pub(super) type SeverityCounts = BTreeMap<Option<Severity>, u64>;

/// Position of a line of the dataset: offset and length in bytes, without the line feed. Sorted by severity, the most
/// severe first, then by offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct DatasetLine {
    severity: Reverse<Option<Severity>>,
    offset: u64,
    length: usize,
}

/// Samples that become findings, as long as there is room.
#[derive(Debug, Default)]
pub(super) struct FindingSelection {
    chosen: Vec<DatasetLine>,
    /// All samples with vulnerable code, selected or not.
    pub(super) candidates: SeverityCounts,
    /// Samples without vulnerable code.
    pub(super) without_code: u64,
}

impl FindingSelection {
    /// Reads the dataset once and remembers the positions of the most severe samples.
    pub(super) fn of(run: &StoredRun) -> Result<Self, SampleFileError> {
        let mut selection = Self::default();
        let Some(mut reader) = run.samples()? else { return Ok(selection) };
        let mut offset = 0;
        while let Some(line) = reader.next_line()? {
            if line.sample.vulnerable_code.is_some() {
                let severity = line.sample.severity;
                *selection.candidates.entry(severity).or_default() += 1;
                selection.chosen.push(DatasetLine {
                    severity: Reverse(severity),
                    offset,
                    length: line.raw.len(),
                });
            } else {
                selection.without_code += 1;
            }
            // The raw line lacks its line feed.
            offset += line.raw.len() as u64 + 1;
            // Sorted only when the list has twice its final size: so memory is bounded, and sorting costs little per
            // sample.
            if selection.chosen.len() >= 2 * MAX_RESULTS {
                selection.keep_best();
            }
        }
        selection.keep_best();
        Ok(selection)
    }

    fn keep_best(&mut self) {
        // An unstable sort is enough: no two lines have the same offset.
        self.chosen.sort_unstable();
        self.chosen.truncate(MAX_RESULTS);
    }

    /// Reads the selected samples again, the most severe first.
    pub(super) fn samples(&self, run: &StoredRun) -> impl Iterator<Item = Result<Sample, SampleFileError>> {
        let path = run.folder.join(JSONL_NAME);
        let mut file = None;
        let mut text = Vec::new();
        self.chosen.iter().map(move |line| {
            let read = |source| SampleFileError::Read { path: path.clone(), source };
            read_line(&mut text, line, &mut file, &path).map_err(read)?;
            let sample = JsonlReader::new(&path, text.as_slice()).next();
            sample.unwrap_or_else(|| Err(read(io::ErrorKind::UnexpectedEof.into())))
        })
    }
}

/// Reads a line into `text`. Opens the file at the first call.
fn read_line(text: &mut Vec<u8>, line: &DatasetLine, file: &mut Option<File>, path: &Path) -> io::Result<()> {
    let file = match file {
        Some(file) => file,
        None => file.insert(File::open(path)?),
    };
    text.resize(line.length, 0);
    file.seek(SeekFrom::Start(line.offset))?;
    file.read_exact(text)
}
