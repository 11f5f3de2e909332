//! Row groups in memory: samples as columns, not yet encoded.

use std::io::Write;

use ::parquet::column::writer::ColumnWriter;
use ::parquet::data_type::ByteArray;
use ::parquet::errors::Result;
use ::parquet::file::writer::SerializedFileWriter;
use jiff::Timestamp;

use super::columns::{ColumnShape, SampleColumn};
use crate::sample::Sample;

/// Bytes of values after which a row group is full: 16 MiB. Two row groups are in memory at a time;
/// larger ones save hardly any space on the disk (2 % if twice as large).
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Rows after which a row group is full.
const MAX_ROWS: usize = 50_000;

/// Samples of one row group, column by column.
#[derive(Debug)]
pub(super) struct RowGroup {
    columns: Vec<ColumnValues>,
    rows: usize,
    bytes: usize,
}

/// Values of one column. Its shape decides which of the vectors are used.
#[derive(Debug, Default)]
struct ColumnValues {
    /// Text of all strings, one after the other.
    text: Vec<u8>,
    /// End of each string in `text`.
    ends: Vec<usize>,
    doubles: Vec<f64>,
    lines: Vec<i32>,
    /// Milliseconds since 1970-01-01 UTC.
    times: Vec<i64>,
    /// Definition levels, for columns with nulls or lists: which levels of the value are present.
    definition: Vec<i16>,
    /// Repetition levels, for lists: 1 if the value continues the list of the value before.
    repetition: Vec<i16>,
}

impl RowGroup {
    pub(super) fn new() -> Self {
        Self {
            columns: SampleColumn::ALL.iter().map(|_| ColumnValues::default()).collect(),
            rows: 0,
            bytes: 0,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Reports whether the group has to be written before more samples are added.
    pub(super) fn is_full(&self) -> bool {
        self.rows >= MAX_ROWS || self.bytes >= MAX_BYTES
    }

    /// Adds a sample.
    pub(super) fn push(&mut self, sample: &Sample) {
        for (column, values) in SampleColumn::ALL.iter().zip(&mut self.columns) {
            self.bytes += values.push(&column.shape, sample);
        }
        self.rows += 1;
    }

    /// Encodes, compresses and writes all columns.
    pub(super) fn write_to<W: Write + Send>(self, file: &mut SerializedFileWriter<W>) -> Result<()> {
        let mut group = file.next_row_group()?;
        for values in self.columns {
            let mut column =
                group.next_column()?.expect("the file was created with a schema of these columns");
            values.write_to(column.untyped())?;
            column.close()?;
        }
        group.close()?;
        Ok(())
    }
}

impl ColumnValues {
    /// Adds the field of one sample, and returns its size in bytes.
    fn push(&mut self, shape: &ColumnShape, sample: &Sample) -> usize {
        let before = self.text.len();
        match shape {
            ColumnShape::Required { get, .. } => self.push_text(get(sample)),
            ColumnShape::Optional { get, .. } => {
                let text = get(sample);
                self.definition.push(text.is_some().into());
                if let Some(text) = text {
                    self.push_text(text);
                }
            }
            ColumnShape::List { each, .. } => {
                // The first element of a row has repetition level 0, which begins a new list.
                let mut continues = 0;
                each(sample, &mut |text| {
                    self.push_levels(2, continues);
                    continues = 1;
                    self.push_text(text);
                });
                if continues == 0 {
                    // An empty list takes a place in the levels, but no value.
                    self.push_levels(0, 0);
                }
            }
            ColumnShape::Double { get, .. } => {
                let value = get(sample);
                self.definition.push(value.is_some().into());
                self.doubles.extend(value);
            }
            ColumnShape::Lines { get, .. } => {
                let lines = get(sample);
                // Levels of the list itself, of a place in it, and of the element there.
                match lines {
                    None => self.push_levels(0, 0),
                    Some([]) => self.push_levels(1, 0),
                    Some(lines) => {
                        (0..lines.len()).for_each(|place| self.push_levels(3, (place > 0).into()));
                    }
                }
                self.lines.extend(lines.unwrap_or_default().iter().map(|line| line.cast_signed()));
            }
            ColumnShape::Time { get, .. } => {
                let time = get(sample).and_then(|text| text.parse::<Timestamp>().ok());
                self.definition.push(time.is_some().into());
                self.times.extend(time.map(Timestamp::as_millisecond));
            }
            ColumnShape::Line { get, .. } => {
                let value = get(sample);
                self.definition.push(value.is_some().into());
                // The format stores an unsigned integer as the signed one with the same bits.
                self.lines.extend(value.map(u32::cast_signed));
            }
        }
        // Every value takes about eight bytes besides its text.
        self.text.len() - before + 8
    }

    fn push_levels(&mut self, definition: i16, repetition: i16) {
        self.definition.push(definition);
        self.repetition.push(repetition);
    }

    fn push_text(&mut self, text: &str) {
        self.text.extend_from_slice(text.as_bytes());
        self.ends.push(self.text.len());
    }

    fn write_to(self, column: &mut ColumnWriter<'_>) -> Result<()> {
        // A required column has no levels at all, which the writer is told by `None`.
        let definition = (!self.definition.is_empty()).then_some(self.definition.as_slice());
        let repetition = (!self.repetition.is_empty()).then_some(self.repetition.as_slice());
        match column {
            ColumnWriter::ByteArrayColumnWriter(writer) => {
                let strings = strings(self.text, &self.ends);
                writer.write_batch(&strings, definition, repetition)?
            }
            ColumnWriter::DoubleColumnWriter(writer) => {
                writer.write_batch(&self.doubles, definition, repetition)?
            }
            ColumnWriter::Int32ColumnWriter(writer) => {
                writer.write_batch(&self.lines, definition, repetition)?
            }
            ColumnWriter::Int64ColumnWriter(writer) => {
                writer.write_batch(&self.times, definition, repetition)?
            }
            _ => unreachable!("no shape of column has another physical type"),
        };
        Ok(())
    }
}

/// Splits a text into the strings that end at `ends`. All of them share one allocation.
fn strings(text: Vec<u8>, ends: &[usize]) -> Vec<ByteArray> {
    let text = ByteArray::from(text);
    let mut start = 0;
    let view = |&end: &usize| {
        let string = text.slice(start, end - start);
        start = end;
        string
    };
    ends.iter().map(view).collect()
}
