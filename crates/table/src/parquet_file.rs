//! Writer of a table to a Parquet file.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as PhysicalType, ZstdLevel};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::Result;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type, TypePtr};
use serde_json::Value;

use crate::column::{Column, ColumnKind, Row, TableSchema};
use crate::timestamp::milliseconds;

/// Bytes of text after which a row group is full: 16 MiB.
const MAX_GROUP_BYTES: usize = 16 << 20;

/// Rows after which a row group is full.
const MAX_GROUP_ROWS: usize = 50_000;

/// Name of the program that wrote the file, in the form that readers parse.
const CREATED_BY: &str = concat!("streamguard version ", env!("CARGO_PKG_VERSION"));

/// Writes rows as a Parquet file, whose bytes depend on the rows alone.
pub struct ParquetTableWriter<W: Write + Send> {
    file: SerializedFileWriter<W>,
    columns: Vec<Column>,
    values: Vec<ColumnValues>,
    rows: usize,
    bytes: usize,
}

/// Values of one column that are not written yet. The kind of the column decides which vectors are used.
#[derive(Default)]
struct ColumnValues {
    texts: Vec<ByteArray>,
    longs: Vec<i64>,
    doubles: Vec<f64>,
    bools: Vec<bool>,
    definition: Vec<i16>,
    repetition: Vec<i16>,
}

impl<W: Write + Send> ParquetTableWriter<W> {
    /// Begins a file with these columns.
    ///
    /// # Errors
    /// A destination that cannot be written.
    pub fn new(output: W, schema: &TableSchema) -> Result<Self> {
        let fields = schema.columns.iter().map(|column| parquet_type(column).map(Arc::new));
        let fields = fields.collect::<Result<Vec<TypePtr>>>()?;
        let root = Arc::new(Type::group_type_builder("rows").with_fields(fields).build()?);
        let properties = WriterProperties::builder()
            .set_created_by(CREATED_BY.to_owned())
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_statistics_enabled(EnabledStatistics::None)
            .build();
        Ok(Self {
            file: SerializedFileWriter::new(output, root, Arc::new(properties))?,
            columns: schema.columns.clone(),
            values: schema.columns.iter().map(|_| ColumnValues::default()).collect(),
            rows: 0,
            bytes: 0,
        })
    }

    /// Appends a row.
    ///
    /// # Errors
    /// A destination that cannot be written.
    pub fn write(&mut self, row: &Row) -> Result<()> {
        for ((column, values), value) in self.columns.iter().zip(&mut self.values).zip(row) {
            self.bytes += values.push(column.kind, value);
        }
        self.rows += 1;
        if self.rows >= MAX_GROUP_ROWS || self.bytes >= MAX_GROUP_BYTES { self.write_group() } else { Ok(()) }
    }

    /// Writes the rest and the end of the file, and returns the destination.
    ///
    /// # Errors
    /// A destination that cannot be written.
    pub fn finish(mut self) -> Result<W> {
        if self.rows > 0 {
            self.write_group()?;
        }
        self.file.into_inner()
    }

    fn write_group(&mut self) -> Result<()> {
        let mut group = self.file.next_row_group()?;
        for values in &mut self.values {
            let mut column = group.next_column()?.expect("the file was created with these columns");
            std::mem::take(values).write_to(column.untyped())?;
            column.close()?;
        }
        group.close()?;
        (self.rows, self.bytes) = (0, 0);
        Ok(())
    }
}

impl ColumnValues {
    /// Adds a value, and returns its size in bytes.
    fn push(&mut self, kind: ColumnKind, value: &Value) -> usize {
        if kind.is_list() {
            return self.push_list(kind, value);
        }
        let present = match kind {
            ColumnKind::Bool => value.as_bool().map(|value| self.bools.push(value)),
            ColumnKind::Int => value.as_i64().map(|value| self.longs.push(value)),
            ColumnKind::Float => value.as_f64().map(|value| self.doubles.push(value)),
            ColumnKind::Timestamp => milliseconds(value).map(|value| self.longs.push(value)),
            ColumnKind::Text => value.as_str().map(|text| self.texts.push(text.into())),
            ColumnKind::Json if !value.is_null() => {
                self.texts.push(value.to_string().as_str().into());
                Some(())
            }
            ColumnKind::Json
            | ColumnKind::Null
            | ColumnKind::EmptyList
            | ColumnKind::TextList
            | ColumnKind::IntList => None,
        };
        self.definition.push(present.is_some().into());
        8 + value.as_str().map_or(0, str::len)
    }

    /// Adds a list. Definition levels: 0 no list, 1 an empty one, 2 a null element, 3 an element.
    fn push_list(&mut self, kind: ColumnKind, value: &Value) -> usize {
        let mut bytes = 8;
        match value.as_array() {
            None => self.push_level(0, 0),
            Some(elements) if elements.is_empty() => self.push_level(1, 0),
            Some(elements) => {
                for (at, element) in elements.iter().enumerate() {
                    let is_present = if kind == ColumnKind::IntList {
                        self.longs.extend(element.as_i64());
                        element.is_i64()
                    } else {
                        self.texts.extend(element.as_str().map(ByteArray::from));
                        element.is_string()
                    };
                    self.push_level(2 + i16::from(is_present), (at > 0).into());
                    bytes += element.as_str().map_or(8, str::len);
                }
            }
        }
        bytes
    }

    fn push_level(&mut self, definition: i16, repetition: i16) {
        self.definition.push(definition);
        self.repetition.push(repetition);
    }

    fn write_to(self, column: &mut ColumnWriter<'_>) -> Result<()> {
        let definition = Some(&*self.definition);
        let repetition = (!self.repetition.is_empty()).then_some(&*self.repetition);
        match column {
            ColumnWriter::ByteArrayColumnWriter(writer) => {
                writer.write_batch(&self.texts, definition, repetition)?
            }
            ColumnWriter::Int64ColumnWriter(writer) => {
                writer.write_batch(&self.longs, definition, repetition)?
            }
            ColumnWriter::DoubleColumnWriter(writer) => {
                writer.write_batch(&self.doubles, definition, repetition)?
            }
            ColumnWriter::BoolColumnWriter(writer) => {
                writer.write_batch(&self.bools, definition, repetition)?
            }
            _ => unreachable!("no kind of column has another physical type"),
        };
        Ok(())
    }
}

fn parquet_type(column: &Column) -> Result<Type> {
    let optional = |physical, logical| {
        Type::primitive_type_builder(&column.name, physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical)
            .build()
    };
    match column.kind {
        // A column without any value gets the type that readers expect of most columns.
        ColumnKind::Text | ColumnKind::Json | ColumnKind::Null => {
            optional(PhysicalType::BYTE_ARRAY, Some(LogicalType::String))
        }
        ColumnKind::Bool => optional(PhysicalType::BOOLEAN, None),
        ColumnKind::Int => optional(PhysicalType::INT64, None),
        ColumnKind::Float => optional(PhysicalType::DOUBLE, None),
        ColumnKind::Timestamp => {
            optional(PhysicalType::INT64, Some(LogicalType::timestamp(true, TimeUnit::MILLIS)))
        }
        ColumnKind::EmptyList | ColumnKind::TextList | ColumnKind::IntList => {
            let (physical, logical) = match column.kind {
                ColumnKind::IntList => (PhysicalType::INT64, None),
                _ => (PhysicalType::BYTE_ARRAY, Some(LogicalType::String)),
            };
            let element = Type::primitive_type_builder("element", physical)
                .with_repetition(Repetition::OPTIONAL)
                .with_logical_type(logical)
                .build()?;
            let list = Type::group_type_builder("list")
                .with_repetition(Repetition::REPEATED)
                .with_fields(vec![Arc::new(element)])
                .build()?;
            Type::group_type_builder(&column.name)
                .with_repetition(Repetition::OPTIONAL)
                .with_logical_type(Some(LogicalType::List))
                .with_fields(vec![Arc::new(list)])
                .build()
        }
    }
}
