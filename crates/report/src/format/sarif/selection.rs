//! Which samples become findings, if not all of them can: the most severe ones.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use streamguard_dataset::union::JSONL_NAME;
use streamguard_dataset::{JsonlReader, Sample, Severity, SourceError};

use super::log_buffer::RESULTS;
use crate::run::StoredRun;

/// How many samples there are of each severity; those that nobody has rated come first.
pub(super) type SeverityCounts = BTreeMap<Option<Severity>, u64>;

/// A line of the dataset: the most severe first, then in the order of the dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct DatasetLine {
    severity: Reverse<Option<Severity>>,
    offset: u64,
    length: usize,
}

/// The samples that become findings, as long as there is room.
#[derive(Debug, Default)]
pub(super) struct FindingSelection {
    chosen: Vec<DatasetLine>,
    /// All samples with vulnerable code, the chosen ones among them.
    pub(super) candidates: SeverityCounts,
    /// Samples in which no code is vulnerable.
    pub(super) without_code: u64,
}

impl FindingSelection {
    /// Reads through the dataset, and remembers where the most severe samples are.
    pub(super) fn of(run: &StoredRun) -> Result<Self, SourceError> {
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
            offset += line.raw.len() as u64 + 1;
            if selection.chosen.len() >= 2 * RESULTS {
                selection.keep_best();
            }
        }
        selection.keep_best();
        Ok(selection)
    }

    fn keep_best(&mut self) {
        self.chosen.sort_unstable();
        self.chosen.truncate(RESULTS);
    }

    /// Reads the chosen samples again, the most severe first.
    pub(super) fn samples(&self, run: &StoredRun) -> impl Iterator<Item = Result<Sample, SourceError>> {
        let path = run.folder.join(JSONL_NAME);
        let mut file = None;
        let mut line = Vec::new();
        self.chosen.iter().map(move |place| {
            let read = |source| SourceError::Read { path: path.clone(), source };
            fill(&mut line, place, &mut file, &path).map_err(read)?;
            let sample = JsonlReader::new(&path, line.as_slice()).next();
            sample.unwrap_or_else(|| Err(read(io::ErrorKind::UnexpectedEof.into())))
        })
    }
}

/// Reads a line, out of a file that is opened for the first one.
fn fill(line: &mut Vec<u8>, place: &DatasetLine, file: &mut Option<File>, path: &Path) -> io::Result<()> {
    let file = match file {
        Some(file) => file,
        None => file.insert(File::open(path)?),
    };
    line.resize(place.length, 0);
    file.seek(SeekFrom::Start(place.offset))?;
    file.read_exact(line)
}
