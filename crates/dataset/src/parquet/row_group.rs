//! A row group in memory: samples turned into columns, not encoded yet.

use std::io::Write;

use ::parquet::column::writer::ColumnWriter;
use ::parquet::data_type::ByteArray;
use ::parquet::errors::Result;
use ::parquet::file::writer::SerializedFileWriter;

use super::columns::{Column, Shape};
use crate::sample::Sample;

/// A row group is complete with this many bytes of values: 16 MiB. Two of them are in memory at
/// a time; larger ones save hardly any space on the disk (twice as large: 2 %).
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// A row group is complete with this many rows.
const MAX_ROWS: usize = 50_000;

/// The samples of one row group, column by column.
#[derive(Debug)]
pub(super) struct RowGroup {
    columns: Vec<Values>,
    rows: usize,
    bytes: usize,
}

/// The values of one column. Which of the vectors are used depends on its shape.
#[derive(Debug, Default)]
struct Values {
    /// The text of all strings, one after the other.
    text: Vec<u8>,
    /// Where in `text` each string ends.
    ends: Vec<usize>,
    doubles: Vec<f64>,
    lines: Vec<i32>,
    /// How much of the value is there, for columns that have nulls or lists.
    definition: Vec<i16>,
    /// Whether the value continues the list of the one before it, for lists.
    repetition: Vec<i16>,
}

impl RowGroup {
    pub(super) fn new() -> Self {
        Self { columns: Column::ALL.iter().map(|_| Values::default()).collect(), rows: 0, bytes: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Whether it should be written before more is put in.
    pub(super) fn is_full(&self) -> bool {
        self.rows >= MAX_ROWS || self.bytes >= MAX_BYTES
    }

    pub(super) fn push(&mut self, sample: &Sample) {
        for (column, values) in Column::ALL.iter().zip(&mut self.columns) {
            self.bytes += values.push(&column.shape, sample);
        }
        self.rows += 1;
    }

    /// Encodes, compresses and writes all of it, one column after the other.
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

impl Values {
    /// Appends the field of one sample, and says how many bytes that takes.
    fn push(&mut self, shape: &Shape, sample: &Sample) -> usize {
        let before = self.text.len();
        match shape {
            Shape::Required { get, .. } => self.push_text(get(sample)),
            Shape::Optional { get, .. } => {
                let text = get(sample);
                self.definition.push(text.is_some().into());
                if let Some(text) = text {
                    self.push_text(text);
                }
            }
            Shape::List { each, .. } => {
                let mut continues = 0;
                each(sample, &mut |text| {
                    self.definition.push(2);
                    self.repetition.push(continues);
                    continues = 1;
                    self.push_text(text);
                });
                if continues == 0 {
                    self.definition.push(0);
                    self.repetition.push(0);
                }
            }
            Shape::Double { get, .. } => {
                let value = get(sample);
                self.definition.push(value.is_some().into());
                self.doubles.extend(value);
            }
            Shape::Line { get, .. } => {
                let value = get(sample);
                self.definition.push(value.is_some().into());
                // The format stores unsigned integers as the signed ones with the same bits.
                self.lines.extend(value.map(u32::cast_signed));
            }
        }
        // The eight bytes stand for what every value takes beside its text.
        self.text.len() - before + 8
    }

    fn push_text(&mut self, text: &str) {
        self.text.extend_from_slice(text.as_bytes());
        self.ends.push(self.text.len());
    }

    fn write_to(self, column: &mut ColumnWriter<'_>) -> Result<()> {
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
            _ => unreachable!("no shape of column has another physical type"),
        };
        Ok(())
    }
}

/// The strings that end at `ends`, all of them views of the same allocation.
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
