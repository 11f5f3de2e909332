//! Inputs of a command: values, names of files, lines and tables, and how several sources of them are combined.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use thiserror::Error;

use crate::file_pattern::matching_files;

/// Largest number of rows: what a plan can hold.
pub(crate) const MAX_ROWS: usize = 10_000_000;

/// Largest file of lines, in bytes: 1 GiB.
const MAX_FILE_BYTES: u64 = 1 << 30;

/// Longest line, in bytes: 1 MiB, more than the operating system lets an argument have.
const MAX_LINE_BYTES: usize = 1 << 20;

/// Reason why there are no inputs.
#[derive(Debug, Error)]
pub enum InputError {
    /// A file or a folder cannot be read.
    #[error("cannot read {path}: {source}")]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// Cause of the failure.
        source: io::Error,
    },
    /// A pattern is wrong, matches nothing, or a file holds something else.
    #[error("{0}")]
    Invalid(String),
}

/// The inputs of one run of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputRow {
    /// Names of the columns; empty if they have none.
    pub columns: Arc<[String]>,
    /// The inputs.
    pub values: Vec<String>,
}

/// A source of inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum InputSource {
    /// Rows that were written down, with the names of their columns if they have any.
    Rows { columns: Vec<String>, rows: Vec<Vec<String>> },
    /// Files whose names match patterns.
    Patterns(Vec<String>),
    /// The lines of a file.
    Lines(PathBuf),
    /// The rows of a CSV file, whose first line names the columns.
    Csv(PathBuf),
}

/// Sources of inputs, combined: each row of one with each of the others, the last one varying fastest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InputList {
    /// The sources, and whether each is linked to the one before it: then their rows are paired.
    sources: Vec<(InputSource, bool)>,
}

/// Rows of one source.
struct SourceRows {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl InputList {
    /// Returns a list of values.
    pub fn of_values(values: impl IntoIterator<Item: Into<String>>) -> Self {
        Self::default().with_values(values, false)
    }

    /// Adds a source of values. A linked one is paired with the source before it.
    pub fn with_values(self, values: impl IntoIterator<Item: Into<String>>, is_linked: bool) -> Self {
        let rows = values.into_iter().map(|value| vec![value.into()]).collect();
        self.with_source(InputSource::Rows { columns: Vec::new(), rows }, is_linked)
    }

    /// Adds the lines of a file as a source. A linked one is paired with the source before it.
    pub fn with_lines_of(self, file: impl Into<PathBuf>, is_linked: bool) -> Self {
        self.with_source(InputSource::Lines(file.into()), is_linked)
    }

    pub(crate) fn with_source(mut self, source: InputSource, is_linked: bool) -> Self {
        self.sources.push((source, is_linked));
        self
    }

    /// Returns what tells these inputs from others, for the settings of a job: values only by their digest, because
    /// there may be millions.
    pub(crate) fn fingerprint(&self) -> Value {
        let of_source = |(source, is_linked): &(InputSource, bool)| {
            let source = match source {
                InputSource::Rows { columns, rows } => {
                    let digest = blake3::hash(json!([columns, rows]).to_string().as_bytes());
                    json!({"rows": rows.len(), "digest": digest.to_hex()[..32]})
                }
                InputSource::Patterns(patterns) => json!({"glob": patterns}),
                InputSource::Lines(file) => json!({"lines": file}),
                InputSource::Csv(file) => json!({"csv": file}),
            };
            if *is_linked { json!({"linked": source}) } else { source }
        };
        self.sources.iter().map(of_source).collect()
    }

    /// Returns the rows in order. Names of files are relative to `folder`.
    ///
    /// # Errors
    /// [`InputError`].
    pub fn rows(&self, folder: &Path) -> Result<Vec<InputRow>, InputError> {
        let mut combined: Vec<SourceRows> = Vec::new();
        for (source, is_linked) in &self.sources {
            let read = source.read(folder)?;
            match combined.last_mut() {
                Some(last) if *is_linked => last.link(read),
                _ => combined.push(read),
            }
        }
        let count = combined.iter().try_fold(1_usize, |count, source| count.checked_mul(source.rows.len()));
        let count = count.filter(|count| *count <= MAX_ROWS).ok_or_else(|| {
            InputError::Invalid(format!(
                "the inputs make more than {MAX_ROWS} combinations, which is too many"
            ))
        })?;
        let columns: Arc<[String]> =
            combined.iter().flat_map(|source| &source.columns).cloned().collect::<Vec<_>>().into();
        let row = |number: usize| {
            let mut rest = number;
            let mut parts: Vec<&[String]> = Vec::with_capacity(combined.len());
            // From the last source on, which varies fastest.
            for source in combined.iter().rev() {
                parts.push(&source.rows[rest % source.rows.len()]);
                rest /= source.rows.len();
            }
            InputRow {
                columns: Arc::clone(&columns),
                values: parts.into_iter().rev().flatten().cloned().collect(),
            }
        };
        Ok((0..count).map(row).collect())
    }
}

impl SourceRows {
    /// Pairs its rows with those of another source; what the longer one has beyond is left out.
    fn link(&mut self, other: Self) {
        self.columns.extend(other.columns);
        self.rows.truncate(other.rows.len());
        self.rows.iter_mut().zip(other.rows).for_each(|(row, other)| row.extend(other));
    }
}

impl InputSource {
    fn read(&self, folder: &Path) -> Result<SourceRows, InputError> {
        let unnamed = |values: Vec<String>| SourceRows {
            columns: Vec::new(),
            rows: values.into_iter().map(|value| vec![value]).collect(),
        };
        match self {
            Self::Rows { columns, rows } => Ok(SourceRows { columns: columns.clone(), rows: rows.clone() }),
            Self::Patterns(patterns) => {
                let mut files = Vec::new();
                for pattern in patterns {
                    files.extend(matching_files(pattern, folder)?);
                }
                // A file that two patterns match is one input.
                files.sort_unstable();
                files.dedup();
                Ok(unnamed(files))
            }
            Self::Lines(file) => read_lines(&folder.join(file)).map(unnamed),
            Self::Csv(file) => read_csv(&folder.join(file)),
        }
    }
}

fn unreadable(path: &Path) -> impl Fn(io::Error) -> InputError + '_ {
    |source| InputError::Unreadable { path: path.to_owned(), source }
}

/// Reader that fails at a line or a file that is too long: a device may have no end, and no line either.
struct BoundedLines<R> {
    source: R,
    /// Bytes that may still come.
    rest: u64,
    /// Bytes of the present line that were read.
    line_bytes: usize,
}

impl<R: Read> Read for BoundedLines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.rest = self
            .rest
            .checked_sub(read as u64)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "there are more inputs than 1 GiB"))?;
        for (number, piece) in buffer[..read].split(|byte| *byte == b'\n').enumerate() {
            self.line_bytes = if number == 0 { self.line_bytes + piece.len() } else { piece.len() };
            if self.line_bytes > MAX_LINE_BYTES {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("a line is longer than {MAX_LINE_BYTES} bytes"),
                ));
            }
        }
        Ok(read)
    }
}

/// Opens a file of lines. It may be a pipe, as the shell gives it for the output of a command.
fn open_lines(path: &Path) -> Result<impl Read, InputError> {
    let file = File::open(path).map_err(unreadable(path))?;
    Ok(BoundedLines { source: file, rest: MAX_FILE_BYTES, line_bytes: 0 })
}

fn read_lines(path: &Path) -> Result<Vec<String>, InputError> {
    let mut reader = BufReader::new(open_lines(path)?);
    let mut lines = Vec::new();
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).map_err(unreadable(path))? > 0 {
        line.pop_if(|byte| *byte == b'\n');
        let text = String::from_utf8(std::mem::take(&mut line)).map_err(|_| {
            InputError::Invalid(format!("{}: line {} is not UTF-8", path.display(), lines.len() + 1))
        })?;
        lines.push(text);
        if lines.len() > MAX_ROWS {
            return Err(InputError::Invalid(format!("{}: more than {MAX_ROWS} lines", path.display())));
        }
    }
    Ok(lines)
}

fn read_csv(path: &Path) -> Result<SourceRows, InputError> {
    let wrong = |error: csv::Error| InputError::Invalid(format!("{}: {error}", path.display()));
    let mut reader = csv::Reader::from_reader(open_lines(path)?);
    let cells = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<String>>();
    let columns = cells(reader.headers().map_err(wrong)?);
    let rows = reader.records().take(MAX_ROWS + 1).map(|record| Ok(cells(&record.map_err(wrong)?)));
    Ok(SourceRows { columns, rows: rows.collect::<Result<_, InputError>>()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(inputs: &InputList) -> Vec<String> {
        let rows = inputs.rows(Path::new(".")).unwrap();
        rows.iter().map(|row| row.values.join(" ")).collect()
    }

    #[test]
    fn the_last_source_varies_fastest_and_linked_ones_are_paired() {
        let inputs = InputList::of_values(["a", "b"]);
        assert_eq!(values(&inputs.clone().with_values(["1", "2"], false)), ["a 1", "a 2", "b 1", "b 2"]);
        assert_eq!(values(&inputs.clone().with_values(["1", "2", "3"], true)), ["a 1", "b 2"]);
        assert_eq!(
            values(&inputs.with_values(["1"], true).with_values(["x", "y"], false)),
            ["a 1 x", "a 1 y"]
        );
        assert!(values(&InputList::of_values([""; 0])).is_empty());
    }

    #[test]
    fn other_values_have_another_fingerprint() {
        let print = |values: &[&str]| InputList::of_values(values.iter().copied()).fingerprint();
        assert_ne!(print(&["a", "b"]), print(&["ab"]));
        assert_ne!(print(&["a"]), InputList::default().with_lines_of("a", false).fingerprint());
    }

    #[test]
    fn a_file_without_line_ends_is_refused_and_a_long_file_of_lines_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines.csv");
        let lists = |path: &Path| {
            [InputSource::Lines(path.to_owned()), InputSource::Csv(path.to_owned())]
                .map(|source| InputList::default().with_source(source, false))
        };
        for list in lists(Path::new("/dev/zero")) {
            let error = list.rows(folder.path()).unwrap_err().to_string();
            assert!(error.contains("longer than 1048576 bytes"), "{error}");
        }
        let line = "x".repeat(MAX_LINE_BYTES);
        std::fs::write(&path, format!("{line}\n{line}\n")).unwrap();
        let counts = lists(&path).map(|list| list.rows(folder.path()).unwrap().len());
        assert_eq!(counts, [2, 1], "the first line of a table has the names of its columns");
    }

    #[test]
    fn a_file_that_is_too_large_is_refused_and_not_cut() {
        let read = |rest| {
            let mut read = String::new();
            BoundedLines { source: &b"one\ntwo\n"[..], rest, line_bytes: 0 }
                .read_to_string(&mut read)
                .map(|_| read)
        };
        assert_eq!(read(8).unwrap(), "one\ntwo\n");
        assert_eq!(read(6).unwrap_err().to_string(), "there are more inputs than 1 GiB");
    }

    #[test]
    fn so_many_combinations_that_no_plan_holds_them_are_refused() {
        let thousand = || (0..1000).map(|number| number.to_string());
        let inputs =
            InputList::of_values(thousand()).with_values(thousand(), false).with_values(thousand(), false);
        assert!(inputs.rows(Path::new(".")).unwrap_err().to_string().contains("too many"));
    }
}
