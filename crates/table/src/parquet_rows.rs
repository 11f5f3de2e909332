//! Rows of a Parquet file, whatever its columns are.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::ToSpan;
use jiff::civil::date;
use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as PhysicalType};
use parquet::errors::Result as ParquetResult;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::reader::RowIter;
use parquet::record::{Field, Row as ParquetRow};
use parquet::schema::types::{Type, TypePtr};
use serde_json::{Map, Value, json};
use streamguard_dataset::parquet::open_parquet;
use streamguard_durable::open_regular;

use crate::column::{ColumnKind, MAX_COLUMNS, Row, TableSchema};
use crate::error::TableError;
use crate::table_file::TablePiece;
use crate::timestamp::timestamp_text;

/// Most pieces of a file.
const MAX_PIECES: usize = 64;

fn open(path: &Path) -> Result<SerializedFileReader<File>, TableError> {
    let file = open_regular(path).map_err(TableError::read(path))?;
    open_parquet(file).map_err(TableError::parquet(path))
}

/// Runs a read, and turns panics into errors: the decoders of the parquet crate panic on some damaged pages.
fn unless_damaged<T>(path: &Path, read: impl FnOnce() -> Result<T, TableError>) -> Result<T, TableError> {
    let damaged = || TableError::Parquet { path: path.to_owned(), reason: "the file is damaged".to_owned() };
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(damaged()))
}

pub(crate) fn schema(path: &Path) -> Result<TableSchema, TableError> {
    let file = open(path)?;
    let fields = file.metadata().file_metadata().schema().get_fields();
    if fields.len() > MAX_COLUMNS {
        return Err(TableError::TooManyColumns(path.to_owned()));
    }
    let mut schema = TableSchema::default();
    for field in fields {
        schema.add(field.name(), kind_of(field));
    }
    Ok(schema)
}

/// Returns the pieces of a file, which are row groups, or several of them where there are many: the footer, which is read
/// for each piece, is as long as they are many.
pub(crate) fn pieces(path: &Path) -> Result<Vec<TablePiece>, TableError> {
    let groups = open(path)?.num_row_groups();
    let length = groups.div_ceil(MAX_PIECES).max(1);
    let piece = |start: usize| TablePiece { start: start as u64, end: groups.min(start + length) as u64 };
    Ok((0..groups).step_by(length).map(piece).collect())
}

pub(crate) fn read(
    path: &Path,
    piece: TablePiece,
    columns: &TableSchema,
    take: &mut dyn FnMut(Row) -> Result<(), TableError>,
) -> Result<(), TableError> {
    let file = open(path)?;
    let projection =
        projection(file.metadata().file_metadata().schema(), columns).map_err(TableError::parquet(path))?;
    for group in piece.start..piece.end {
        unless_damaged(path, || {
            let group = file.get_row_group(group as usize).map_err(TableError::parquet(path))?;
            let rows = RowIter::from_row_group(Some(projection.clone()), &*group)
                .map_err(TableError::parquet(path))?;
            for row in rows {
                take(values(&row.map_err(TableError::parquet(path))?, columns))?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// Returns the schema of the file with the wanted columns only.
fn projection(schema: &Type, columns: &TableSchema) -> ParquetResult<Type> {
    let is_wanted = |field: &&TypePtr| columns.position(field.name()).is_some();
    let fields: Vec<TypePtr> = schema.get_fields().iter().filter(is_wanted).map(Arc::clone).collect();
    Type::group_type_builder(schema.name()).with_fields(fields).build()
}

fn values(row: &ParquetRow, columns: &TableSchema) -> Row {
    let mut values = vec![Value::Null; columns.columns.len()];
    for (name, field) in row.get_column_iter() {
        if let Some(place) = columns.position(name) {
            values[place] = value_of(field);
        }
    }
    values
}

/// Returns the type of a column.
fn kind_of(field: &Type) -> ColumnKind {
    if field.is_group() {
        let is_list = field.get_basic_info().converted_type() == ConvertedType::LIST
            || matches!(field.get_basic_info().logical_type_ref(), Some(LogicalType::List));
        let element =
            field.get_fields().first().and_then(|list| list.is_group().then(|| list.get_fields().first())?);
        let element_kind = element.filter(|element| !element.is_group()).map(|element| kind_of(element));
        return match element_kind {
            Some(ColumnKind::Text) if is_list => ColumnKind::TextList,
            Some(ColumnKind::Int) if is_list => ColumnKind::IntList,
            _ => ColumnKind::Json,
        };
    }
    match (field.get_physical_type(), field.get_basic_info().logical_type_ref()) {
        (_, Some(LogicalType::Timestamp(timestamp))) if timestamp.unit != TimeUnit::NANOS => {
            ColumnKind::Timestamp
        }
        (_, Some(LogicalType::Date)) => ColumnKind::Text,
        (_, Some(LogicalType::Decimal(_))) => ColumnKind::Text,
        // Whole numbers here have a sign: a hash of 64 bits does not fit, and as a float it would be another one.
        (PhysicalType::INT64, _) if field.get_basic_info().converted_type() == ConvertedType::UINT_64 => {
            ColumnKind::Text
        }
        (PhysicalType::INT96, _) => ColumnKind::Timestamp,
        (PhysicalType::FIXED_LEN_BYTE_ARRAY, Some(LogicalType::Float16)) => ColumnKind::Float,
        (PhysicalType::BOOLEAN, _) => ColumnKind::Bool,
        (PhysicalType::INT32 | PhysicalType::INT64, _) => ColumnKind::Int,
        (PhysicalType::FLOAT | PhysicalType::DOUBLE, _) => ColumnKind::Float,
        (PhysicalType::BYTE_ARRAY | PhysicalType::FIXED_LEN_BYTE_ARRAY, _) => ColumnKind::Text,
    }
}

/// Returns a value as JSON, in the type that [`kind_of`] gives its column. Bytes that are not text are written in base64.
fn value_of(field: &Field) -> Value {
    match field {
        Field::Null => Value::Null,
        Field::Bool(value) => json!(value),
        Field::Byte(value) => json!(value),
        Field::Short(value) => json!(value),
        Field::Int(value) => json!(value),
        Field::Long(value) => json!(value),
        Field::UByte(value) => json!(value),
        Field::UShort(value) => json!(value),
        Field::UInt(value) => json!(value),
        Field::ULong(value) => json!(value.to_string()),
        Field::Float16(value) => json!(value.to_f32()),
        Field::Float(value) => json!(value),
        Field::Double(value) => json!(value),
        Field::Decimal(_) => json!(field.to_string()),
        Field::Str(text) => json!(text),
        Field::Bytes(bytes) => match bytes.as_utf8() {
            Ok(text) => json!(text),
            Err(_) => json!(STANDARD.encode(bytes.data())),
        },
        Field::Date(days) => {
            json!(date(1970, 1, 1).checked_add(days.days()).ok().map(|date| date.to_string()))
        }
        Field::TimeMillis(value) => json!(value),
        Field::TimeMicros(value) => json!(value),
        Field::TimestampMillis(milliseconds) => {
            json!(milliseconds.checked_mul(1000).and_then(timestamp_text))
        }
        Field::TimestampMicros(microseconds) => json!(timestamp_text(*microseconds)),
        Field::Group(row) => {
            let fields = row.get_column_iter().map(|(name, field)| (name.clone(), value_of(field)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
        Field::ListInternal(list) => Value::Array(list.elements().iter().map(value_of).collect()),
        Field::MapInternal(map) => {
            let pairs = map.entries().iter().map(|(key, value)| json!([value_of(key), value_of(value)]));
            Value::Array(pairs.collect())
        }
    }
}
