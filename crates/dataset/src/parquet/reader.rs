//! Reader of samples in a Parquet file.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::vec;

use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use ::parquet::data_type::{ByteArray, DataType};
use ::parquet::errors::{ParquetError, Result as ParquetResult};
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use jiff::Timestamp;
use streamguard_durable::open_regular;

use super::checked_footer::open_parquet;
use super::columns::{self, ColumnShape, SampleColumn};
use super::compact_bytes::fault;
use crate::error::SampleFileError;
use crate::sample::{Sample, SampleKind, SampleLevel};

/// Rows that are read at once: few, so that long code takes little memory.
const BATCH_ROWS: usize = 64;

/// Reads the samples of a Parquet file that [`crate::ParquetWriter`] wrote, in their order and in
/// bounded memory. Nothing follows the first error.
pub struct ParquetReader {
    path: PathBuf,
    file: SerializedFileReader<File>,
    next_group: usize,
    /// Columns of the present row group.
    columns: Vec<ColumnReader>,
    /// Rows of the present row group that are not read yet.
    rows_left: usize,
    /// Samples that are read and not yet returned.
    batch: vec::IntoIter<Sample>,
}

impl ParquetReader {
    /// Opens a file.
    ///
    /// # Errors
    /// [`SampleFileError::Read`] if it cannot be read, [`SampleFileError::Parquet`] if it is damaged or
    /// has other columns than the samples of this version.
    pub fn open(path: &Path) -> Result<Self, SampleFileError> {
        let file = open_regular(path).map_err(|error| SampleFileError::read(path, error))?;
        let failed = |error| SampleFileError::parquet(path, error);
        let file = open_parquet(file).map_err(failed)?;
        if *file.metadata().file_metadata().schema() != *columns::schema().map_err(failed)? {
            return Err(failed(fault("its columns are not those of a dataset of this version")));
        }
        let (columns, batch) = (Vec::new(), Vec::new().into_iter());
        Ok(Self { path: path.to_owned(), file, next_group: 0, columns, rows_left: 0, batch })
    }

    /// Reads the next rows, and turns panics into errors: the decoders of the parquet crate panic on
    /// some damaged pages. Nothing is read after an error, so the state that a panic leaves is never
    /// used.
    fn read_batch_unless_damaged(&mut self) -> ParquetResult<Vec<Sample>> {
        catch_unwind(AssertUnwindSafe(|| self.read_batch()))
            .unwrap_or_else(|_| Err(fault(&format!("row group {} is damaged", self.next_group))))
    }

    /// Reads the next rows. Returns no samples at the end of the file.
    fn read_batch(&mut self) -> ParquetResult<Vec<Sample>> {
        while self.rows_left == 0 {
            if self.next_group == self.file.num_row_groups() {
                return Ok(Vec::new());
            }
            let group = self.file.get_row_group(self.next_group)?;
            self.columns =
                (0..group.num_columns()).map(|i| group.get_column_reader(i)).collect::<ParquetResult<_>>()?;
            self.rows_left = usize::try_from(group.metadata().num_rows())
                .map_err(|_| fault("a row group has a negative number of rows"))?;
            self.next_group += 1;
        }
        let rows = self.rows_left.min(BATCH_ROWS);
        // Every column sets its field; these values only hold the places.
        let mut samples = vec![Sample::new("", SampleKind::Pair, SampleLevel::Function); rows];
        for (column, reader) in SampleColumn::ALL.iter().zip(&mut self.columns) {
            column.read(reader, &mut samples).map_err(|error| match error {
                // Errors of the operating system are not damage of the file.
                ParquetError::External(_) => error,
                error => fault(&format!("column {} of row group {}: {error}", column.name, self.next_group)),
            })?;
        }
        self.rows_left -= rows;
        Ok(samples)
    }
}

impl Iterator for ParquetReader {
    type Item = Result<Sample, SampleFileError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(sample) = self.batch.next() {
            return Some(Ok(sample));
        }
        match self.read_batch_unless_damaged() {
            Ok(batch) => {
                self.batch = batch.into_iter();
                self.batch.next().map(Ok)
            }
            Err(error) => {
                // No row is left and no group follows, so the next call returns the end and not
                // what the error left.
                self.rows_left = 0;
                self.next_group = self.file.num_row_groups();
                Some(Err(SampleFileError::parquet(&self.path, error)))
            }
        }
    }
}

impl SampleColumn {
    /// Reads the field of the next samples into `samples`.
    fn read(&self, reader: &mut ColumnReader, samples: &mut [Sample]) -> ParquetResult<()> {
        match (&self.shape, reader) {
            (ColumnShape::Required { set, .. }, ColumnReader::ByteArrayColumnReader(reader)) => {
                let read = ColumnBatch::from(reader, samples.len())?;
                for (sample, value) in samples.iter_mut().zip(&read.values) {
                    accept(set(sample, value.as_utf8()?), value)?;
                }
            }
            (ColumnShape::Optional { set, .. }, ColumnReader::ByteArrayColumnReader(reader)) => {
                let read = ColumnBatch::from(reader, samples.len())?;
                for (row, value) in read.present() {
                    accept(set(&mut samples[row], value.as_utf8()?), value)?;
                }
            }
            (ColumnShape::List { push, .. }, ColumnReader::ByteArrayColumnReader(reader)) => {
                let read = ColumnBatch::from(reader, samples.len())?;
                for (row, value) in read.elements(ListKind::Required)? {
                    accept(push(&mut samples[row], value.as_utf8()?), value)?;
                }
            }
            (ColumnShape::Lines { set, .. }, ColumnReader::Int32ColumnReader(reader)) => {
                let read = ColumnBatch::from(reader, samples.len())?;
                let mut lists: Vec<Option<Vec<u32>>> =
                    read.lists().map(|is_list| is_list.then(Vec::new)).collect();
                for (row, value) in read.elements(ListKind::Optional)? {
                    lists[row].get_or_insert_default().push(value.cast_unsigned());
                }
                for (sample, list) in samples.iter_mut().zip(lists) {
                    list.into_iter().for_each(|lines| set(sample, lines));
                }
            }
            (ColumnShape::Time { set, fraction_digits, .. }, ColumnReader::Int64ColumnReader(reader)) => {
                let read = ColumnBatch::from(reader, samples.len())?;
                for (row, &value) in read.present() {
                    let time = Timestamp::from_millisecond(value)
                        .map_err(|error| fault(&format!("no such time: {error}")))?;
                    set(&mut samples[row], format!("{time:.0$}", usize::from(*fraction_digits)));
                }
            }
            (ColumnShape::Double { set, .. }, ColumnReader::DoubleColumnReader(reader)) => {
                let read = ColumnBatch::from(reader, samples.len())?;
                read.present().for_each(|(row, &value)| set(&mut samples[row], value));
            }
            (ColumnShape::Line { set, .. }, ColumnReader::Int32ColumnReader(reader)) => {
                let read = ColumnBatch::from(reader, samples.len())?;
                read.present().for_each(|(row, value)| set(&mut samples[row], value.cast_unsigned()));
            }
            _ => return Err(fault("it has another type than the schema says")),
        }
        Ok(())
    }
}

/// Whether a list may be null itself.
#[derive(Clone, Copy)]
enum ListKind {
    Required,
    Optional,
}

impl ListKind {
    /// Returns the definition level of an element.
    fn levels(self) -> i16 {
        match self {
            Self::Required => 2,
            Self::Optional => 3,
        }
    }
}

/// Values of some rows of a column as the file stores them: the values that are not null, and for
/// every position whether there is a value and whether it continues a list.
struct ColumnBatch<T> {
    values: Vec<T>,
    definition: Vec<i16>,
    repetition: Vec<i16>,
}

impl<T> ColumnBatch<T> {
    fn from<D: DataType<T = T>>(reader: &mut ColumnReaderImpl<D>, rows: usize) -> ParquetResult<Self> {
        let mut read = Self { values: Vec::new(), definition: Vec::new(), repetition: Vec::new() };
        let (found, ..) = reader.read_records(
            rows,
            Some(&mut read.definition),
            Some(&mut read.repetition),
            &mut read.values,
        )?;
        // A column that ends early would shift all values after it to other rows.
        if found == rows { Ok(read) } else { Err(fault("it has fewer rows than the row group")) }
    }

    /// Returns the values of a column with nulls, each with its row.
    fn present(&self) -> impl Iterator<Item = (usize, &T)> {
        let rows = self.definition.iter().enumerate().filter(|(_, level)| **level == 1);
        rows.map(|(row, _)| row).zip(&self.values)
    }

    /// Returns for each row of a column of optional lists whether it has one.
    fn lists(&self) -> impl Iterator<Item = bool> {
        let starts = self.definition.iter().zip(&self.repetition).filter(|(_, repetition)| **repetition == 0);
        starts.map(|(definition, _)| *definition > 0)
    }

    /// Returns the elements of a column of lists, each with its row.
    fn elements(&self, kind: ListKind) -> ParquetResult<Vec<(usize, &T)>> {
        let mut elements = Vec::with_capacity(self.values.len());
        let mut values = self.values.iter();
        let mut row = None;
        for (definition, repetition) in self.definition.iter().zip(&self.repetition) {
            row = match (row, repetition) {
                (None, 0) => Some(0),
                (None, _) => return Err(fault("it starts inside a list")),
                (Some(row), 0) => Some(row + 1),
                (Some(row), _) => Some(row),
            };
            // Definition levels of a list with optional elements: the highest is an element, the one below a null
            // element; lower ones are an empty list and, if it is optional, a list that is null.
            match definition - kind.levels() {
                0 => elements.extend(row.zip(values.next())),
                -1 => return Err(fault("an element of a list is null")),
                _ => {}
            }
        }
        Ok(elements)
    }
}

fn accept(accepted: bool, value: &ByteArray) -> ParquetResult<()> {
    if accepted { Ok(()) } else { Err(fault(&format!("no such value: {}", value.as_utf8()?))) }
}
